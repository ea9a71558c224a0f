"""Plain words for ids, values and counts."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from components.report.prescriptions import scalar
from components.report.svg import DASH, MINUS, number
from components.report.titles import TITLES
from components.run import CASE

VERDICTS = {
    "failed": ("fail", "✕", "failed"),
    "healthy": ("ok", "✓", "healthy"),
    "undetermined": ("open", "?", "undetermined"),
    "measured": ("ok", "=", "measured"),
}


def title(name: str) -> str:
    """An id as a heading; what is one of several by its kind and which it is."""
    if name in TITLES:
        return TITLES[name]
    kind, which = _numbered(name)
    if kind in TITLES:
        return f"{TITLES[kind]} {which}"
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _numbered(name: str) -> tuple[str, str]:
    """A kind of series and which of it: `tier_coverage.2`, `eigenvalue_real_0`."""
    kind, dot, which = name.partition(".")
    if dot:
        return kind, which
    kind, _, which = name.rpartition("_")
    return (kind, which) if which.isdigit() else (name, "")


def value(given: Any) -> str:
    """A parameter's value; a part that is its kind alone is named by it."""
    if isinstance(given, Mapping) and set(given) == {"kind"}:
        return str(given["kind"])
    if isinstance(given, Mapping) and not given:
        return "none"
    return scalar(given)


def point(given: Mapping[str, Any]) -> str:
    """A point of the matrix in few words: last names of addresses, values, the seed."""
    given = dict(sorted(given.items(), key=lambda item: item[0] == "seed"))
    names = [address.rpartition(".")[2] for address in given]
    clear = len(set(names)) == len(names)
    parts = (
        f"{name if clear else address} {value(stated)}"
        for name, (address, stated) in zip(names, given.items(), strict=True)
    )
    return ", ".join(parts)


def setting(given: Mapping[str, Any]) -> str:
    """A variant's point: a case by its name alone, and the rest as of `point`."""
    rest = {address: stated for address, stated in given.items() if address != CASE}
    return ", ".join(filter(None, (str(given.get(CASE) or ""), point(rest))))


def change(to: Mapping[str, Any], of: Mapping[str, Any]) -> str:
    """One value against another: `none against batch`; of several, with names."""
    if len(to) == 1:
        return " against ".join(value(given) for (given,) in (to.values(), of.values()))
    return f"{point(to)} against {point(of)}"


def signed(given: float | None) -> str:
    """A difference: `+0.41`."""
    return f"+{number(given)}" if given is not None and given > 0 else number(given)


def span(interval: Sequence[float] | None, shown: Callable[[float], str]) -> str:
    """`0.33 to 0.49`; with more digits where the ends would look the same."""
    if interval is None:
        return DASH
    ends = [shown(bound) for bound in interval]
    if ends[0] == ends[1] and interval[0] != interval[1]:
        form = "+.6g" if shown is signed else ".6g"
        ends = [format(bound, form).replace("-", MINUS) for bound in interval]
    return " to ".join(ends)


def percent(confidence: float) -> str:
    """`95 %`."""
    return f"{100 * confidence:.4g} %"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 seed`, `2 seeds`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """`a, b and c`; beyond `most`, `a, b and 3 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def sentence(titles: Sequence[str]) -> str:
    """Titles as one: `Mode collapse and implausible samples`."""
    return listed([t if not i else t[:1].lower() + t[1:] for i, t in enumerate(titles)])


def short(given: Any, most: int = 300) -> str:
    """Any JSON value as a line."""
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return text if len(text) <= most else f"{text[: most - 1]}…"
