"""A folder with tiny components (`lab:…`) and a way to read a spec in it."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipelines.spec import Spec, SpecErrors, load_spec

SPEC = """\
name: a
seed: 0
stages:
  curate: {component: "lab:curate", with: {source: {kind: ring}}}
  split: {component: "lab:split"}
  train:
    component: lab:train
    with:
      steps: 10
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: empty but for the components' module."""
    shutil.copy(Path(__file__).with_name("lab.py"), tmp_path / "lab.py")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def edited() -> Callable[[Mapping[int, str]], str]:
    """The text of a good spec with some of its lines replaced or added."""

    def edit(edits: Mapping[int, str]) -> str:
        lines = dict(enumerate(SPEC.splitlines(), start=1)) | dict(edits)
        return "".join(f"{lines[number]}\n" for number in sorted(lines))

    return edit


@pytest.fixture
def read(lab: Path) -> Callable[..., Spec]:
    """Write files and load `spec.yaml` among them."""

    def load(text: str | bytes, *overrides: str, **files: str) -> Spec:
        content = text if isinstance(text, bytes) else text.encode()
        (lab / "spec.yaml").write_bytes(content)
        for name, other in files.items():
            (lab / f"{name}.yaml").write_text(other)
        return load_spec("spec.yaml", overrides)

    return load


@pytest.fixture
def errors(read: Callable[..., Spec]) -> Callable[..., list[str]]:
    """The errors of a bad spec, each as one line."""

    def load(text: str | bytes, *overrides: str, **files: str) -> list[str]:
        with pytest.raises(SpecErrors) as caught:
            read(text, *overrides, **files)
        return [str(error) for error in caught.value.errors]

    return load
