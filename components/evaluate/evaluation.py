"""From the real side and samples to the content of metrics.json."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from components.evaluate.clusters import find_clusters
from components.evaluate.comparison import (
    Comparison,
    Sample,
    Values,
    class_table,
    mode_table,
)
from components.evaluate.intervals import (
    Interval,
    Setting,
    Spread,
    holdout_splits,
    interval_of,
    lone_splits,
    nulls,
    spread,
    train_splits,
)
from components.evaluate.metrics import METRICS, Metric, Reference
from components.evaluate.params import EvaluateParams
from components.features import FittedFeatures, flatten
from components.records import Modes

Nulls = dict[str, tuple[float, Interval]]


class Measured(NamedTuple):
    """What was measured: the content of metrics.json, and the metrics' spreads."""

    content: dict[str, Any]
    spreads: dict[str, Spread]


@dataclass
class Evaluation:
    """The real side of an evaluation: records, their features, every metric's null.

    Attributes:
        samples: how many samples to compare.
        shown: holdout records (n, *shape), to draw beside samples.
        known_nulls: every metric's null and its interval, where they are known already.
        clusters: `clusters` of metrics.json, where they stand in the labels' place.
    """

    params: EvaluateParams
    features: FittedFeatures
    train: Sample
    holdout: Sample
    shown: Values
    modes: Modes | None
    classes: list[str] | None
    samples: int
    known_nulls: Nulls | None = None
    clusters: dict[str, Any] | None = None

    def clustered(self) -> "Evaluation":
        """With clusters in the labels' place if the data have no labels and no modes.

        A single cluster tells nothing apart, and leaves the records as they are.
        """
        sides = {"train": self.train, "holdout": self.holdout}
        if self.modes is not None or max(s.labels.max() for s in sides.values()) >= 0:
            return self
        seed = self.params.seed
        found = find_clusters(self.train.features, self.samples, seed)
        changes: dict[str, Any] = {"clusters": found.as_json()}
        if found.number > 1:
            changes["classes"] = [f"cluster {i + 1}" for i in range(found.number)]
            for part, side in sides.items():
                changes[part] = replace(side, labels=found.labels(side.features))
        return replace(self, **changes)

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
    def nulls(self) -> Nulls:
        if self.known_nulls is not None:
            return self.known_nulls
        sides = self.train, self.holdout, self.samples, self.setting
        splits: dict[Reference, Iterable[Comparison]] = {
            "holdout": holdout_splits(*sides),
            "train": train_splits(*sides),
            "none": lone_splits(*sides[1:]),
        }
        read: Nulls = {}
        for reference, comparisons in splits.items():
            chosen = [
                each
                for each in self.metrics
                if each.reference == reference and not self._withdrawn(each)
            ]
            # Without a metric to read there is no need of what a split shares.
            read |= nulls(chosen, comparisons if chosen else ())
        return read

    def _withdrawn(self, metric: Metric) -> str | None:
        """Why a metric is withdrawn, None if it is not."""
        return self.features.unreliable if metric.in_features else None

    def content(self, generated: Values) -> dict[str, Any]:
        """metrics.json for samples (n, *shape); see `measure`."""
        return self.measure(generated).content

    def measure(self, generated: Values) -> "Measured":
        """What metrics.json and spreads.npz hold of samples (n, *shape).

        Where any sample is not finite every metric but `nonfinite_share` is null, since
        no distance to it is defined and leaving it out would flatter the generator.
        Where the features are unreliable, metrics in them are withdrawn: they have
        neither value nor null, and `withdrawn` says why.
        """
        flat = flatten(generated)
        share = float((~np.isfinite(flat)).any(1).mean())
        comparisons = self._comparisons(generated) if share == 0 else {}
        spreads = {
            each.name: spread(each, comparisons[each.reference], self.params.seed)
            for each in (self.metrics if comparisons else ())
        }
        entries = {
            each.name: self._entry(each, comparisons, spreads.get(each.name))
            for each in self.metrics
        }
        entries["nonfinite_share"] = nonfinite_entry(share, len(flat))
        against = comparisons.get("train")
        classed = None if self.features.unreliable else against
        content = {
            "metrics": entries,
            "features": {
                "kind": self.params.features.model_dump()["kind"],
                "dimension": self.train.features.shape[1],
                "accuracy": self.features.accuracy,
                "note": self.features.note,
            },
            "samples": len(flat),
            "modes": against and mode_table(against),
            "classes": classed and class_table(classed, self.classes),
            "clusters": self.clusters,
        }
        known = {name: each for name, each in spreads.items() if each is not None}
        return Measured(content, known)

    def digest(self) -> str:
        """Of the records that samples are compared with: equal for equal ones."""
        found = hashlib.sha256()
        for side in (self.train, self.holdout):
            found.update(np.ascontiguousarray(side.records).tobytes())
        return found.hexdigest()

    def _comparisons(self, generated: Values) -> dict[Reference, Comparison]:
        features = self.features(generated)
        if not np.isfinite(features).all():
            return {}
        unknown = np.full(len(features), -1)
        sample = Sample(features, generated, unknown, self.features.logits(generated))
        against = self.setting.compare(sample, self.holdout)
        return {
            "holdout": against,
            "train": self.setting.compare(sample, self.train),
            "none": against,
        }

    def _entry(
        self,
        metric: Metric,
        comparisons: Mapping[Reference, Comparison],
        spread: Spread | None,
    ) -> dict[str, Any]:
        withdrawn = self._withdrawn(metric)
        comparison = None if withdrawn else comparisons.get(metric.reference)
        value = comparison and metric.value(comparison)
        null, interval = self.nulls.get(metric.name, (None, None))
        sizes = {"holdout": self.holdout.size, "train": self.train.size, "none": 0}
        size = sizes[metric.reference]
        p_value, seed = metric.p_value, self.params.seed
        return {
            "value": value,
            "null": null,
            "null_interval": interval,
            "p_value": p_value(comparison) if p_value and comparison else None,
            "ci": comparison and interval_of(metric, comparison, spread, seed),
            "n": self.samples,
            "reference_n": min(size, self.samples) if metric.balanced else size,
            "better": metric.better,
            "reference": metric.reference,
            "blind_to": metric.blind_to,
            **({"withdrawn": withdrawn} if withdrawn else {}),
        }


def nonfinite_entry(share: float, n: int) -> dict[str, Any]:
    """The entry of `nonfinite_share`; real records are finite, hence its null 0."""
    return {
        "value": share,
        "null": 0.0,
        "null_interval": [0.0, 0.0],
        "p_value": None,
        "ci": None,
        "n": n,
        "reference_n": 0,
        "better": "lower",
        "reference": "holdout",
        "blind_to": "everything but NaN and infinity",
    }
