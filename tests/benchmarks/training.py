"""The training engine beside other ways to play the same game, as tables.

    python tests/benchmarks/training.py [--case NAME] [--rounds 5] [--json FILE]

Networks, batch, optimizer and data are the same. The contenders take turns of some
seconds, round after round, so that what else the machine does meets all alike; a ratio
is the median over rounds of the ratio within a round. Compiling and first steps come
before. Each framework has a process of its own, which waits while others play:
TensorFlow and PyTorch crash in one process, and Keras knows one backend a process.

`of the limit` is the rate of the matrix products of a step, counted by the formula of
`cases.step_flops`, over the best rate of large products in the same run. A framework
plays if it is installed; the first to do so is what others are compared with. Nothing
is asserted: clocks differ between machines.
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

from cases import CASES  # noqa: E402
from contenders.child import Child, serve  # noqa: E402
from machine import BUSY, Others, load  # noqa: E402


def measure(name: str, rounds: int, seconds: float) -> dict[str, Any]:
    """All contenders of a case, each once a round."""
    frameworks = []
    for framework in ("tensorflow", "jax", "torch"):
        if importlib.util.find_spec(framework):
            frameworks.append(framework)
        else:
            print(f"{framework}: not installed: pip install {framework}")
    started = load()
    children = [Child(name, framework) for framework in frameworks]
    entries = [
        {**one, "child": child, "number": number, "played": []}
        for child in children
        for number, one in enumerate(child.contenders)
    ]
    for entry in entries:
        entry["steps"] = steps_of_a_turn(entry, seconds)
    others = Others()
    for number in range(rounds):
        print(f"{name}: round {number + 1} of {rounds}", file=sys.stderr)
        for entry in entries:
            play = entry["child"].play
            entry["played"].append(play(entry["number"], entry["steps"]))
    result = {
        "case": name,
        "load": started,
        "others": others.share(),
        "flops": children[0].flops,
        "contenders": {entry["name"]: told(entry) for entry in entries},
    }
    for child in children:
        child.close()
    return result


def steps_of_a_turn(entry: dict[str, Any], seconds: float) -> int:
    """About as many as a contender makes in a turn."""
    if entry["name"].startswith("product") or "telemetry" in entry["name"]:
        return 1
    steps, rate = 2, entry["child"].play(entry["number"], 2)["rate"]
    while steps / rate < seconds / 4:
        steps *= 4
        rate = entry["child"].play(entry["number"], steps)["rate"]
    return max(2, round(rate * seconds))


def told(entry: dict[str, Any]) -> dict[str, Any]:
    """What is measured of a contender, each quantity a round."""
    series = {
        what: [played[what] for played in entry["played"]]
        for what in entry["played"][0]
    }
    return {"compile": entry["compile"], **series}


def show(result: dict[str, Any]) -> None:
    contenders = dict(result["contenders"])
    products = [name for name in contenders if name.startswith("product")]
    limit = max(rate for name in products for rate in contenders.pop(name)["rate"])
    flops, others = result["flops"], result["others"]
    length = CASES[result["case"]].params.steps
    print(f"\n{CASES[result['case']].title}\n")
    print(
        f"{flops / 1e6:.1f} MFLOP of matrix products a step; the best large product "
        f"makes {limit / 1e9:.0f} GFLOP/s, which would allow {limit / flops:.0f} "
        f"steps/s. {result['load']} at the start; others took {others:.0%} of the "
        f"cores during the rounds."
    )
    if others > BUSY:
        print("WARNING: the machine is busy; rates are too low, ratios unsteady.")
    print("\n| | steps/s | least to most | of the limit | compile, s | engine is |")
    print("|---|---|---|---|---|---|")
    ours = next(iter(contenders.values()))["rate"]
    for name, each in contenders.items():
        rate, middle = each["rate"], median(each["rate"])
        ratio = median(a / b for a, b in zip(ours, rate, strict=True))
        print(
            f"| {name} | {middle:,.4g} | {min(rate):,.4g} to {max(rate):,.4g} | "
            f"{middle * flops / limit:.0%} | {each['compile']:.1f} | {ratio:.2f} x |"
        )
    for name, each in contenders.items():
        if "read" in each:
            read, save = median(each["read"]), median(each["save"])
            print(
                f"\n{name}: of a training of {length:,} steps, readings take "
                f"{read:.1%} and checkpoints {save:.1%}."
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", choices=CASES, help="all by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of a turn")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if asked.child:
        serve(CASES[asked.case], asked.child)
        return
    results = []
    for name in [asked.case] if asked.case else list(CASES):
        results.append(measure(name, asked.rounds, asked.seconds))
        show(results[-1])
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
