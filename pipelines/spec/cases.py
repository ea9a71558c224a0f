"""`cases`: which files they are, by name."""

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from components.run import CASE
from pipelines.spec.errors import (
    CasesError,
    SpecError,
    ValueFault,
    listing,
    nearest,
)
from pipelines.spec.files import locate
from pipelines.spec.nodes import Node, show
from pipelines.spec.overrides import Override

NAME = re.compile(r"[A-Za-z0-9._+-]+")
"""What a case's file may be called: the name goes into the ids of its trials."""


class CaseFile(NamedTuple):
    """A case: its name, its file, and the entry of `cases` that it comes from."""

    name: str
    path: str
    entry: Node


def find_cases(stated: Node, file: str, errors: list[SpecError]) -> list[CaseFile]:
    """The files of `cases` in the order stated, those of a pattern sorted, each once.

    A pattern leaves out the spec that states it.

    Args:
        stated: the value of `cases`, a list of texts.
        file: of the spec that collects them.
        errors: takes what is missing, twice, or of a name that is no name.
    """
    found: dict[str, CaseFile] = {}
    named: dict[str, CaseFile] = {}
    for index, entry in enumerate(stated.items):
        address = f"cases.{index}"
        for path in _files(entry, {file, entry.position.file}, address, errors):
            case = CaseFile(Path(path).stem, path, entry)
            if path in found:
                continue
            found[path] = case
            if not NAME.fullmatch(case.name):
                wanted = "a file name of letters, digits and `._+-`"
                problem = f"Not a name for a case: `{case.name}`"
                errors.append(CasesError(entry.position, address, problem, wanted))
            elif case.name in named:
                other = named[case.name]
                errors.append(
                    CasesError(
                        entry.position,
                        address,
                        f"Two cases are called `{case.name}`",
                        "file names that differ",
                        f"`{path}` beside `{other.path}` ({other.entry.position})",
                    )
                )
            else:
                named[case.name] = case
    return list(named.values())


def _files(
    entry: Node, own: set[str], address: str, errors: list[SpecError]
) -> list[str]:
    """The files of one entry; an entry that is no text is no concern of this."""
    if not isinstance(entry.value, str) or not entry.value:
        return []
    path = locate(entry.value, entry.position)
    if glob.has_magic(entry.value) and not Path(path).is_file():
        # The folder may have letters in its name that would be read as a pattern.
        root = Path(entry.position.file).parent
        pattern = str(Path(entry.value).expanduser())
        # `Path.glob` takes no absolute pattern.
        matches = glob.glob(pattern, root_dir=root, recursive=True)  # noqa: PTH207
        files = sorted({os.path.normpath(root / each) for each in matches})
        files = [each for each in files if each not in own and Path(each).is_file()]
        if not files:
            wanted = f"files like `{path}`"
            errors.append(_missing(entry, address, "No file matches", wanted))
        return files
    if Path(path).is_file():
        return [path]
    folder = Path(path).parent
    names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    near = nearest(Path(path).name, names)
    near = str(Path(entry.value).parent / near) if near else ""
    problem = f"No file `{path}`"
    if Path(path).is_dir():
        problem, near = f"`{path}` is a folder", str(Path(entry.value) / "*.yaml")
    wanted = "the path of a spec, or a pattern such as `zoo/*.yaml`"
    errors.append(_missing(entry, address, problem, wanted, near))
    return []


def _missing(
    entry: Node, address: str, problem: str, wanted: str, near: str = ""
) -> CasesError:
    return CasesError(entry.position, address, problem, wanted, show(entry), near)


def chosen_cases(
    cases: Sequence[CaseFile], overrides: Sequence[Override], errors: list[SpecError]
) -> list[CaseFile]:
    """The cases that `--set case=NAME`, or a list of names, keeps; else all."""
    known = [case.name for case in cases]
    kept = list(cases)
    for override in overrides:
        if override.address != CASE:
            continue
        wanted = override.value.items or (override.value,)
        for each in wanted if known else ():
            if each.value not in known:
                errors.append(_unknown(each, override, known))
        names = [each.value for each in wanted]
        kept = [case for case in cases if case.name in names]
    return kept


def _unknown(name: Node, override: Override, known: Sequence[str]) -> ValueFault:
    return ValueFault(
        name.position,
        override.address,
        "Unknown case",
        listing(known),
        show(name),
        nearest(str(name.value), known),
    )
