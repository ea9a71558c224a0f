"""The content of `report.json`: what the run showed, trial by trial."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from components.artifacts import Diagnosis, Measurements, Metrics, Telemetry
from components.report.confusion import confusion
from components.report.differences import differences
from components.report.expectations import judge
from components.report.figures import draw
from components.report.findings import choose
from components.report.means import means
from components.report.params import ReportParams
from components.report.prescriptions import addressed, trained_stage
from components.run import RunInfo, TrialInfo

SCHEMA = "ganopsy.report/1"


class Evidence(NamedTuple):
    """What the stages before made of one trial; None where no stage makes it."""

    diagnosis: Diagnosis | None
    metrics: Metrics | None
    telemetry: Telemetry
    measurements: Measurements | None = None


def build(
    run: RunInfo,
    evidence: Mapping[str, Evidence],
    params: ReportParams,
    drawn: int,
    every_probe: bool,
) -> dict[str, Any]:
    """The whole content of `report.json`: plain JSON values, no NaN.

    Args:
        run: the run's description.
        evidence: by trial id; trials that failed have none.
        params: of the report.
        drawn: how many trials get figures.
        every_probe: whether the page draws all their probes, not the common ones.
    """
    stage = trained_stage(run)
    trials = [_trial(run, stage, info, evidence.get(info.id)) for info in run.trials]
    chosen = choose(trials, drawn)
    series: dict[str, Any] = {}
    for trial in trials:
        if trial["id"] in chosen:
            found = evidence[trial["id"]]
            trial["figures"] = draw(found.metrics, found.telemetry, params, len(chosen))
            series |= found.telemetry.info().get("series", {})
        else:
            trial["bands"] = {}
    metrics = {name: found.metrics for name, found in evidence.items()}
    content = {
        "schema": SCHEMA,
        "run": run.id,
        "spec": {"name": run.name, "path": run.path},
        "confidence": params.confidence,
        "trials": trials,
        "means": means(trials, params.confidence),
        "differences": differences(trials, metrics, params),
        "expectations": [judge(e, run.trials, trials) for e in run.expectations],
        "series": {name: series[name] for name in sorted(series)},
        "without_figures": len(evidence) - len(chosen),
        "every_probe": every_probe,
    }
    told = confusion(run, trials, params.confidence)
    if told is not None:
        content["confusion"] = told
    plain: dict[str, Any] = finite(content)
    return plain


def _trial(
    run: RunInfo, stage: str, info: TrialInfo, evidence: Evidence | None
) -> dict[str, Any]:
    """One trial; a stage that failed leaves the verdict open, and says so."""
    trial: dict[str, Any] = {
        "id": info.id,
        "point": dict(info.point),
        "seed": info.seed,
        "failed": info.failed,
        "verdict": "undetermined",
        "symptoms": [],
        "causes": [],
        "risks": [],
        "checks": [],
        "limits": [],
        "remarks": [],
        "bands": {},
        "experiment": None,
        "metrics": {},
        "modes": None,
        "classes": None,
        "clusters": None,
        "tiers": None,
        "duplicates": None,
        "contradictions": None,
        "features": None,
        "measurements": {},
        "figures": None,
    }
    if evidence is None:
        return trial
    diagnosis: dict[str, Any] = {"verdict": "measured"}
    if evidence.diagnosis is not None:
        diagnosis = evidence.diagnosis.content()
    measured = {} if evidence.metrics is None else evidence.metrics.content()
    known = [name for name in trial if name not in ("id", "point", "seed", "failed")]
    trial |= {name: diagnosis[name] for name in known if name in diagnosis}
    for group in ("causes", "risks"):
        trial[group] = [addressed(run, stage, info, cause) for cause in trial[group]]
    names = (
        *("metrics", "modes", "classes", "clusters", "tiers", "duplicates"),
        *("contradictions", "features", "samples"),
    )
    trial |= {name: measured[name] for name in names if name in measured}
    if evidence.measurements is not None:
        trial["measurements"] = evidence.measurements.figures()
    return trial


def finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: both become null."""
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
