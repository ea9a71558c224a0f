"""What the page draws of the probes of one group of trials: their curves. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from components.report import charts, words
from components.report.view import label, role

Trial = Mapping[str, Any]

LINES = 8
PARTS = ("last", "late", "any", "early")
"""Of a series: what a level that judges it may be of, the most telling first."""
CURVES = (
    "coverage",
    "recall",
    "precision",
    "train_nearest_share",
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
FURTHER = (
    "modes_captured",
    "class_coverage",
    "mode_spread",
    "mode_hopping",
    "high_quality_share",
    "tier_coverage",
    "tail_over_core",
    "core_over_tail",
    "tier",
    "score_overlap",
    "score_real_std",
    "score_generated_std",
    "slope_interpolates",
    "singular_value",
    "generator_dead_share",
    "discriminator_dead_share",
    "generator_saturated_share",
    "discriminator_saturated_share",
    "generator_update_ratio",
    "discriminator_update_ratio",
    "generator_lead",
    "discriminator_lead",
    "generator_stability",
    "discriminator_stability",
    "rotation",
    "spectrum",
    "generator_curvature",
    "discriminator_curvature",
    "path_field_norm",
    "diversity",
    "log_volume",
    "generator_gradient",
    "discriminator_gradient",
)
"""What all others begin with, in the order in which a page with room draws them."""
ELSEWHERE = (
    "generator_coordinate",
    "discriminator_coordinate",
    "generator_point",
    "discriminator_point",
    "generator_gradient_cosine",
    "discriminator_gradient_cosine",
    "eigenvalue",
    "path_cosine",
    "relative_dimension",
    "rest_",
)
"""What these begin with is drawn as a path, a spectrum or a profile, or apart."""


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

    Of a series a check that is a level of a `part` of it, and so in its unit, which a
    ratio or a difference is not; the first of PARTS. Of one that no check is a level
    of, what healthy runs read, without a threshold. Of a metric a check of its name, or
    a line of evidence whose value is the metric's.
    """
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    checks = [
        (trial, check)
        for trial in trials
        for check in (*trial["checks"], *trial.get("limits", ()))
        if check.get("threshold") is not None
    ]
    for part in PARTS:
        for _, check in checks:
            if check.get("series") and check.get("part") == part:
                found.setdefault(("series", check["series"]), check)
    for trial in trials:
        for name, (low, null, high) in trial.get("bands", {}).items():
            entry = {"null": null, "threshold": None, "band": (low, high)}
            found.setdefault(("series", name), entry)
    for trial, check in checks:
        if check["id"] in trial["metrics"]:
            found.setdefault(("metric", check["id"]), check)
    for trial in trials:
        for line in evidence([trial]):
            if _is_metric(line, trial["metrics"]):
                found.setdefault(("metric", line["metric"]), line)
    return found


def _is_metric(line: Mapping[str, Any], metrics: Mapping[str, Any]) -> bool:
    value, name = line.get("value"), line.get("metric")
    if not name or value is None or line.get("threshold") is None:
        return False
    reading = (metrics.get(name) or {}).get("value")
    # Evidence is written with six digits: it is off by half of the last of them.
    return reading is not None and abs(value - reading) <= 5e-6 * abs(reading)


def curves(
    failing: Sequence[Trial], healthy: Sequence[Trial], every: bool = False
) -> list[dict[str, Any]]:
    """Small multiples: what the evidence names first, failing beside healthy runs.

    Behind them the common ones, or `every` one that no other drawing shows.
    """
    drawn = [*failing[:LINES], *healthy[:3]]
    named = [line["series"] for line in evidence(failing) if line.get("series")]
    known = {name for t in drawn for name in t["figures"]["series"]}
    further = _further(known) if every else []
    wanted = dict.fromkeys([*named, *CURVES, *further])
    order = [name for name in wanted if name in known]
    order.sort(key=lambda name: name not in named and _constant(drawn, name))
    marks = judged([*failing, *healthy])
    read = [
        t["figures"]["series"].get(n, {}).get("steps") for t in drawn for n in order
    ]
    until = max([1.0, *(steps[-1] for steps in read if steps)])
    plots = []
    for name in order:
        lines = [_line(t, name, i == 0) for i, t in enumerate(drawn) if _has(t, name)]
        title = words.title(name)
        stated = marks.get(("series", name), {})
        onset, since = _onset(failing[:1], name)
        low, high = stated.get("band") or (None, None)
        reference = charts.Marks(
            stated.get("threshold"),
            stated.get("null"),
            onset,
            since,
            None if low is None or high is None else (low, high),
            stated.get("until"),
        )
        plots.append(
            {
                "id": name,
                "title": title,
                "evidence": name in named,
                "svg": charts.curves(title, lines, reference, until),
            }
        )
    return plots


def _further(known: Iterable[str]) -> list[str]:
    """Those that no other drawing shows, by what they are about."""

    def place(name: str) -> tuple[int, str]:
        found = (i for i, start in enumerate(FURTHER) if name.startswith(start))
        return next(found, len(FURTHER)), name

    return sorted((n for n in known if not n.startswith(ELSEWHERE)), key=place)


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


def _onset(
    trials: Sequence[Trial], name: str
) -> tuple[float | None, tuple[float, float] | None]:
    """When what a series shows began, and the interval of that.

    A series that the main cause's evidence names is dated by that cause, any other by
    the symptom that began first.
    """
    for trial in trials:
        causes = [c for c in trial["causes"][:1] if _names(c, name)]
        found = [
            one
            for one in causes or trial["symptoms"]
            if one.get("onset_step") is not None
        ]
        if found:
            first = min(found, key=lambda one: one["onset_step"])
            since = first.get("onset_interval")
            return first["onset_step"], (since[0], since[1]) if since else None
    return None, None


def _names(found: Mapping[str, Any], name: str) -> bool:
    """Whether a finding's evidence is about a series."""
    lines = found.get("evidence", [])
    return any(isinstance(e, Mapping) and e.get("series") == name for e in lines)
