"""Steps a second of one game in several ways, in interleaved rounds.

    python tests/benchmarks/training.py [--case ring|dcgan] [--rounds 3] [--json FILE]

PyTorch plays if it is installed. Nothing is asserted: clocks differ between machines.
"""

import argparse
import importlib.util
import json
import os
import sys
from pathlib import Path
from statistics import median
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

import numpy as np  # noqa: E402
from cases import CASES  # noqa: E402
from contenders import timed  # noqa: E402
from contenders.child import Child, serve  # noqa: E402

SIDE, PRODUCTS = 2048, 3
SECONDS_A_ROUND = 3.0


def matrix_rate() -> float:
    """Floating-point operations a second of the best of some large float32 products.

    NumPy's BLAS on all cores: what a step's products could reach at most.
    """
    a = np.random.default_rng(0).standard_normal((SIDE, SIDE)).astype(np.float32)
    return 2 * SIDE**3 / min(timed(lambda: a @ a) for _ in range(PRODUCTS))


def measure(name: str, rounds: int) -> dict[str, Any]:
    """All contenders of a case, each once a round."""
    frameworks = ["tensorflow", "jax"]
    if importlib.util.find_spec("torch"):
        frameworks.insert(0, "torch")
    children = [Child(name, framework) for framework in frameworks]
    entries = [
        {**told, "child": child, "number": number, "played": []}
        for child in children
        for number, told in enumerate(child.contenders)
    ]
    probe = 100 if name == "ring" else 4
    for entry in entries:
        if "telemetry" not in entry["name"]:
            rate = entry["child"].play(entry["number"], probe)["rate"]
            entry["steps"] = max(probe, int(rate * SECONDS_A_ROUND))
    rates, load = [], [os.getloadavg()[0]]
    for _ in range(rounds):
        rates.append(matrix_rate())
        for entry in entries:
            steps = entry.get("steps", 0)
            entry["played"].append(entry["child"].play(entry["number"], steps))
        load.append(os.getloadavg()[0])
    flops = children[0].flops
    for child in children:
        child.close()
    limit = median(rates) / flops
    shown = [summary(entry, limit) for entry in entries]
    return {"case": name, "flops": flops, "matrix_rates": rates, "load": load} | {
        "contenders": shown
    }


def summary(entry: dict[str, Any], limit: float) -> dict[str, Any]:
    """Median and spread of a contender's rounds, steps a second."""
    rates = [played["rate"] for played in entry["played"]]
    shares = {
        what: median(played[what] for played in entry["played"])
        for what in entry["played"][0]
        if what != "rate"
    }
    return {
        "name": entry["name"],
        "compile": entry["compile"],
        "median": median(rates),
        "least": min(rates),
        "most": max(rates),
        "of_limit": median(rates) / limit,
        **shares,
    }


def show(result: dict[str, Any]) -> None:
    rate = median(result["matrix_rates"]) / 1e9
    loads = ", ".join(f"{load:.1f}" for load in result["load"])
    print(f"\n{CASES[result['case']].title}: {result['flops'] / 1e6:.0f} MFLOP a step")
    print(f"matrix products {rate:.0f} GFLOP/s; load average {loads}\n")
    print("| | steps/s | least to most | to the first | of the limit | compile, s |")
    print("|---|---|---|---|---|---|")
    first = result["contenders"][0]["median"]
    for each in result["contenders"]:
        print(
            f"| {each['name']} | {each['median']:.4g} | {each['least']:.4g} to "
            f"{each['most']:.4g} | {each['median'] / first:.2f} | "
            f"{each['of_limit']:.0%} | {each['compile']:.1f} |"
        )
    for each in result["contenders"]:
        if "read" in each:
            print(f"\n{each['name']}: {each['read']:.1%} of the time in readings, ")
            print(f"{each['save']:.1%} in checkpoints")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=CASES, help="all by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        serve(CASES[asked.case], asked.child)
        return
    names = [asked.case] if asked.case else list(CASES)
    results = []
    for name in names:
        results.append(measure(name, asked.rounds))
        show(results[-1])
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
