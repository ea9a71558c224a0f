"""Time and memory of the main job, printed as a table; asserts nothing.

    python tests/benchmarks/main_job.py [--spec specs/quickstart.yaml] [--repeat 5]

Each figure is one whole process. The first run is made once, in a new store; the
others are repeated and given as the median with their range. Peak memory is the
largest sum over the command and all its children, sampled five times a second; a page
that n processes share counts for an n-th in each (Linux PSS; elsewhere in full).
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil


class Cost(NamedTuple):
    """What one process cost: wall time in seconds, peak memory in bytes."""

    seconds: float
    memory: int


def measure(command: list[str]) -> Cost:
    """Run a command to its end.

    Raises:
        SystemExit: with the command's output, if it failed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - start
    watcher.join()
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
    return Cost(seconds, peak[0])


def held(process: psutil.Process) -> int:
    """Bytes in memory, of shared pages the process's share."""
    known = process.memory_full_info()
    return int(getattr(known, "pss", known.rss))


def watch(process: "subprocess.Popen[str]", peak: list[int]) -> None:
    """Keep the largest resident memory of a process and its children in `peak[0]`."""
    while process.poll() is None:
        total = 0
        try:
            root = psutil.Process(process.pid)
            for member in (root, *root.children(recursive=True)):
                total += held(member)
        except psutil.NoSuchProcess:
            continue
        peak[0] = max(peak[0], total)
        time.sleep(0.2)


def row(name: str, costs: list[Cost], goal: str) -> str:
    seconds = [cost.seconds for cost in costs]
    spread = f"{min(seconds):.2f} to {max(seconds):.2f}" if len(costs) > 1 else ""
    memory = max(cost.memory for cost in costs) / 2**30
    middle = statistics.median(seconds)
    return f"{name:<22}{middle:>9.2f}  {spread:<14}{memory:>8.2f}   {goal}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", default="specs/quickstart.yaml")
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    ganopsy = [str(Path(sys.executable).with_name("ganopsy"))]
    with tempfile.TemporaryDirectory() as store:
        run = [*ganopsy, "run", arguments.spec, "--set", f"store={store}"]
        again = range(arguments.repeat)
        print(f"{'':<22}{'seconds':>9}  {'range':<14}{'GiB':>8}   goal")
        print(row("run, first", [measure(run)], "90 s, 3 GB"), flush=True)
        print(row("run, all cached", [measure(run) for _ in again], "1 s"), flush=True)
        plan = [*ganopsy, "plan", arguments.spec, "--set", f"store={store}"]
        print(row("plan", [measure(plan) for _ in again], ""), flush=True)
        check = [*ganopsy, "check", arguments.spec]
        print(row("check", [measure(check) for _ in again], "0.5 s"), flush=True)
        print(row("--help", [measure([*ganopsy, "--help"]) for _ in again], ""))


if __name__ == "__main__":
    main()
