"""The metrics beside other libraries, on the same features in one run, as tables.

    python tests/benchmarks/metrics.py [--case 10000x2048 --case 2048x64] [--rounds 3]
    python tests/benchmarks/metrics.py --large

Precision, recall, density and coverage (k = 5) beside `prdc`; the Fréchet distance,
with and without the reference's moments at hand, beside tensorflow-gan. The contenders
take turns; a ratio is the median over rounds of the ratio within a round. Memory is how
far a new process that holds the inputs, and has been through a small case, grows in a
call. `--large` is 50,000 points of 2,048 numbers against as many, once, with the peak
of the whole process. Nothing is asserted: clocks differ between machines.
"""

import argparse
import contextlib
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

import numpy as np  # noqa: E402
import psutil  # noqa: E402
from machine import BUSY, Others, load  # noqa: E402

from components import products  # noqa: E402
from components.manifold import prdc  # noqa: E402
from components.moments import Moments, frechet  # noqa: E402

K = 5


def points(size: int, dimension: int) -> tuple[np.ndarray, np.ndarray]:
    """Real and generated: normal, the generated ones a little less spread."""
    random = np.random.default_rng(0)
    real = random.standard_normal((size, dimension), np.float32)
    generated = random.standard_normal((size, dimension), np.float32)
    generated *= np.float32(0.99)
    return real, generated


def manifold(real: np.ndarray, generated: np.ndarray) -> dict[str, Callable[[], Any]]:
    import tensorflow  # noqa: F401, multiplies for ours
    from prdc import compute_prdc

    def by_numpy() -> Any:
        known, products.LARGE = products.LARGE, sys.maxsize
        try:
            return prdc(real, generated, K)
        finally:
            products.LARGE = known

    def theirs() -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            return compute_prdc(real, generated, K)

    return {
        "prdc of ganopsy": lambda: prdc(real, generated, K),
        "the same, by numpy alone": by_numpy,
        "prdc": theirs,
    }


def distances(real: np.ndarray, generated: np.ndarray) -> dict[str, Callable[[], Any]]:
    import tensorflow as tf

    from components.tfgan import import_tensorflow_gan

    theirs = import_tensorflow_gan().eval.frechet_classifier_distance_from_activations
    known = Moments.of(real)
    return {
        "Fréchet of ganopsy": lambda: frechet(Moments.of(real), Moments.of(generated)),
        "the same, reference known": lambda: frechet(known, Moments.of(generated)),
        "tensorflow-gan": lambda: float(
            theirs(tf.constant(real), tf.constant(generated))
        ),
    }


def timed(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def beyond(place: int, name: str, size: int, dimension: int) -> float:
    """Megabytes by which a process grows in a call of a family's contender."""
    asked = ["--measure", str(place), name, "--case", f"{size}x{dimension}"]
    done = subprocess.run(
        [sys.executable, __file__, *asked], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def measure(place: int, name: str, size: int, dimension: int) -> None:
    # Large enough for libraries to set up all that they need, and keep.
    FAMILIES[place](*points(700, 512))[name]()
    function = FAMILIES[place](*points(size, dimension))[name]
    before = psutil.Process().memory_info().rss
    # Linux forgets the peak so far, which imports have made.
    Path("/proc/self/clear_refs").write_text("5")
    function()
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print((int(peak.split()[1]) * 1024 - before) / 1e6)


FAMILIES = manifold, distances


def show(place: int, size: int, dimension: int, rounds: int) -> None:
    contenders = FAMILIES[place](*points(size, dimension))
    values = {name: function() for name, function in contenders.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, function in contenders.items():
            seconds[name].append(timed(function))
    theirs = list(seconds.values())[-1]
    print(f"\n| {size:,} x {dimension:,} | s | least to most | times as fast ", end="")
    print("| MB beyond inputs | value |\n|---|---|---|---|---|---|")
    for name, spent in seconds.items():
        ratio = median(b / a for a, b in zip(spent, theirs, strict=True))
        value = values[name]
        shown = f"{value:.5g}" if isinstance(value, float) else said(value)
        memory = beyond(place, name, size, dimension)
        print(
            f"| {name} | {median(spent):.3g} | {min(spent):.3g} to {max(spent):.3g} | "
            f"{ratio:.1f} x | {memory:.0f} | {shown} |",
            flush=True,
        )


def said(value: Any) -> str:
    figures = value if isinstance(value, dict) else value._asdict()
    names = ("precision", "recall", "density", "coverage")
    return " / ".join(f"{figures[name]:.4g}" for name in names)


def large() -> None:
    real, generated = points(50_000, 2048)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    seconds = timed(lambda: print(said(prdc(real, generated, K))))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"50,000 x 2,048 against 50,000: {seconds:.0f} s; the process held {most:.2f} "
        f"GB at most, {before:.2f} of them before."
    )


def shape(text: str) -> tuple[int, int]:
    size, dimension = text.split("x")
    return int(size), int(dimension)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", type=shape, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    cases = asked.case or [(10_000, 2048), (2048, 64)]
    if asked.large:
        large()
        return
    if asked.measure:
        measure(int(asked.measure[0]), asked.measure[1], *cases[0])
        return
    print(f"{load()} at the start.")
    others = Others()
    for case in cases:
        for place in range(len(FAMILIES)):
            show(place, *case, asked.rounds)
    share = others.share()
    print(f"\nOthers took {share:.0%} of the cores.")
    if share > BUSY:
        print("WARNING: the machine is busy; ratios are unsteady.")


if __name__ == "__main__":
    main()
