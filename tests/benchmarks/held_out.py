"""How well a calibration serves bases that it has no run of.

    ganopsy run specs/calibration.yaml --to calibrate --set store=STORE
    python tests/benchmarks/held_out.py STORE

Every base of the newest run is left out in turn, with all failures made from it; the
others are calibrated, and what was left out is diagnosed by that. Prints what came of
each, how often a healthy run alarms, and how often a failed one is called right. Some
minutes on 2 cores: everything is calibrated once a base.
"""

import argparse
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from components.artifacts import Metrics, Telemetry
from components.diagnose.calibrate import (
    HEALTHY,
    CalibrateParams,
    Known,
    calibrated,
    known_cause,
)
from components.diagnose.calibration import CalibrationTable
from components.diagnose.readings import Readings
from components.diagnose.stage import DiagnoseParams, diagnose_readings
from components.diagnose.tabulation import to_json


class Outcome(NamedTuple):
    """What a run is, and what was found of it by the calibration of other bases."""

    case: str
    base: str
    cause: str
    verdict: str
    found: tuple[str, ...]
    symptoms: tuple[str, ...]

    @property
    def result(self) -> str:
        if self.verdict == "healthy":
            return "right" if self.cause == HEALTHY else "no symptom"
        if self.verdict != "failed":
            return "undetermined"
        return "right" if self.found[:1] == (self.cause,) else "wrong"


CASES = Path(__file__).parents[2] / "specs" / "calibration"


@cache
def origin(case: str) -> tuple[str, str | None]:
    """The base that a case is or was made from, and what it expects."""
    (file,) = CASES.glob(f"*/{case}.yaml")
    stated = yaml.safe_load(file.read_text())
    expected, base = stated.get("expect"), file
    while "extends" in stated:
        file = (file.parent / stated["extends"]).resolve()
        stated = yaml.safe_load(file.read_text())
        expected = stated.get("expect") if expected is None else expected
        base = base if base.parent.name == "bases" else file
    return base.stem, known_cause(expected or [])


@cache
def runs(store: str) -> list[tuple[str, Known]]:
    """Every run of the newest run of a store, with its base."""
    made = sorted(Path(store).glob("runs/*/run.json"), key=lambda p: p.stat().st_mtime)
    found = []
    for trial in json.loads(made[-1].read_text())["trials"]:
        case = trial["point"]["case"]
        base, cause = origin(case)
        read = []
        for kind, stage, name in (
            (Metrics, "evaluate", "metrics"),
            (Telemetry, "train", "telemetry"),
        ):
            digest = trial["nodes"][stage]["outputs"][name]["digest"]
            read.append(kind(f"{store}/artifacts/{name}/{digest}"))
        metrics, telemetry = read
        readings = Readings(metrics.content(), telemetry.series(), telemetry.info())
        if cause is not None:
            found.append((base, Known(readings, case, cause)))
    return found


def held_out(store: str, base: str) -> list[Outcome]:
    """The runs of a base and of what was made from it, by all others."""
    kept = [run for name, run in runs(store) if name != base]
    table = calibrated(kept, CalibrateParams())
    known = CalibrationTable.model_validate_json(to_json(table))
    found = []
    for name, run in runs(store):
        if name != base:
            continue
        told = diagnose_readings(run.readings, DiagnoseParams(calibration=known))
        causes = tuple(one.id for one in told.causes)
        symptoms = tuple(one.id for one in told.symptoms)
        found.append(Outcome(run.case, base, run.cause, told.verdict, causes, symptoms))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    bases = sorted({base for base, _ in runs(given.store)})
    with ProcessPoolExecutor(given.workers) as pool:
        parts = list(pool.map(held_out, [given.store] * len(bases), bases))
    every = [each for part in parts for each in part]
    for each in every:
        if each.result != "right":
            causes = ", ".join(each.found) or "none"
            print(
                f"{each.case}: {each.result}; is {each.cause}, symptoms "
                f"{', '.join(each.symptoms) or 'none'}, causes {causes}"
            )
    for kind, group in (
        ("healthy", [e for e in every if e.cause == HEALTHY]),
        ("failed", [e for e in every if e.cause != HEALTHY and e.symptoms]),
        ("made to fail", [e for e in every if e.cause != HEALTHY]),
    ):
        counted = Counter(each.result for each in group)
        print(f"{kind}: {len(group)} runs, {dict(counted.most_common())}")


if __name__ == "__main__":
    main()
