"""A component that measures what healthy runs read: the source of all thresholds."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from components.artifacts import Calibration, Metrics, Telemetry
from components.component import Context, component
from components.diagnose.calibration import CalibrationTable, tabulate, to_json
from components.diagnose.causes import parameter
from components.diagnose.combine import mechanisms
from components.diagnose.evidence import measured
from components.diagnose.readings import Readings
from components.diagnose.stage import DiagnoseParams, diagnose_readings
from components.diagnose.statistics import STATISTICS
from components.parts import Params


class CalibrateParams(Params):
    """The parameters of `calibrate`."""

    produced: str = ""
    """How these runs came about; kept with the calibration."""
    exposed: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """By cause: the training parameters (path: value) of runs that it is made to work
    in. All other runs must be healthy."""


def measure(readings: Readings) -> dict[str, float]:
    """Every statistic that can be read on one run, in its calibrated unit."""
    measured = {name: one.measure(readings) for name, one in STATISTICS.items()}
    return {
        name: float(f"{reading.value:.6g}")
        for name, reading in measured.items()
        if reading is not None
    }


@component(placement="worker")
def calibrate(
    metrics: list[Metrics],
    telemetry: list[Telemetry],
    params: CalibrateParams,
    *,
    context: Context,
) -> Calibration:
    """Tabulate what every statistic reads on runs that are known to be healthy.

    Raises:
        ValueError: if there are fewer than two runs, or metrics and telemetry of
            different numbers of runs.
    """
    if len(metrics) != len(telemetry) or len(metrics) < 2:
        raise ValueError(
            "Invalid value for the inputs of `calibrate`. Expected metrics and "
            "telemetry of the same trials, two at least. Received: "
            f"{len(metrics)} metrics and {len(telemetry)} telemetry"
        )
    runs = [
        Readings(one.content(), other.series(), other.info())
        for one, other in zip(metrics, telemetry, strict=True)
    ]
    made: Calibration = context.create(Calibration)
    made.write_bytes("calibration.json", to_json(calibrated(runs, params)))
    return made


def calibrated(runs: Sequence[Readings], params: CalibrateParams) -> dict[str, Any]:
    """The payload of `calibration.json`: healthy readings, then how exposed runs fared.

    The exposed are judged by the thresholds that the healthy runs have just given.
    """
    kinds = {
        name: (one.side, one.scale)
        for name, one in STATISTICS.items()
        if one.exact is None
    }
    groups: dict[str, list[Readings]] = {name: [] for name in params.exposed}
    healthy = []
    for run in runs:
        causes = [name for name, at in params.exposed.items() if _matches(run, at)]
        for name in causes:
            groups[name].append(run)
        if not causes:
            healthy.append(measure(run))
    table = tabulate(healthy, kinds, params.produced)
    known = CalibrationTable.model_validate_json(to_json(table))
    exposed = {}
    for name, group in groups.items():
        failed = [run for run in group if symptomatic(run, known)]
        exposed[name] = {
            "runs": len(group),
            "failed": len(failed),
            "failures": [
                {"case": "", "readings": measured(run, mechanisms())} for run in failed
            ],
        }
    return table | {"exposed": exposed}


def _matches(run: Readings, stated: Mapping[str, Any]) -> bool:
    return all(parameter(run.parameters, path) == v for path, v in stated.items())


def symptomatic(run: Readings, table: CalibrationTable) -> list[str]:
    """The symptoms of a run at the default rate of false alarms."""
    params = DiagnoseParams(calibration=table)
    return [one.id for one in diagnose_readings(run, params).symptoms]
