"""Gradient flow as locuslab's edge-of-stability code follows it: classical Runge-Kutta at h = 1/lambda_1.

lambda_1 is measured again every so many steps by ARPACK from the last eigenvector; there is no error control.
"""

import torch

from peer_sharpness import arpack

STEPS_BETWEEN_SHARPNESS = 50


def flow_solution(problem, until_loss, most_gradients, tolerance=1e-2):
    """Follows the flow until the loss is reached, then measures lambda_1 to 1e-3."""
    parameters = problem.parameters
    gradients = 0
    hvps = 0
    eigenvector = None

    def gradient():
        nonlocal gradients
        gradients += 1
        loss = problem.loss()
        return loss, torch.autograd.grad(loss, parameters)

    def move(start, slope, by):
        with torch.no_grad():
            for p, s, g in zip(parameters, start, slope):
                p.copy_(s - by * g)

    time = step = steps = 0
    while True:
        loss, first = gradient()
        if loss.item() <= until_loss or gradients >= most_gradients:
            break
        if steps % STEPS_BETWEEN_SHARPNESS == 0:
            found = arpack(problem, tolerance, eigenvector)
            eigenvector, hvps = found["flat_vector"], hvps + found["hvps"]
            step = 1 / found["eigenvalue"]
        start = [p.detach().clone() for p in parameters]
        move(start, first, step / 2)
        second = gradient()[1]
        move(start, second, step / 2)
        third = gradient()[1]
        move(start, third, step)
        fourth = gradient()[1]
        mean = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(first, second, third, fourth)]
        move(start, mean, step)
        time += step
        steps += 1
    found = arpack(problem, 1e-3, eigenvector)
    return {"eigenvalue": found["eigenvalue"], "loss": loss.item(), "time": time, "gradients": gradients, "steps": steps,
            "hvps": hvps + found["hvps"], "reached": loss.item() <= until_loss}
