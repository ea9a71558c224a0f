"""What samples cover of modes, classes and tiers."""

from types import SimpleNamespace

import numpy as np
import pytest

from components.manifold import memberships
from components.records import Modes
from components.train.facts import Facts
from components.train.probes.coverage import ClassCoverage, ModeCoverage, TierCoverage

CENTERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
MODES = Modes(CENTERS, np.full(4, 0.25), np.array([0.5, 0.5, 1.0, 1.0]))
NOTHING = Facts("points", 0, 0.0, None, 1, *[None] * 4)


def game_of(**facts):
    return SimpleNamespace(facts=NOTHING._replace(**facts))


def view_of(game, samples, holdout, memory=None, labels=None, tiers=None):
    bench = SimpleNamespace(game=game, holdout_labels=labels, holdout_tiers=tiers)
    found = memberships(holdout, samples, 5) if tiers is not None else None
    return SimpleNamespace(
        bench=bench,
        samples=samples,
        holdout=holdout,
        memory={} if memory is None else memory,
        memberships=found,
    )


def drawn(counts, random, scale=1.0):
    """So many points of each mode, their deviation `scale` times the data's."""
    own = np.repeat(np.arange(4), counts)
    noise = random.standard_normal((len(own), 2))
    return CENTERS[own] + scale * MODES.stds[own, None] * noise


def test_samples_as_the_data_read_one():
    random = np.random.default_rng(0)
    game = game_of(modes=MODES)
    view = view_of(game, drawn([500] * 4, random), drawn([500] * 4, random))
    read = dict(ModeCoverage(game).read(view))
    assert read["modes_captured"] == 1
    # Within 3 deviations in the plane: 1 - exp(-9/2) = .98889; of 2,000 samples that
    # has a deviation of .0023, five of them.
    assert read["high_quality_share"] == pytest.approx(0.98889, abs=0.012)
    # A deviation of 1,000 numbers is known to 1/√2000 of it, a ratio of two to .03, a
    # mean of four such to .016: five of them.
    assert read["mode_spread"] == pytest.approx(1, abs=0.08)
    assert np.isnan(read["mode_hopping"])


def test_two_modes_one_of_them_narrow_and_one_far_sample():
    random = np.random.default_rng(1)
    game = game_of(modes=MODES)
    narrow = drawn([400, 0, 0, 0], random, scale=0.25)
    point = np.repeat(CENTERS[3:], 99, axis=0)
    samples = np.concatenate([narrow, point, [[10.0, 1.6]]])
    real = drawn([400] * 4, random)
    read = dict(ModeCoverage(game).read(view_of(game, samples, real)))
    assert read["modes_captured"] == 0.5
    assert read["high_quality_share"] == pytest.approx(499 / 500)
    # The mean of a quarter and of 0.
    assert read["mode_spread"] == pytest.approx(0.125, rel=0.1)


def test_hopping_is_the_change_of_shares_since_the_last_snapshot():
    random = np.random.default_rng(2)
    game, memory, read = game_of(modes=MODES), {}, []
    probe, real = ModeCoverage(game), drawn([20] * 4, random)
    for counts in ([80, 0, 0, 0], [40, 20, 20, 0], [0, 20, 20, 40]):
        view = view_of(game, drawn(counts, random, 0.1), real, memory)
        read.append(dict(probe.read(view))["mode_hopping"])
    assert np.isnan(read[0])
    assert read[1:] == pytest.approx([0.5, 0.5])
    assert memory["shares"] == pytest.approx([0, 0.25, 0.25, 0.5])


def test_a_class_with_a_quarter_of_its_share_is_covered():
    """Shares .5, .4 and .1; samples lie on records of each class."""
    real = np.repeat([0.0, 1.0, 2.0, 9.0], [50, 40, 10, 7])[:, None]
    labels = np.repeat([0, 1, 2, -1], [50, 40, 10, 7])
    game = game_of(shares=np.array([0.5, 0.4, 0.1]))
    probe, memory = ClassCoverage(game), {}

    def read(counts):
        samples = np.repeat([0.0, 1.0, 2.0], counts)[:, None]
        return dict(probe.read(view_of(game, samples, real, memory, labels)))

    assert read([50, 40, 10])["class_coverage"] == 1
    told = read([880, 95, 25])
    assert told["class_coverage"] == pytest.approx(2 / 3)
    assert told["mode_hopping"] == pytest.approx(0.88 - 0.5)
    assert read([890, 86, 24])["class_coverage"] == pytest.approx(1 / 3)


def test_hopping_is_over_modes_where_they_are_known():
    both = game_of(modes=MODES, shares=np.array([0.5, 0.5]))
    assert "mode_hopping" not in ClassCoverage(both).reads()
    assert "mode_hopping" in ModeCoverage(both).reads()


def test_coverage_of_each_tier():
    random = np.random.default_rng(3)
    core, outer = random.standard_normal((2, 200, 2))
    outer += np.array([30.0, 0.0])
    holdout, tiers = np.concatenate([core, outer]), np.repeat([0, 1], 200)
    game = game_of(tiers=3)
    probe = TierCoverage(game)
    samples = random.standard_normal((300, 2))
    read = dict(probe.read(view_of(game, samples, holdout, tiers=tiers)))
    whole = memberships(holdout, samples, 5).means().coverage
    assert read["tier_coverage.1"] == 0
    assert read["tier_coverage.0"] == pytest.approx(2 * whole)
    assert read["tier_coverage.0"] > 0.9
    assert np.isnan(read["tier_coverage.2"])
    assert not TierCoverage.applies(game_of(tiers=1))


def test_nothing_is_read_of_samples_that_are_no_numbers():
    game = game_of(modes=MODES, shares=np.array([0.5, 0.5]))
    samples, labels = np.full((9, 2), np.nan), np.zeros(4, int)
    view = view_of(game, samples, CENTERS, labels=labels)
    assert not list(ModeCoverage(game).read(view))
    assert not list(ClassCoverage(game).read(view))
    assert not view.memory
