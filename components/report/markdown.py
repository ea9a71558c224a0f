"""`report.md`: the report's summary for a pull request, from the same content."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.report import (
    breakdown,
    confusion_view,
    markdown_tables,
    measured,
    published,
    view,
    words,
)
from components.report.caveats import caveats
from components.report.markdown_text import code, text
from components.report.svg import DASH, number

MOST = 20
FIGURES = 60


def render_markdown(content: Mapping[str, Any]) -> str:
    """The summary; what a spec says can neither be markup nor leave its line."""
    found = view.groups(content["trials"])
    parts = [
        _confusion(content),
        f"## {text(view.headline(content))}",
        text(view.standing(content)),
        _changes(found),
        *(_finding(group) for group in found[:MOST]),
        _matrix(content),
        markdown_tables.differences(content),
        markdown_tables.means(content),
        _tiers(content["trials"]),
        _contradictions(content["trials"]),
        _figures(content["trials"]),
        _beside(content["trials"]),
        _caveats(content["trials"]),
        _expectations(content["expectations"]),
        f"Spec {code(content['spec']['path'])}, run {code(content['run'])}.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _confusion(content: Mapping[str, Any]) -> str:
    """What was found for what is expected: a row each, right, and what else."""
    if not content.get("confusion"):
        return ""
    sure = words.percent(content["confidence"])
    lines = [
        f"## {text(confusion_view.headline(content))}",
        "",
        text(confusion_view.said(content)),
        "",
        f"| expected | right | {sure} interval (Wilson) | else found |",
        "|---|---|---|---|",
    ]
    for row in confusion_view.table(content):
        lines.append(f"| {' | '.join(map(text, row))} |")
    return "\n".join(lines)


def _changes(found: Sequence[Sequence[view.Trial]]) -> str:
    parts = []
    for sure, heading in (
        (True, "**Change:**"),
        (False, "**Cause not determined. Try first:**"),
    ):
        groups = [group for group in found[:3] if view.decided(group) == sure]
        if lines := [line for group in groups for line in _change(group)]:
            parts.append("\n".join([heading, "", *lines]))
    return "\n\n".join(parts)


def _change(group: Sequence[view.Trial]) -> list[str]:
    """A group's first change, its lines and the command."""
    lines = []
    for change in view.changes(group)[:1]:
        for address, new in change["set"].items():
            old = code(words.value(change["old"].get(address)))
            place = code(change["places"].get(address, change["where"]))
            to = code(words.value(new))
            lines.append(f"- {place}: {code(address)} {old} → {to}")
        lines.append(f"  {code(change['command'])}")
    return lines


def _finding(group: Sequence[view.Trial]) -> str:
    main = group[0]
    names = words.sentence([words.title(s["id"]) for s in view.symptoms(group)])
    sets = view.variants(group)
    where = "; ".join(
        f"{view.variant_name(v)} ({words.plural(len(v), 'seed')})" for v in sets[:4]
    )
    lines = [f"### {text(names or 'Failed')}", "", f"On {text(where)}.", ""]
    for symptom in view.symptoms(group):
        some = symptom["count"] < symptom["of"]
        on = f" (On {symptom['count']} of {symptom['of']} trials.)" if some else ""
        lines.append(f"- {text(symptom['claim'])}{on}")
    for cause in main["causes"][:1]:
        sure = cause.get("confidence")
        said = f" (confidence {number(sure)})" if sure is not None else ""
        name = text(words.title(cause["id"]))
        lines.append(f"- **{name}**{said}: {text(cause['claim'])}")
    if main["experiment"]:
        lines.append(f"- What would decide: {text(main['experiment'])}")
    return "\n".join(lines)


def _matrix(content: Mapping[str, Any]) -> str:
    table = view.matrix(content, MOST)
    if table is None:
        return ""
    lines = [
        f"| variant | failed | {table['confidence']} interval (Wilson) |",
        "|---|---|---|",
    ]
    for row in table["rows"]:
        within = row["interval"]
        span = f"{within.low:.0%} to {within.high:.0%}" if within else DASH
        rate = f"{row['failures']} of {row['trials']}"
        name = f"{row['case']}: {row['name']}" if row["case"] else row["name"]
        lines.append(f"| {text(name)} | {rate} | {span} |")
    if table["left_out"]:
        lines += ["", f"{words.plural(table['left_out'], 'more variant')}."]
    return "\n".join(lines)


def _tiers(trials: Sequence[view.Trial]) -> str:
    """Coverage of every tier, of the first trial of every variant."""
    shown = [(group[0], breakdown.tiers(group[0])) for group in view.variants(trials)]
    shown = [(trial, bars) for trial, bars in shown if bars]
    names = list(dict.fromkeys(bar["name"] for _, bars in shown for bar in bars))
    if not shown or len(names) > MOST:
        return ""
    lines = [
        f"| coverage (real data) | {' | '.join(map(text, names))} |",
        "|---" * (len(names) + 1) + "|",
    ]
    for trial, bars in shown[:MOST]:
        read = {bar["name"]: f"{bar['value']} ({bar['null']})" for bar in bars}
        cells = " | ".join(read.get(name, DASH) for name in names)
        lines.append(f"| {text(view.label(trial))} | {cells} |")
    if len(shown) > MOST:
        lines += ["", f"{words.plural(len(shown) - MOST, 'more variant')}."]
    return "\n".join(lines)


def _contradictions(trials: Sequence[view.Trial]) -> str:
    """What metrics hide from one another, in the first trial of every variant."""
    lines = [
        f"- {text(view.label(group[0]))}. **{text(one['metric'])}**: "
        f"{text(one['says'])}. {text(one['but'])}. "
        f"The first is blind to {text(one['blind_to'])}."
        for group in view.variants(trials)
        for one in breakdown.contradictions(group[0])
    ]
    if not lines:
        return ""
    left_out = len(lines) - MOST
    more = [f"- {left_out} more."] if left_out > 0 else []
    head = "**Metrics that contradict one another:**"
    return "\n".join([head, "", *lines[:MOST], *more])


def _figures(trials: Sequence[Mapping[str, Any]]) -> str:
    rows = measured.table(trials)
    if not rows:
        return ""
    lines = [
        "| trial | figure | measured | closed form | relative error |",
        "|---|---|---|---|---|",
    ]
    for row in rows[:FIGURES]:
        sign = {"ok": "✓ ", "fail": "✕ ", None: ""}[row["role"]]
        values = (row["measured"], row["closed_form"], f"{sign}{row['error']}")
        cells = " | ".join([text(row["trial"]), text(row["name"]), *values])
        lines.append(f"| {cells} |")
    if len(rows) > FIGURES:
        lines += ["", f"{words.plural(len(rows) - FIGURES, 'more figure')}."]
    return "\n".join(lines)


def _beside(trials: Sequence[Mapping[str, Any]]) -> str:
    if not published.papers(trials):
        return ""
    groups = [(view.variant_name(group), group) for group in view.variants(trials)]
    papers = ", ".join(published.papers(trials))
    lines = [
        f"| variant | figure | here | 95 % interval | {text(papers)} |",
        "|---|---|---|---|---|",
    ]
    rows = published.table(groups)
    for row in rows[:FIGURES]:
        values = (row["measured"], row["interval"], row["paper"])
        variant = f"{row['variant']} ({row['about']})"
        cells = " | ".join([text(variant), text(row["name"]), *values])
        lines.append(f"| {cells} |")
    if len(rows) > FIGURES:
        lines += ["", f"{words.plural(len(rows) - FIGURES, 'more figure')}."]
    return "\n".join(lines)


def _caveats(trials: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for caveat in caveats(trials)[:MOST]:
        on = f" ({caveat['on']})" if caveat["on"] else ""
        lines.append(f"- {text(caveat['text'] + on)}")
    return "\n".join(["**About the metrics:**", "", *lines]) if lines else ""


def _expectations(expectations: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for entry in expectations[:MOST]:
        sign = "✓ met" if entry["met"] else "✕ not met"
        claims = ", ".join(f"{k} {words.value(v)}" for k, v in entry["claims"].items())
        when = words.point(entry["when"]) or "always"
        lines.append(
            f"- {sign}: {text(when)} → {text(claims)}. {text(entry['detail'])}"
        )
    return "\n".join(["**Expectations:**", "", *lines]) if lines else ""
