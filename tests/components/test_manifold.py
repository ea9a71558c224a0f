"""Closed forms, an independent implementation, invariances, degenerate input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prdc import compute_prdc
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from components import distances
from components.manifold import close_counts, knn_radii, memberships, nearest, prdc


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.fixture(params=[7, 1024], ids=["many blocks", "one block"])
def blocks(request, monkeypatch):
    monkeypatch.setattr(distances, "BLOCK_VALUES", 1)
    monkeypatch.setattr(distances, "BLOCK_ROWS", request.param)


def brute_force(real, generated, k):
    """The definitions, read off full distance matrices of direct differences."""
    between = cdist(real, generated)
    real_radii = np.sort(cdist(real, real), axis=1)[:, k]
    generated_radii = np.sort(cdist(generated, generated), axis=1)[:, k]
    balls = between <= real_radii[:, None]
    return (
        balls.any(0).mean(),
        (between <= generated_radii).any(1).mean(),
        balls.sum(0).mean() / k,
        balls.any(1).mean(),
    )


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("sizes", [(60, 90), (50, 11)])
@pytest.mark.usefixtures("blocks")
def test_agrees_with_brute_force_and_with_prdc(k, sizes):
    real, generated = normal(1, sizes[0], 6), 0.8 * normal(2, sizes[1], 6) + 0.3
    found = prdc(real, generated, k)
    # Continuous data has no ties, so that both tie rules agree.
    reference = compute_prdc(real, generated, nearest_k=k)
    assert found == pytest.approx(brute_force(real, generated, k), abs=1e-12)
    assert found._asdict() == pytest.approx(
        {name: float(value) for name, value in reference.items()}, abs=1e-6
    )


@pytest.mark.usefixtures("blocks")
def test_radii_and_nearest_agree_with_scikit_learn():
    x, y = normal(3, 80, 4), normal(4, 30, 4)
    distances, _ = NearestNeighbors(n_neighbors=4).fit(x).kneighbors(x)
    assert knn_radii(x, 3) == pytest.approx(distances[:, 3], rel=1e-9)
    distances, indices = NearestNeighbors(n_neighbors=1).fit(x).kneighbors(y)
    found, rows = nearest(y, x)
    assert found == pytest.approx(distances[:, 0], rel=1e-9)
    assert rows.tolist() == indices[:, 0].tolist()


def test_lattice_ties_count():
    """On a line of integers every neighbour's distance is a tie."""
    line = np.arange(40.0)[:, None] + 1000
    assert prdc(line, line, 1) == brute_force_on_integers(40)


def brute_force_on_integers(n):
    # Inner points have radius 1 and 3 points in their ball; the ends have radius 1, 2.
    return 1.0, 1.0, (3 * (n - 2) + 2 * 2) / n, 1.0


@pytest.mark.parametrize("far", [0.0, 1e6])
def test_identical_points_tie_with_themselves(far):
    same = np.full((20, 5), 0.1) + far
    # Every point lies in every ball of radius 0: density 20 / k.
    assert prdc(same, same, 5) == (1.0, 1.0, 4.0, 1.0)
    assert knn_radii(same, 5).tolist() == [0.0] * 20


def test_collapse_onto_one_real_point():
    """numbers.md: precision 1, recall 1 in 500, coverage about k + 1 in 500."""
    real = normal(5, 500, 8)
    collapsed = np.repeat(real[123:124], 500, axis=0)
    found = prdc(real, collapsed, 5)
    assert found.precision == 1.0
    assert found.recall == 1 / 500
    assert found.coverage <= 20 / 500


def test_five_clusters():
    """Collapse: precision 1, recall 1/5. Instability: recall 1, precision the share."""
    centers = 100 * np.stack([np.cos(np.arange(5.0)), np.sin(np.arange(5.0))], axis=1)
    real = np.concatenate([normal(i, 200, 2) + c for i, c in enumerate(centers)])
    collapsed = normal(9, 1000, 2) * 0.9 + centers[0]
    found = prdc(real, collapsed, 5)
    assert found.precision > 0.95
    assert found.recall == pytest.approx(0.2, abs=0.02)
    random = np.random.default_rng(1)
    junk = random.uniform(500, 5000, (600, 2))
    unstable = np.concatenate([real[::2] + 0.01 * normal(3, 500, 2), junk])
    found = prdc(real, unstable, 5)
    assert found.recall > 0.98
    assert found.precision == pytest.approx(500 / 1100, abs=0.01)


def test_far_outliers_fool_recall_but_not_coverage():
    """numbers.md: six far outliers in a shrunken set."""
    real = normal(6, 500, 8)
    generated = 0.15 * normal(7, 500, 8)
    assert prdc(real, generated, 5).recall < 0.1
    generated[:6] = 40 * normal(8, 6, 8)
    found = prdc(real, generated, 5)
    assert found.recall > 0.8
    assert found.coverage < 0.25


finite = st.integers(0, 2**32 - 1)


@settings(max_examples=25, deadline=None)
@given(finite, st.integers(1, 4), st.integers(6, 40), st.integers(6, 40))
def test_invariances(seed, k, n, m):
    random = np.random.default_rng(seed)
    real, generated = random.normal(size=(n, 3)), random.normal(0.4, 1, (m, 3))
    found = prdc(real, generated, k)
    order = random.permutation(n), random.permutation(m)
    assert prdc(real[order[0]], generated[order[1]], k) == pytest.approx(found)
    rotation, _ = np.linalg.qr(random.normal(size=(3, 3)))
    shift = random.normal(size=3) * 100
    moved = [5 * x @ rotation + shift for x in (real, generated)]
    assert prdc(*moved, k) == pytest.approx(found)
    swapped = prdc(generated, real, k)
    assert (swapped.precision, swapped.recall) == (found.recall, found.precision)


def test_given_radii_change_nothing():
    real, generated = normal(1, 40, 3), normal(2, 30, 3)
    given_radii = memberships(real, generated, 4, knn_radii(real, 4))
    assert given_radii.means() == memberships(real, generated, 4).means()


@pytest.mark.parametrize(
    ("real", "generated", "k", "message"),
    [
        (normal(0, 5, 2), normal(1, 9, 2), 5, "`k`.*5 points of `real`"),
        (normal(0, 9, 2), normal(1, 5, 2), 5, "`k`.*5 points of `generated`"),
        (normal(0, 9, 2), normal(1, 9, 3), 2, "`generated`.*dimension"),
        (normal(0, 9, 2), np.full((9, 2), np.nan), 2, "`generated`.*finite.*9 rows"),
    ],
)
def test_bad_input_is_named(real, generated, k, message):
    with pytest.raises(ValueError, match=message):
        prdc(real, generated, k)


def test_close_counts_are_those_of_all_pairs():
    points = np.random.default_rng(0).standard_normal((300, 3))
    distances = np.sqrt(((points[:, None] - points) ** 2).sum(2))
    for radius in (0.0, 0.3, 10.0):
        expected = (distances <= radius).sum(1) - 1
        assert np.array_equal(close_counts(points, radius), expected)


def test_equal_points_are_close_at_any_radius():
    """Far from the origin too, where their distance is lost to rounding."""
    twins = np.repeat(1e6 + np.random.default_rng(1).standard_normal((40, 50)), 2, 0)
    assert np.array_equal(close_counts(twins, 0.0), np.ones(80))
    assert close_counts(twins[:1], 0.0).tolist() == [0.0]
