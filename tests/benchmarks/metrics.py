"""The metrics beside other libraries, on the same features in one run, as a table.

    python tests/benchmarks/metrics.py [--size 10000] [--dimension 2048] [--rounds 3]
    python tests/benchmarks/metrics.py --large

Precision, recall, density and coverage (k = 5) beside `prdc`; the Fréchet distance,
with and without the reference's moments at hand, beside tensorflow-gan. The contenders
take turns; a ratio is the median over rounds of the ratio within a round. Memory is
what numpy allocates at most during a call, beyond its inputs. `--large` is 50,000
points of 2,048 numbers against as many, once, with the peak of the whole process.
Nothing is asserted: clocks differ between machines.
"""

import argparse
import contextlib
import io
import os
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

import numpy as np  # noqa: E402
from machine import BUSY, Others, load  # noqa: E402

from components.manifold import prdc  # noqa: E402
from components.moments import Moments, frechet  # noqa: E402

K = 5


def points(size: int, dimension: int) -> tuple[np.ndarray, np.ndarray]:
    """Real and generated: normal, the generated ones a little less spread."""
    random = np.random.default_rng(0)
    real = random.standard_normal((size, dimension), np.float32)
    generated = random.standard_normal((size, dimension), np.float32)
    return real, np.float32(0.99) * generated


def manifold(real: np.ndarray, generated: np.ndarray) -> dict[str, Callable[[], Any]]:
    from prdc import compute_prdc

    def theirs() -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            return compute_prdc(real, generated, K)

    return {"prdc of ganopsy": lambda: prdc(real, generated, K), "prdc": theirs}


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


def beyond(function: Callable[[], Any]) -> float:
    """Megabytes that a call allocates at most at a time, by numpy and Python."""
    tracemalloc.start()
    function()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def show(contenders: dict[str, Callable[[], Any]], rounds: int) -> None:
    values = {name: function() for name, function in contenders.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, function in contenders.items():
            seconds[name].append(timed(function))
    theirs = list(seconds.values())[-1]
    print("\n| | s | least to most | MB beyond inputs | times as fast | value |")
    print("|---|---|---|---|---|---|")
    for name, spent in seconds.items():
        ratio = median(b / a for a, b in zip(spent, theirs, strict=True))
        value = values[name]
        shown = f"{value:.5g}" if isinstance(value, float) else said(value)
        memory = beyond(contenders[name])
        print(
            f"| {name} | {median(spent):.2f} | {min(spent):.2f} to {max(spent):.2f} | "
            f"{memory:.0f} | {ratio:.1f} x | {shown} |"
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--dimension", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    asked = parser.parse_args()
    if asked.large:
        large()
        return
    print(f"{asked.size:,} x {asked.dimension:,}; {load()} at the start.")
    real, generated = points(asked.size, asked.dimension)
    others = Others()
    for contenders in (manifold, distances):
        show(contenders(real, generated), asked.rounds)
    share = others.share()
    print(f"\nOthers took {share:.0%} of the cores.")
    if share > BUSY:
        print("WARNING: the machine is busy; ratios are unsteady.")


if __name__ == "__main__":
    main()
