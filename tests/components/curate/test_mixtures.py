"""Mixtures: modes where they are said to be, points as they are said to be spread."""

import numpy as np
import pytest
import yaml

from components.curate.layouts.clusters import Clusters
from components.curate.layouts.core_and_outliers import CoreAndOutliers
from components.curate.layouts.grid import Grid
from components.curate.layouts.plus import Plus
from components.curate.layouts.ring import Ring
from components.curate.layouts.ring_in_noise import RingInNoise
from components.curate.sources.mixture import ROWS, Mixture
from components.curate.stage import CurateParams, curate


def points(source):
    return np.concatenate([source.read(chunk).values for chunk in source.chunks((2,))])


def test_a_ring_of_eight_has_eight_places():
    centers = Ring().modes().centers
    assert len(np.unique(centers.round(9), axis=0)) == 8
    assert np.allclose(np.linalg.norm(centers, axis=1), 1)
    # Neighbours on a regular octagon are 2 sin(pi/8) apart.
    gaps = np.linalg.norm(centers - np.roll(centers, 1, axis=0), axis=1)
    assert np.allclose(gaps, 2 * np.sin(np.pi / 8))


def test_the_grid_is_that_of_the_paper():
    ticks = np.unique(Grid().modes().centers)
    assert ticks.tolist() == [-4, -2, 0, 2, 4]
    assert len(np.unique(Grid().modes().centers, axis=0)) == 25


def test_the_plus_has_an_isotropic_covariance():
    layout = Plus(arm=1.5, std=0.2)
    drawn = points(Mixture(layout=layout, records=200_000))
    expected = (1.5**2 / 2 + 0.2**2) * np.eye(2)
    # Coordinates are bounded by about 2, so a covariance's standard error is below
    # 4 / sqrt(n) = .009 even so; five of them.
    assert np.abs(np.cov(drawn.T) - expected).max() < 5 * 4 / np.sqrt(200_000)
    assert np.abs(drawn.mean(axis=0)).max() < 5 * 1.1 / np.sqrt(200_000)


def test_clusters_are_apart_and_repeatable():
    first, again = Clusters(count=6).modes(), Clusters(count=6).modes()
    assert np.array_equal(first.centers, again.centers)
    gaps = np.linalg.norm(first.centers[:, None] - first.centers, axis=2)
    assert gaps[~np.eye(6, dtype=bool)].min() > 6 * first.stds[0]
    assert Clusters(dimension=7).modes().centers.shape == (5, 7)
    other = Clusters(count=6, arrangement=1).modes()
    assert not np.array_equal(first.centers, other.centers)


def test_noise_lies_around_the_ring_and_within_it():
    layout = RingInNoise(count=4, noise_share=0.3, noise_std=6.0)
    modes = layout.modes()
    assert np.allclose(modes.weights, [0.175] * 4 + [0.3])
    assert np.allclose(modes.centers[-1], 0) and modes.stds[-1] == 6
    source = Mixture(layout=layout, records=100_000)
    known = source.facts().modes
    assert np.allclose(known["centers"], modes.centers[:4])
    assert known["weights"] == [0.175] * 4
    drawn = points(source)
    # Of a normal in two dimensions exp(-r² / 2 std²) lies beyond r: of the ring nothing
    # lies beyond 2, so the share there is the noise's; five standard errors.
    expected = 0.3 * np.exp(-(2**2) / (2 * 6**2))
    share = (np.linalg.norm(drawn, axis=1) > 2).mean()
    assert abs(share - expected) < 5 * np.sqrt(expected / 100_000)


def test_the_core_outweighs_the_outliers():
    modes = CoreAndOutliers(outliers=4, outlier_share=0.2).modes()
    assert np.allclose(modes.weights, [0.8, 0.05, 0.05, 0.05, 0.05])
    assert modes.stds.shape == (5,) and modes.centers.shape == (5, 2)


def test_a_perfect_sample_is_within_three_deviations():
    """98.89 % of a two-dimensional Gaussian: 1 - exp(-9/2)."""
    drawn = points(Mixture(layout=Ring(), records=40_000))
    centers = Ring().modes().centers
    nearest = np.linalg.norm(drawn[:, None] - centers, axis=2).min(axis=1)
    expected = 1 - np.exp(-4.5)
    error = np.sqrt(expected * (1 - expected) / 40_000)
    assert abs((nearest < 0.03).mean() - expected) < 4 * error


def test_more_records_keep_those_before():
    few = points(Mixture(layout=Ring(), records=ROWS + 10))
    many = points(Mixture(layout=Ring(), records=2 * ROWS))
    assert np.array_equal(few, many[: len(few)])
    other = points(Mixture(layout=Ring(), records=ROWS + 10, seed=1))
    assert not np.array_equal(few, other)


def test_spoilt_points_are_lost_at_random_and_curation_says_so(make_context):
    whole = points(Mixture(layout=Ring(), records=40_000))
    spoilt = points(Mixture(layout=Ring(), records=40_000, spoilt=0.2))
    bad = np.isnan(spoilt).all(axis=1)
    assert np.array_equal(spoilt[~bad], whole[~bad])
    error = np.sqrt(0.2 * 0.8 / 40_000)
    assert abs(bad.mean() - 0.2) < 4 * error
    source = {"kind": "mixture", "layout": {"kind": "ring"}, "records": 1000}
    params = CurateParams.model_validate({"source": source | {"spoilt": 0.2}})
    counts = curate(params=params, context=make_context()).info()["counts"]
    assert counts["rejected"] == {"non_finite": int(bad[:1000].sum())}
    assert counts["accepted"] == 1000 - bad[:1000].sum()


def test_known_modes_stay_with_the_dataset(make_context):
    source = {"kind": "mixture", "layout": {"kind": "grid"}, "records": 1000}
    params = CurateParams.model_validate({"source": source})
    info = curate(params=params, context=make_context()).info()
    assert np.array_equal(info["modes"]["centers"], Grid().modes().centers)
    assert sum(info["modes"]["weights"]) == pytest.approx(1)
    assert info["name"] == "grid" and info["shape"] == [2]


def test_every_descriptor_is_valid(request):
    descriptors = sorted((request.config.rootpath / "data").glob("*.yaml"))
    assert len(descriptors) >= 9
    for path in descriptors:
        content = yaml.safe_load(path.read_text())
        CurateParams.model_validate({"source": content})
