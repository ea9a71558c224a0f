"""The packaged calibration is what its spec makes: a small part of it, made again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from components.artifacts import Metrics, Telemetry
from components.diagnose.calibrate import apart, symptomatic
from components.diagnose.calibration import CalibrationTable, packaged
from components.diagnose.combine import mechanisms
from components.diagnose.combine import tests as family
from components.diagnose.growing import grown, runs_of
from components.diagnose.readings import Readings
from components.diagnose.statistics import STATISTICS

ROOT = Path(__file__).parents[3]
CASE, FAULT = "plus_non_saturating", "plus_flat_diversity"


def test_it_knows_every_statistic_that_judges():
    """But those whose null is exact, and of which no calibrated run has a reading."""
    judged = {name for name in (*family(), *mechanisms()) if name in STATISTICS}
    wanted = {name for name in judged if STATISTICS[name].exact is None}
    assert wanted <= set(packaged().checks)


SPEC = f"""
name: again
cases:
  - {ROOT}/specs/calibration/bases/{CASE}.yaml
  - {ROOT}/specs/calibration/failures/{FAULT}.yaml
runner: {{kind: local, workers: 2}}
stages:
  calibrate: {{component: "components.diagnose.calibrate:calibrate"}}
matrix: {{seed: [100, 101]}}
"""


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """Two runs of a healthy case and two of a faulty one, trained again."""
    folder = tmp_path_factory.mktemp("again")
    (folder / "again.yaml").write_text(SPEC)
    command = [
        sys.executable,
        "-m",
        "pipelines.cli",
        "run",
        str(folder / "again.yaml"),
    ]
    options = ["--to", "calibrate", "--set", f"store={folder / 'runs'}"]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "runs"


def test_a_case_of_it_reads_as_packaged(again):
    """Training is chaotic, and another processor rounds otherwise: a reading is to lie
    within what the case's own runs read, or no further beyond than a fifth of the range
    of all runs of the kind."""
    (made,) = again.glob("artifacts/calibration/*/calibration.json")
    table = CalibrationTable.model_validate_json(made.read_bytes())
    assert table.runs == 2
    assert table.exposed["flat_diversity"].runs == 2
    known = packaged().of("points").checks
    number = packaged().cases.index(CASE)
    shared = set(table.checks) & set(known)
    assert len(shared) >= 0.9 * len(known)
    for name in shared:
        healthy, packed = table.checks[name], known[name]
        pairs = zip(packed.values, packed.cases, strict=True)
        own = [value for value, case in pairs if case == number]
        low, high = min(own), max(own)
        margin = 0.2 * (max(packed.values) - min(packed.values)) + 1e-6
        for value in healthy.values:
            assert low - margin <= value <= high + margin, name


def test_its_trees_grow_again_from_its_runs():
    """Another version of scikit-learn may split ties otherwise: by their votes on every
    failed run that it holds."""
    table = packaged()
    again, packed = grown(runs_of(table)), table.forest
    for exposed in table.exposed.values():
        for failure in exposed.failures:
            one, other = (f.ask(failure.departures) for f in (again, packed))
            for cause in packed.causes:
                assert abs(one.share(cause) - other.share(cause)) <= 0.02
    assert (again.right, again.clear) == pytest.approx(
        (packed.right, packed.clear), abs=0.02
    )


def test_a_fault_of_it_departs_as_packaged(again):
    """As far from healthy as its runs in the calibration, or no further beyond than a
    standard error of the next healthy run. What reads better than that departs by
    nothing: how much better, as a path that turns less, is of no consequence."""
    known = [
        failure.departures
        for failure in packaged().exposed["flat_diversity"].failures
        if failure.case == FAULT
    ]
    assert len(known) == 4
    faulty = [each for each in readings(again) if each[0] == FAULT]
    assert len(faulty) == 2
    for _, run in faulty:
        assert "mode_collapse" in symptomatic(run, packaged())
        departures = apart(run, packaged())
        assert departures["log_volume"] > 3
        for name in set.intersection(*map(set, known)) & set(departures):
            *told, found = (max(e[name], 0.0) for e in (*known, departures))
            assert min(told) - 1 <= found <= max(told) + 1, name


def readings(store):
    """Every trial's case and what was read of it."""
    (told,) = store.glob("runs/*/run.json")
    for trial in json.loads(told.read_text())["trials"]:
        made = trial["nodes"]
        metrics, telemetry = (
            kind(f"{store}/artifacts/{name}/{made[stage]['outputs'][name]['digest']}")
            for kind, stage, name in (
                (Metrics, "evaluate", "metrics"),
                (Telemetry, "train", "telemetry"),
            )
        )
        case = Path(trial["point"]["case"]).stem
        yield case, Readings(metrics.content(), telemetry.series(), telemetry.info())


@pytest.mark.parametrize("kind", ["points", "images"])
def test_each_kind_of_records_has_runs_of_its_own(kind):
    assert len(packaged().kinds[kind]["recall"].values) >= 10
