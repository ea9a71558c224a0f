"""From a curriculum and samples to the content of metrics.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from components.artifacts import Curriculum, Modes, Records
from components.evaluate.comparison import (
    Comparison,
    Sample,
    class_table,
    mode_table,
)
from components.evaluate.intervals import (
    Interval,
    Setting,
    confidence,
    holdout_splits,
    nulls,
    train_splits,
)
from components.evaluate.metrics import METRICS, Metric
from components.evaluate.params import EvaluateParams
from components.features import FittedFeatures, flatten

Values = np.ndarray[Any, Any]


@dataclass
class Evaluation:
    """The real side of an evaluation: records, their features, every metric's null.

    Attributes:
        samples: how many samples to compare.
        shown: holdout records (n, *shape), to draw beside samples.
    """

    params: EvaluateParams
    features: FittedFeatures
    train: Sample
    holdout: Sample
    shown: Values
    modes: Modes | None
    classes: list[str] | None
    samples: int

    @property
    def metrics(self) -> list[Metric]:
        """The metrics to measure, in the order of their names."""
        return [
            METRICS[name]
            for name in sorted(METRICS)
            if not METRICS[name].optional or name in self.params.extra
        ]

    @cached_property
    def nulls(self) -> dict[str, tuple[float, Interval]]:
        setting = Setting(
            self.params.k, self.modes, self.params.resamples, self.params.seed
        )
        sides = self.train, self.holdout, self.samples, setting
        by_holdout = [each for each in self.metrics if each.reference == "holdout"]
        by_train = [each for each in self.metrics if each.reference == "train"]
        return nulls(by_holdout, holdout_splits(*sides)) | nulls(
            by_train, train_splits(*sides)
        )

    def content(self, generated: Values) -> dict[str, Any]:
        """metrics.json for samples (n, *shape).

        Where any sample is not finite every metric but `nonfinite_share` is null, since
        no distance to it is defined and leaving it out would flatter the generator.
        """
        flat = flatten(generated)
        share = float((~np.isfinite(flat)).any(1).mean())
        comparisons = self._comparisons(generated, flat) if share == 0 else {}
        entries = {each.name: self._entry(each, comparisons) for each in self.metrics}
        entries["nonfinite_share"] = nonfinite_entry(share, len(flat))
        against = comparisons.get("train")
        return {
            "metrics": entries,
            "features": {
                "kind": self.params.features.model_dump()["kind"],
                "dimension": self.train.features.shape[1],
                "accuracy": self.features.accuracy,
            },
            "samples": len(flat),
            "modes": against and mode_table(against),
            "classes": against and class_table(against, self.classes),
        }

    def _comparisons(self, generated: Values, flat: Values) -> dict[str, Comparison]:
        features = self.features(generated)
        sample = Sample(features, flat, np.full(len(flat), -1))
        if not np.isfinite(features).all():
            return {}
        return {
            name: Comparison(sample, reference, self.params.k, self.modes)
            for name, reference in (("holdout", self.holdout), ("train", self.train))
        }

    def _entry(
        self, metric: Metric, comparisons: Mapping[str, Comparison]
    ) -> dict[str, Any]:
        comparison = comparisons.get(metric.reference)
        value = comparison and metric.value(comparison)
        null, interval = self.nulls.get(metric.name, (None, None))
        reference = self.train if metric.reference == "train" else self.holdout
        return {
            "value": value,
            "null": null,
            "null_interval": interval,
            "ci": comparison and confidence(metric, comparison, self.params.seed),
            "n": self.samples,
            "reference_n": reference.size,
            "better": metric.better,
            "reference": metric.reference,
            "blind_to": metric.blind_to,
        }


def nonfinite_entry(share: float, n: int) -> dict[str, Any]:
    """The entry of `nonfinite_share`; real records are finite, hence its null 0."""
    return {
        "value": share,
        "null": 0.0,
        "null_interval": [0.0, 0.0],
        "ci": None,
        "n": n,
        "reference_n": 0,
        "better": "lower",
        "reference": "holdout",
        "blind_to": "everything but NaN and infinity",
    }


def evaluation(curriculum: Curriculum, params: EvaluateParams) -> Evaluation:
    """Read the records, fit the features, decide on the number of samples.

    Raises:
        ValueError: if there are too few records, or the features cannot be fitted.
    """
    train = _some(curriculum.train(), params, 7)
    holdout = _some(curriculum.holdout(), params, 8)
    samples = min(params.samples, len(train), len(holdout))
    if samples <= params.k:
        raise ValueError(
            f"Invalid value for `k`. Expected fewer neighbours than there are holdout "
            f"records ({len(holdout)}), training records ({len(train)}) and samples "
            f"({samples}). Received: {params.k}. Lower `k`, or give the holdout a "
            "larger share of the data."
        )
    features = params.features.fit(train.data, train.labels, seed=params.seed)

    def sample(records: Records) -> Sample:
        return Sample(features(records.data), flatten(records.data), records.labels)

    return Evaluation(
        params=params,
        features=features,
        train=sample(train),
        holdout=sample(holdout),
        shown=holdout.data,
        modes=curriculum.modes(),
        classes=curriculum.info().get("classes"),
        samples=samples,
    )


def _some(records: Records, params: EvaluateParams, stream: int) -> Records:
    """The records, or a random choice of `params.records` of them in their order."""
    if len(records) <= params.records:
        return records
    random = np.random.default_rng([params.seed, stream])
    rows = np.sort(random.choice(len(records), params.records, replace=False))
    return Records(*(column[rows] for column in records))
