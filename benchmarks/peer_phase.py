"""Projected gradient descent on the minimalist example (Liu et al., arXiv 2503.02809) over a plane of step sizes and starts.

Written as a competent NumPy user writes it: whole arrays, every intermediate in a buffer that is used again. With `rows`
the plane is cut into blocks of rows that stay in the cache, and `threads` of them run at once (NumPy lets go of the
interpreter's lock inside an operation on arrays of this size).

    /usr/bin/python3 benchmarks/peer_phase.py    times 100 steps of 1,000 x 1,000
"""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

LAMBDA1, LAMBDA2, EPSILON = 100.0, 0.01, 1e-3


def descend(alpha, beta1, beta2, eta, steps):
    """Takes the steps in place; `eta` is one row, the same for every row of the starts."""
    a, c = eta * alpha.dtype.type(LAMBDA1), eta * alpha.dtype.type(LAMBDA2)
    epsilon = alpha.dtype.type(EPSILON)
    residual, pull, move, size = (np.empty_like(alpha) for _ in range(4))
    with np.errstate(all="ignore"):
        for _ in range(steps):
            np.multiply(alpha, beta2, out=residual)
            residual -= 1
            residual *= c
            np.multiply(alpha, beta1, out=pull)
            pull *= a
            np.multiply(pull, alpha, out=move)
            pull *= beta1
            beta1 -= move
            np.multiply(residual, alpha, out=move)
            residual *= beta2
            beta2 -= move
            alpha -= pull
            alpha -= residual
            np.abs(beta1, out=size)
            np.maximum(size, epsilon, out=size)
            np.copysign(size, beta1, out=beta1)


def sweep(eta_ends, alpha_ends, count, steps, dtype, rows=0, threads=1, ends=None):
    """The seconds that a plane of count x count cells takes; its last alpha goes to the file `ends`, row by row."""
    eta = np.linspace(*eta_ends, count).astype(dtype)
    alpha = np.repeat(np.linspace(*alpha_ends, count).astype(dtype)[:, None], count, axis=1)
    beta1, beta2 = np.full_like(alpha, 0.1), np.full_like(alpha, 0.1)
    began = time.perf_counter()
    if rows:
        blocks = [slice(first, first + rows) for first in range(0, count, rows)]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda block: descend(alpha[block], beta1[block], beta2[block], eta, steps), blocks))
    else:
        descend(alpha, beta1, beta2, eta, steps)
    seconds = time.perf_counter() - began
    if ends:
        alpha.astype(np.float64).tofile(ends)
    return seconds


if __name__ == "__main__":
    for kind in ("float64", "float32"):
        print(kind, "whole arrays", sweep((0.01, 0.1), (0.05, 1), 1000, 100, kind))
        print(kind, "eight rows on two threads", sweep((0.01, 0.1), (0.05, 1), 1000, 100, kind, 8, 2))
