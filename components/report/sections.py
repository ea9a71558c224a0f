"""What the page draws of one group of trials: curves, strips, pictures. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from components.report import charts, words
from components.report.svg import DASH, number
from components.report.view import label, role

Trial = Mapping[str, Any]

LINES = 8
FIRST = 6
CURVES = (
    "coverage",
    "recall",
    "precision",
    "batch_coupling",
    "batch_leak",
    "transmission",
    "discriminator_auc",
    "discriminator_loss",
    "generator_loss",
    "score_real_mean",
    "score_generated_mean",
    "discriminator_gradient_norm",
    "generator_gradient_norm",
    "sample_gradient_norm",
    "score_gradient_norm",
    "nonfinite_count",
)
"""The probes drawn, in this order, behind those that the evidence names."""
STRIPS = (
    "precision",
    "recall",
    "density",
    "coverage",
    "tail_coverage",
    "mode_coverage",
    "class_coverage",
    "mode_spread",
    "class_spread",
    "high_quality_share",
    "frechet_distance",
    "reverse_kl",
    "duplicate_pairs",
    "support",
    "nonfinite_share",
    "train_nearest_share",
    "train_precision",
    "train_recall",
    "train_density",
    "train_coverage",
)


def evidence(trials: Iterable[Trial]) -> list[Mapping[str, Any]]:
    """Every line of evidence of the trials' symptoms and main causes, in order."""
    return [
        line
        for trial in trials
        for found in (*trial["symptoms"], *trial["causes"][:1], *trial["risks"])
        for line in found.get("evidence", [])
        if isinstance(line, Mapping)
    ]


def judged(trials: Sequence[Trial]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """("series" or "metric", name) -> what judges it: null and threshold.

    A check named like the series or metric (`last_…` for a series' end) is in its
    unit. A line of evidence may be about a ratio or a difference instead: it counts
    only where its value is the reading itself.
    """
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for trial in trials:
        for check in trial["checks"]:
            if check.get("threshold") is None:
                continue
            name = check["id"].removeprefix("last_")
            metric = name == check["id"] and name in trial["metrics"]
            found.setdefault(("metric" if metric else "series", name), check)
    for trial in trials:
        for line in evidence([trial]):
            for place in ("series", "metric"):
                name = line.get(place)
                if name and _is_reading(line, _reading(trial, place, name)):
                    found.setdefault((place, name), line)
    return found


def _reading(trial: Trial, place: str, name: str) -> float | None:
    """A metric's value, or the last of a series that is drawn."""
    if place == "metric":
        value: float | None = (trial["metrics"].get(name) or {}).get("value")
        return value
    series = (trial["figures"] or {"series": {}})["series"].get(name)
    return series["values"][-1] if series else None


def _is_reading(line: Mapping[str, Any], reading: float | None) -> bool:
    value = line.get("value")
    if value is None or reading is None or line.get("threshold") is None:
        return False
    # Evidence is written with six digits, a drawn series with four.
    return bool(abs(value - reading) <= 1e-3 * abs(reading))


def curves(failing: Sequence[Trial], healthy: Sequence[Trial]) -> list[dict[str, Any]]:
    """Small multiples: what the evidence names first, failing beside healthy runs."""
    drawn = [*failing[:LINES], *healthy[:3]]
    named = [line["series"] for line in evidence(failing) if line.get("series")]
    known = {name for t in drawn for name in t["figures"]["series"]}
    order = [name for name in dict.fromkeys([*named, *CURVES]) if name in known]
    order.sort(key=lambda name: name not in named and _constant(drawn, name))
    marks = judged([*failing, *healthy])
    onset = _onset(failing)
    plots = []
    for name in order:
        lines = [_line(t, name, i == 0) for i, t in enumerate(drawn) if _has(t, name)]
        title = words.title(name)
        stated = marks.get(("series", name), {})
        reference = charts.Marks(
            threshold=stated.get("threshold"), null=stated.get("null"), onset=onset
        )
        plots.append(
            {
                "id": name,
                "title": title,
                "evidence": name in named,
                "svg": charts.curves(title, lines, reference),
            }
        )
    return plots


def _has(trial: Trial, name: str) -> bool:
    return bool(trial["figures"]["series"].get(name, {}).get("steps"))


def _constant(trials: Sequence[Trial], name: str) -> bool:
    """Whether all trials read one and the same number: nothing to see there."""
    read = [t["figures"]["series"].get(name, {}).get("values", []) for t in trials]
    return len({value for values in read for value in values}) < 2


def _line(trial: Trial, name: str, lead: bool) -> charts.Line:
    stated = trial["figures"]["series"][name]
    return charts.Line(
        label(trial), role(trial), stated["steps"], stated["values"], lead
    )


def signal(trials: Sequence[Trial]) -> Markup | None:
    """What reaches the samples over training, all trials in one plot."""
    name = "sample_gradient_norm"
    lines = [_line(trial, name, False) for trial in trials if _has(trial, name)]
    return charts.curves(words.title(name), lines, charts.Marks()) if lines else None


def _onset(trials: Sequence[Trial]) -> float | None:
    for trial in trials[:1]:
        steps = [s["onset_step"] for s in trial["symptoms"] if s.get("onset_step")]
        return min(steps, default=None)
    return None


def strips(failing: Sequence[Trial], healthy: Sequence[Trial]) -> list[dict[str, Any]]:
    """Each metric as a strip: trials as marks, the null as a band, the threshold.

    Positions are percentages of the strip's width; 0 is its left end.
    """
    trials = [*failing, *healthy]
    marks = judged(trials)
    known = {name for trial in trials for name in trial["metrics"]}
    named = {line.get("metric") for line in evidence(failing)}
    ordered = [*STRIPS, *sorted(known - set(STRIPS))]
    rows = []
    for name in (n for n in ordered if n in known):
        row = _strip(name, failing, healthy, marks.get(("metric", name), {}))
        if row is not None:
            rows.append({**row, "evidence": name in named})
    return rows


def _strip(
    name: str,
    failing: Sequence[Trial],
    healthy: Sequence[Trial],
    judge: Mapping[str, Any],
) -> dict[str, Any] | None:
    read = [(t, t["metrics"].get(name) or {}) for t in (*failing, *healthy)]
    read = [(t, m) for t, m in read if m.get("value") is not None]
    if not read:
        return None
    null = next((m["null"] for _, m in read if m.get("null") is not None), None)
    band = next((m["null_interval"] for _, m in read if m.get("null_interval")), None)
    limit = judge.get("threshold")
    values = [m["value"] for _, m in read]
    high = max([*values, null or 0, limit or 0, *(b or 0 for b in band or ())])
    top = 1.0 if high <= 1 else high * 1.08

    def at(value: float) -> float:
        return round(100 * min(max(value / top, 0), 1), 2)

    first = read[0][1]
    interval = first.get("ci")
    text = number(first["value"])
    return {
        "id": name,
        "title": words.title(name),
        "better": first.get("better"),
        "blind_to": first.get("blind_to"),
        "null": number(null),
        "null_at": None if null is None else at(null),
        "band": None
        if not band
        else (at(band[0]), max(0.6, at(band[1]) - at(band[0]))),
        "threshold": None if limit is None else number(limit),
        "threshold_at": None if limit is None else at(limit),
        "ci": None
        if not interval
        else (at(interval[0]), at(interval[1]) - at(interval[0])),
        "marks": [
            {
                "at": at(m["value"]),
                "role": role(t),
                "text": f"{label(t)}: {number(m['value'])}",
            }
            for t, m in reversed(read[:40])
        ],
        "value": text,
        "spread": _spread(
            [t["metrics"][name]["value"] for t in failing if _read(t, name)]
        ),
        "healthy": _spread(
            [t["metrics"][name]["value"] for t in healthy if _read(t, name)]
        ),
        "top": number(top),
    }


def _read(trial: Trial, name: str) -> bool:
    return (trial["metrics"].get(name) or {}).get("value") is not None


def _spread(values: Sequence[float]) -> str:
    if not values:
        return DASH
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low}{DASH}{high}"


def picture(shown: Mapping[str, Any] | None, real: Any, label: str) -> Markup | None:
    """Samples as a picture or a scatter (over `real` points), None without any."""
    if not shown:
        return None
    if "points" in shown:
        drawn = charts.scatter(real or [], shown["points"], label, real or None)
        return drawn if shown["points"] or real else None
    tiles = shown["picture"]
    height, width = tiles["size"]
    size = Markup('width="{}" height="{}"').format(width, height)
    tag = '<img class="tiles" alt="{}" {} src="data:image/png;base64,{}">'
    return Markup(tag).format(label, size, tiles["png"])


def final(trial: Trial) -> dict[str, Any]:
    """Real records and samples of the end, beside each other."""
    figures = trial["figures"]
    real = (figures["real"] or {}).get("points")
    generated = picture(
        figures["generated"], real, f"Generated samples, {label(trial)}"
    )
    shown = picture(figures["real"], None, "Real records") if not real else None
    return {
        "label": label(trial),
        "role": role(trial),
        "generated": generated,
        "real": shown,
    }


def slider(trial: Trial) -> list[dict[str, Any]]:
    """Samples over training: one frame a snapshot."""
    figures = trial["figures"]
    real = (figures["real"] or {}).get("points")
    frames = []
    for frame in figures["frames"]:
        step = number(frame["step"])
        shown = picture(
            frame, real, f"Generated samples at step {step}, {label(trial)}"
        )
        if shown is not None:
            frames.append({"step": step, "shown": shown})
    return frames


def shares(trial: Trial) -> dict[str, Any] | None:
    """Known modes or classes: what share of the samples each gets, and should get."""
    for name, real in (("modes", "weight"), ("classes", "real_share")):
        rows = trial.get(name)
        if not rows:
            continue
        top = max(
            [r.get("share") or 0 for r in rows] + [r.get(real) or 0 for r in rows]
        )
        bars = [
            {
                "name": str(r.get("name") or r.get("index")),
                "share": f"{r.get('share') or 0:.1%}",
                "real": f"{r.get(real) or 0:.1%}",
                "height": round(100 * (r.get("share") or 0) / (top or 1), 1),
                "real_height": round(100 * (r.get(real) or 0) / (top or 1), 1),
                "captured": bool(r.get("captured", True)),
            }
            for r in rows[:100]
        ]
        missing = sum(not r.get("captured", True) for r in rows)
        return {"kind": name, "bars": bars, "missing": missing, "of": len(rows)}
    return None
