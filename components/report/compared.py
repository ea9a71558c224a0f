"""Means over seeds and paired differences, as the page and the summary say them. Pure.

Where no figure has an interval and no trial has metrics, as of games that are solved
and played once, there is nothing to show: their figures stand against theory.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from components.report import words
from components.report.strips import ordered
from components.report.svg import number
from components.report.view import label

Content = Mapping[str, Any]
Figure = Mapping[str, Any]

OPEN = 3
"""Contrasts that stand open on the page."""
ALONE = "no two trials differ in this alone"
MOST = 24
"""Contrasts on the page."""
ROWS = 400
"""Means on the page."""
SAID, FEW = 7, 4
"""Figures in a sentence: of those clear of 0, and else."""


def differences(content: Content) -> dict[str, Any] | None:
    """What each axis changes; None without contrasts, or with nothing to show."""
    found = content["differences"]
    contrasts = found["contrasts"]
    every = [figure for each in contrasts for figure in each["figures"].values()]
    if not every or not _shown(content, every):
        return None
    names = {trial["id"]: label(trial) for trial in content["trials"]}
    tops = _tops(contrasts)
    rows = [_contrast(each, tops, names) for each in contrasts[:MOST]]
    return {
        "said": tested(found),
        "confidence": words.percent(found["confidence"]),
        "open": [row for row in rows if row["whole"]][:OPEN],
        "folded": [row for row in rows if row["whole"]][OPEN:]
        + [row for row in rows if not row["whole"]],
        "left_out": len(contrasts[MOST:]) + found["left_out"],
    }


def _shown(content: Content, figures: Iterable[Figure]) -> bool:
    return any(trial["metrics"] for trial in content["trials"]) or any(
        figure["interval"] for figure in figures
    )


def tested(found: Mapping[str, Any]) -> str:
    """How many comparisons were made, and what is left of them."""
    made, clear = found["made"], found["clear"]
    if not made:
        return "No difference could be tested."
    tests = words.plural(made, "difference was", "differences were")
    some = f"{clear} {'is' if clear == 1 else 'are'}" if clear else "none is"
    return (
        f"{tests} tested; {some} clear of 0 after Holm's correction for {made:,} tests"
        f"{', marked ●' if clear else ''}."
    )


def _tops(contrasts: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Each figure's scale, the same in all contrasts: how far from 0 it reaches."""
    tops: dict[str, float] = {}
    for each in contrasts:
        for name, figure in each["figures"].items():
            read = [figure["difference"], *(figure["interval"] or ())]
            tops[name] = max(tops.get(name, 0.0), *map(abs, read))
    return tops


def _contrast(
    given: Mapping[str, Any], tops: Mapping[str, float], names: Mapping[str, str]
) -> dict[str, Any]:
    figures = given["figures"]
    reasons = {figure["why"] for figure in figures.values()}
    shared = reasons.pop() if len(reasons) == 1 else None if figures else ALONE
    single = len(given["change"]) == 1
    shown = [(name, figures[name]) for name in ordered(figures)]
    return {
        "title": words.sentence([words.title(_last(name)) for name in given["change"]]),
        "single": single,
        "change": words.change(given["change"], given["against"]),
        "to": _only(given["change"]) if single else "after",
        "from": _only(given["against"]) if single else "before",
        "where": where(given),
        "pairs": pairs(given),
        "whole": given["averaged"] or given["settings"] < 2,
        "why": shared,
        "alone": [names[name] for name in given["alone"]],
        "said": _sentence(shown),
        "rows": [_row(name, one, tops[name], shared) for name, one in shown],
    }


def _sentence(figures: Sequence[tuple[str, Figure]]) -> str:
    """The figures that are clear of 0; without any, the first few that are not."""
    clear = [said(name, one) for name, one in figures if one["clear"]]
    if clear:
        return f"{words.listed(clear, SAID)}: clear of 0"
    rest = [said(name, one) for name, one in figures if one["interval"]]
    return f"{words.listed(rest, FEW)}: nothing clear of 0" if rest else ""


def _last(address: str) -> str:
    return address.rpartition(".")[2]


def _only(point: Mapping[str, Any]) -> str:
    (given,) = point.values()
    return words.value(given)


def where(given: Mapping[str, Any]) -> str:
    """Of a contrast, what the other axes are."""
    at = [f"at {words.point(given['where'])}"] if given["where"] else []
    if given["averaged"]:
        at.append(f"mean over {given['settings']} settings of the other axes")
    return ", ".join(at)


def pairs(given: Mapping[str, Any]) -> str:
    """Of a contrast, what is paired."""
    count, seeds = len(given["pairs"]), given["seeds"]
    if any(figure["over"] == "samples" for figure in given["figures"].values()):
        return "1 pair, over its samples"
    if count == seeds:
        return words.plural(count, "pair")
    return f"{words.plural(seeds, 'seed')} of {words.plural(count // seeds, 'pair')}"


def said(name: str, figure: Figure) -> str:
    """`recall +0.41 (+0.33 to +0.49)`."""
    title = words.title(name)
    interval = figure["interval"]
    within = f" ({words.span(interval, words.signed)})" if interval else ""
    # A person's name keeps its capital.
    named = title if title.startswith("Fréchet") else title[:1].lower() + title[1:]
    return f"{named} {words.signed(figure['difference'])}{within}"


def _row(name: str, figure: Figure, top: float, shared: str | None) -> dict[str, Any]:
    at, interval = _scale(-(top or 1.0), top or 1.0), figure["interval"]
    return {
        "name": words.title(name),
        "from": number(figure["from"]),
        "to": number(figure["to"]),
        "difference": words.signed(figure["difference"]),
        "interval": words.span(interval, words.signed),
        "why": figure["why"] if figure["why"] != shared else None,
        "stands": figure["clear"],
        "way": way(figure),
        "at": at(figure["difference"]),
        "span": _bar(interval, at),
    }


def way(figure: Figure) -> str:
    """`better` or `worse`, where that can be said and is clear."""
    sign = {"higher": 1, "lower": -1}.get(figure["better"], 0) * figure["difference"]
    if not figure["clear"] or not sign:
        return ""
    return "better" if sign > 0 else "worse"


def means(content: Content) -> dict[str, Any] | None:
    """Every figure by variant; None for a single trial, or with nothing to show."""
    variants = content["means"]
    every = [figure for each in variants for figure in each["figures"].values()]
    if len(content["trials"]) < 2 or not every or not _shown(content, every):
        return None
    reasons = {figure["why"] for figure in every}
    shared = reasons.pop() if len(reasons) == 1 else None
    known = ordered({name for each in variants for name in each["figures"]})
    most = max(1, ROWS // len(known))
    figures = [_figure(name, variants[:most], shared) for name in known]
    return {
        "confidence": words.percent(content["confidence"]),
        "why": shared,
        "figures": [figure for figure in figures if figure["rows"]],
        "left_out": len(variants[most:]),
    }


def _figure(
    name: str, variants: Sequence[Mapping[str, Any]], shared: str | None
) -> dict[str, Any]:
    known = [each for each in variants if name in each["figures"]]
    figures = [each["figures"][name] for each in known]
    null = next((f["null"] for f in figures if f["null"] is not None), None)
    ends = [e for f in figures for e in (f["mean"], *(f["interval"] or ()))]
    at = _scale(min([0.0, *ends]), max([*ends, null or 0.0]))
    return {
        "name": words.title(name),
        "null": number(null),
        "null_at": None if null is None else at(null),
        "rows": [
            {
                "variant": words.point(each["point"]) or "the run",
                "n": words.plural(figure["n"], "seed"),
                "mean": number(figure["mean"]),
                "interval": words.span(figure["interval"], number),
                "why": figure["why"] if figure["why"] != shared else None,
                "at": at(figure["mean"]),
                "span": _bar(figure["interval"], at),
            }
            for each, figure in zip(known, figures, strict=True)
        ],
    }


def _scale(low: float, high: float) -> Callable[[float], float]:
    """From values to percent of a strip's width."""
    width = high - low or 1.0
    return lambda value: round(2 + 96 * (value - low) / width, 1)


def _bar(
    interval: Sequence[float] | None, at: Callable[[float], float]
) -> tuple[float, float] | None:
    """The left end and the width, in percent."""
    if interval is None:
        return None
    low, high = (min(max(at(bound), 0.0), 100.0) for bound in interval)
    return low, round(high - low, 1)
