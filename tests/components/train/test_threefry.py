"""Random words: published vectors, and the same everywhere."""

import numpy as np
import pytest
from scipy import stats

from components.train import backend
from components.train.draws import Draws
from components.train.precision import precision
from components.train.threefry import scaled, threefry

# Random123's known answers for threefry2x32 with 20 rounds: counter, key, words.
KNOWN = [
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, (0x1CB996FC, 0xBB002BE7)),
    (
        (0x243F6A88, 0x85A308D3),
        (0x13198A2E, 0x03707344),
        (0xC4923A9C, 0x483DF7A0),
    ),
]


def words(pair):
    return tuple(np.array([word], np.uint32) for word in pair)


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_known_answers(counter, key, expected):
    made = threefry(words(key), words(counter), np)
    assert tuple(int(word[0]) for word in made) == expected


@pytest.mark.parametrize("rolled", [False, True])
def test_compiled_words_are_numpys(rolled):
    from keras import ops

    index = np.arange(1000, dtype=np.uint32)
    key = words((7, 0xDEADBEEF))
    ours = threefry(key, (index, index[::-1]), np)
    theirs = threefry(
        tuple(map(ops.convert_to_tensor, key)),
        (ops.convert_to_tensor(index), ops.convert_to_tensor(index[::-1].copy())),
        ops,
        rolled,
    )
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, np.asarray(other))


@pytest.mark.parametrize("limit", [1, 2, 1000, 2**16, 2**31 - 1, 2**32 - 1])
def test_scaling_is_the_upper_half_of_the_product(limit):
    drawn = np.random.default_rng(0).integers(0, 2**32, 500, dtype=np.uint32)
    expected = (drawn.astype(np.uint64) * np.uint64(limit)) >> np.uint64(32)
    made = scaled(drawn, np.array(limit, np.uint32), np)
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("policy", ["graph", "xla"])
def test_rows_can_be_had_on_the_host(policy):
    """Outside of programs NumPy draws them anyhow."""
    draws = Draws(3)
    program = backend.current().compile_function(
        lambda counter: draws.integers(64, "records", counter, 1797),
        [draws.seed],
        policy,
    )
    for counter in (0, 1, 70000):
        compiled = np.asarray(program(np.int32(counter)))
        alone = np.asarray(draws.integers(64, "records", counter, 1797))
        host = draws.integers_on_host(64, "records", counter, 1797)
        np.testing.assert_array_equal(compiled, host)
        np.testing.assert_array_equal(alone, host)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_have_their_distribution(dtype):
    draws = Draws(11, dtype)
    with precision(dtype):
        uniform = np.asarray(draws.uniform((50, 400), "u", 0)).ravel()
        normal, other = (
            np.asarray(draws.normal((50, 401), "n", count)).ravel()
            for count in range(2)
        )
    assert uniform.dtype == normal.dtype == dtype
    assert uniform.min() > 0 and uniform.max() < 1
    # One seed, fixed: the p-values are what they are, and would be below 1e-3 of a
    # thousand right generators once.
    assert stats.kstest(uniform, "uniform").pvalue > 1e-3
    assert stats.kstest(normal, "norm").pvalue > 1e-3
    # Neighbours, halves and counters are uncorrelated: n = 20,000, deviation .007.
    half = len(normal) // 2
    for one, two in (
        (normal[1:], normal[:-1]),
        (normal[:half], normal[half : 2 * half]),
        (normal, other),
    ):
        assert abs(np.corrcoef(one, two)[0, 1]) < 0.035


def test_purposes_seeds_and_counters_give_different_numbers():
    seen = {
        np.asarray(Draws(seed).uniform((3,), purpose, counter)).tobytes()
        for seed in (0, 1)
        for purpose in ("a", "b")
        for counter in (0, 1)
    }
    assert len(seen) == 8
