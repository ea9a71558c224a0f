"""A toy project: a spec, its components beside it, and the command to run it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = """\
name: toy
store: store
stages:
  source:
    component: toy_components:source
    with: {value: 3}
  work:
    component: toy_components:work
    with: {steps: 20}
  gather: {component: toy_components:gather}
matrix:
  seed: [0, 1]
expect:
  - verdict: healthy
"""


class Toy:
    """The folder of a spec `spec.yaml`, and what to do with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / "spec.yaml"
        self.store = folder / "store"
        self.spec.write_text(SPEC)
        shutil.copy(Path(__file__).with_name("toy_components.py"), folder)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pipelines.cli", *arguments]

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ganopsy(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, text=True,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip

    def run(self, *sets: str) -> "subprocess.CompletedProcess[str]":
        return self.ganopsy("run", "spec.yaml", *self.flags(*sets))

    @staticmethod
    def flags(*sets: str) -> list[str]:
        return [word for entry in sets for word in ("--set", entry)]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path)
