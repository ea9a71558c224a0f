"""The whole pipeline through a Beam job service.

Workers are processes of their own, started by the job service; nothing is shared with
the driver but the store. What passes here runs on a cluster that reaches the store.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.runs import load
from pipelines.store import Store

ROOT = Path(__file__).parents[2]
SMALL = (
    "train.steps=60",
    "train.telemetry.snapshots=2",
    "train.checkpoint.every=30",
    "train.discriminator_steps=1",
    "evaluate.samples=200",
    "seed=0",
)


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def run(store, spec, *sets):
    flags = [word for entry in sets for word in ("--set", entry)]
    arguments = ["run", str(spec), "--runner", "portable", "--store", store.url]
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments, *flags],
        capture_output=True, text=True, timeout=280, check=False,
        cwd=Path(store.url).parent,
    )  # fmt: skip


def started(store, run_id):
    """Node key -> the process that began it, and whether it is the driver."""
    found = {}
    for key in store.files.children("work"):
        place = store.files.root / "work" / key / run_id / "started.json"
        if place.exists():
            found[key] = json.loads(place.read_text())["pid"]
    return found


def test_the_quickstart_in_small(store):
    result = run(store, ROOT / "specs" / "quickstart.yaml", *SMALL)
    # Too few steps to learn anything: whether expectations are met is not the point.
    assert result.returncode in (0, 1), result.stdout + result.stderr
    record = load(store, "last")
    assert record.status == "done"
    assert {trial.failed for trial in record.trials} == {None}
    assert all(len(trial.nodes) == 7 for trial in record.trials)

    pids = started(store, record.id)
    for trial in record.trials:
        for stage, use in trial.nodes.items():
            driver = stage in ("curate", "split", "reference")
            assert (pids[use.key] == record.pid) == driver, stage
            assert all(store.present(o.type, o.digest) for o in use.outputs.values())
    assert store.verify() == []
