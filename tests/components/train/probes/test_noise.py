"""Noise of gradients whose mean and covariance are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from components.train.probes.noise import Noise, cosine, merged, terms

DIMENSIONS, SIZE, COUNT = 40, 16, 8


@pytest.fixture(scope="module")
def readings():
    """Inner products of COUNT batches' gradients, in each of many readings.

    Gradients of a record have mean G and covariance Σ; of a batch, Σ/SIZE.
    """
    random = np.random.default_rng(0)
    deviations = np.linspace(0.5, 1.5, DIMENSIONS)
    mean = random.standard_normal(DIMENSIONS) / np.sqrt(DIMENSIONS)
    noise = random.standard_normal((4000, COUNT, DIMENSIONS))
    taken = mean + deviations / np.sqrt(SIZE) * noise
    square, variance = np.sum(mean**2), np.sum(deviations**2)
    return taken @ taken.transpose(0, 2, 1), square, variance


def test_both_terms_are_unbiased_and_ratios_are_to_be_taken_of_their_means(readings):
    grams, square, variance = readings
    told = np.array([terms(gram, SIZE) for gram in grams])
    errors = told.std(axis=0, ddof=1) / np.sqrt(len(told))
    # Four standard errors: seldom passed by more than one in 16,000.
    assert np.all(np.abs(told.mean(axis=0) - [square, variance]) < 4 * errors)
    assert np.all(errors < [0.02 * square, 0.02 * variance])
    scale = variance / square
    ratio = told[:, 1].mean() / told[:, 0].mean()
    halves = [part[:, 1].mean() / part[:, 0].mean() for part in np.split(told, 40)]
    error = np.std(halves, ddof=1) / np.sqrt(40)
    assert abs(ratio - scale) < 4 * error
    each = told[:, 1] / told[:, 0]
    assert np.mean(each[told[:, 0] > 0.2 * square]) > scale + 4 * error


def test_independent_batches_agree_as_the_noise_scale_says(readings):
    """To first order in 1/dimensions, which of 40 is three in a hundred."""
    grams, square, variance = readings
    scale = variance / square
    for times in (1, 2, 4):
        found = np.mean([cosine(gram, times) for gram in grams[:1000]])
        assert found == pytest.approx(1 / (1 + scale / (SIZE * times)), abs=0.03)


def test_products_of_larger_batches_are_those_of_their_mean_gradients():
    random = np.random.default_rng(1)
    taken = random.standard_normal((9, 5))
    for times in (1, 2, 3, 4):
        count = len(taken) // times
        means = taken[: count * times].reshape(count, times, 5).mean(axis=1)
        found = merged(taken @ taken.T, times)
        np.testing.assert_allclose(found, means @ means.T, rtol=1e-12)


def read_of(fields, size):
    """What the probe reads of a game with these fields, three parameters a side."""
    sides = {"generator": slice(0, 3), "discriminator": slice(3, 6)}
    game = SimpleNamespace(params=SimpleNamespace(batch_size=size))
    bench = SimpleNamespace(game=game, field=SimpleNamespace(sides=sides))
    view = SimpleNamespace(bench=bench, field=lambda number: fields[number])
    return dict(Noise(None).read(view))


def test_each_player_has_its_own():
    random = np.random.default_rng(2)
    fields = random.standard_normal((8, 6)) + np.array([1, 2, 3, 0, 0, 0])
    read = read_of(fields, 64)
    for name, part in (("generator", fields[:, :3]), ("discriminator", fields[:, 3:])):
        mean = part.mean(axis=0)
        spread = part.var(axis=0, ddof=1).sum()
        # The sample covariance's trace, and |mean|² less its share of that.
        variance, square = spread * 64, np.sum(mean**2) - spread / 8
        assert read[f"{name}_gradient_variance"] == pytest.approx(variance, rel=1e-5)
        assert read[f"{name}_gradient_square"] == pytest.approx(square, rel=1e-5)
        pairs = [
            np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b)
            for place, a in enumerate(part)
            for b in part[place + 1 :]
        ]
        found = read[f"{name}_gradient_cosine_1"]
        assert found == pytest.approx(np.mean(pairs), abs=1e-6)


def test_a_player_without_a_gradient_has_no_cosine():
    fields = np.ones((8, 6)) * [0, 0, 0, 1, 1, 1]
    read = read_of(fields, 64)
    assert np.isnan(read["generator_gradient_cosine_1"])
    assert read["generator_gradient_square"] == 0
    assert read["discriminator_gradient_cosine_4"] == pytest.approx(1.0)
    assert read["discriminator_gradient_variance"] == pytest.approx(0.0, abs=1e-4)
