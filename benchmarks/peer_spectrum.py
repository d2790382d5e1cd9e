"""The largest Hessian eigenpairs by the two ways a SciPy user has at hand, every product counted."""

import numpy
import torch

from peer_sharpness import HessianProducts


class Operator:
    """The Hessian at the problem's current weights, as scipy's solvers want it: float64 vectors in, float64 out."""

    def __init__(self, problem):
        from scipy.sparse.linalg import LinearOperator

        self.problem, self.products = problem, HessianProducts(problem)
        self.size = sum(p.numel() for p in problem.parameters)
        self.linear = LinearOperator((self.size, self.size), matvec=self.multiply, matmat=self.multiply_columns,
                                     dtype=numpy.float64)

    def multiply(self, flat):
        flat = torch.from_numpy(numpy.ascontiguousarray(flat.reshape(-1))).to(self.problem.device, self.problem.dtype)
        pieces = flat.split([p.numel() for p in self.problem.parameters])
        hv = self.products([piece.view_as(p) for piece, p in zip(pieces, self.problem.parameters)])
        return torch.cat([h.reshape(-1) for h in hv]).double().cpu().numpy()

    def multiply_columns(self, columns):
        return numpy.stack([self.multiply(column) for column in columns.T], axis=1)


def cold_arpack(problem, count, tolerance):
    """eigsh from a random start, with scipy's own choice of everything else (ncv = max(2k + 1, 20))."""
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    operator = Operator(problem)
    start = numpy.random.default_rng().standard_normal(operator.size)
    try:
        values, vectors = eigsh(operator.linear, k=count, which="LA", tol=tolerance, v0=start)
    except ArpackNoConvergence as failure:
        values, vectors = failure.eigenvalues, failure.eigenvectors
    return operator, values[::-1], vectors[:, ::-1]


def single_vector_lobpcg(problem, count, tolerance, last):
    """scipy's lobpcg with one column at a time, those found kept away by Y, each from its last eigenvector.

    lobpcg stops on an absolute residual; the value it is asked for is the relative one times the Rayleigh quotient of the
    pair's last value, which costs no product.
    """
    from scipy.sparse.linalg import lobpcg

    operator = Operator(problem)
    random = numpy.random.default_rng()
    found, values = None, []
    for i in range(count):
        start, size = (random.standard_normal(operator.size), None) if last is None else (last[1][:, i], last[0][i])
        if size is None:
            size = values[-1] if values else abs(start @ operator.multiply(start)) / (start @ start)
        value, vector = lobpcg(operator.linear, start.reshape(-1, 1), Y=found, tol=tolerance * abs(size), maxiter=500,
                               largest=True)
        found = vector if found is None else numpy.hstack([found, vector])
        values.append(value[0])
    order = numpy.argsort(values)[::-1]
    return operator, numpy.array(values)[order], found[:, order]


def worst_residual(operator, values, vectors):
    """The largest |Hv - lambda v| / |lambda|; its products are not part of anyone's count."""
    return max(float(numpy.linalg.norm(operator.multiply(v) - value * v) / (numpy.linalg.norm(v) * abs(value)))
               for value, v in zip(values, vectors.T))
