"""What tests of any part share."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
COMMAND = "from pipelines.cli import main; main()"


@pytest.fixture
def run_spec(tmp_path):
    """`run_spec(path, {address: value})`: the command on a spec, as a user runs it.

    Returns:
        what it printed, the report's content, and the report's folder.
    """

    def run(spec, changes):
        arguments = ["run", str(spec), "--set", f"store={tmp_path}/runs"]
        for address, value in changes.items():
            arguments += ["--set", f"{address}={value}"]
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        (folder,) = (tmp_path / "runs" / "runs").iterdir()
        return done.stdout, json.loads((folder / "report.json").read_text()), folder

    return run


SYNTHETIC = Path(__file__).parent / "components/report"


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module `synthetic_report`: makes runs and reports of them."""
    for name in ("synthetic_game", "synthetic_artifacts", "synthetic_report"):
        if name not in sys.modules:
            path = SYNTHETIC / f"{name}.py"
            spec = importlib.util.spec_from_file_location(name, path)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
    return sys.modules["synthetic_report"]
