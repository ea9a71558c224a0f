"""Artifacts of what is found out: measured, diagnosed, reported."""

from typing import TYPE_CHECKING, Any, ClassVar

from components.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import numpy as np


class Metrics(Artifact):
    """What was measured on the generator's samples.

    Payload: `plots.npz` (what to draw); `spreads.npz` (`points.ID` (n,), values whose
    mean a metric is, or `parts.ID` (groups,), it without each group of samples); and
    `metrics.json`; null is what was not measured, and all beside metrics, features and
    samples where a sample is not finite:
      metrics: {id: {value, null, null_interval, ci, n, reference_n, better, reference,
        blind_to; deviation, from the null in standard errors; p_value, of a test;
        withdrawn, why it has no value}};
      features: {kind, dimension, accuracy, note}; samples: how many;
      measured_on: {records, latents}, digests;
      modes: [{index, weight, share, captured, spread}];
      classes: [{index, name, real_share, share, captured, coverage, spread}], clusters
        of the training records' features where `clusters` ({number, most, criterion})
        is not null;
      tiers, from core to outliers: [{index, threshold, records, spacing,
        coverage}], spacing the median distance of its records' features to the nearest
        other; a coverage or spread is {value, null, null_interval, ci, n};
      duplicates: {threshold, quantile, pairs, copies}, `threshold` the distance up to
        which samples are near-duplicates, by `quantile` of the holdout records;
      contradictions: {false_alarm_rate, metrics, pairs: [{as_data, not_as_data,
        blind_to}]}, the two {metric, value, null, null_interval,
        deviation}.
    """

    type: ClassVar[str] = "metrics"
    schema: ClassVar[int] = 2

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("metrics.json"))

    def plots(self) -> dict[str, "np.ndarray[Any, Any]"]:
        return self.read_arrays("plots.npz")


class Measurements(Artifact):
    """What was measured, beside what theory or a paper says: `measurements.json`.

    {"figures": {name: {measured, closed_form, relative_error, tolerance, agrees,
    meaning}}}; all but `measured` and `meaning` are null where theory says nothing.
    Beside a paper's, a figure also has `interval`, [low, high] or null; `range`, what
    it can be at all, [low, high], either null; `steps` of the training; and
    `published`: {paper, trials, steps, value, spread}, null where the paper has none.
    """

    type: ClassVar[str] = "measurements"

    def figures(self) -> dict[str, Any]:
        return dict(self.read_json("measurements.json")["figures"])


class Diagnosis(Artifact):
    """Symptoms, causes and prescriptions of one trial: `diagnosis.json`.

    As a trial in the report, except that `prescription.set` maps paths *inside the
    parameters of the component that made the telemetry* (`discriminator.normalization`)
    to values; the report knows that component's stage and makes addresses of them.
    """

    type: ClassVar[str] = "diagnosis"

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("diagnosis.json"))


class Calibration(Artifact):
    """What every statistic of the diagnosis reads on healthy runs: `calibration.json`.

    {"produced": how, "runs": n, "checks": {statistic: {side, scale, values}}}; it can
    be named as `diagnose.calibration`.
    """

    type: ClassVar[str] = "calibration"

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("calibration.json"))


class Report(Artifact):
    """`report.json`, and `report.html` and `report.md` made from it.

    With `confusion` in it, `confusion.svg` as well.
    """

    type: ClassVar[str] = "report"

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("report.json"))
