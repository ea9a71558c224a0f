"""Trees find what all distances find, to the last digit and among equals."""

import numpy as np
import pytest

from components import manifold, neighbours, trees
from components.manifold import close_counts, knn_radii, memberships, nearest

random = np.random.default_rng(3)
CROWD = 1e-9 * random.normal(size=(80, 2))
SETS = {
    "normal": (random.normal(size=(300, 2)), random.normal(size=(200, 2)) + 0.5),
    "in three": (random.normal(size=(150, 3)), random.normal(size=(170, 3))),
    "on a line": (random.normal(size=(90, 1)), random.normal(size=(60, 1))),
    "on a lattice": tuple(
        random.integers(0, 6, size=(n, 2)).astype(float) for n in (200, 150)
    ),
    "collapsed": (random.normal(size=(120, 2)), np.vstack([CROWD, [[3.0, 3.0]] * 9])),
    "single precision": tuple(
        random.normal(size=(n, 2)).astype(np.float32) for n in (130, 140)
    ),
    "far from the origin": tuple(1e7 + random.normal(size=(n, 2)) for n in (99, 98)),
    "huge": tuple(1e150 * random.normal(size=(n, 2)) for n in (80, 70)),
    "tiny": tuple(1e-150 * random.normal(size=(n, 2)) for n in (80, 70)),
}


def read(x, y, k):
    return (
        *memberships(x, y, k),
        knn_radii(x, k),
        knn_radii(y, k),
        *nearest(x, y),
        close_counts(y, float(np.median(knn_radii(y, k)))),
    )


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("k", [1, 5])
def test_they_find_what_all_distances_find(name, k, monkeypatch):
    found = read(*SETS[name], k)
    asked = []
    for place in (manifold, neighbours):
        monkeypatch.setattr(place, "trees", lambda distances: asked.append(1))
    for one, other in zip(found, read(*SETS[name], k), strict=True):
        np.testing.assert_array_equal(one, other)
    assert asked


def test_of_too_many_pairs_all_distances_are_taken(monkeypatch):
    x, y = SETS["normal"]
    wanted = memberships(x, y, 5)
    monkeypatch.setattr(trees, "MOST", 100)
    for one, other in zip(memberships(x, y, 5), wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_of_many_numbers_there_is_no_tree():
    cloud = neighbours.Distances(*2 * [manifold.Cloud(np.ones((4, trees.FEW + 1)))])
    assert trees.trees(cloud) is None
