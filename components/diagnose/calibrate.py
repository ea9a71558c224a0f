"""A component that measures what healthy and faulty runs read."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from components.artifacts import Calibration, Metrics, Telemetry
from components.component import Context, component
from components.derived import DERIVED
from components.diagnose.calibration import CalibrationTable, Healthy
from components.diagnose.combine import mechanisms, tests
from components.diagnose.evidence import departures, measured
from components.diagnose.growing import grown, runs_of
from components.diagnose.readings import Readings
from components.diagnose.stage import DiagnoseParams, diagnose_readings
from components.diagnose.statistics import STATISTICS, dates
from components.diagnose.tabulation import bands, tabulate, to_json
from components.parts import FileMark, Params
from components.run import RunInfo

HEALTHY = "healthy"
COPYING = "data_fault"
"""The cause of runs whose samples may be copies."""


class CalibrateParams(Params):
    """The parameters of `calibrate`."""

    produced: str = ""
    """How these runs came about; kept with the calibration."""
    known: Annotated[CalibrationTable | None, FileMark()] = None
    """Another calibration: its faulty runs stand in for causes that have none here, and
    its healthy ones for a statistic that reads the same on all healthy runs here."""


class Known(NamedTuple):
    """A run, the case that it is of, and the cause at work in it, or HEALTHY."""

    readings: Readings
    case: str
    cause: str


@component(placement="worker")
def calibrate(
    metrics: list[Metrics],
    telemetry: list[Telemetry],
    params: CalibrateParams,
    *,
    run: RunInfo,
    context: Context,
) -> Calibration:
    """Tabulate what every statistic reads on runs of which it is known what they are.

    What the spec expects of a trial says what it is: `verdict: healthy` that it counts
    as healthy, `cause: X` that X was made to work in it. Others are left out.

    Raises:
        ValueError: if there are fewer than two healthy runs, or metrics and telemetry
            of different numbers of runs.
    """
    trials = run.surviving()
    if not len(metrics) == len(telemetry) == len(trials):
        raise ValueError(
            "Invalid value for the inputs of `calibrate`. Expected metrics and "
            f"telemetry of {len(trials)} trials. Received: {len(metrics)} metrics and "
            f"{len(telemetry)} telemetry"
        )
    runs = []
    for trial, one, other in zip(trials, metrics, telemetry, strict=True):
        cause = known_cause([entry.claims for entry in run.expected(trial)])
        if cause is not None:
            readings = Readings(one.content(), other.series(), other.info())
            runs.append(Known(readings, trial.case or "", cause))
    healthy = sum(each.cause == HEALTHY for each in runs)
    if healthy < 2:
        raise ValueError(
            "Invalid value for `expect` of a spec that calibrates. Expected two trials "
            f"at least of which it says `verdict: healthy`. Received: {healthy}"
        )
    made: Calibration = context.create(Calibration)
    made.write_bytes("calibration.json", to_json(calibrated(runs, params)))
    return made


def known_cause(claims: Sequence[Mapping[str, Any]]) -> str | None:
    """What a trial's expectations say that it is; None where they do not."""
    for each in claims:
        if each.get("cause"):
            return str(each["cause"])
    said = any(each.get("verdict") == HEALTHY for each in claims)
    return HEALTHY if said else None


def measure(readings: Readings) -> dict[str, float]:
    """Every statistic that can be read on one run, in its calibrated unit."""
    return measured(readings, STATISTICS)


def calibrated(runs: Sequence[Known], params: CalibrateParams) -> dict[str, Any]:
    """The payload of `calibration.json`: healthy readings, then how exposed runs fared.

    The exposed are judged by the thresholds that the healthy runs have just given.
    """
    sides = {
        name: (one.side, one.scale)
        for name, one in STATISTICS.items()
        if one.exact is None
    }
    sound = [run for run in runs if run.cause == HEALTHY]
    uncopied = [run for run in runs if run.cause not in (HEALTHY, COPYING)]
    shared = {name for name, one in STATISTICS.items() if one.common}
    every = [*sound, *uncopied]
    table = tabulate(
        [measure(run.readings) for run in sound]
        + [measured(run.readings, shared) for run in uncopied],
        sides,
        params.produced,
        [run.readings.kind for run in every],
        [run.case for run in every],
    )
    table["runs"] = len(sound)
    table["bands"] = bands(
        [levels(run.readings) for run in sound],
        [run.readings.kind for run in sound],
        [run.case for run in sound],
    )
    table["checks"] |= spread_elsewhere(table["checks"], params.known)
    for kind, entries in {None: table["checks"], **table["kinds"]}.items():
        own = [run.readings for run in sound if kind in (None, run.readings.kind)]
        for name in filter(dates, entries):
            entries[name]["learnt"] = learnt(name, entries[name], own)
    known = CalibrationTable.model_validate_json(to_json(table))
    others = {} if params.known is None else params.known.exposed
    exposed = {name: one.model_dump(mode="json") for name, one in others.items()}
    for cause in sorted({run.cause for run in runs} - {HEALTHY}):
        group = [run for run in runs if run.cause == cause]
        failed = [run for run in group if symptomatic(run.readings, known)]
        exposed[cause] = {
            "runs": len(group),
            "failed": len(failed),
            "failures": [
                {"case": run.case, "departures": apart(run.readings, known)}
                for run in failed
            ],
        }
    table = table | {"exposed": exposed}
    told = runs_of(CalibrationTable.model_validate_json(to_json(table)))
    forest = grown(told)
    return table | {"forest": forest and forest.model_dump(mode="json")}


def levels(readings: Readings) -> dict[str, float]:
    """What every series reads once it has settled, those made of others as well."""
    names = {*readings.table, *DERIVED} - {"step"}
    found = {name: readings.settled(name) for name in sorted(names)}
    return {name: level for name, level in found.items() if level is not None}


def learnt(name: str, entry: Mapping[str, Any], runs: Sequence[Readings]) -> float:
    """See `Healthy.learnt`; of the runs whose series ends past the threshold."""
    import numpy as np

    rate = DiagnoseParams().false_alarm_rate / len(tests())
    limit = Healthy.model_validate_json(json.dumps(entry)).threshold(rate)
    shares = []
    for run in runs:
        series = run.series(STATISTICS[name].series or "")
        if series is None:
            continue
        beyond = series.values - limit
        bad = beyond < 0 if entry["side"] == "low" else beyond > 0
        if bad[-1]:
            continue
        since = int(np.flatnonzero(bad)[-1]) + 1 if bad.any() else 0
        shares.append(float(series.steps[since] / series.steps[-1]))
    return round(float(np.quantile(shares, 0.95)), 4) if shares else 0.0


def apart(run: Readings, table: CalibrationTable) -> dict[str, float]:
    """How far the mechanisms of a run are from healthy, by statistic."""
    return departures(table.of(run.kind), run, mechanisms())


def spread_elsewhere(
    checks: Mapping[str, Any], known: CalibrationTable | None
) -> dict[str, Any]:
    """The known checks of statistics that do not differ between healthy runs here.

    What a generator can be taught is the same for all seeds: such readings tell how
    good a healthy run is, and not how much another may differ.
    """
    others = {} if known is None else known.checks
    return {
        name: others[name].model_dump(mode="json")
        for name, own in checks.items()
        if len(set(own["values"])) == 1
        and name in others
        and len(set(others[name].values)) > 1
    }


def symptomatic(run: Readings, table: CalibrationTable) -> list[str]:
    """The symptoms of a run at the default rate of false alarms."""
    params = DiagnoseParams(calibration=table)
    return [one.id for one in diagnose_readings(run, params).symptoms]
