"""What bad specs get: the table in `bad_specs.txt`, and what needs files or bytes."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.spec import SpecErrors, load_spec

TABLE = Path(__file__).with_name("bad_specs.txt")
Errors = Callable[..., list[str]]


class Case(NamedTuple):
    name: str
    text: str
    errors: list[tuple[int, int, str, str]]


def cases() -> list[Case]:
    """The table: the first block is the good spec, the others are edits of it."""
    first, *blocks = TABLE.read_text(encoding="utf-8").split("\n== ")
    good = _lines(first)
    found = []
    for block in blocks:
        lines = good | _lines(block)
        text = "".join(f"{lines[number]}\n" for number in sorted(lines))
        matches = re.findall(r"^>> (\d+):(\d+) «(.*?)» (.*)$", block, re.M)
        errors = [(int(a), int(b), place, message) for a, b, place, message in matches]
        found.append(Case(block.partition("\n")[0], text, errors))
    return found


def _lines(block: str) -> dict[int, str]:
    return {int(n): text for n, text in re.findall(r"^ ?(\d+)\|(.*)$", block, re.M)}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_table(case: Case, errors: Errors, lab: Path) -> None:
    (lab / "ring.yaml").write_text("kind: ring\nmodes: 8\n")
    (lab / "base.yaml").write_text("{}")
    received = [
        re.sub(r" at 0x[0-9a-f]+", "", error).replace(str(lab.resolve()), "FOLDER")
        for error in errors(case.text)
    ]
    assert received == [f"spec.yaml:{a}:{b}: {text}" for a, b, _, text in case.errors]
    lines = [*case.text.split("\n"), ""]
    for line, column, place, _ in case.errors:
        # The column points at the text that the error is about.
        assert lines[line - 1][column - 1 :].startswith(place)


def test_table_is_large_and_without_jargon() -> None:
    known = cases()
    assert len(known) >= 45
    assert all(case.errors for case in known)
    jargon = re.compile(r"Input should|pydantic|[a-z]+_type|validation|Extra inputs")
    assert not jargon.search(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            b"",
            "1:1: The file is empty. Expected a mapping with `name` and `stages`.",
        ),
        (
            b"# nothing\n",
            "1:1: The file is empty. Expected a mapping with `name` and `stages`.",
        ),
        (
            b"- a\n",
            "1:1: Not a mapping. Expected a mapping with `name` and `stages`. "
            "Received: ['a'].",
        ),
        (
            b"name: a\nseed: \xff\n",
            "2:7: The file is not UTF-8. Expected UTF-8 text. Received: the byte 0xFF.",
        ),
        (
            "name: \u00e9\u6f22\nseed: ".encode() + b"\xff\n",
            "2:7: The file is not UTF-8. Expected UTF-8 text. Received: the byte 0xFF.",
        ),
        (
            b"name: a\nseed: \x00\n",
            "2:7: A control character. Expected printable text. "
            "Received: the character U+0000.",
        ),
        (
            b'name: "\\uD800"\n',
            "1:10: Not YAML: found invalid Unicode character escape code "
            "(while parsing a quoted scalar, begun at line 1).",
        ),
        (
            b"seed: " + b"9" * 5000,
            "1:7: Too long a number. Expected a number of fewer digits. "
            f"Received: '{'9' * 40}'.",
        ),
        (
            b"a:\n" + b"".join(b" " * n + b"-\n" for n in range(80)),
            "65:64: Nested too deeply. Expected at most 64 levels.",
        ),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else "",
)
def test_bytes(content: bytes, error: str, errors: Errors) -> None:
    assert errors(content) == [f"spec.yaml:{error}"]


def test_anchor_bomb_is_refused_before_it_expands(errors: Errors) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n"
    start = time.process_time()
    # a to d hold 11, 111, 1,111 and 11,111 values: e is too many at its 9th or 10th.
    expected = [
        "spec.yaml:5:35: The file expands to too many values. "
        "Expected at most 100,000, aliases written out."
    ]
    assert errors(bomb) == expected
    # Expanded, it would hold 10 ** 9 values: hours.
    assert time.process_time() - start < 5


def test_ten_megabytes_of_nonsense(errors: Errors) -> None:
    start = time.process_time()
    assert errors(b"{[nonsense: \x00" * 1_000_000) == [
        "spec.yaml:1:1: The file is too large. Expected at most 1,048,576 bytes. "
        "Received: 13,000,000 bytes."
    ]
    assert time.process_time() - start < 5


def test_a_folder(lab: Path) -> None:
    (lab / "spec.yaml").mkdir()
    with pytest.raises(SpecErrors) as caught:
        load_spec("spec.yaml")
    assert str(caught.value) == (
        "spec.yaml:1:1: `spec.yaml` is a folder. Expected a YAML file."
    )


def test_a_missing_file(lab: Path) -> None:
    (lab / "specs").mkdir()
    (lab / "specs" / "quickstart.yaml").write_text("{}")
    with pytest.raises(SpecErrors) as caught:
        load_spec("specs/quickstrat.yaml")
    assert str(caught.value) == (
        "specs/quickstrat.yaml:1:1: No file `specs/quickstrat.yaml`. "
        "Expected a YAML file. Did you mean `specs/quickstart.yaml`?"
    )


def test_the_line_is_shown_with_a_caret(read: Callable[..., object]) -> None:
    with pytest.raises(SpecErrors) as caught:
        read("nam: a\nstages: {a: {component: train2}}\n")
    assert "    nam: a\n    ^\n" in str(caught.value)
    assert f"    stages: {{a: {{component: train2}}}}\n{' ' * 28}^" in str(caught.value)


def test_a_scanner_that_is_made_to_nest_is_stopped_early(errors: Errors) -> None:
    # Where: at our own bound, or at libyaml's, whose scanner runs ahead of its parser.
    (error,) = errors(b"a: " + b"[" * 200_000)
    wanted = r"spec.yaml:1:\d{2,4}: Nested too deeply. Expected at most 64 levels."
    assert re.fullmatch(wanted, error)
