"""The README's examples work as they stand."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
GANOPSY = str(Path(sys.executable).with_name("ganopsy"))


def example(name: str) -> str:
    """The code block that follows `<!-- example: name -->`."""
    found = re.search(rf"<!-- example: {name} -->\n```\w*\n(.*?)```", README, re.S)
    assert found is not None, f"the README has no example {name}"
    return found.group(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The README's own component and spec, beside a copy of the specs and data."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    for name in ("my_components.py", "only_threes.yaml"):
        (tmp_path / "specs" / name).write_text(example(name))
    return tmp_path


def ganopsy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GANOPSY, *arguments], cwd=folder, capture_output=True, text=True, timeout=240
    )


def test_a_component_of_ones_own_runs_from_its_file(folder: Path):
    done = ganopsy(folder, "run", "specs/only_threes.yaml", "--to", "split")
    assert done.returncode == 0, done.stdout + done.stderr

    from pipelines.store import Store

    store = Store(str(folder / "runs"))
    (url,) = (folder / "runs" / "artifacts" / "curriculum").iterdir()
    curriculum = store.get("curriculum", url.name)
    labels = {*curriculum.train().labels, *curriculum.holdout().labels}
    assert labels == {3}


def test_the_annotated_spec_is_valid(folder: Path):
    block = re.search(r"## A spec\n\n```yaml\n(.*?)```", README, re.S)
    assert block is not None
    (folder / "specs" / "annotated.yaml").write_text(block.group(1))
    done = ganopsy(folder, "check", "specs/annotated.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_and_pictures_of_the_readmes_exist():
    for page in [ROOT / "README.md", *ROOT.glob("*/README.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page}: {target}"


def test_the_readme_fits_two_screens():
    shown = re.sub(r"<!--.*?-->\n", "", README)
    assert len(shown.splitlines()) <= 130


def test_the_commands_are_the_ones_that_ci_runs():
    commands = re.findall(r"<!-- commands: .*? -->\n```\n(.*?)\n```", README, re.S)
    assert commands == [
        "pip install . && ganopsy run specs/quickstart.yaml",
        "pip install '.[test]' && pytest",
    ]
    assert "<!-- commands: tests -->" in (ROOT / ".ci" / "run").read_text()
