"""From `report.json` to what the page shows, in the page's order. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from components.report import measured, words
from components.report.findings import failing, finding, key, severity, variant
from components.report.intervals import wilson
from components.report.svg import number
from components.run import CASE

Trial = Mapping[str, Any]
Content = Mapping[str, Any]


def role(trial: Trial) -> str:
    """How a trial is drawn: `fail`, `ok`, `open`, or `gone` where a stage failed."""
    if trial["failed"] is not None:
        return "gone"
    if failing(trial):
        return "fail"
    if measured.measured(trial):
        good, total = measured.agreement([trial])
        return "ok" if good == total else "fail"
    return words.VERDICTS.get(trial["verdict"], ("open",))[0]


def label(trial: Trial) -> str:
    """A trial in few words."""
    return words.point(trial["point"]) or f"seed {trial['seed']}"


def variants(trials: Sequence[Trial]) -> list[list[Trial]]:
    """Trials that differ by seed alone, together, in the order of the matrix."""
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(key(variant(trial)), []).append(trial)
    return list(found.values())


def groups(trials: Sequence[Trial]) -> list[list[Trial]]:
    """Failing trials by what they show; the worst group, and trial, first."""
    found: dict[str, list[Trial]] = {}
    for trial in sorted(filter(failing, trials), key=severity, reverse=True):
        found.setdefault(finding(trial), []).append(trial)
    return sorted(found.values(), key=lambda g: (-len(g) * severity(g[0]), -len(g)))


def counts(trials: Sequence[Trial]) -> dict[str, int]:
    """How many trials of each role."""
    roles = [role(trial) for trial in trials]
    return {name: roles.count(name) for name in ("fail", "ok", "open", "gone")}


def variant_name(trials: Sequence[Trial]) -> str:
    return words.point(variant(trials[0])) or "the run"


def seeds(trials: Sequence[Trial]) -> str:
    """How a share of seeds is said: `2 of 2 seeds`."""
    bad = counts(trials)["fail"]
    return f"{bad} of {words.plural(len(trials), 'seed')}"


def headline(content: Content) -> str:
    """The verdict in one sentence."""
    trials = content["trials"]
    total = counts(trials)
    if any(map(measured.measured, trials)):
        gone = words.plural(total["gone"], "trial")
        return measured.summary(trials) + (
            f"; {gone} did not finish" if total["gone"] else ""
        )
    sets = variants(trials)
    bad = [v for v in sets if counts(v)["fail"]]
    if len(sets) > 1 and len(bad) == 1:
        on = f" on {seeds(bad[0])}" if len(bad[0]) > 1 else ""
        return f"{_first_up(variant_name(bad[0]))} fails{on}"
    if len(sets) > 1 and bad:
        if _sometimes(bad):
            return f"{total['fail']} of {len(trials)} trials fail"
        return f"{len(bad)} of {len(sets)} variants fail"
    if total["fail"]:
        name = _name(groups(trials)[0][0])
        some = f" on {seeds(trials)}" if len(trials) > 1 else ""
        return f"Failed: {name}{some}"
    if not total["ok"] and not total["open"]:
        return "No result: every trial stopped before its diagnosis"
    if total["open"]:
        return f"Undetermined on {words.plural(total['open'], 'trial')}"
    if total["gone"]:
        return f"Healthy, but {words.plural(total['gone'], 'trial')} did not finish"
    if len(sets) > 1:
        return f"All {len(sets)} variants are healthy"
    return (
        "Healthy"
        if len(trials) == 1
        else f"Healthy on {len(trials)} of {len(trials)} seeds"
    )


def _sometimes(bad: Sequence[Sequence[Trial]]) -> bool:
    """Whether one of the variants that fail does so on some of its seeds only."""
    return any(counts(each)["fail"] < len(each) for each in bad)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _name(trial: Trial) -> str:
    found = trial["symptoms"] or trial["causes"]
    return words.title(found[0]["id"]).lower() if found else "cause unknown"


def standing(content: Content) -> str:
    """The rest of the verdict: what holds beside the headline."""
    sets = variants(content["trials"])
    total = counts(content["trials"])
    good = [v for v in sets if counts(v)["ok"] == len(v)]
    parts = []
    bad = [v for v in sets if counts(v)["fail"]]
    undiagnosed = any(map(measured.measured, content["trials"]))
    if len(bad) > 1 and _sometimes(bad) and not undiagnosed:
        told = [f"{variant_name(v)} fails on {seeds(v)}" for v in bad]
        parts.append(f"{_first_up(words.listed(told))}.")
    if len(sets) > 1 and good and len(good) < len(sets) and not undiagnosed:
        names = words.listed([variant_name(v) for v in good])
        seeds_ = len(good[0])
        on = f" on all {seeds_} seeds" if seeds_ > 1 else ""
        parts.append(
            f"{_first_up(names)} {'is' if len(good) == 1 else 'are'} healthy{on}."
        )
    parts += _without_a_cause(content["trials"])
    if total["open"] and total["fail"]:
        parts.append(f"{words.plural(total['open'], 'trial')} undetermined.")
    parts += _remarks(content["trials"])
    if total["gone"]:
        parts.append(f"{words.plural(total['gone'], 'trial')} did not finish.")
    unmet = [e for e in content["expectations"] if not e["met"]]
    if content["expectations"]:
        met = len(content["expectations"]) - len(unmet)
        parts.append(
            f"{met} of {words.plural(len(content['expectations']), 'expectation')} met."
        )
    return " ".join(parts)


def _without_a_cause(trials: Sequence[Trial]) -> list[str]:
    """A sentence on failing trials that are undetermined, as a terminal calls them."""
    bad = list(filter(failing, trials))
    count = sum(not decided([trial]) for trial in bad)
    if not count:
        return []
    whose = f"The cause of {count} of the {len(bad)} that fail"
    if count == len(bad):
        whose = "Its cause" if count == 1 else "Their cause"
    return [f"{whose} is not determined."]


def _remarks(trials: Sequence[Trial]) -> list[str]:
    """What is to be known of runs called healthy: of the first, and how many more."""
    told = [trial for trial in trials if trial.get("remarks")]
    which = f"{_first_up(label(told[0]))}: " if told and len(trials) > 1 else ""
    found = [_first_up(which + said) for one in told[:1] for said in one["remarks"]]
    if len(told) > 1:
        found.append(f"Healthy trials with a remark beside this: {len(told) - 1}.")
    return found


def decided(group: Sequence[Trial]) -> bool:
    """Whether the first cause is the verdict on any of the trials."""
    return any(trial["verdict"] == "failed" for trial in group)


def changes(group: Sequence[Trial]) -> list[dict[str, Any]]:
    """What a group's main causes prescribe, equal ones once, most frequent first.

    Of each, `decided`: whether its cause is the verdict, or but the likeliest.
    """
    found: dict[str, dict[str, Any]] = {}
    shared = {"trials": 0, "decided": decided(group)}
    for trial in group:
        cause = trial["causes"][0] if trial["causes"] else {}
        for rank, given in enumerate(cause.get("prescriptions", [])):
            entry = {**given, **shared, "rank": rank, "cause": cause["id"]}
            name = key([given["set"], given["old"], given["places"]])
            found.setdefault(name, entry)["trials"] += 1
    return sorted(found.values(), key=lambda entry: (entry["rank"], -entry["trials"]))


def symptoms(group: Sequence[Trial]) -> list[dict[str, Any]]:
    """A group's symptoms, each with the claim of the trial that has it worst."""
    found: dict[str, dict[str, Any]] = {}
    for trial in group:
        for symptom in trial["symptoms"]:
            entry = found.setdefault(
                symptom["id"], {**symptom, "count": 0, "of": len(group)}
            )
            entry["count"] += 1
            entry.setdefault("example", label(trial))
            if (symptom.get("severity") or 0) > (entry.get("severity") or 0):
                entry |= {**symptom, "example": label(trial)}
    return sorted(found.values(), key=lambda s: -(s.get("severity") or 0) * s["count"])


def matrix(content: Content, most: int = 250) -> dict[str, Any] | None:
    """Variants by seeds; None for a single trial, and where nothing was diagnosed."""
    trials = content["trials"]
    if len(trials) < 2 or any(map(measured.measured, trials)):
        return None
    columns = sorted({trial["seed"] for trial in trials})
    sets = variants(trials)
    several = Counter(variant(group[0]).get(CASE) for group in sets)
    rows = [_row(content, group, columns, several) for group in sets]
    return {
        "columns": columns,
        "rows": rows[:most],
        "left_out": max(0, len(rows) - most),
        "confidence": f"{content['confidence']:.0%}",
    }


def _row(
    content: Content,
    trials: Sequence[Trial],
    columns: Sequence[int],
    several: Mapping[Any, int],
) -> dict[str, Any]:
    """A variant. One of several of a case is named by the rest, under the `case`."""
    point = variant(trials[0])
    case = point.get(CASE)
    grouped = case is not None and several[case] > 1
    if grouped:
        del point[CASE]
    by_seed = {trial["seed"]: trial for trial in trials}
    total = counts(trials)
    measured = len(trials) - total["gone"]
    return {
        "name": words.setting(point) or "the run",
        "case": str(case) if grouped else None,
        "cells": [_cell(by_seed[s]) if s in by_seed else None for s in columns],
        "failures": total["fail"],
        "trials": measured,
        "interval": wilson(total["fail"], measured, content["confidence"]),
    }


def _cell(trial: Trial) -> dict[str, str]:
    kind = role(trial)
    glyph, text = {
        "fail": ("✕", _name(trial)),
        "ok": ("✓", "healthy"),
        "open": ("?", "undetermined"),
        "gone": ("!", "did not finish"),
    }[kind]
    return {
        "role": kind,
        "glyph": glyph,
        "text": text,
        "title": f"{label(trial)}: {text}",
    }


LIMITS = ("null", "threshold")


def checks(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Checks over all trials: how often each passed, failed, was not run."""
    found: dict[str, dict[str, Any]] = {}
    for trial in trials:
        for check in trial["checks"]:
            start = {"id": check["id"], "passed": 0, "failed": 0, "not_run": 0}
            entry = found.setdefault(check["id"], {**start, "values": [], "why": None})
            entry[check["status"]] = entry.get(check["status"], 0) + 1
            if isinstance(check.get("value"), int | float):
                entry["values"].append(check["value"])
            for name in LIMITS:
                if isinstance(check.get(name), int | float):
                    entry.setdefault(f"{name}s", []).append(check[name])
            absent = check.get("source") if check["status"] == "not_run" else None
            said = check.get("why") or absent or check.get("claim")
            entry["why"] = entry["why"] or said
    for entry in found.values():
        entry |= {name: _range(entry.pop(f"{name}s", [])) for name in LIMITS}
    return list(found.values())


def _range(values: Sequence[float]) -> str | None:
    """Trials are not all held against the same: `0.2`, or `0.2 … 0.3`."""
    if not values:
        return None
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} … {high}"
