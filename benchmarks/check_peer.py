#!/usr/bin/python3
"""Shows that peer.py is what it claims to be: it drives the server through the reference trajectories.

    /usr/bin/python3 benchmarks/check_peer.py [--golden DIR] [--cifar DIR] [--fashion DIR]

For every golden file and each of gd, ls, nls, nls-ub and sam, in float64: step sizes, backtracks and
function evaluations must be equal over the whole file, losses equal to 1e-9 relative; and the sharpness
at the start by both solvers to what they promise. Exit status 1 if anything differs.
"""

import argparse
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

HERE = pathlib.Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"
GOLDEN = {"fashion-mlp-mse": "mlp", "fashion-mlp6-kaiming-mse": "mlp", "cifar10-cnn-mse": "cnn"}
METHODS = ("gd", "ls", "nls", "nls-ub", "sam")


def fashion_mnist(folder, count):
    """The first images of the training split: IDX files, 16 and 8 bytes of header."""
    def body(name, skip):
        with gzip.open(folder / name) as file:
            return numpy.frombuffer(file.read(), numpy.uint8)[skip:]
    images = body("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[:count]
    return images, body("train-labels-idx1-ubyte.gz", 8)[:count]


def cifar10(folder, count):
    """The first images of the first batch: records of one label byte and 3,072 pixel bytes."""
    records = numpy.fromfile(folder / "data_batch_1.bin", numpy.uint8, count * 3073).reshape(count, 3073)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


class Server:
    """peer.py as a child process, one request and one answer at a time."""

    def __init__(self):
        # The reference trajectories were computed with OpenBLAS's AVX2 kernels. `nls` on the six-layer
        # network multiplies a rounding difference by 1e13 over its 45 iterations, so only the same
        # kernels give the same losses; with them they come out bit for bit.
        environment = {"OPENBLAS_CORETYPE": "Haswell", **os.environ}
        self.process = subprocess.Popen([sys.executable, str(HERE / "peer.py")], text=True, bufsize=1,
                                        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, op, **fields):
        print(json.dumps({"op": op, **fields}), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if not answer["ok"]:
            sys.exit(f"peer: {op}: {answer['error']}")
        return answer


def relative_difference(a, b):
    a, b = numpy.asarray(a), numpy.asarray(b)
    return float(numpy.max(numpy.abs(a - b) / numpy.abs(b)))


def check(server, name, network, arguments, scratch):
    golden = json.loads((arguments.golden / f"{name}.json").read_text())
    read, folder = ((cifar10, arguments.cifar) if golden["dataset"] == "cifar10"
                    else (fashion_mnist, arguments.fashion))
    images, labels = read(folder, golden["count"])
    channels = (1, -1, 1, 1)
    mean, std = (numpy.reshape(golden["normalise"][part], channels) for part in ("mean", "std"))
    ((images / 255.0 - mean) / std).astype("<f8").tofile(scratch / "inputs")
    labels.astype("<i8").tofile(scratch / "labels")
    server.ask("setup", network=network, data=golden["dataset"], count=golden["count"], dtype="float64",
               inputs=str(scratch / "inputs"), labels=str(scratch / "labels"), loss="mse",
               init=str(arguments.golden / f"{name}.init.safetensors"))
    failures = 0
    for method in (m for m in METHODS if m in golden["results"]):
        expected = golden["results"][method]
        iterations = len(expected["step_size"])
        server.ask("reset")
        got = server.ask("nls", method=method, iterations=iterations)
        # The files record no counts for methods that do not search.
        compared = [f for f in ("step_size", "backtracks", "function_evaluations") if expected[f]]
        exact = [field for field in compared if got[field] != expected[field]]
        losses = relative_difference(got["loss"] + [server.ask("loss")["loss"]],
                                     expected["loss"] + [expected["final_loss"]])
        good = not exact and losses < 1e-9
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {name} {method}: {iterations} iterations, equal: "
              f"{', '.join(f for f in compared if f not in exact)}"
              f"{'; different: ' + ', '.join(exact) if exact else ''}; losses within {losses:.1e}")
    server.ask("reset")
    reference = golden["results"]["nls"]["sharpness"]["0"]
    for solver, tolerance, allowed in (("arpack", 1e-9, 1e-6), ("arpack", 1e-3, 1e-3), ("power", 1e-3, 0.1)):
        found = server.ask("sharpness", solver=solver, tolerance=tolerance)
        error = abs(found["eigenvalue"] - reference) / reference
        failures += error > allowed
        print(f"{'ok  ' if error <= allowed else 'FAIL'} {name} sharpness by {solver} at {tolerance:g}: relative "
              f"error {error:.1e}, residual {found['residual']:.1e}, {found['hvps']} products")
    return failures


def main():
    parser = argparse.ArgumentParser(description="Holds peer.py to the reference trajectories.")
    parser.add_argument("--golden", type=pathlib.Path, default=SHARED / "golden")
    parser.add_argument("--cifar", type=pathlib.Path, default=SHARED / "data" / "cifar-10-batches-bin")
    parser.add_argument("--fashion", type=pathlib.Path, default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    arguments = parser.parse_args()
    for folder in (arguments.golden, arguments.cifar, arguments.fashion):
        if not folder.is_dir():
            sys.exit(f"{folder} is not a folder; see --help")
    server = Server()
    with tempfile.TemporaryDirectory() as scratch:
        failures = sum(check(server, name, network, arguments, pathlib.Path(scratch))
                       for name, network in GOLDEN.items())
    server.process.stdin.close()
    server.process.wait()
    print("all equal" if not failures else f"{failures} differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
