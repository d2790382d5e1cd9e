"""The largest Hessian eigenvalue by the two ways a PyTorch user has at hand.

Both keep one graph of the full-batch gradient and differentiate it again for every product, as
PyHessian does when it is given a single batch.
"""

import numpy
import torch


class HessianProducts:
    """Hv at the problem's current weights; the graph of the gradient is built once and kept."""

    def __init__(self, problem):
        self.problem, self.parameters = problem, problem.parameters
        self.count = 0
        # PyHessian calls loss.backward(create_graph=True); torch.autograd.grad gives the same graph
        # without leaving a reference cycle through .grad behind.
        self.gradients = torch.autograd.grad(problem.loss(), self.parameters, create_graph=True)

    def __call__(self, vectors):
        self.count += 1
        return torch.autograd.grad(self.gradients, self.parameters, grad_outputs=vectors, retain_graph=True)


def inner(a, b):
    return sum((x * y).sum() for x, y in zip(a, b))


def normalised(vectors):
    norm = inner(vectors, vectors).sqrt() + 1e-6
    return [v / norm for v in vectors]


def power_iteration(problem, most_iterations=100, tolerance=1e-3):
    """PyHessian's method and stopping rule: Gaussian start, until two Rayleigh quotients agree."""
    products = HessianProducts(problem)
    v = normalised([torch.randn_like(p) for p in problem.parameters])
    eigenvalue, converged = None, False
    for _ in range(most_iterations):
        hv = products(v)
        quotient = inner(hv, v).item()
        converged = eigenvalue is not None and abs(eigenvalue - quotient) / (abs(eigenvalue) + 1e-6) < tolerance
        eigenvalue, last = quotient, v
        if converged:
            break
        v = normalised(hv)
    return {"eigenvalue": eigenvalue, "vector": last, "product": hv, "hvps": products.count, "converged": converged}


def arpack(problem, tolerance, start=None, most_iterations=None, basis=None):
    """scipy.sparse.linalg.eigsh for the algebraically largest eigenvalue.

    scipy works in float64; every product converts to the network's precision and back. `basis` is the
    number of Lanczos vectors, ARPACK's ncv: scipy's own choice is 20, and as many products at least.
    """
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    products = HessianProducts(problem)
    size = sum(p.numel() for p in problem.parameters)

    def split(flat):
        flat = torch.from_numpy(numpy.ascontiguousarray(flat)).to(problem.device, problem.dtype)
        return [piece.view_as(p) for piece, p in
                zip(flat.split([p.numel() for p in problem.parameters]), problem.parameters)]

    def matvec(flat):
        hv = products(split(flat.reshape(-1)))
        return torch.cat([h.reshape(-1) for h in hv]).double().cpu().numpy()

    operator = LinearOperator((size, size), matvec=matvec, dtype=numpy.float64)
    converged = True
    try:
        values, vectors = eigsh(operator, k=1, which="LA", tol=tolerance, v0=start, ncv=basis,
                                maxiter=most_iterations)
    except ArpackNoConvergence as failure:
        if not len(failure.eigenvalues):
            raise
        values, vectors, converged = failure.eigenvalues, failure.eigenvectors, False
    return {"eigenvalue": float(values[0]), "flat_vector": vectors[:, 0], "vector": split(vectors[:, 0]),
            "hvps": products.count, "converged": converged, "products": products}


def relative_residual(eigenvalue, vector, product):
    """|Hv - lambda v| / |lambda| for the unit vector along `vector`."""
    norm = inner(vector, vector).sqrt().item()
    difference = [h - eigenvalue * v for h, v in zip(product, vector)]
    return inner(difference, difference).sqrt().item() / (norm * abs(eigenvalue))
