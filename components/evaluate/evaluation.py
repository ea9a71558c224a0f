"""From the real side and samples to the content of metrics.json."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from components.evaluate.apart import apart, sketch
from components.evaluate.columns import COLUMNS
from components.evaluate.comparison import Comparison, Sample, Values
from components.evaluate.contradictions import LEARNT, contradictions, deviation
from components.evaluate.figure import Reference
from components.evaluate.intervals import (
    Null,
    Setting,
    both_splits,
    chance,
    confidence,
    holdout_splits,
    lone_splits,
    nulls,
    train_splits,
)
from components.evaluate.metrics import METRICS, Metric, least_error
from components.evaluate.metrics.duplicates import duplicate_summary
from components.evaluate.params import EvaluateParams
from components.evaluate.tables import (
    class_table,
    mode_table,
    tier_table,
    with_columns,
)
from components.features import FittedFeatures, flatten
from components.records import Modes

Nulls = dict[str, Null]
Entries = dict[str, dict[str, Any]]


@dataclass
class Evaluation:
    """The real side of an evaluation: records, their features, every metric's null.

    Attributes:
        tiers: of the curriculum, as curriculum.json has them.
        samples: how many samples to compare.
        shown: holdout records (n, *shape), to draw beside samples.
        known_nulls: every metric's null and its interval, where they are known already.
    """

    params: EvaluateParams
    features: FittedFeatures
    train: Sample
    holdout: Sample
    shown: Values
    modes: Modes | None
    classes: list[str] | None
    samples: int
    tiers: list[dict[str, Any]]
    known_nulls: Nulls | None = None

    @property
    def metrics(self) -> list[Metric]:
        """The metrics to measure, in the order of their names."""
        return [
            METRICS[name]
            for name in sorted(METRICS)
            if not METRICS[name].optional or name in self.params.extra
        ]

    @property
    def setting(self) -> Setting:
        params = self.params
        return Setting(params.k, self.modes, params.resamples, params.seed)

    @cached_property
    def apart(self) -> tuple[Sample, Sample] | None:
        """The sides as the test of memorization sees them; None if one is empty."""
        sides = apart(self.train, self.holdout)
        return sides if all(each.size for each in sides) else None

    @cached_property
    def nulls(self) -> Nulls:
        if self.known_nulls is not None:
            return self.known_nulls
        sides = self.train, self.holdout, self.samples, self.setting
        splits: dict[Reference, Iterable[Comparison]] = {
            "holdout": holdout_splits(*sides),
            "train": train_splits(*sides),
            "both": both_splits(*self.apart, *sides[2:]) if self.apart else (),
            "none": lone_splits(*sides[1:]),
        }
        read: Nulls = {}
        for reference, comparisons in splits.items():
            chosen = [each for each in self.metrics if each.reference == reference]
            shown = [each for each in COLUMNS.values() if each.reference == reference]
            # Without a metric to read there is no need of what a split shares.
            read |= nulls(chosen, comparisons if chosen else (), shown)
        return read

    def content(self, generated: Values) -> dict[str, Any]:
        """metrics.json for samples (n, *shape).

        Where any sample is not finite every metric but `nonfinite_share` is null, since
        no distance to it is defined and leaving it out would flatter the generator.
        """
        flat = flatten(generated)
        share = float((~np.isfinite(flat)).any(1).mean())
        comparisons = self._comparisons(generated) if share == 0 else {}
        entries = {each.name: self._entry(each, comparisons) for each in self.metrics}
        entries["nonfinite_share"] = nonfinite_entry(share, len(flat))
        return {
            "metrics": entries,
            "features": {
                "kind": self.params.features.model_dump()["kind"],
                "dimension": self.train.features.shape[1],
                "accuracy": self.features.accuracy,
            },
            "samples": len(flat),
            **self._beside(comparisons, entries),
        }

    def _beside(
        self, comparisons: Mapping[Reference, Comparison], entries: Entries
    ) -> dict[str, Any]:
        """What metrics.json has beside the metrics; null of samples not finite."""
        names = ("modes", "classes", "tiers", "duplicates", "contradictions")
        if not comparisons:
            return dict.fromkeys(names)
        against = comparisons["train"]
        rows = {
            "modes": mode_table(against),
            "classes": class_table(against, self.classes),
            "tiers": tier_table(self.tiers),
        }
        last = self.nulls, self.params.seed
        return {
            "modes": with_columns("modes", rows["modes"], comparisons, *last),
            "classes": with_columns("classes", rows["classes"], comparisons, *last),
            "tiers": with_columns("tiers", rows["tiers"], comparisons, *last),
            "duplicates": duplicate_summary(comparisons["holdout"]),
            "contradictions": contradictions(
                self.metrics,
                entries,
                self.params.resamples,
                LEARNT if self.params.features.learns else None,
            ),
        }

    def _comparisons(self, generated: Values) -> dict[Reference, Comparison]:
        features = self.features(generated)
        if not np.isfinite(features).all():
            return {}
        unknown = np.full(len(features), -1)
        sample = Sample(features, generated, unknown, self.features.logits(generated))
        setting = self.setting
        against = setting.compare(sample, self.holdout)
        comparisons: dict[Reference, Comparison] = {
            "holdout": against,
            "train": setting.compare(sample, self.train),
            "none": against,
        }
        if self.apart is not None:
            train, holdout = self.apart
            both = setting.compare(sketch(sample), train, holdout=holdout)
            comparisons["both"] = both
        return comparisons

    def _entry(
        self, metric: Metric, comparisons: Mapping[Reference, Comparison]
    ) -> dict[str, Any]:
        comparison = comparisons.get(metric.reference)
        value = None if comparison is None else metric.value(comparison)
        null = self.nulls.get(metric.name)
        train, holdout = self.train.size, self.holdout.size
        both = sum(each.size for each in self.apart or ())
        sizes = {"holdout": holdout, "train": train, "both": both, "none": 0}
        return {
            "value": value,
            "null": null and null[0],
            "null_interval": null and null[1],
            "deviation": comparison and self._deviation(metric, comparison, value),
            "p_value": comparison and metric.tested(comparison),
            "ci": comparison and confidence(metric, comparison, self.params.seed),
            "n": self.samples,
            "reference_n": sizes[metric.reference],
            "better": metric.better,
            "reference": metric.reference,
            "blind_to": metric.blind_to,
        }

    def _deviation(
        self, metric: Metric, comparison: Comparison, value: float | None
    ) -> float | None:
        null = self.nulls.get(metric.name)
        sizes = self.train.size, self.holdout.size, self.samples
        scale = chance(metric.reference, *sizes)
        strange = self.params.features.learns and metric.reference != "both"
        if null is None or scale is None or strange:
            return None
        error = max(null[3] * scale, least_error(metric, comparison))
        return deviation(metric, value, null, error, self.params.resamples)


def nonfinite_entry(share: float, n: int) -> dict[str, Any]:
    """The entry of `nonfinite_share`; real records are finite, hence its null 0."""
    return {
        "value": share,
        "null": 0.0,
        "null_interval": [0.0, 0.0],
        "deviation": None,
        "p_value": None,
        "ci": None,
        "n": n,
        "reference_n": 0,
        "better": "lower",
        "reference": "holdout",
        "blind_to": "everything but NaN and infinity",
    }
