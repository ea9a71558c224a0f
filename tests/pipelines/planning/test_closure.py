"""The source closure: what belongs to it, and what changes it."""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from components.component import BUILTIN, Component
from components.loading import load_component
from pipelines.planning import closure as closures
from pipelines.planning.closure import Root, _Walk, source_closure

USER = """
from components.artifacts import Metrics
from components.component import Context, component
{imports}

@component()
def measure(*, context: Context) -> Metrics:
    {body}
    return context.create(Metrics)
"""


def mine(folder: Path) -> Component:
    """The component of `mine.py`, without importing it."""

    def measure():
        raise NotImplementedError

    measure.__module__ = "mine"
    known = load_component("split")
    return replace(known, name="mine:x", function=measure, source=folder / "mine.py")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def closure_of(folder: Path, imports="", body="pass", **files: str) -> set[str]:
    """Names of the closure of a user's component; ours are left out."""
    named = {
        name.replace("__", "/").replace("INIT", "__init__") + ".py": text
        for name, text in files.items()
    }
    write(folder, {"mine.py": USER.format(imports=imports, body=body), **named})
    found = source_closure(mine(folder), str(folder))
    return {name for name in found if not name.startswith("components/")}


def test_a_component_of_ones_own_alone(tmp_path):
    assert closure_of(tmp_path, unrelated="x = 1") == {"mine.py"}


@pytest.mark.parametrize(
    "imports",
    ["import helper", "import helper as h", "from helper import x",
     "from helper import *", "import os, helper",
     "import importlib\nimportlib.import_module('helper')",
     "if True:\n    import helper", "try:\n    import helper\nexcept ImportError: ..."],
)  # fmt: skip
def test_every_way_of_importing_counts(tmp_path, imports):
    assert closure_of(tmp_path, imports, helper="x = 1") == {"mine.py", "helper.py"}


def test_an_import_inside_a_function_counts(tmp_path):
    found = closure_of(tmp_path, body="from helper import x", helper="x = 1")
    assert found == {"mine.py", "helper.py"}


def test_an_import_for_type_checkers_does_not_count(tmp_path):
    imports = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import helper"
    assert closure_of(tmp_path, imports, helper="x = 1") == {"mine.py"}


def test_imports_are_followed_through_modules_packages_and_cycles(tmp_path):
    found = closure_of(
        tmp_path,
        "from tools import grid",
        tools__INIT="",
        tools__grid="from . import shapes\nfrom .deep.er import y",
        tools__shapes="from tools.grid import z",
        tools__deep__INIT="",
        tools__deep__er="from ...tools import other\ny = 1",
        tools__unused="",
    )
    assert found == {
        "mine.py", "tools/__init__.py", "tools/grid.py", "tools/shapes.py",
        "tools/deep/__init__.py", "tools/deep/er.py",
    }  # fmt: skip


def test_a_package_that_imports_all_of_its_modules_counts_whole(tmp_path):
    found = closure_of(
        tmp_path,
        "import kinds",
        kinds__INIT="from components.parts import import_members\n"
        "import_members(__name__, __path__)",
        kinds__one="",
        kinds__two="",
    )
    assert {"kinds/one.py", "kinds/two.py"} <= found


def test_a_module_that_cannot_be_parsed_still_counts(tmp_path):
    body = "import broken"
    assert closure_of(tmp_path, body=body, broken="def (") == {"mine.py", "broken.py"}


def test_names_do_not_depend_on_where_the_files_are(tmp_path):
    found = []
    for folder in (tmp_path / "one", tmp_path / "two words"):
        closure_of(folder, "import helper", helper="x = 1")
        loaded = mine(folder)
        found.append(source_closure(loaded, str(folder)))
    assert found[0] == found[1]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the components, whose closures can be changed; a look-up of one."""
    original = Path(closures.__file__).resolve().parents[2]
    shutil.copytree(
        original / "components", tmp_path / "components",
        ignore=shutil.ignore_patterns("__pycache__"),
    )  # fmt: skip

    def look(stage: str) -> dict[str, str]:
        walk = _Walk([Root(tmp_path, ("components", "pipelines"))])
        walk.add_package(tmp_path / "components" / stage)
        walk.follow()
        return walk.found

    return look


def append(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("a") as file:
        file.write("\n# changed\n")


def test_the_copy_has_the_closure_of_the_original(copy):
    assert copy("split") == source_closure(load_component("split"))


def test_a_change_in_another_stage_changes_nothing(copy, tmp_path):
    before = copy("split")
    append(tmp_path, "components/report/stage.py")
    append(tmp_path, "components/train/stage.py")
    assert copy("split") == before


@pytest.mark.parametrize("stage", BUILTIN)
def test_a_change_in_a_shared_module_changes_every_stage(copy, tmp_path, stage):
    before = copy(stage)
    append(tmp_path, "components/artifacts/artifact.py")
    changed = {k for k, v in copy(stage).items() if before.get(k) != v}
    assert changed == {"components/artifacts/artifact.py"}


def test_a_change_of_a_file_or_template_in_the_folder_counts(copy, tmp_path):
    write(
        tmp_path, {"components/report/page.css": "a {}", "components/report/x.py": ""}
    )
    found = copy("report")
    assert {"components/report/page.css", "components/report/x.py"} <= set(found)
    append(tmp_path, "components/report/page.css")
    now = copy("report")
    assert {k for k in now if now[k] != found[k]} == {"components/report/page.css"}


@pytest.mark.parametrize("stage", BUILTIN)
def test_a_stage_does_not_depend_on_another_stages_folder(stage):
    folders = {name.split("/")[1] for name in source_closure(load_component(stage))}
    assert folders & set(BUILTIN) == {stage}


def test_what_modules_import_can_be_remembered_across_processes(tmp_path, monkeypatch):
    closure_of(tmp_path, "import helper", helper="x = 1")
    known = closures.remembered()
    monkeypatch.setattr(closures, "_parsed", {})
    monkeypatch.setattr(closures, "_sources", {})
    closures.remember({**known, "parser": "another"})
    assert closures._parsed == {}
    closures.remember(known)
    monkeypatch.setattr(closures, "_read_imports", lambda content: 1 / 0)
    loaded = mine(tmp_path)
    assert "helper.py" in source_closure(loaded, str(tmp_path))


def test_an_edit_is_seen_in_the_same_process(tmp_path):
    closure_of(tmp_path, "import helper", helper="x = 1")
    loaded = mine(tmp_path)
    before = source_closure(loaded, str(tmp_path))
    time.sleep(0.01)
    (tmp_path / "helper.py").write_text("x = 2")
    after = source_closure(loaded, str(tmp_path))
    assert [k for k in before if before[k] != after[k]] == ["helper.py"]
