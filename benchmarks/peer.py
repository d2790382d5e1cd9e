#!/usr/bin/python3
"""The peer of `brink bench`: what the authors of Flatland do, in idiomatic PyTorch, data in memory.

A server: one JSON request a line on standard input, one JSON answer a line on standard output, all else
on standard error. So Brink's bench can take turns with it and both see the same machine. An answer has
"ok": true, or "ok": false and one line in "error". The operations and their fields are listed in
docs/benchmarks.md.
"""

import json
import os
import resource
import sys
import time


def own_answers():
    """A stream for the answers; whatever else prints to standard output goes to standard error."""
    stream = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return stream


def import_or_explain(answers):
    """torch and numpy, or one line that says what to install."""
    for package, debian in (("numpy", "python3-numpy"), ("torch", "python3-torch")):
        try:
            __import__(package)
        except ImportError:
            message = f"{sys.executable} has no {package}; install {debian}, or set BRINK_PEER_PYTHON to a Python that has it"
            print(json.dumps({"ok": False, "op": "start", "error": message}), file=answers)
            sys.exit(3)


if __name__ == "__main__":
    ANSWERS = own_answers()
    import_or_explain(ANSWERS)

import torch  # noqa: E402  (the check above must come first)

from peer_flow import flow_solution  # noqa: E402
from peer_optimizers import METHODS  # noqa: E402
from peer_phase import sweep  # noqa: E402
from peer_problem import BadRequest, Problem, read_safetensors  # noqa: E402
from peer_sharpness import HessianProducts, arpack, power_iteration, relative_residual  # noqa: E402
from peer_spectrum import cold_arpack, single_vector_lobpcg, worst_residual  # noqa: E402


def memory():
    """Resident bytes now and at their peak since the last reset_peak, from the kernel's own count."""
    kibibytes = {}
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            name, _, rest = line.partition(":")
            if name in ("VmRSS", "VmHWM"):
                kibibytes[name] = int(rest.split()[0])
    return {"rss_bytes": kibibytes["VmRSS"] * 1024, "peak_rss_bytes": kibibytes["VmHWM"] * 1024}


def mapped_libraries(*fragments):
    """Paths of the mapped shared libraries whose file name holds one of the fragments, links resolved."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split(None, 5)[5].strip() for line in maps if line.count("/") and ".so" in line}
    return sorted({os.path.realpath(p) for p in paths if any(f in os.path.basename(p) for f in fragments)})


def bundled(path):
    """Whether a library came inside NumPy's or SciPy's wheel: torch has its own, or is its own."""
    return os.path.basename(os.path.dirname(path)) in ("numpy.libs", "scipy.libs")


class Peer:
    """The state between requests: a problem, and the method that is running on it."""

    def __init__(self):
        self.problem = self.optimizer = self.method = self.eigenvector = self.eigenpairs = self.products = None
        self.warm = set()

    def ready(self):
        if self.problem is None:
            raise BadRequest("no problem yet: send setup first")
        return self.problem

    def warm_up(self, kind, action):
        """Runs the action once, untimed, so that later timings are those of a loop under way."""
        if kind not in self.warm:
            action()
            self.problem.synchronise()
            self.warm.add(kind)

    def timed(self, action):
        self.problem.synchronise()
        begin = time.perf_counter()
        result = action()
        self.problem.synchronise()
        return result, time.perf_counter() - begin

    # The operations; each takes the request and returns the fields of its answer.

    def hello(self, request):
        # The BLAS is bound on first use with some builds, so use it once before looking.
        torch.mm(torch.ones(64, 64), torch.ones(64, 64))
        try:
            import scipy
            scipy_version = scipy.__version__
        except ImportError:
            scipy_version = None
        import numpy
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LD_PRELOAD")
        return {
            "python": sys.version.split()[0], "executable": sys.executable,
            "torch": torch.__version__, "numpy": numpy.__version__, "scipy": scipy_version,
            "libtorch": mapped_libraries("libtorch_cpu"),
            "blas": [path for path in mapped_libraries("blas", "libmkl_rt", "libmkl_core") if not bundled(path)],
            "allocator": mapped_libraries("tcmalloc", "jemalloc", "mimalloc"),
            "threads": torch.get_num_threads(), "cores": len(os.sched_getaffinity(0)),
            "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
            "environment": {name: os.environ[name] for name in names if name in os.environ},
        }

    def setup(self, request):
        if "threads" in request:
            torch.set_num_threads(request["threads"])
        self.problem = self.products = None  # the old data goes before the new comes, or the peak would count both
        self.problem = Problem(request)
        self.optimizer = self.method = self.eigenvector = self.eigenpairs = None
        self.warm = set()
        return {"parameters": sum(p.numel() for p in self.problem.parameters),
                "threads": torch.get_num_threads(), **memory()}

    def overhead(self, request):
        calls = request.get("calls", 20000)
        a, b = torch.ones(1), torch.ones(1)
        x, weight, bias = torch.ones(1, 1), torch.ones(1, 1), torch.ones(1)
        linear = torch.nn.functional.linear

        def add_calls(count):
            for _ in range(count):
                torch.add(a, b)

        def linear_calls(count):
            for _ in range(count):
                linear(x, weight, bias)

        answer = {"calls": calls}
        for name, loop in (("add_ns", add_calls), ("linear_ns", linear_calls)):
            loop(1000)
            begin = time.perf_counter()
            loop(calls)
            answer[name] = (time.perf_counter() - begin) / calls * 1e9
        return answer

    def gradient(self, request):
        problem = self.ready()
        self.warm_up("gradient", problem.gradient)
        seconds = []
        for _ in range(request.get("repeats", 1)):
            loss, elapsed = self.timed(problem.gradient)
            seconds.append(elapsed)
        squares = sum(p.grad.double().pow(2).sum() for p in problem.parameters)
        return {"loss": loss.item(), "grad_norm": squares.sqrt().item(), "seconds": seconds, **memory()}

    def nls(self, request):
        problem, method = self.ready(), request.get("method", "nls")
        if method not in METHODS:
            raise BadRequest(f"unknown method '{method}'; known: {', '.join(METHODS)}")
        if self.optimizer is None:
            self.optimizer, self.method = METHODS[method](problem.parameters, request), method
        elif method != self.method:
            raise BadRequest(f"'{self.method}' is under way: send reset before '{method}'")

        # The closure of the PyTorch documentation: gradients are on where the optimiser turns them on.
        closure = problem.loss
        self.warm_up("gradient", problem.gradient)
        answer = {name: [] for name in
                  ("loss", "grad_norm", "step_size", "backtracks", "function_evaluations", "seconds")}
        for _ in range(request.get("iterations", 1)):
            loss, elapsed = self.timed(lambda: self.optimizer.step(closure))
            answer["loss"].append(loss)
            answer["grad_norm"].append(self.optimizer.squared_norm ** 0.5)
            answer["step_size"].append(self.optimizer.step_size)
            answer["backtracks"].append(self.optimizer.backtracks)
            answer["function_evaluations"].append(self.optimizer.evaluations)
            answer["seconds"].append(elapsed)
        return {"method": method, **answer}

    def loss(self, request):
        with torch.no_grad():
            return {"loss": self.ready().loss().item()}

    def reset(self, request):
        self.ready().restart()
        self.optimizer = self.method = self.eigenvector = self.eigenpairs = self.products = None
        return {}

    def load(self, request):
        """Weights from a safetensors file, so that both sides can measure at the very same point."""
        problem = self.ready()
        problem.load(read_safetensors(request["weights"]))
        self.optimizer = self.method = self.products = None
        return {}

    def sharpness(self, request):
        problem, solver = self.ready(), request.get("solver", "power")
        self.warm_up("gradient", problem.gradient)
        problem.model.zero_grad(set_to_none=True)
        if solver == "power":
            found, elapsed = self.timed(lambda: power_iteration(
                problem, request.get("max_iterations", 100), request.get("tolerance", 1e-3)))
            product = found["product"]
        elif solver == "arpack":
            start = self.eigenvector if request.get("warm", False) else None
            found, elapsed = self.timed(lambda: arpack(
                problem, request.get("tolerance", 1e-3), start, request.get("max_iterations"),
                request.get("basis")))
            self.eigenvector = found["flat_vector"]
            hvps = found["hvps"]
            product = found["products"](found["vector"])  # for the residual alone: not timed, not counted
        else:
            raise BadRequest(f"unknown solver '{solver}'; known: power, arpack")
        return {"solver": solver, "eigenvalue": found["eigenvalue"],
                "residual": relative_residual(found["eigenvalue"], found["vector"], product),
                "hvps": hvps if solver == "arpack" else found["hvps"],
                "converged": found["converged"], "seconds": elapsed, **memory()}

    def product(self, request):
        """The Hessian times the gradient at the current weights; the first one builds the graph, untimed."""
        problem = self.ready()
        if self.products is None:
            problem.model.zero_grad(set_to_none=True)
            self.products = HessianProducts(problem)
        along = [gradient.detach() for gradient in self.products.gradients]
        found, elapsed = self.timed(lambda: self.products(along))
        return {"norm": sum(part.double().pow(2).sum() for part in found).sqrt().item(), "seconds": elapsed, **memory()}

    def spectrum(self, request):
        problem, solver = self.ready(), request.get("solver", "arpack")
        count, tolerance = request["count"], request.get("tolerance", 1e-4)
        problem.model.zero_grad(set_to_none=True)
        if solver == "arpack":
            (operator, values, vectors), elapsed = self.timed(lambda: cold_arpack(problem, count, tolerance))
        elif solver == "lobpcg":
            (operator, values, vectors), elapsed = self.timed(
                lambda: single_vector_lobpcg(problem, count, tolerance, self.eigenpairs))
            self.eigenpairs = values, vectors
        else:
            raise BadRequest(f"unknown solver '{solver}'; known: arpack, lobpcg")
        hvps = operator.products.count
        return {"solver": solver, "eigenvalues": [float(value) for value in values],
                "residual": worst_residual(operator, values, vectors), "hvps": hvps, "seconds": elapsed, **memory()}

    def flow(self, request):
        problem = self.ready()
        self.warm_up("gradient", problem.gradient)
        problem.model.zero_grad(set_to_none=True)
        found, elapsed = self.timed(lambda: flow_solution(
            problem, request["until_loss"], request.get("most_gradients", 100000)))
        return {**found, "seconds": elapsed}

    def phase(self, request):
        return {"seconds": sweep(request["eta"], request["alpha"], request["count"], request["steps"], request["dtype"],
                                 request.get("rows", 0), request.get("threads", 1), request.get("ends"))}

    def reset_peak(self, request):
        with open("/proc/self/clear_refs", "w", encoding="ascii") as refs:
            refs.write("5")
        return memory()

    def rss(self, request):
        return {**memory(), "cpu_seconds": sum(resource.getrusage(resource.RUSAGE_SELF)[:2])}


OPERATIONS = ("hello", "setup", "overhead", "gradient", "nls", "loss", "reset", "load", "sharpness", "product", "spectrum",
              "flow", "phase", "reset_peak", "rss")


def answer_to(peer, line):
    """One answer to one line; a failure becomes one line of text and the server goes on."""
    op = None
    try:
        request = json.loads(line)
        op = request.get("op") if isinstance(request, dict) else None
        if op not in OPERATIONS:
            raise BadRequest(f"unknown op '{op}'; known: {', '.join(OPERATIONS)}, quit")
        return {"ok": True, "op": op, **getattr(peer, op)(request)}
    except json.JSONDecodeError as error:
        message = f"not JSON: {error}"
    except BadRequest as error:
        message = str(error)
    except KeyError as error:
        message = f"field {error} is missing"
    except Exception as error:  # the bench must hear of it, whatever it is
        message = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return {"ok": False, "op": op, "error": message}


def main(answers):
    peer = Peer()
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            if json.loads(line) == {"op": "quit"}:
                print(json.dumps({"ok": True, "op": "quit"}), file=answers)
                return
        except json.JSONDecodeError:
            pass  # answer_to says so
        # NaN and infinity are not JSON: a loss that is not finite is null in the answer.
        print(json.dumps(finite(answer_to(peer, line))), file=answers)


def finite(value):
    if isinstance(value, float) and not (abs(value) < float("inf")):
        return None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return value


if __name__ == "__main__":
    main(ANSWERS)
