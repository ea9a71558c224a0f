"""The synthetic run as a fixture: test modules cannot import each other."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "components/report"


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module `synthetic_report`: makes runs and reports of them."""
    for name in ("synthetic_artifacts", "synthetic_report"):
        if name not in sys.modules:
            path = FOLDER / f"{name}.py"
            spec = importlib.util.spec_from_file_location(name, path)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
    return sys.modules["synthetic_report"]
