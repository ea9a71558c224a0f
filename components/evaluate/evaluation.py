"""From the real side and samples to the content of metrics.json."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from components.evaluate.apart import apart, sketch
from components.evaluate.clusters import find_clusters
from components.evaluate.columns import COLUMNS
from components.evaluate.comparison import Comparison, Sample, Values
from components.evaluate.contradictions import contradictions
from components.evaluate.entries import Sizes, metric_entry, nonfinite_entry
from components.evaluate.figure import Reference
from components.evaluate.intervals import Spread, spread
from components.evaluate.metrics import METRICS, Metric
from components.evaluate.metrics.duplicates import duplicate_summary
from components.evaluate.nulls import Null, nulls
from components.evaluate.params import EvaluateParams
from components.evaluate.splits import (
    Setting,
    both_splits,
    chance,
    holdout_splits,
    lone_splits,
    train_splits,
)
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


class Measured(NamedTuple):
    """What was measured: the content of metrics.json, and the metrics' spreads."""

    content: dict[str, Any]
    spreads: dict[str, Spread]


@dataclass
class Evaluation:
    """The real side of an evaluation: records, their features, every metric's null.

    Attributes:
        tiers: of the curriculum, as curriculum.json has them.
        samples: how many samples to compare.
        shown: holdout records (n, *shape), to draw beside samples.
        known_nulls: every metric's null and its interval, where they are known already.
        clusters: `clusters` of metrics.json, where they stand in the labels' place.
        trained: all training records, where `train` are those alone that the features
            learnt nothing of; None: `train` are all.
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
    clusters: dict[str, Any] | None = None
    trained: Sample | None = None

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
    def apart(self) -> tuple[Sample, Sample] | None:
        """The sides as the test of memorization sees them; None if one is empty.

        It looks at no features, so that all records that were trained on count.
        """
        sides = apart(self.trained or self.train, self.holdout)
        return sides if all(each.size for each in sides) else None

    @cached_property
    def nulls(self) -> Nulls:
        if self.known_nulls is not None:
            return self.known_nulls
        sides = self.train, self.holdout, self.samples, self.setting
        sizes = self.train.size, self.holdout.size, self.samples
        splits: dict[Reference, Iterable[Comparison]] = {
            "holdout": holdout_splits(*sides),
            "train": train_splits(*sides),
            "both": both_splits(*self.apart, *sides[2:]) if self.apart else (),
            "none": lone_splits(*sides[1:]),
        }
        read: Nulls = {}
        for reference, comparisons in splits.items():
            chosen = [
                each
                for each in self.metrics
                if each.reference == reference and not self._withdrawn(each)
            ]
            shown = [
                each
                for each in COLUMNS.values()
                if each.reference == reference and not self.features.unreliable
            ]
            # Without a metric to read there is no need of what a split shares.
            stray = chance(reference, *sizes)
            read |= nulls(chosen, comparisons if chosen else (), shown, stray)
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
            for each in self.metrics
            if each.reference in comparisons and not self._withdrawn(each)
        }
        entries = {
            each.name: self._entry(each, comparisons, spreads.get(each.name))
            for each in self.metrics
        }
        entries["nonfinite_share"] = nonfinite_entry(share, len(flat))
        content = {
            "metrics": entries,
            "features": {
                "kind": self.params.features.model_dump()["kind"],
                "dimension": self.train.features.shape[1],
                "accuracy": self.features.accuracy,
                "note": self.features.note,
            },
            "samples": len(flat),
            "clusters": self.clusters,
            **self._beside(comparisons, entries),
        }
        known = {name: each for name, each in spreads.items() if each is not None}
        return Measured(content, known)

    def _beside(
        self, comparisons: Mapping[Reference, Comparison], entries: Entries
    ) -> dict[str, Any]:
        """What metrics.json has beside the metrics; null of samples not finite."""
        names = ("modes", "classes", "tiers", "duplicates", "contradictions")
        if not comparisons:
            return dict.fromkeys(names)
        against = comparisons["train"]
        sound = self.features.unreliable is None
        classes = class_table(against, self.classes) if sound else None
        tiers = tier_table(self.tiers, self.holdout) if sound else None
        last = comparisons, self.nulls, self.params.seed
        return {
            "modes": with_columns("modes", mode_table(against), *last),
            "classes": with_columns("classes", classes, *last),
            "tiers": with_columns("tiers", tiers, *last),
            "duplicates": duplicate_summary(comparisons["holdout"]) if sound else None,
            "contradictions": contradictions(
                self.metrics, entries, self.params.resamples
            ),
        }

    def digest(self) -> str:
        """Of the records that samples are compared with: equal for equal ones."""
        found = hashlib.sha256()
        for side in (self.trained or self.train, self.holdout):
            found.update(np.ascontiguousarray(side.records).tobytes())
        return found.hexdigest()

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
        self,
        metric: Metric,
        comparisons: Mapping[Reference, Comparison],
        spread: Spread | None,
    ) -> dict[str, Any]:
        withdrawn = self._withdrawn(metric)
        both = sum(each.size for each in self.apart or ())
        sizes = Sizes(self.train.size, self.holdout.size, both, self.samples)
        told = metric_entry(
            metric,
            None if withdrawn else comparisons.get(metric.reference),
            self.nulls.get(metric.name),
            spread,
            sizes,
            self.setting,
        )
        return told | ({"withdrawn": withdrawn} if withdrawn else {})
