"""The packaged calibration is what its spec makes: a small part of it, made again."""

import subprocess
import sys
from pathlib import Path

import pytest

from components.diagnose.calibration import CalibrationTable, packaged
from components.diagnose.combine import mechanisms
from components.diagnose.combine import tests as family
from components.diagnose.statistics import STATISTICS

ROOT = Path(__file__).parents[3]
CASE = "plus_non_saturating"


def test_it_knows_every_statistic_that_judges():
    """But those whose null is exact, and of which no calibrated run has a reading."""
    judged = {name for name in (*family(), *mechanisms()) if name in STATISTICS}
    wanted = {name for name in judged if STATISTICS[name].exact is None}
    assert wanted <= set(packaged().checks)


SPEC = f"""
name: again
cases: [{ROOT}/specs/calibration/bases/{CASE}.yaml]
runner: {{kind: local, workers: 2}}
stages:
  calibrate: {{component: "components.diagnose.calibrate:calibrate"}}
matrix: {{seed: [100, 101]}}
"""


def test_a_case_of_it_reads_as_packaged(tmp_path):
    """Two healthy runs of one case, trained again. Training is chaotic, and another
    processor rounds otherwise: a reading is to lie within what all runs of the kind
    read, or no further beyond than a fifth of that range."""
    (tmp_path / "again.yaml").write_text(SPEC)
    command = [
        sys.executable,
        "-m",
        "pipelines.cli",
        "run",
        str(tmp_path / "again.yaml"),
    ]
    options = ["--to", "calibrate", "--set", f"store={tmp_path / 'runs'}"]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (made,) = (tmp_path / "runs").glob("artifacts/calibration/*/calibration.json")
    table = CalibrationTable.model_validate_json(made.read_bytes())
    assert table.runs == 2
    known = packaged().of("points").checks
    shared = set(table.checks) & set(known)
    assert len(shared) >= 0.9 * len(known)
    for name in shared:
        healthy = table.checks[name]
        low, high = min(known[name].values), max(known[name].values)
        margin = 0.2 * (high - low) + 1e-6
        for value in healthy.values:
            assert low - margin <= value <= high + margin, name


@pytest.mark.parametrize("kind", ["points", "images"])
def test_each_kind_of_records_has_runs_of_its_own(kind):
    assert len(packaged().kinds[kind]["precision"].values) >= 10
