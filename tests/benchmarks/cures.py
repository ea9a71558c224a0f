"""Whether what is prescribed against the zoo's failures cures them.

    ganopsy run specs/zoo.yaml --set store=STORE
    python tests/benchmarks/cures.py STORE --seed 50

Of every case that failed on a seed in the newest report, the first change of its first
cause is made, and the case run again, as its reader would. Prints what came of each and
how many are healthy. Some ten minutes on 2 cores.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

FAILURES = Path(__file__).parents[2] / "specs" / "failures"


def tried(store: Path, seed: int) -> list[Mapping[str, Any]]:
    """The trials of a seed that something is prescribed for."""
    newest = max(
        store.glob("runs/*-zoo-*/report.json"), key=lambda p: p.stat().st_mtime
    )
    return [
        trial
        for trial in json.loads(newest.read_text())["trials"]
        if trial["seed"] == seed
        and (FAILURES / f"{trial['point']['case']}.yaml").exists()
        and trial["causes"]
        and trial["causes"][0].get("prescription")
    ]


def rerun(store: Path, trial: Mapping[str, Any]) -> Mapping[str, Any]:
    """The trial after the change, from the report that it made."""
    case, change = trial["point"]["case"], trial["causes"][0]["prescription"]["set"]
    cured = store / "cures" / case
    stated = {"seed": trial["seed"], "store": str(cured), "runner.workers": 1}
    settings = [f"{at}={json.dumps(value)}" for at, value in (stated | change).items()]
    options = [part for setting in settings for part in ("--set", setting)]
    command = [sys.executable, "-m", "pipelines.cli", "run", f"{FAILURES / case}.yaml"]
    # What a case expects is the failure: that it is gone is no error here.
    subprocess.run([*command, *options], capture_output=True, check=False)
    (made,) = sorted(cured.glob("runs/*/report.json"))[-1:]
    (again,) = json.loads(made.read_text())["trials"]
    found: Mapping[str, Any] = again
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    trials = tried(given.store, given.seed)
    counted: Counter[str] = Counter()
    with ThreadPoolExecutor(given.workers) as pool:
        again = pool.map(lambda trial: rerun(given.store, trial), trials)
        for trial, after in zip(trials, again, strict=True):
            cause = trial["causes"][0]
            counted[after["verdict"]] += 1
            symptoms = ", ".join(one["id"] for one in after["symptoms"])
            print(
                f"{trial['point']['case']} ({trial['verdict']}, {cause['id']}): "
                f"{json.dumps(cause['prescription']['set'])} -> {after['verdict']} "
                f"{symptoms}",
                flush=True,
            )
    print(f"{len(trials)} changed, {dict(counted)}")


if __name__ == "__main__":
    main()
