"""What a metric sees: generated samples, the real records to hold them against."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from components.features import flatten
from components.manifold import Array, Memberships, knn_radii, memberships, nearest
from components.moments import Moments
from components.records import Modes

Index = np.ndarray[Any, np.dtype[np.intp]]
Values = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Sample:
    """n points.

    features (n, d); records (n, *shape), as they are; labels (n,), -1 for none; logits
    (n, classes) of the classifier behind the features, None without one; population,
    the moments of all that the n are a random choice of, None: of these themselves.
    """

    features: Array
    records: Values
    labels: Index
    logits: Array | None = None
    population: Moments | None = None

    def take(self, rows: Index) -> "Sample":
        logits = None if self.logits is None else self.logits[rows]
        return Sample(
            self.features[rows], self.records[rows], self.labels[rows], logits
        )

    def join(self, other: "Sample") -> "Sample":
        logits = None
        if self.logits is not None and other.logits is not None:
            logits = np.concatenate((self.logits, other.logits))
        return Sample(
            np.concatenate((self.features, other.features)),
            np.concatenate((self.records, other.records)),
            np.concatenate((self.labels, other.labels)),
            logits,
        )

    @property
    def values(self) -> Array:
        """The records flattened (n, D)."""
        return flatten(self.records)

    @cached_property
    def moments(self) -> Moments:
        """Of the features, and of those of the whole population."""
        return self.population or Moments.of(self.features)

    @property
    def size(self) -> int:
        return len(self.features)


@dataclass(frozen=True)
class Comparison:
    """Generated samples beside real records, with what metrics share computed once.

    Attributes:
        generated: the samples (of a null: real records in their place).
        reference: real records, holdout or training as the metric declares.
        k: neighbours, fewer than either has points.
        modes: the data's known modes, if it has any.
        radii: `knn_radii` of the reference where they are known already.
        seed: of what a metric draws at random.
    """

    generated: Sample
    reference: Sample
    k: int
    modes: Modes | None
    radii: Array | None = None
    seed: int = 0

    @cached_property
    def memberships(self) -> Memberships:
        return memberships(
            self.reference.features, self.generated.features, self.k, self.radii
        )

    @cached_property
    def reference_radii(self) -> Array:
        if self.radii is not None:
            return self.radii
        return knn_radii(self.reference.features, self.k)

    @cached_property
    def mode_census(self) -> "ModeCensus | None":
        """Where the samples lie among the known modes."""
        return None if self.modes is None else census(self.generated.values, self.modes)

    @cached_property
    def class_census(self) -> "ClassCensus | None":
        """The samples by class; None where no reference record has a label.

        A sample's class is that of the nearest labelled reference record. The class is
        captured if one of its samples is plausible: within that record's ball.
        """
        labelled = np.flatnonzero(self.reference.labels >= 0)
        if not len(labelled):
            return None
        labels = self.reference.labels[labelled]
        distances, indices = nearest(
            self.generated.features, self.reference.features[labelled]
        )
        classes, counts = np.unique(labels, return_counts=True)
        own = labels[indices]
        plausible = distances <= self.reference_radii[labelled][indices]
        return ClassCensus(
            classes,
            counts / len(labels),
            np.array([(own == index).mean() for index in classes]),
            np.array([bool(plausible[own == index].any()) for index in classes]),
        )

    def without(self, rows: Index) -> "Comparison":
        """The comparison with some generated samples left out."""
        kept = self.generated.take(np.delete(np.arange(self.generated.size), rows))
        return replace(self, generated=kept)


class ModeCensus(NamedTuple):
    """shares (K,) of all samples by nearest mode; high_quality (n,) 0 or 1: within
    three of the nearest mode's standard deviations; captured (K,) bool: nearest mode
    to at least one high-quality sample."""

    shares: Array
    high_quality: Array
    captured: "np.ndarray[Any, np.dtype[np.bool_]]"


class ClassCensus(NamedTuple):
    """indices (C,) of the classes; real_shares, shares (C,); captured (C,) bool."""

    indices: Index
    real_shares: Array
    shares: Array
    captured: "np.ndarray[Any, np.dtype[np.bool_]]"


def census(values: Array, modes: Modes) -> ModeCensus:
    """Assign samples (n, D) to the nearest modes, by Euclidean distance."""
    centers = modes.centers.reshape(len(modes.centers), -1)
    distances, indices = nearest(values, centers)
    good = distances <= 3.0 * modes.stds[indices]
    return ModeCensus(
        np.bincount(indices, minlength=len(centers)) / len(values),
        good.astype(float),
        np.bincount(indices[good], minlength=len(centers)) > 0,
    )


def mode_table(comparison: Comparison) -> list[Mapping[str, Any]] | None:
    """`modes` of metrics.json."""
    found, modes = comparison.mode_census, comparison.modes
    if found is None or modes is None:
        return None
    weights = modes.weights / modes.weights.sum()
    return [
        {"index": i, "weight": float(w), "share": float(s), "captured": bool(c)}
        for i, (w, s, c) in enumerate(
            zip(weights, found.shares, found.captured, strict=True)
        )
    ]


def class_table(
    comparison: Comparison, names: list[str] | None
) -> list[Mapping[str, Any]] | None:
    """`classes` of metrics.json; the comparison is with the training records."""
    found = comparison.class_census
    if found is None:
        return None
    return [
        {
            "index": int(i),
            "name": names[i] if names and i < len(names) else str(i),
            "real_share": float(real),
            "share": float(share),
            "captured": bool(captured),
        }
        for i, real, share, captured in zip(*found, strict=True)
    ]
