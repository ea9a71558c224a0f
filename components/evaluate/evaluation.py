"""From the real side and samples to the content of metrics.json."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from components.evaluate.clusters import Clusters, find_clusters
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
    confidence,
    holdout_splits,
    lone_splits,
    nulls,
    train_splits,
)
from components.evaluate.metrics import METRICS, Metric, Reference
from components.evaluate.params import EvaluateParams
from components.features import FittedFeatures, flatten
from components.records import Modes

Nulls = dict[str, tuple[float, Interval]]


@dataclass
class Evaluation:
    """The real side of an evaluation: records, their features, every metric's null.

    Attributes:
        samples: how many samples to compare.
        shown: holdout records (n, *shape), to draw beside samples.
        known_nulls: every metric's null and its interval, where they are known already.
        clusters: what the labels are where the data have neither labels nor modes.
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
    clusters: Clusters | None = None

    def __post_init__(self) -> None:
        bare = max(self.train.labels.max(), self.holdout.labels.max()) < 0
        if self.modes is None and bare:
            self._cluster()

    def _cluster(self) -> None:
        """Put clusters in the labels' place; a single one tells nothing apart."""
        features, seed = self.train.features, self.params.seed
        self.clusters = found = find_clusters(features, self.samples, seed)
        if found.number > 1:
            self.classes = [f"cluster {i + 1}" for i in range(found.number)]
            self.train, self.holdout = (
                replace(side, labels=found.labels(side.features))
                for side in (self.train, self.holdout)
            )

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
        """metrics.json for samples (n, *shape).

        Where any sample is not finite every metric but `nonfinite_share` is null, since
        no distance to it is defined and leaving it out would flatter the generator.
        Where the features are unreliable, metrics in them are withdrawn: they have
        neither value nor null, and `withdrawn` says why.
        """
        flat = flatten(generated)
        share = float((~np.isfinite(flat)).any(1).mean())
        comparisons = self._comparisons(generated) if share == 0 else {}
        entries = {each.name: self._entry(each, comparisons) for each in self.metrics}
        entries["nonfinite_share"] = nonfinite_entry(share, len(flat))
        against = comparisons.get("train")
        classed = None if self.features.unreliable else against
        return {
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
            "clusters": self.clusters and self.clusters.as_json(),
        }

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
        self, metric: Metric, comparisons: Mapping[Reference, Comparison]
    ) -> dict[str, Any]:
        withdrawn = self._withdrawn(metric)
        comparison = None if withdrawn else comparisons.get(metric.reference)
        value = comparison and metric.value(comparison)
        null, interval = self.nulls.get(metric.name, (None, None))
        sizes = {"holdout": self.holdout.size, "train": self.train.size, "none": 0}
        return {
            "value": value,
            "null": null,
            "null_interval": interval,
            "ci": comparison and confidence(metric, comparison, self.params.seed),
            "n": self.samples,
            "reference_n": sizes[metric.reference],
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
        "ci": None,
        "n": n,
        "reference_n": 0,
        "better": "lower",
        "reference": "holdout",
        "blind_to": "everything but NaN and infinity",
    }
