#!/usr/bin/python3
"""Times `brink serve` on many runs: the figures of docs/benchmarks.md.

    benchmarks/serve.py                  # makes 1,000 runs of 5,000 lines under /tmp once (about 1 GB), then measures
    benchmarks/serve.py --watch          # what watching costs a run that trains, instead

Only the standard library is used. Every time is that of a whole answer over HTTP, compressed, from a server of its own.
"""
import argparse
import gzip
import http.client
import json
import math
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

BRINK = str(pathlib.Path(__file__).resolve().parent.parent / "brink")


def line(k, seed):
    """A line as `nls` on an MLP writes it, λ₁ every tenth iteration; numbers with all their digits."""
    wave = math.sin(k * 0.7 + seed)
    record = {
        "iteration": k, "loss": 0.4 * math.exp(-k / 900) * (1.02 + 0.02 * wave) + 1e-3, "train_accuracy": 1 - 0.6 * math.exp(-k / 700),
        "grad_norm": 0.3 * math.exp(-k / 1500) * (1.2 + wave), "step_size": 0.08 * (1.5 + wave), "backtracks": 1, "function_evaluations": 2,
        "gradient_evaluations": 1, "hvps": 0, "reference_value": 0.41 * math.exp(-k / 900), "seconds": k * 0.0123456789 + 1e-4 * (wave + 1),
    }
    if k % 10 == 0:
        record["sharpness"] = 20 + 5 * wave
        record["sharpness_residual"] = 3.7e-4 * (1.5 + wave)
    return record


def make(root, runs, lines, template):
    """Run folders by the format of docs/run-format.md, their specification and summary those of a real run."""
    done = root / "complete"
    if done.exists() and done.read_text() == f"{runs} {lines}":
        return
    shutil.rmtree(root, ignore_errors=True)
    spec = json.loads((template / "spec.json").read_text())
    summary = json.loads((template / "summary.json").read_text())
    environment = (template / "environment.json").read_text()
    texts = ["".join(json.dumps(line(k, seed), separators=(",", ":")) + "\n" for k in range(lines)) for seed in range(8)]
    for n in range(runs):
        folder = root / f"sweep-{n // 100}" / f"run-{n}"
        folder.mkdir(parents=True)
        (folder / "spec.json").write_text(json.dumps(spec | {"seed": n, "eta": 0.01 * (1 + n % 7), "out": str(folder)}, indent=2) + "\n")
        (folder / "summary.json").write_text(json.dumps(summary | {"iterations_done": lines - 1, "final_loss": 1e-3 * (1 + n)}, indent=2) + "\n")
        (folder / "environment.json").write_text(environment)
        (folder / "log.txt").write_text("2026-01-01T00:00:00Z Finished\n")
        (folder / "metrics.jsonl").write_text(texts[n % 8])
    done.write_text(f"{runs} {lines}")


class Server:
    """`brink serve` as a process of its own."""

    def __init__(self, root):
        began = time.perf_counter()
        self.process = subprocess.Popen([BRINK, "serve", str(root), "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"http://[^:/]+:(\d+)/", self.process.stdout.readline()).group(1))
        self.start_seconds = time.perf_counter() - began
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def get(self, path):
        """Seconds, compressed bytes and the answer."""
        self.used = -self.cpu_seconds()
        began = time.perf_counter()
        self.connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = self.connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - began
        self.used += self.cpu_seconds()
        text = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {text[:300]!r}")
        return seconds, len(body), json.loads(text)

    def status(self, name):
        return int(re.search(rf"^{name}:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text(), re.M).group(1))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def show(what, times, size=None):
    middle = statistics.median(times)
    print(f"| {what} | {1000 * middle:.0f} ms | {1000 * min(times):.0f}–{1000 * max(times):.0f} ms | {'' if size is None else f'{size / 1000:.0f} kB'} |", flush=True)


def drop_caches():
    """Only root can; without it the files are in the system's cache, as they are after training."""
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("1")
        return True
    except OSError:
        return False


def lists_and_curves(root, large, repetitions):
    ids = [f"sweep-{n // 100}/run-{n}" for n in range(0, 1000, 50)]
    compare = "/api/curves?" + "&".join(f"run={i}" for i in ids) + "&quantity=loss,step_size,sharpness,eta_sharpness&pixels=600"
    zoom = compare + "&from=2000&to=2600"
    cold_list, first_list, warm_list, changed, cold_curves, warm_curves, zoomed, details = ([] for _ in range(8))
    for _ in range(repetitions):
        emptied = drop_caches()
        with Server(root) as server:
            cold_list.append(server.get("/api/runs")[0])
        with Server(root) as server:
            seconds, list_size, answer = server.get("/api/runs")
            assert len(answer["runs"]) == 1000
            first_list.append(seconds)
            time.sleep(1.1)
            warm_list += [server.get("/api/runs")[0] for _ in range(5)]
            summary = root / ids[3] / "summary.json"
            text = summary.read_text()
            (root / "new").write_text(text)
            (root / "new").rename(summary)
            time.sleep(1.1)
            changed.append(server.get("/api/runs")[0])
            seconds, curves_size, answer = server.get(compare)
            assert len(answer["runs"]) == 20 and all(r["lines"] == 5000 for r in answer["runs"])
            cold_curves.append(seconds)
            warm_curves += [server.get(compare)[0] for _ in range(5)]
            zoomed += [server.get(zoom)[0] for _ in range(5)]
            details += [server.get(f"/api/run?run={i}")[0] for i in ids]
            resident = server.status("VmRSS")
    print("| what | median | range | compressed |\n|---|---|---|---|")
    show("list of 1,000 runs, first request" + (", files not in the system's cache" if emptied else ""), cold_list, list_size)
    show("list of 1,000 runs, first request", first_list, list_size)
    show("the same, later", warm_list, list_size)
    show("the same, after one of them has changed", changed, list_size)
    show("20 runs compared, 4 quantities, 600 pixels, first request", cold_curves, curves_size)
    show("the same, later", warm_curves, curves_size)
    show("the same, zoomed to 600 iterations", zoomed)
    show("one run's details", details)
    print(f"\nresident after this: {resident / 1024:.0f} MiB", flush=True)

    compare = "/api/curves?" + "&".join(f"run=sweep-0/run-{n}" for n in range(50)) + "&quantity=loss,sharpness&pixels=600"
    with Server(large) as server:
        first, size, answer = server.get(compare)
        assert all(r["lines"] == 100_000 for r in answer["runs"])
        again = [server.get(compare)[0] for _ in range(5)]
        show("50 runs of 100,000 lines, 2 quantities, first request", [first], size)
        show("the same, later", again, size)
        print(f"\nresident after this: {server.status('VmRSS') / 1024:.0f} MiB", flush=True)


def memory(root):
    with Server(root) as server:
        print("\nresident memory over requests (list, details, 20-run comparison of other runs each time):")
        for i in range(1001):
            server.get("/api/runs")
            runs = [f"sweep-{n // 100}/run-{n}" for n in range(i % 50, 1000, 50)]
            server.get("/api/curves?" + "&".join(f"run={r}" for r in runs) + "&quantity=loss,sharpness&pixels=600")
            server.get(f"/api/run?run={runs[0]}")
            if i in (10, 50, 100, 200, 400, 600, 800, 1000):
                print(f"  {3 * i} requests: {server.status('VmRSS') / 1024:.0f} MiB, peak {server.status('VmHWM') / 1024:.0f} MiB", flush=True)


def watch(folder, repetitions, arguments):
    """A page: listens, and asks for what is new whenever it hears of lines. In turns with nobody watching."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    seconds = {True: [], False: []}
    shares, latencies = [], []
    with Server(folder) as server:
        for turn in range(2 * repetitions):
            watched = turn % 2 == 1
            name = f"run-{turn}"
            ending = threading.Event()
            heard = [0]
            page = threading.Thread(target=listen, args=(server.port, name, ending, heard, latencies, folder), daemon=True)
            if watched:
                page.start()
            before, began = server.cpu_seconds(), time.perf_counter()
            subprocess.run([BRINK, "train", *arguments, "--out", str(folder / name), "--quiet"], check=True, stdout=subprocess.DEVNULL)
            wall = time.perf_counter() - began
            used = server.cpu_seconds() - before
            ending.set()
            summary = json.loads((folder / name / "summary.json").read_text())
            seconds[watched].append(summary["seconds"])
            if watched:
                shares.append(used / wall)
                page.join(5)
            print(f"  {'watched' if watched else 'alone'}: {summary['seconds']:.2f} s of training, server used {used:.2f} s in {wall:.1f} s, heard {heard[0]} times", flush=True)
    alone, watched = statistics.median(seconds[False]), statistics.median(seconds[True])
    print(f"median alone {alone:.2f} s, watched {watched:.2f} s: {100 * (watched / alone - 1):+.1f} %")
    print(f"the server's share of one core while it watches: {100 * shares[0]:.1f} % of the first run, with the compiling of what it needs"
          + (f", {100 * statistics.median(shares[1:]):.2f} % of the others ({100 * min(shares[1:]):.2f}–{100 * max(shares[1:]):.2f} %)" if len(shares) > 1 else ""))
    if latencies:
        latencies.sort()
        print(f"from a line's being written to its point's being with the page: median {1000 * statistics.median(latencies):.0f} ms, "
              f"95 % {1000 * latencies[int(0.95 * len(latencies))]:.0f} ms, most {1000 * latencies[-1]:.0f} ms ({len(latencies)} answers)")


def listen(port, name, ending, heard, latencies, folder):
    events = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    events.request("GET", "/api/events")
    stream = events.getresponse()
    asking = http.client.HTTPConnection("127.0.0.1", port)
    lines = 0
    written, at = [], 0
    while not ending.is_set():
        text = stream.readline().decode()
        if text.startswith("data: ") and json.loads(text[6:]).get("id") == name:
            asking.request("GET", f"/api/tail?run={name}&quantity=loss,sharpness,step_size,eta_sharpness,grad_norm&after={lines}", headers={"Accept-Encoding": "gzip"})
            answer = asking.getresponse()
            body = answer.read()
            if answer.status != 200:
                continue
            run = json.loads(gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body)["runs"][0]
            now = time.time()
            seconds = run["curves"].get("loss", {}).get("x", [])
            if lines and len(seconds):
                # The oldest of the new lines waited longest; when it was written its own field tells.
                # Only what is new is read: the listener's own work would slow the run down as well.
                with open(folder / name / "metrics.jsonl", "rb") as file:
                    file.seek(at)
                    new = file.read()
                new = new[:new.rfind(b"\n") + 1]
                at += len(new)
                written += [json.loads(one)["seconds"] for one in new.splitlines()]
                age = now - os.stat(folder / name / "metrics.jsonl").st_mtime
                latencies.append(written[-1] - written[lines] + max(0.0, age) if lines < len(written) else age)
            lines = run["lines"]
            heard[0] += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default="/tmp/brink-serve-benchmark", help="where the runs are made (default %(default)s)")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--watch", action="store_true", help="measure what watching costs a run")
    parser.add_argument("--memory", action="store_true", help="measure memory over 3,000 requests")
    parser.add_argument("train", nargs="*", help="with --watch: arguments of brink train (after --)")
    options = parser.parse_args()
    folder = pathlib.Path(options.folder)
    if options.watch:
        watch(folder / "watched", options.repetitions, options.train or ["--data", "fashion-mnist", "--count", "5000", "--method", "nls", "--iterations", "300"])
        return
    template = folder / "template"
    if not (template / "summary.json").exists():
        subprocess.run([BRINK, "train", "--data", "fashion-mnist", "--count", "200", "--method", "nls", "--iterations", "3", "--sharpness-every", "0",
                        "--out", str(template), "--force", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    make(folder / "many", 1000, 5000, template)
    if options.memory:
        memory(folder / "many")
        return
    make(folder / "large", 50, 100_000, template)
    lists_and_curves(folder / "many", folder / "large", options.repetitions)


if __name__ == "__main__":
    sys.exit(main())
