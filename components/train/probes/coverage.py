"""Which parts of the data the samples cover, and whether that changes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.manifold import nearest
from components.records import Modes
from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

WITHIN = 3.0
"""Standard deviations from a mode within which a sample is of high quality."""
LEAST_SHARE = 1 / 4
"""Of a class's real share, with which samples cover it."""
HOPPING = (
    "total variation distance between samples' shares of {} now and at the last "
    "snapshot"
)
LAST = "shares"
"""In a view's memory the shares (k,) of the last snapshot."""


class ModeCoverage(Probe):
    """What the samples make of a mixture's modes.

    A sample is of the nearest mode, and of high quality within 3 of its standard
    deviations (Srivastava et al. 2017), a mode captured if it has such a sample.
    """

    at_snapshots: ClassVar[bool] = True
    aside: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "modes_captured": Series(
            "share of modes with a sample within 3 of their standard deviations",
            "0 to 1",
        ),
        "high_quality_share": Series(
            "share of samples within 3 standard deviations of the nearest mode",
            "0 to 1",
        ),
        "mode_spread": Series(
            "deviation of a mode's high-quality samples over that of its held-out "
            "records within 3 standard deviations, mean over modes with two of either",
            "≥ 0; 1: as wide as the data",
        ),
        "mode_hopping": Series(HOPPING.format("modes"), "0 to 1"),
    }

    def __init__(self, game: "Game") -> None:
        self.real: Array | None = None
        """The deviations of held-out records, which stay the same."""

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return modes_of(game) is not None

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        modes = modes_of(view.bench.game)
        if modes is None or not np.isfinite(view.samples).all():
            return
        count = len(modes.weights)
        if self.real is None:
            known = assigned(view.holdout, modes)
            self.real = deviations(view.holdout, *known, count)
        own, good = assigned(view.samples, modes)
        made = deviations(view.samples, own, good, count)
        yield (
            "modes_captured",
            float((np.bincount(own[good], minlength=count) > 0).mean()),
        )
        yield "high_quality_share", float(good.mean())
        yield "mode_spread", spread(made, self.real)
        yield "mode_hopping", hopping(view, own, count)


class ClassCoverage(Probe):
    """What the samples make of the data's classes.

    A sample is of the nearest held-out record's class, of those that have one.
    """

    at_snapshots: ClassVar[bool] = True
    aside: ClassVar[bool] = True

    def __init__(self, game: "Game") -> None:
        self.told = {
            "class_coverage": Series(
                "share of the held-out records' classes of which samples have at least "
                "a quarter of the share that records have",
                "0 to 1",
            )
        }
        if modes_of(game) is None:
            self.told["mode_hopping"] = Series(HOPPING.format("classes"), "0 to 1")

    def reads(self) -> dict[str, Series]:
        return self.told

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return game.facts is not None and game.facts.shares is not None

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        labels = view.bench.holdout_labels
        known = labels >= 0
        if not known.any() or not np.isfinite(view.samples).all():
            return
        _, index = nearest(view.samples, view.holdout[known])
        own, count = labels[known][index], 1 + int(labels.max())
        real, made = (
            np.bincount(each, minlength=count) / len(each)
            for each in (labels[known], own)
        )
        yield "class_coverage", float((made >= LEAST_SHARE * real)[real > 0].mean())
        if "mode_hopping" in self.told:
            yield "mode_hopping", hopping(view, own, count)


class TierCoverage(Probe):
    """Coverage (k = 5) of the held-out records of each tier; 0 is the core."""

    at_snapshots: ClassVar[bool] = True
    aside: ClassVar[bool] = True

    def __init__(self, game: "Game") -> None:
        tiers = 0 if game.facts is None else game.facts.tiers
        self.told = {
            f"tier_coverage.{tier}": Series(
                f"share of tier {tier}'s held-out records with a sample near", "0 to 1"
            )
            for tier in range(tiers)
        }

    def reads(self) -> dict[str, Series]:
        return self.told

    @classmethod
    def applies(cls, game: "Game") -> bool:
        # Of one tier it is the coverage of all.
        return game.facts is not None and game.facts.tiers > 1

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        covered, tiers = view.memberships.coverage, view.bench.holdout_tiers
        for tier, name in enumerate(self.told):
            of_tier = covered[tiers == tier]
            yield name, float(of_tier.mean()) if len(of_tier) else float("nan")


def modes_of(game: "Game") -> Modes | None:
    """The data's modes, where they are known."""
    return None if game.facts is None else game.facts.modes


def assigned(points: Array, modes: Modes) -> tuple[Array, Array]:
    """Each point's (n, …) nearest mode, (n,), and whether it is within WITHIN of it."""
    distances, own = nearest(points, modes.centers)
    return own, distances <= WITHIN * modes.stds[own]


def spread(made: Array, real: Array) -> float:
    """The deviation within modes of samples over that of records, both (k,).

    The mean over modes where both are known and the records differ; NaN without any.
    """
    ratio = made[real > 0] / real[real > 0]
    told = ratio[np.isfinite(ratio)]
    return float(told.mean()) if len(told) else float("nan")


def deviations(points: Array, own: Array, good: Array, count: int) -> Array:
    """Root mean square distance of each group's points from their mean, (k,).

    Over one less than their number; NaN of fewer than two.

    Args:
        points: (n, …). own: each one's group, (n,), of `count`.
        good: which points are taken, (n,).
    """
    flat = np.asarray(points, np.float64).reshape(len(points), -1)[good]
    member = np.arange(count)[:, None] == own[good]
    counts = member.sum(axis=1)
    means = member @ flat / np.maximum(counts, 1)[:, None]
    squares = np.square(flat - means[own[good]]).sum(axis=1)
    divisor = np.where(counts > 1, counts - 1, np.nan)
    return np.asarray(np.sqrt(member @ squares / divisor))


def hopping(view: View, own: Array, count: int) -> float:
    """How far samples' shares of groups have moved since the last snapshot, or NaN.

    Args:
        own: each sample's group, (n,), of `count`.
    """
    shares = np.bincount(own, minlength=count) / len(own)
    last = view.memory.get(LAST)
    view.memory[LAST] = shares
    return float("nan") if last is None else float(np.abs(shares - last).sum() / 2)
