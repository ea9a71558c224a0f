"""The pages on causes: whole, true to what judges the causes, and shipped."""

import re
import tomllib
from pathlib import Path

import pytest

from components import mechanisms
from components.diagnose.causes import CAUSES as EXAMINED
from components.diagnose.statistics import STATISTICS
from components.vocabulary import CAUSES

ROOT = Path(__file__).parents[2]


def sections(cause: str) -> dict[str, str]:
    """By heading what stands below it."""
    title, *parts = re.split(r"^## ", mechanisms.page(cause) or "", flags=re.M)
    assert re.fullmatch(r"# .+\n+", title)
    return dict(part.split("\n", 1) for part in parts)


def judged_by(cause: str) -> list[str]:
    """The ids at the head of the items of Evidence."""
    return re.findall(r"^- `([^`]+)`:", sections(cause)["Evidence"], flags=re.M)


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_a_page_with_all_headings(cause):
    found = sections(cause)
    assert tuple(found) == mechanisms.HEADINGS
    assert all(text.strip() for text in found.values())
    assert 150 <= len(" ".join(found.values()).split()) <= 310


@pytest.mark.parametrize("cause", CAUSES)
def test_a_page_names_the_statistics_that_judge_its_cause(cause):
    named = judged_by(cause)
    assert set(named) <= set(STATISTICS)
    checks = EXAMINED[cause].checks if cause in EXAMINED else ()
    assert sorted(named) == sorted(checks)


@pytest.mark.parametrize("cause", CAUSES)
def test_every_source_has_authors_a_year_and_a_title(cause):
    items = re.findall(
        r"^- (.+?)(?=^- |\Z)", sections(cause)["Source"], flags=re.M | re.S
    )
    assert items
    for item in items:
        assert re.match(r'[A-Z].* (19|20)\d\d, "[^"]+"', " ".join(item.split())), item


def test_there_is_no_page_without_a_cause_and_none_outside_the_folder():
    folder = Path(mechanisms.__file__).parent
    assert {path.stem for path in folder.glob("*.md")} == set(CAUSES)
    assert mechanisms.page("no_such_cause") is None
    assert mechanisms.page("../README") is None


def test_the_wheel_holds_the_pages():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert "*.md" in built["package-data"]["*"]
    (pattern,) = [p for p in built["packages"]["find"]["include"] if p[0] == "c"]
    assert Path("components.mechanisms").match(pattern)
