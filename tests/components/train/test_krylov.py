"""Eigenvalues from products, against whole matrices."""

import numpy as np
import pytest
from keras import ops
from scipy.sparse import linalg

from components.train.krylov import arnoldi, extremes, ritz_values


def image_of(matrices, count, most, joint=1.0, dtype="float64"):
    """The images of matrices, each moving a part of the vector; start at random."""
    random = np.random.default_rng(1)
    start = [random.standard_normal(len(each)).astype(dtype) for each in matrices]
    given = [ops.convert_to_tensor(each.astype(dtype)) for each in matrices]

    def product(parts):
        return [ops.matmul(a, part) for a, part in zip(given, parts, strict=True)]

    starts = [ops.convert_to_tensor(part) for part in start]
    image, last = arnoldi(product, starts, np.int32(count), most, joint)
    return np.asarray(image), np.asarray(last)


def ordered(values):
    return sorted(np.asarray(values, complex), key=lambda v: (v.real.round(6), v.imag))


RANDOM = np.random.default_rng(0).standard_normal((8, 8))
MATRICES = {
    "complex pairs": RANDOM,
    "rotation": np.kron([[0, 1], [-1, 0]], np.diag([1.0, 2, 3, 4])),
    "symmetric": RANDOM + RANDOM.T,
    "not normal": np.triu(RANDOM) + 3 * np.diag(np.arange(8)),
}


@pytest.mark.parametrize("name", MATRICES)
def test_as_many_products_as_rows_give_every_eigenvalue(name):
    matrix = MATRICES[name]
    image, _ = image_of([matrix], 8, 8)
    found = ritz_values(image[0], 8, 8)
    expected = np.linalg.eigvals(matrix)
    np.testing.assert_allclose(ordered(found), ordered(expected), atol=1e-6)
    np.testing.assert_array_equal(np.abs(found), np.sort(np.abs(found))[::-1])


def test_a_defective_matrix_has_its_one_eigenvalue():
    """A Jordan block of 3: rounding moves it by the cube root of itself."""
    jordan = 2 * np.eye(3) + np.diag([1.0, 1.0], 1)
    image, _ = image_of([jordan], 3, 3)
    np.testing.assert_allclose(ritz_values(image[0], 3, 3), 2.0, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_invariant_space_ends_the_search(dtype):
    """A matrix of rank 2 has its two eigenvalues, and 0; that of zeros has 0 alone."""
    random = np.random.default_rng(2)
    square = np.linalg.qr(random.standard_normal((30, 2)))[0]
    low = square @ np.array([[1.0, 2.0], [-2.0, 1.0]]) @ square.T
    image, _ = image_of([low], 6, 6, dtype=dtype)
    found = ritz_values(image[0], 30, 6)
    assert len(found) == 3
    tolerance = {"float32": 1e-5, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(found, [1 + 2j, 1 - 2j, 0], atol=tolerance)
    image, _ = image_of([np.zeros((5, 5))], 4, 4, dtype=dtype)
    np.testing.assert_array_equal(ritz_values(image[0], 5, 4), [0.0])


def test_leading_eigenvalues_are_those_of_arpack():
    """A pair and two single ones that stand out of a cloud of 200."""
    random = np.random.default_rng(3)
    matrix = 0.3 * random.standard_normal((200, 200)) / np.sqrt(200)
    matrix[:2, :2] += [[0.5, 4.0], [-4.0, 0.5]]
    matrix[2, 2] -= 3.0
    matrix[3, 3] += 2.0
    image, _ = image_of([matrix], 12, 12)
    found = ritz_values(image[0], 200, 12)[:4]
    expected = linalg.eigs(matrix, k=4, which="LM", return_eigenvectors=False)
    np.testing.assert_allclose(ordered(found), ordered(expected), atol=1e-4)


def test_parts_are_matrices_of_their_own_where_they_are_not_joint():
    first, second = RANDOM[:5, :5], RANDOM + RANDOM.T
    images, _ = image_of([first, second], 8, 8, joint=0.0)
    found = ritz_values(images[0], 5, 8), ritz_values(images[1], 8, 8)
    for values, matrix in zip(found, (first, second), strict=True):
        expected = np.linalg.eigvals(matrix)
        np.testing.assert_allclose(ordered(values), ordered(expected), atol=1e-8)
    joint, _ = image_of([first, second], 8, 13)
    np.testing.assert_array_equal(joint[0], joint[1])
    whole, _ = image_of([first, second], 13, 13)
    both = [*np.linalg.eigvals(first), *np.linalg.eigvals(second)]
    values = ritz_values(whole[0], 13, 13)
    np.testing.assert_allclose(ordered(values), ordered(both), atol=1e-6)


def test_extremes_of_a_symmetric_matrix_are_approached_from_within():
    random = np.random.default_rng(4)
    matrix = random.standard_normal((60, 60))
    matrix = matrix + matrix.T + 40 * np.outer(matrix[0], matrix[0]) / 60
    expected = np.linalg.eigvalsh(matrix)[[0, -1]]
    seen = [extremes(image_of([matrix], n, 60)[0][0], 60, n) for n in (3, 6, 12, 60)]
    lows, highs = np.transpose(seen)
    assert np.all(np.diff(lows) <= 1e-9) and np.all(np.diff(highs) >= -1e-9)
    assert np.all(lows >= expected[0] - 1e-9) and np.all(highs <= expected[1] + 1e-9)
    np.testing.assert_allclose(seen[-1], expected, atol=1e-8)
    assert highs[1] == pytest.approx(expected[1], rel=0.05)


def test_the_last_product_is_told_as_it_is():
    random = np.random.default_rng(1)
    start = random.standard_normal(8)
    _, last = image_of([RANDOM], 1, 4)
    np.testing.assert_allclose(last, RANDOM @ start / np.linalg.norm(start), rtol=1e-12)
    image, last = image_of([RANDOM], 0, 4)
    assert not image.any() and not last.any()


def test_what_is_no_number_has_no_eigenvalues():
    image, _ = image_of([np.full((4, 4), np.nan)], 3, 3)
    assert len(ritz_values(image[0], 4, 3)) == 0
    assert np.isnan(extremes(image[0], 4, 3)).all()
