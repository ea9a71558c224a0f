"""What is decided about distances is what differences in float64 decide."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import distances, manifold, neighbours, products
from components.distances import Cloud, Distances
from components.manifold import knn_radii, memberships, nearest, prdc

K = 4


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def crowded(seed, spread, dimension=16):
    """Five far points, each a crowd of 24 within a spread; a third are equal."""
    random = np.random.default_rng(seed)
    points = np.repeat(10 * normal(9, 5, dimension), 24, axis=0)
    points[40:] += spread * random.standard_normal((80, dimension))
    return random.permutation(points)


def single(*sets):
    return tuple(points.astype(np.float32) for points in sets)


def outlier():
    x, y = normal(1, 90, 6), normal(2, 70, 6)
    x[3], y[4] = 1e9, -1e9
    return x, y


def copies():
    x, y = normal(1, 90, 6), normal(2, 70, 6)
    y[:30] = x[:30]
    x[50:60] = x[0]
    return x, y


def lattice(dimension):
    random = np.random.default_rng(0)
    return tuple(random.integers(0, 3, (n, dimension)) * 1.0 for n in (120, 90))


def far(offset):
    return offset + normal(1, 90, 5), offset + normal(2, 70, 5)


SETS = {
    "normal": (normal(1, 110, 7), 0.7 * normal(2, 80, 7)),
    "float32": single(normal(1, 90, 40), normal(2, 70, 40)),
    "one of each type": (normal(1, 90, 8).astype(np.float32), normal(2, 70, 8)),
    "one dimension": (normal(1, 90, 1), normal(2, 70, 1)),
    "many dimensions": single(normal(1, 60, 1500), normal(2, 40, 1500)),
    "ties in two dimensions": lattice(2),
    "ties in many": lattice(12),
    "copies": copies(),
    "all equal": (np.full((30, 3), 0.1), np.full((20, 3), 0.1)),
    "all zero": (np.zeros((30, 3)), np.zeros((20, 3))),
    "signed zeros": (np.zeros((9, 3)), -np.zeros((7, 3))),
    "far off": far(1e6),
    "far off, float32": single(*far(1e4)),
    "far off, where few digits are left": far(1e12),
    "outliers": outlier(),
    "float32's largest": single(3e37 * normal(1, 90, 5), 3e37 * normal(2, 70, 5)),
    "beyond float32": (1e60 * normal(1, 90, 5), 1e60 * normal(2, 70, 5)),
    "float64's largest": (1e305 * normal(1, 90, 5), 1e305 * normal(2, 70, 5)),
    "small": (1e-30 * normal(1, 90, 5), 1e-30 * normal(2, 70, 5)),
    "smallest normal": (1e-305 * normal(1, 90, 5), 1e-305 * normal(2, 70, 5)),
    "denormal, float32": single(1e-43 * normal(1, 90, 5), 1e-43 * normal(2, 70, 5)),
    "in part denormal": single(
        10.0 ** -np.arange(0, 45, 5) * normal(1, 90, 9),
        10.0 ** -np.arange(0, 45, 5) * normal(2, 70, 9),
    ),
    **{
        f"crowds {spread}": (crowded(0, spread), crowded(1, spread))
        for spread in (0.0, 1e-14, 1e-9, 1e-6, 1e-3)
    },
    "crowds of float32": single(crowded(0, 1e-6), crowded(1, 1e-6)),
}


@pytest.fixture(params=SETS.values(), ids=SETS)
def sets(request):
    return request.param


@pytest.fixture(params=["as it is", "small blocks", "each level"])
def levels(request, monkeypatch):
    """Blocks as in large sets; and a closer look everywhere."""
    if request.param == "as it is":
        return
    for name, value in {"PART": 17, "BLOCK_VALUES": 50, "BLOCK_ROWS": 5}.items():
        monkeypatch.setattr(distances, name, value)
    monkeypatch.setattr(distances, "TALL", 11)
    monkeypatch.setattr(distances, "CHUNK_VALUES", 60)
    if request.param == "each level":
        monkeypatch.setattr(neighbours, "SPARE", -(10**6))
        monkeypatch.setattr(manifold, "MANY", 0)


def scaled(x, y):
    """By a power of two that keeps squares, for the reference."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    exponent = np.frexp(max(np.abs(x).max(), np.abs(y).max()))[1]
    return np.ldexp(x, -exponent), np.ldexp(y, -exponent), exponent


def all_distances(x, y, dtype=np.float64):
    difference = x[:, None].astype(dtype) - y[None].astype(dtype)
    return np.sqrt(np.einsum("ijk,ijk->ij", difference, difference))


def by_definition(x, y):
    x, y, exponent = scaled(x, y)
    between = all_distances(x, y)
    x_radii, y_radii = (np.sort(all_distances(z, z), axis=1)[:, K] for z in (x, y))
    balls = between <= x_radii[:, None]
    return {
        "x_radii": np.ldexp(x_radii, exponent),
        "y_radii": np.ldexp(y_radii, exponent),
        "precision": balls.any(0),
        "recall": (between <= y_radii).any(1),
        "density": balls.sum(0) / K,
        "coverage": balls.any(1),
        "nearest": np.ldexp(between.min(1), exponent),
        "index": between.argmin(1),
    }


def found(x, y):
    distance, index = nearest(x, y)
    return {
        "x_radii": knn_radii(x, K),
        "y_radii": knn_radii(y, K),
        **memberships(x, y, K)._asdict(),
        "nearest": distance,
        "index": index,
    }


@pytest.mark.usefixtures("levels")
def test_every_decision_is_that_of_the_definition(sets):
    """To the last bit: ties, copies and the first of equals included."""
    expected, ours = by_definition(*sets), found(*sets)
    for name, values in expected.items():
        np.testing.assert_array_equal(ours[name], values, err_msg=name)


def test_distances_have_their_digits(sets):
    """A sum of d squares of rounded differences is off by d + 2 half-ulps at most."""
    x, y, exponent = scaled(*sets)
    exact = np.sort(all_distances(x, x, np.longdouble), axis=1)[:, K]
    radii = np.ldexp(knn_radii(sets[0], K), -exponent)
    np.testing.assert_allclose(radii, exact, rtol=(x.shape[1] + 2) * 2.0**-52)
    exact = all_distances(x, y, np.longdouble).min(1)
    ours = np.ldexp(nearest(*sets)[0], -exponent)
    np.testing.assert_allclose(ours, exact, rtol=(x.shape[1] + 2) * 2.0**-52)


def backwards(x, y):
    """Another order of summation, with as many roundings; what is tiny vanishes."""
    x, y = (np.where(np.abs(z) < np.finfo(z.dtype).tiny, 0, z) for z in (x, y))
    sums = np.zeros((len(x), len(y)), x.dtype)
    for column in reversed(range(x.shape[1])):
        sums += np.multiply.outer(x[:, column], y[:, column])
    return sums


def by_tensorflow(x, y):
    import tensorflow

    return products._multiplied(tensorflow, x, y)


@pytest.mark.parametrize("product", [backwards, by_tensorflow])
def test_whoever_multiplies(sets, product, monkeypatch):
    expected = found(*sets)
    calls = []

    def counted(x, y):
        calls.append(x.dtype)
        return product(x, y)

    monkeypatch.setattr(distances, "product", counted)
    ours = found(*sets)
    assert calls
    for name, values in expected.items():
        np.testing.assert_array_equal(ours[name], values, err_msg=name)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.floats(-40, 40))
def test_bounds_hold(seed, dimension, exponent):
    """At every level low <= D <= (low + more) / share, of rows and of columns."""
    random = np.random.default_rng(seed)
    scales = 10.0 ** random.uniform(-9, 0, (33, 1)) * 10.0**exponent
    points = scales * random.standard_normal((33, dimension))
    mesh = Distances(Cloud(points[:20]), Cloud(points[20:]))
    every = np.indices((20, 13)).reshape(2, -1)
    exact = mesh.exact(*every).reshape(20, 13)
    (block,) = mesh.blocks(slice(0, 20), slice(0, 13))
    closest = mesh.closest(block, np.ones((20, 13), bool))
    for each in (block, mesh.closer(block), closest):
        low = each.low.astype(np.float64)
        assert (low <= exact).all()
        for of_rows in (True, False):
            assert (exact <= (low + each.more(of_rows)) / each.level.share).all()


def test_of_equal_points_one_stands_for_all():
    points = np.repeat(lattice(3)[0][:40], 3, axis=0).astype(np.float32)
    points[::3][points[::3] == 0] = -0.0
    cloud = Cloud(points)
    assert cloud.size == len(np.unique(points, axis=0))
    assert cloud.counts.sum() == len(points)
    np.testing.assert_array_equal(points[cloud.rows][cloud.place], points)
    assert (np.diff(cloud.rows) > 0).all()


def test_few_pairs_are_left_to_differences():
    """Of normal points hardly more than the neighbours asked for: else it were slow."""
    x, y = normal(1, 400, 64).astype(np.float32), normal(2, 300, 64).astype(np.float32)
    asked = []

    class Counted(Distances):
        def exact(self, rows, columns):
            asked.append(len(rows))
            return super().exact(rows, columns)

    neighbours.smallest(Counted(Cloud(x), Cloud(y)), K)
    assert sum(asked) < 1.1 * len(x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_memory_does_not_grow_with_inputs(dtype, monkeypatch):
    """Beyond inputs at most 100 MB, less than a copy in float64 or all distances take.

    50,000 points of 2,048 numbers go through the same code, in parts of the same size.
    """
    # What TensorFlow takes is not seen.
    monkeypatch.setattr(products, "_tensorflow", lambda: None)
    random = np.random.default_rng(3)
    x, y = (random.standard_normal((7000, 1024), np.float32) for _ in range(2))
    x, y = x.astype(dtype, copy=False), y.astype(dtype, copy=False)
    limit = 100e6
    assert 8 * (x.size + y.size) > limit
    assert 4 * len(x) * len(y) > limit
    tracemalloc.start()
    prdc(x, y, 5)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < limit
