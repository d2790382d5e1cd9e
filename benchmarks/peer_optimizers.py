"""The step-size methods the bench compares, as torch.optim optimisers driven by a closure.

The line searches evaluate exactly as often as the Flatland authors' published code does: once with a
gradient at the current weights, once under no_grad for every trial, and once more for the step that is
kept after a failed extrapolation, although its loss was known. `check_peer.py` holds them to the
reference trajectories, counts included.
"""

import torch

SMALLEST_STEP, LARGEST_STEP = 1e-6, 1e4
MOST_BACKTRACKS = 100


class CountingOptimizer(torch.optim.Optimizer):
    """What every method reports of its last iteration."""

    def __init__(self, parameters, **options):
        super().__init__(parameters, options)
        self.parameters = [p for group in self.param_groups for p in group["params"]]
        self.step_size = self.squared_norm = 0.0
        self.evaluations = self.backtracks = 0

    def evaluate_with_gradient(self, closure):
        """Loss and gradient at the current weights, as the usual training loop does."""
        self.zero_grad(set_to_none=True)
        with torch.enable_grad():
            loss = closure()
        loss.backward()
        self.evaluations += 1
        return loss.item()

    def gradient_square(self):
        """The squared gradient norm over all parameters."""
        return sum(p.grad.pow(2).sum() for p in self.parameters).item()


class LineSearch(CountingOptimizer):
    """`ls`, `nls` and `nls-ub`: Armijo's test against a reference value, extrapolation after success.

    nonmonotone: Zhang-Hager reference value with xi = 1 (the mean of all losses, never below the last).
    bound: None, or the number of outputs K: then one extrapolation at most, and only to a step below K.
    """

    def __init__(self, parameters, nonmonotone, bound=None, c=1e-4, delta=0.5, first_step=1.0, xi=1.0):
        super().__init__(parameters, c=c, delta=delta)
        self.nonmonotone, self.bound = nonmonotone, bound
        self.c, self.delta, self.xi = c, delta, xi
        self.step_size = first_step
        self.weight, self.average = 0.0, 0.0

    def reference(self, loss):
        """The value a trial must beat."""
        if not self.nonmonotone:
            return loss
        previous = self.xi * self.weight
        self.weight = previous + 1.0
        self.average = (previous * self.average + loss) / self.weight
        return max(self.average, loss)

    @torch.no_grad()
    def step(self, closure):
        self.evaluations = self.backtracks = 0
        loss = self.evaluate_with_gradient(closure)
        start = [p.clone() for p in self.parameters]
        gradients = [p.grad for p in self.parameters]
        self.squared_norm = self.gradient_square()
        reference = self.reference(loss)

        def accepted(step):
            for p, w, g in zip(self.parameters, start, gradients):
                torch.add(w, g, alpha=-step, out=p)
            self.evaluations += 1
            # A loss that is not a number fails the comparison, as it must.
            if closure().item() <= reference - self.c * step * self.squared_norm:
                return True
            self.backtracks += 1
            return False

        step = min(max(self.step_size, SMALLEST_STEP), LARGEST_STEP)
        if not accepted(step):
            step = self.backtrack(step, accepted)
        elif self.bound is not None:
            if step / self.delta < self.bound:
                step /= self.delta
                if not accepted(step):
                    step = self.backtrack(step, accepted)
        else:
            while step / self.delta <= LARGEST_STEP:
                step /= self.delta
                if not accepted(step):
                    step = self.backtrack(step, accepted)
                    break
        self.step_size = step
        return loss

    def backtrack(self, step, accepted):
        """Multiplies by delta until a trial is accepted; the smallest step where none is."""
        while self.backtracks < MOST_BACKTRACKS:
            step *= self.delta
            if accepted(step):
                return step
        accepted(SMALLEST_STEP)
        return SMALLEST_STEP


class GradientDescent(CountingOptimizer):
    """`gd`: a fixed step along the negative gradient."""

    def __init__(self, parameters, step_size):
        super().__init__(parameters)
        self.step_size = step_size

    @torch.no_grad()
    def step(self, closure):
        self.evaluations = 0
        loss = self.evaluate_with_gradient(closure)
        self.squared_norm = self.gradient_square()
        for p in self.parameters:
            p.add_(p.grad, alpha=-self.step_size)
        return loss


class SharpnessAware(CountingOptimizer):
    """`sam`: the gradient is taken at w + rho g/|g|; momentum and weight decay act on that gradient."""

    def __init__(self, parameters, step_size, rho=0.05, momentum=0.9, weight_decay=1e-4):
        super().__init__(parameters)
        self.step_size, self.rho = step_size, rho
        self.momentum, self.weight_decay = momentum, weight_decay
        self.buffers = None

    @torch.no_grad()
    def step(self, closure):
        self.evaluations = 0
        loss = self.evaluate_with_gradient(closure)
        self.squared_norm = self.gradient_square()
        start = [p.clone() for p in self.parameters]
        for p in self.parameters:
            p.add_(p.grad, alpha=self.rho / self.squared_norm ** 0.5)
        self.evaluate_with_gradient(closure)
        directions = [p.grad.add(w, alpha=self.weight_decay) for p, w in zip(self.parameters, start)]
        if self.buffers is None:
            self.buffers = directions
        else:
            for v, d in zip(self.buffers, directions):
                v.mul_(self.momentum).add_(d)
        for p, w, v in zip(self.parameters, start, self.buffers):
            torch.add(w, v, alpha=-self.step_size, out=p)
        return loss


METHODS = {
    "gd": lambda parameters, options: GradientDescent(parameters, options.get("step_size", 0.5)),
    "ls": lambda parameters, options: LineSearch(parameters, nonmonotone=False),
    "nls": lambda parameters, options: LineSearch(parameters, nonmonotone=True),
    "nls-ub": lambda parameters, options: LineSearch(parameters, nonmonotone=True, bound=parameters[-1].shape[0]),
    "sam": lambda parameters, options: SharpnessAware(parameters, options.get("step_size", 0.1)),
}
