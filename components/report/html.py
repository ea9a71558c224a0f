"""`report.html`: a pure function of `report.json`."""

import base64
import hashlib
import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from components.report import (
    about,
    breakdown,
    compared,
    confusion_view,
    corner,
    measured,
    portraits,
    probes,
    published,
    rows,
    samples,
    strips,
    view,
    words,
)
from components.report.caveats import caveats
from components.report.findings import failing
from components.report.plots import drawings
from components.report.plots.scatter import scatter
from components.report.svg import number

TEMPLATES = Path(__file__).parent / "templates"
GROUPS = 12
ROWS = 400

Trial = Mapping[str, Any]


@cache
def environment() -> jinja2.Environment:
    """The templates; everything that is not marked safe is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": number,
        "title": words.title,
        "value": words.value,
        "listed": words.listed,
        "point": words.point,
        "plural": words.plural,
        "short": words.short,
        "quote": shlex.quote,
    }
    return made


def render_html(content: Mapping[str, Any]) -> str:
    """The page: one file that asks for nothing else.

    Args:
        content: what `report.json` holds. Nothing else has any influence: equal
            content gives equal pages.
    """
    style = "\n".join(map(_source, ("report.css", "slider.css", "confusion.css")))
    script = _source("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    trials, every = content["trials"], content["every_probe"]
    found = view.groups(trials)
    healthy = [t for t in trials if not failing(t) and t["verdict"] == "healthy"]
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            content=content,
            style=Markup(style),
            script=Markup(script),
            script_digest=digest,
            headline=view.headline(content),
            standing=view.standing(content),
            confusion=confusion_view.view(content),
            verdict=_verdict(trials),
            measured=_measured(trials),
            changes=[c for group in found for c in view.changes(group)[:1]][:3],
            worst=_worst(found),
            strip=_strip(found, healthy),
            matrix=view.matrix(content),
            differences=compared.differences(content),
            means=compared.means(content),
            corner=corner.corner(trials),
            groups=[_group(group, healthy, every) for group in found[:GROUPS]],
            more_groups=[_brief(group) for group in found[GROUPS:]],
            healthy=_healthy(healthy, every),
            open=[t for t in trials if view.role(t) == "open"],
            gone=[t for t in trials if t["failed"] is not None],
            risks=_risks(trials),
            about=about.named(trials),
            caveats=caveats(trials),
            checks=view.checks(trials),
            rows=[rows.row(t) for t in trials[:ROWS]],
            rows_left_out=max(0, len(trials) - ROWS),
            columns=rows.columns(trials),
        )
    )


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8").strip()


def _verdict(trials: Sequence[Trial]) -> str:
    total = view.counts(trials)
    return (
        "fail" if total["fail"] else "open" if total["open"] or total["gone"] else "ok"
    )


def _measured(trials: Sequence[Trial]) -> dict[str, Any] | None:
    """What was measured in place of, or beside, a diagnosis; None if nothing was."""
    rows, papers = measured.table(trials), published.papers(trials)
    if not rows and not papers:
        return None
    paths = portraits.portraits(trials) if rows else []
    beside = _beside(trials) if papers else []
    return {
        "alone": any(map(measured.measured, trials)),
        "papers": papers,
        "beside": beside[: measured.MOST],
        "beside_left_out": max(0, len(beside) - measured.MOST),
        "finals": _finals(trials) if papers else [],
        "rows": rows[: measured.MOST],
        "left_out": max(0, len(rows) - measured.MOST),
        "meanings": measured.meanings(trials),
        "paths": paths,
        "curve": None if paths or papers else probes.signal(_drawn(trials)),
    }


def _beside(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    groups = [(view.variant_name(group), group) for group in view.variants(trials)]
    return published.table(groups)


def _finals(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """The samples of each variant's first trial."""
    shown = [samples.final(trial) for trial in _one_each(trials)[:GROUPS]]
    return [entry for entry in shown if entry["generated"] is not None]


def _worst(found: Sequence[Sequence[Trial]]) -> list[dict[str, Any]]:
    rows = [symptom for group in found for symptom in view.symptoms(group)]
    return sorted(rows, key=lambda s: -(s.get("severity") or 0))[:3]


def _drawn(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial["figures"]]


def _one_each(trials: Sequence[Trial]) -> list[Trial]:
    """The first drawn trial of each variant."""
    return [group[0] for group in view.variants(_drawn(trials))]


def _strip(
    found: Sequence[Sequence[Trial]], healthy: Sequence[Trial]
) -> list[dict[str, Any]]:
    """The first screen's pictures: real, failing, healthy."""
    worst = [drawn[0] for group in found if (drawn := _drawn(group))][:2]
    shown = [samples.final(t) for t in (*worst, *_one_each(healthy)[:1])]
    shown = [entry for entry in shown if entry["generated"] is not None]
    real = next((e["real"] for e in shown if e["real"] is not None), None)
    first = {"label": "real records", "role": "real", "generated": real}
    return ([first] if real is not None and shown else []) + shown


def _group(
    group: Sequence[Trial], healthy: Sequence[Trial], every: bool
) -> dict[str, Any]:
    drawn = _drawn(group)
    compare = _one_each(healthy)
    main = group[0]
    return {
        **_brief(group),
        "main": main,
        "symptoms": view.symptoms(group),
        "cause": main["causes"][0] if main["causes"] else None,
        "others": main["causes"][1:],
        "agreeing": sum(bool(t["causes"]) for t in group),
        "changes": view.changes(group),
        "experiment": main["experiment"],
        "curves": probes.curves(drawn, compare, every) if drawn else [],
        "strips": strips.strips(group, healthy[:20]),
        "healthy": bool(healthy),
        "drawn": len(drawn),
        "drawings": drawings(drawn[0]) if drawn else [],
        "slider": samples.slider(drawn[0]) if drawn else [],
        "slider_of": view.label(drawn[0]) if drawn else "",
        "final": samples.final(drawn[0]) if drawn else None,
        "compare": samples.final(compare[0]) if compare else None,
        "scatter": _scatter(drawn[0]) if drawn else None,
        "shares": samples.shares(main),
        **_broken_down(main),
    }


def _broken_down(trial: Trial) -> dict[str, Any]:
    """What one trial's metrics hide from one another, and row by row."""
    return {
        "contradictions": breakdown.contradictions(trial),
        "tiers": breakdown.tiers(trial),
        "tables": breakdown.tables(trial),
        "broken_down": view.label(trial),
    }


def _scatter(trial: Trial) -> Markup | None:
    figures = trial["figures"]
    if not figures["real_2d"] or not figures["generated_2d"]:
        return None
    label = f"Real records and generated samples in the plane, {view.label(trial)}"
    return scatter(figures["real_2d"], figures["generated_2d"], label)


def _brief(group: Sequence[Trial]) -> dict[str, Any]:
    names = [words.title(s["id"]) for s in view.symptoms(group)]
    sets = view.variants(group)
    return {
        "title": words.sentence(names[:2]) or "Failed",
        "because": _because(group),
        "decided": view.decided(group),
        "where": [f"{view.variant_name(v)}: {_seeds(v)}" for v in sets[:4]],
        "more_variants": max(0, len(sets) - 4),
        "trials": len(group),
    }


def _because(group: Sequence[Trial]) -> str:
    """The group's cause, in words; never given for one where none is determined."""
    causes = group[0]["causes"]
    if not causes:
        return "cause not determined"
    name = words.title(causes[0]["id"])
    return name if view.decided(group) else f"cause not determined, perhaps {name}"


def _seeds(trials: Sequence[Trial]) -> str:
    names = [str(seed) for seed in sorted(trial["seed"] for trial in trials)]
    return f"seed{'s' if len(names) > 1 else ''} {words.listed(names, 6)}"


def _healthy(healthy: Sequence[Trial], every: bool) -> list[dict[str, Any]]:
    """Healthy variants: their samples and curves, one trial each, at most four."""
    shown = []
    for group in view.variants(healthy)[:4]:
        drawn = _drawn(group)
        shown.append(
            {
                "name": view.variant_name(group),
                "seeds": _seeds(group),
                "final": samples.final(drawn[0]) if drawn else None,
                "slider": samples.slider(drawn[0]) if drawn else [],
                "curves": probes.curves([], drawn, every) if drawn else [],
                "drawings": drawings(drawn[0]) if drawn else [],
                "strips": strips.strips([], group),
                "scatter": _scatter(drawn[0]) if drawn else None,
                "shares": samples.shares(group[0]),
                **_broken_down(group[0]),
            }
        )
    return shown


def _risks(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for trial in trials:
        for risk in trial["risks"]:
            entry = found.setdefault(risk["id"], {**risk, "trials": []})
            entry["trials"].append(view.label(trial))
    return [{**r, "on": words.listed(r["trials"])} for r in found.values()]
