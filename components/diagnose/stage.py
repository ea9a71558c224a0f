"""The `diagnose` stage: what went wrong, why, and what to change."""

from typing import Annotated, Any

from annotated_types import Gt, Lt

from components.artifacts import Diagnosis, Metrics, Telemetry
from components.component import Context, component
from components.diagnose import calibration as calibrations
from components.diagnose.calibration import CalibrationTable
from components.diagnose.combine import Conclusion, conclude, mechanisms, tests
from components.diagnose.evidence import Evidence
from components.diagnose.readings import Readings
from components.parts import FileMark, Params


class DiagnoseParams(Params):
    """The parameters of `diagnose`."""

    calibration: Annotated[CalibrationTable | None, FileMark()] = None
    """What healthy runs read; the packaged calibration where nothing is stated."""
    false_alarm_rate: Annotated[float, Gt(0), Lt(1)] = 0.01
    """Share of healthy runs that may be called failed, all checks of all symptoms
    taken together (Bonferroni: each of m checks gets this rate divided by m)."""


def fingerprint(params: DiagnoseParams) -> str | None:
    """The packaged calibration's digest, where that is what thresholds come from."""
    import hashlib

    if params.calibration is not None:
        return None
    return hashlib.sha256(calibrations.PACKAGED.read_bytes()).hexdigest()


@component(placement="worker", fingerprint=fingerprint)
def diagnose(
    metrics: Metrics,
    telemetry: Telemetry,
    params: DiagnoseParams,
    *,
    context: Context,
) -> Diagnosis:
    """Find symptoms in the samples and causes in the game, and say what to change."""
    readings = Readings(metrics.content(), telemetry.series(), telemetry.info())
    made: Diagnosis = context.create(Diagnosis)
    made.write_json("diagnosis.json", as_json(diagnose_readings(readings, params)))
    return made


def diagnose_readings(readings: Readings, params: DiagnoseParams) -> Conclusion:
    """The diagnosis of readings, wherever they come from."""
    table = params.calibration or calibrations.packaged()
    rate = params.false_alarm_rate
    table = table.of(readings.kind)
    return conclude(Evidence(readings, table, rate, len(tests()), mechanisms()))


def as_json(conclusion: Conclusion) -> dict[str, Any]:
    """The payload of `diagnosis.json`."""
    return {
        "verdict": conclusion.verdict,
        "symptoms": [one.as_json() for one in conclusion.symptoms],
        "causes": [one.as_json() for one in conclusion.causes],
        "risks": [one.as_json() for one in conclusion.risks],
        "checks": [one.as_json() for one in conclusion.checks],
        "limits": [one.as_json() for one in conclusion.limits],
        "remarks": list(conclusion.remarks),
        "bands": {name: list(ends) for name, ends in conclusion.bands.items()},
        "experiment": conclusion.experiment,
    }
