"""What a metric sees: generated samples, the real records to hold them against."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from components.distances import Array
from components.evaluate.spread import GroupSpreads, compare_spreads
from components.features import flatten
from components.manifold import (
    Memberships,
    close_counts,
    knn_radii,
    memberships,
    nearest,
)
from components.moments import Moments
from components.records import Modes

Index = np.ndarray[Any, np.dtype[np.intp]]
Values = np.ndarray[Any, Any]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
T = TypeVar("T")

NEAR = 0.05
"""Share of the real records whose nearest other is called a near-duplicate. Among n
samples of as many records' distribution it makes some 0.05 n / 2 pairs: enough to have
a null, few enough to tell a support of up to about 20 n points from the data's."""


@dataclass(frozen=True, eq=False)
class Sample:
    """n points.

    features (n, d); records (n, *shape), as they are; labels (n,), -1 for none; logits
    (n, classes) of the classifier behind the features, None without one; population,
    the moments of all that the n are a random choice of, None: of these themselves;
    tiers (n,) of the curriculum, None where there are none, as of samples.
    """

    features: Array
    records: Values
    labels: Index
    logits: Array | None = None
    population: Moments | None = None
    tiers: Index | None = None

    def take(self, rows: Index) -> "Sample":
        logits = None if self.logits is None else self.logits[rows]
        tiers = None if self.tiers is None else self.tiers[rows]
        return Sample(
            self.features[rows],
            self.records[rows],
            self.labels[rows],
            logits,
            tiers=tiers,
        )

    def join(self, other: "Sample") -> "Sample":
        logits = tiers = None
        if self.logits is not None and other.logits is not None:
            logits = np.concatenate((self.logits, other.logits))
        if self.tiers is not None and other.tiers is not None:
            tiers = np.concatenate((self.tiers, other.tiers))
        return Sample(
            np.concatenate((self.features, other.features)),
            np.concatenate((self.records, other.records)),
            np.concatenate((self.labels, other.labels)),
            logits,
            tiers=tiers,
        )

    @property
    def values(self) -> Array:
        """The records flattened (n, D)."""
        return flatten(self.records)

    @cached_property
    def moments(self) -> Moments:
        """Of the features, and of those of the whole population."""
        return self.population or Moments.of(self.features)

    @cached_property
    def spacing(self) -> Array:
        """(n,) distance of each point's features to the nearest other's."""
        return knn_radii(self.features, 1)

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
        holdout: where `reference` is training records and a metric looks at both: the
            held-out ones.
    """

    generated: Sample
    reference: Sample
    k: int
    modes: Modes | None
    radii: Array | None = None
    seed: int = 0
    holdout: Sample | None = None
    computed: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, compute: "Callable[[Comparison], T]") -> T:
        """`compute` of this comparison, computed when it is first asked for.

        For what several metrics share, or a metric and its interval.
        """
        if compute not in self.computed:
            self.computed[compute] = compute(self)
        found: T = self.computed[compute]
        return found

    @cached_property
    def balanced(self) -> "Comparison":
        """As many records as samples: a random choice, for they are sorted.

        Where there are more samples than records, the first of them.
        """
        size = min(self.generated.size, self.reference.size)
        random = np.random.default_rng([self.seed, 31])
        rows = np.sort(random.choice(self.reference.size, size, replace=False))
        return replace(
            self,
            generated=self.generated.take(np.arange(size)),
            reference=self.reference.take(rows),
            radii=None,
        )

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
    def assignment(self) -> "Assignment | None":
        """The samples' classes; None where no reference record has a label.

        A sample's class is that of the nearest labelled reference record; it is
        plausible within that record's ball.
        """
        labelled = np.flatnonzero(self.reference.labels >= 0)
        if not len(labelled):
            return None
        distances, indices = nearest(
            self.generated.features, self.reference.features[labelled]
        )
        return Assignment(
            self.reference.labels[labelled][indices],
            distances <= self.reference_radii[labelled][indices],
        )

    @cached_property
    def class_census(self) -> "ClassCensus | None":
        """The samples by class; None where no reference record has a label.

        A class is captured if one of its samples is plausible (see `assignment`).
        """
        found = self.assignment
        if found is None:
            return None
        own, plausible = found
        labels = self.reference.labels[self.reference.labels >= 0]
        classes, counts = np.unique(labels, return_counts=True)
        return ClassCensus(
            classes,
            counts / len(labels),
            np.array([(own == index).mean() for index in classes]),
            np.array([plausible[own == index].sum() for index in classes]),
        )

    @cached_property
    def mode_spreads(self) -> GroupSpreads | None:
        """The samples' spread within each known mode, beside the reference's."""
        found = self.mode_census
        if found is None or self.modes is None:
            return None
        real = self.reference.values
        return compare_spreads(
            (self.generated.values, found.own),
            (real, census(real, self.modes).own),
            np.arange(len(self.modes.weights)),
        )

    @cached_property
    def class_spreads(self) -> GroupSpreads | None:
        """As `mode_spreads`, of the reference's classes, in features."""
        found = self.assignment
        if found is None:
            return None
        reference = self.reference
        return compare_spreads(
            (self.generated.features, found.own),
            (reference.features, reference.labels),
            np.unique(reference.labels[reference.labels >= 0]),
        )

    @property
    def near(self) -> float:
        """The distance at which two samples count as near-duplicates.

        Of the reference's records the share NEAR has another one as near as that.
        """
        spacing = self.reference.spacing
        return float(np.quantile(spacing, NEAR, method="inverted_cdf"))

    @cached_property
    def near_duplicates(self) -> Array:
        """(n,) how many others are near-duplicates of each sample."""
        return close_counts(self.generated.features, self.near)

    def without(self, rows: Index) -> "Comparison":
        """The comparison with some generated samples left out."""
        kept = self.generated.take(np.delete(np.arange(self.generated.size), rows))
        return replace(self, generated=kept)


class ModeCensus(NamedTuple):
    """shares (K,) of all samples by nearest mode; high_quality (n,) 0 or 1: within
    three of the nearest mode's standard deviations; hits (K,) such samples that each
    mode is nearest to, which capture it; own (n,) the nearest modes."""

    shares: Array
    high_quality: Array
    hits: Index
    own: Index

    @property
    def captured(self) -> Flags:
        """(K,) whether the mode has a high-quality sample."""
        return self.hits > 0


class Assignment(NamedTuple):
    """own (n,) each sample's class; plausible (n,) bool."""

    own: Index
    plausible: Flags


class ClassCensus(NamedTuple):
    """indices (C,) of the classes; real_shares, shares (C,); hits (C,) plausible
    samples, which capture the class."""

    indices: Index
    real_shares: Array
    shares: Array
    hits: Index

    @property
    def captured(self) -> Flags:
        """(C,) whether the class has a plausible sample."""
        return self.hits > 0


def census(values: Array, modes: Modes) -> ModeCensus:
    """Assign samples (n, D) to the nearest modes, by Euclidean distance."""
    centers = modes.centers.reshape(len(modes.centers), -1)
    distances, indices = nearest(values, centers)
    good = distances <= 3.0 * modes.stds[indices]
    return ModeCensus(
        np.bincount(indices, minlength=len(centers)) / len(values),
        good.astype(float),
        np.bincount(indices[good], minlength=len(centers)),
        indices,
    )
