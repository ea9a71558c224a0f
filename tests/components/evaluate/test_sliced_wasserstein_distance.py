"""Sliced Wasserstein distance: closed forms, what it needs, what it leaves alone."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import binom

from components.evaluate.comparison import Comparison, Sample
from components.evaluate.intervals import confidence
from components.evaluate.metrics import METRICS
from components.evaluate.metrics import sliced_wasserstein_distance as module


def sample(images):
    images = np.asarray(images, np.float32)
    blank = np.zeros((len(images), 1))
    return Sample(blank, images, np.full(len(images), -1))


METRIC = METRICS["sliced_wasserstein_distance"]


def pair(real, generated, seed=0):
    return Comparison(sample(generated), sample(real), 1, None, seed=seed)


def read(real, generated, seed=0):
    return METRIC.value(pair(real, generated, seed))


def textures(seed, n, side, channels=1):
    """Smoothed noise in [-1, 1], so that neighbouring pixels are alike."""
    images = np.random.default_rng(seed).normal(size=(n, side, side, channels))
    for axis in (1, 2):
        images = images + np.roll(images, 1, axis) + np.roll(images, 2, axis)
    return np.clip(images / 9, -1, 1).astype(np.float32)


def test_equal_images_of_a_patch_s_size_are_at_0():
    """7x7 has one place for a patch, so that nothing but projections is random."""
    images = textures(0, 50, 7)
    assert read(images, images) == 0.0
    # In other order, images meet other noise: a patch on either side moves by a grey
    # level's 1/256 in √12 over its deviation, 0.17 of the range and 0.1 in faint ones.
    assert read(images, images[::-1]) < 2 / 256 / np.sqrt(12) / 0.1


ACROSS = np.broadcast_to(np.linspace(-1, 1, 7), (7, 7))


@pytest.mark.parametrize(
    ("other", "correlation"), [(ACROSS.T, 0.0), (-ACROSS, -1.0), (0.4 * ACROSS, 1.0)]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_between_two_pictures(other, correlation, channels):
    """√(2 - 2r) · E|z|, z standard normal, for patches of correlation r.

    A projection of v on a random unit vector of d = 147 dimensions has a mean size of
    |v| √(2 / πd); normalized patches differ by |v|² = 2d (1 - r).
    """
    real, generated = (
        np.broadcast_to(picture[..., None], (30, 7, 7, channels))
        for picture in (ACROSS, other)
    )
    seeds = 20
    values = [read(real, generated, seed) for seed in range(seeds)]
    expected = np.sqrt(2 * (1 - correlation)) * np.sqrt(2 / np.pi)
    # Four standard errors over 147 projections a seed, |z| having a deviation of
    # √(π/2 - 1) of its mean; then what the noise adds to the fainter picture, whose
    # deviation is 0.4 · 0.33 of the range: 1/256 in √12 over it.
    error = 4 * expected * np.sqrt((np.pi / 2 - 1) / (147 * seeds))
    assert np.mean(values) == pytest.approx(expected, abs=error + 0.01)


def null(side, n, channels=1, change=lambda images: images):
    """What textures against textures read: the mean, five standard deviations."""
    values = [
        read(*(change(textures(seed, n, side, channels)) for seed in (i, 20 + i)))
        for i in range(10, 18)
    ]
    return np.mean(values), 5 * np.std(values, ddof=1)


@pytest.mark.parametrize(("side", "n"), [(8, 500), (16, 120), (32, 120)])
def test_grows_with_noise_from_what_real_data_reads(side, n):
    real, fresh = textures(0, n, side), textures(1, n, side)
    mean, margin = null(side, n)
    noise = np.random.default_rng(2).normal(size=fresh.shape) / 3
    values = [
        read(real, (1 - share) * fresh + share * noise)
        for share in (0.0, 0.5, 0.75, 1.0)
    ]
    assert values[0] == pytest.approx(mean, abs=margin)
    assert all(np.diff(values) > 0)
    assert values[-1] > mean + margin


def test_blind_to_brightness_and_contrast():
    real, fresh = textures(0, 100, 12), textures(1, 100, 12)
    base = read(real, fresh)
    paler = read(real, 0.5 * fresh + 0.2)
    # The noise of a grey level weighs twice as much on patches of half the contrast.
    assert paler == pytest.approx(base, abs=2 * 2 / 256 / np.sqrt(12) / 0.1)


@pytest.mark.parametrize("side", [8, 32])
def test_grey_is_three_equal_channels(side):
    real, generated = textures(0, 20, side), textures(1, 20, side)
    threefold = (np.repeat(images, 3, axis=-1) for images in (real, generated))
    assert read(real, generated) == read(*threefold)


def test_colours_count():
    real, generated = textures(0, 100, 8, 3), textures(1, 100, 8, 3)
    grey = np.repeat(generated[..., :1], 3, axis=-1)
    mean, margin = null(8, 100, 3)
    assert read(real, generated) == pytest.approx(mean, abs=margin)
    assert read(real, grey) > mean + margin


def framed(images):
    """Blank but for the middle, as handwritten digits are."""
    blank = np.full_like(images, -1.0)
    blank[:, 10:-10, 10:-10] = images[:, 10:-10, 10:-10]
    return blank


@pytest.mark.parametrize("side", [28, 32])
def test_flat_patches_are_like_flat_patches(side):
    real, fresh = framed(textures(0, 100, side)), framed(textures(1, 100, side))
    mean, margin = null(side, 100, change=framed)
    assert read(real, fresh) == pytest.approx(mean, abs=margin)
    assert read(real, textures(1, 100, side)) > mean + margin
    assert read(real, np.full_like(fresh, 0.3)) > mean + margin


# Numbers that would swallow the noise in float32.
@pytest.mark.parametrize("value", [0.0, 1e9, -3e38])
def test_constant_samples_have_a_distance(value):
    real = textures(0, 100, 16)
    mean, margin = null(16, 100)
    assert mean + margin < read(real, np.full_like(real, value)) < 2


def test_units_do_not_matter():
    """Images in [0, 255] read as the same images in [-1, 1], up to float32's rounding
    of 1e-7 over a deviation of 0.1."""
    real, generated = textures(0, 30, 8), textures(1, 30, 8)
    scaled = (127.5 * (images + 1) for images in (real, generated))
    assert read(*scaled) == pytest.approx(read(real, generated), abs=1e-5)


def test_constant_real_images_are_refused():
    with pytest.raises(ValueError, match=r"several values.*Received: 0.5 in every"):
        read(np.full((9, 8, 8, 1), 0.5), textures(0, 9, 8))


@pytest.mark.parametrize(
    "shape",
    [
        (2,),
        (8, 8),
        (8, 9, 1),
        (6, 6, 1),
        (0, 0, 1),
        (8, 8, 2),
        (33, 33, 3),
        (66, 66, 1),
    ],
)
def test_other_shapes_are_refused_with_the_reason(shape):
    records = np.random.default_rng(0).normal(size=(5, *shape))
    with pytest.raises(ValueError, match=r"square images.*Received.*leave sliced"):
        read(records, records)


@pytest.mark.parametrize("side", [7, 9, 15, 16, 17, 31, 32, 34, 62, 64, 68])
def test_all_other_shapes_are_measured(side):
    assert 0 <= read(textures(0, 4, side), textures(1, 4, side)) < 2


def test_as_many_random_records_as_samples():
    """Not the first ones: records are ordered from core to outliers."""
    faint, strong = textures(0, 100, 8), np.random.default_rng(1).random((100, 8, 8, 1))
    ordered = np.concatenate([faint, 2 * strong - 1])
    mixed = ordered[np.random.default_rng(2).permutation(200)[:50]]
    assert read(ordered, mixed) < read(faint, mixed)


@pytest.mark.parametrize("side", [8, 64])
def test_the_seed_decides(side):
    real, generated = textures(0, 30, side), textures(1, 30, side)
    values = [read(real, generated, seed) for seed in (0, 0, 0, 1)]
    assert values[0] == values[1] == values[2] != values[3]


def drawn_with(measure):
    """What both global generators give around a call, seeded before it."""
    import tensorflow as tf

    np.random.seed(3)
    tf.random.set_seed(4)
    values = [np.random.random(), float(tf.random.normal([]))]
    # An operation with a seed of its own keeps count as well.
    values.append(float(tf.random.normal([], seed=5)))
    measure()
    again = float(tf.random.normal([], seed=5))
    return [*values, again, np.random.random(), float(tf.random.normal([]))]


def test_global_generators_are_left_as_they_were():
    images = textures(0, 10, 8)
    assert drawn_with(lambda: read(images, images)) == drawn_with(lambda: None)


def test_global_generators_are_left_as_they_were_by_a_failure(monkeypatch):
    def failing(*_, **__):
        np.random.random()
        raise RuntimeError("within")

    stand_in = SimpleNamespace(
        eval=SimpleNamespace(sliced_wasserstein_distance=failing)
    )
    monkeypatch.setattr(module, "import_tensorflow_gan", lambda: stand_in)
    images = textures(0, 10, 8)

    def measure():
        with pytest.raises(RuntimeError, match="within"):
            read(images, images)
        assert not module.GLOBAL.locked()

    assert drawn_with(measure) == drawn_with(lambda: None)


def test_is_tensorflow_gan_s_own_value():
    """The same numbers, its function called as it stands, with the same seeds."""
    import tensorflow as tf

    from components.tfgan import import_tensorflow_gan

    real, generated = (
        np.random.default_rng(i).random((40, 7, 7, 3), np.float32) for i in range(2)
    )
    ours = np.mean(
        [module.distances(real, generated, [1, seed])[0] for seed in range(20)]
    )
    measure = import_tensorflow_gan().eval.sliced_wasserstein_distance
    theirs = np.mean(
        [
            float(measure(tf.constant(real), tf.constant(generated))[0][1])
            for _ in range(20)
        ]
    )
    # 7x7 patches are the images; only projections are random, 147 at a time, whose
    # distances differ by less than their mean: four standard errors of both sides.
    assert ours == pytest.approx(theirs, rel=4 * np.sqrt(2 / (147 * 20)))


@pytest.mark.parametrize("side", [8, 32])
def test_what_is_left_out_are_images_on_both_sides(side):
    """Against the distances of what is left, sorted by another hand."""
    from scipy.stats import wasserstein_distance

    compared = pair(textures(0, 12, side), textures(1, 12, side))
    groups = [np.array([0, 5]), np.array([11]), np.array([], int)]
    found = module.left_out(compared, groups)
    levels = module.projections(*module.pictures(compared))
    for rows, value in zip(groups, found, strict=True):
        kept = np.delete(
            np.arange(12 * module.PATCHES).reshape(12, -1), rows, 0
        ).ravel()
        expected = [
            wasserstein_distance(one[kept], other[kept])
            for real, made in levels
            for one, other in zip(real, made, strict=True)
        ]
        assert value == pytest.approx(np.mean(expected), rel=1e-5)
    # Without nothing it is what tensorflow-gan makes of all.
    assert found[2] == pytest.approx(METRIC.value(compared), rel=1e-5)


def test_the_interval_holds_the_mean_of_new_samples_and_records():
    """95 % of 20, with fewer than chance brings about once in ten thousand; and it is
    no wider than three times as far as readings stray."""
    read = []
    for seed in range(20):
        noise = np.random.default_rng(100 + seed).normal(size=(40, 7, 7, 1)) / 3
        made = 0.5 * textures(50 + seed, 40, 7) + 0.5 * noise
        compared = pair(textures(seed, 40, 7), made)
        read.append((METRIC.value(compared), *confidence(METRIC, compared, 0)))
    value, low, high = np.array(read).T
    inside = (low <= value.mean()) & (value.mean() <= high)
    assert inside.sum() >= binom.ppf(1e-4, 20, 0.95)
    assert ((high - low) / (2 * 1.96)).mean() < 3 * value.std(ddof=1)
