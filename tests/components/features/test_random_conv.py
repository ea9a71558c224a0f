"""Random convolutions: against an independent convolution, to the bit, in specs."""

import numpy as np
import pytest
from scipy.signal import correlate2d

from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation
from components.features import random_conv
from components.features.family import in_batches
from components.features.random_conv import RandomConv, convolve


def images(n, *shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, *shape)).astype("f4")


def fitted(data, seed=0, **params):
    return RandomConv(**params).fit(data, np.full(len(data), -1), seed=seed)


@pytest.mark.parametrize("shape", [(8, 8, 1), (7, 5, 3), (1, 1, 2), (2, 9, 1)])
def test_a_layer_is_a_rectified_correlation(shape):
    data, random = images(3, *shape), np.random.default_rng(1)
    weights = random.normal(size=(shape[2], 3, 3, 4))
    found = convolve(data, weights.reshape(-1, 4))
    for picture, maps in zip(data.astype(float), found, strict=True):
        for feature in range(4):
            summed = sum(
                correlate2d(picture[..., c], weights[c, :, :, feature], "same")
                for c in range(shape[2])
            )
            # 27 products at most, each of numbers below 10: 1e-12 is generous.
            expected = np.maximum(summed[::2, ::2], 0)
            assert maps[..., feature] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shape", [(8, 8, 1), (33, 20, 3)])
def test_features_are_equal_bit_for_bit_whatever_else_there_is(shape):
    data = images(100, *shape)
    features = fitted(data)
    all_at_once = features(data)
    assert all_at_once.dtype == np.float64
    assert all_at_once.shape == (100, 64)
    for start, count in ((0, 1), (0, 99), (7, 64), (50, 50), (99, 1)):
        some = features(data[start : start + count])
        assert np.array_equal(some, all_at_once[start : start + count])
    assert np.array_equal(features(data[::-1]), all_at_once[::-1])
    assert features(data[:0]).shape == (0, 64)


def test_batches_have_one_shape_and_keep_the_order():
    seen = []

    def double(batch):
        seen.append(batch.shape)
        return 2 * batch

    data = np.arange(14.0).reshape(7, 2)
    assert np.array_equal(in_batches(double, data, 3), 2 * data)
    assert seen == [(3, 2)] * 3


def test_weights_follow_from_the_seed_alone():
    data = images(20, 8, 8, 1)
    features = fitted(data)(data)
    assert np.array_equal(fitted(images(5, 8, 8, 1, seed=9), seed=7)(data), features)
    other = RandomConv(seed=1).fit(data, np.full(20, -1), seed=0)(data)
    assert not np.array_equal(other, features)
    assert fitted(data, channels=(4, 6))(data).shape == (20, 6)


def test_variance_is_kept_from_layer_to_layer():
    """He et al. 2015, eq. 10: of what goes into the rectifiers, for any depth."""
    data = np.random.default_rng(2).normal(size=(20, 48, 48, 3))
    inner = []
    for layers in (1, 2, 3):
        maps = data
        for kernel in fitted(data, channels=(64,) * layers)._kernels(3):
            maps = convolve(maps, kernel)
        inner.append((maps[:, 2:-2, 2:-2] ** 2).mean())
    # Half of 2, for inputs of variance 1. Kernels are one draw of 27 x 64 weights and
    # more, whose mean square is off by (2 / 1728) ** .5 = 3 % in one deviation, each
    # layer anew; 4 deviations of three layers: 24 %.
    assert inner == pytest.approx([1.0, 1.0, 1.0], rel=0.24)


def test_patterns_of_equal_pixels_differ():
    """A checkerboard and a half-and-half image have equal histograms of pixels."""
    board = np.where(np.indices((8, 8)).sum(0) % 2, 1.0, -1.0)
    halves = np.where(np.indices((8, 8))[0] < 4, 1.0, -1.0)
    pair = np.stack([board, halves])[..., None]
    first, second = fitted(pair)(pair)
    assert np.abs(first - second).max() > 0.1


@pytest.mark.parametrize("shape", [(8, 8, 1), (7, 5, 3), (1, 2, 2)])
def test_slopes_by_images_are_differences_of_features(shape, monkeypatch):
    random = np.random.default_rng(3)
    data, way = random.uniform(-1, 1, (2, 7, *shape))
    features = fitted(data, channels=(6, 5, 4))
    slopes = random.normal(size=(7, 4))
    monkeypatch.setattr(random_conv, "BATCH_BYTES", 30_000)  # Several batches.
    pulled = features.pulled(data, slopes)
    assert pulled.shape == data.shape
    # No rectifier turns within 1e-7 of these images.
    ahead, behind = (features(data + h * way) for h in (1e-7, -1e-7))
    each = np.sum(slopes * (ahead - behind), axis=1) / 2e-7
    assert np.sum(pulled * way, axis=(1, 2, 3)) == pytest.approx(each, rel=1e-5)


@pytest.mark.parametrize("shape", [(2,), (8, 8), (2, 4, 4, 1)])
def test_other_records_are_refused(shape):
    with pytest.raises(ValueError, match=r"of images.*\(height.*Received: .*shape \("):
        fitted(images(5, *shape))


def test_evaluation_in_these_features(tmp_path, curriculum_from_arrays):
    """Smooth images against noise of the same pixels: fidelity is gone."""
    smooth = np.sort(images(260, 8, 8, 1), axis=1)
    curriculum = curriculum_from_arrays(tmp_path / "c", smooth[:160], smooth[160:])
    params = EvaluateParams(features=RandomConv(), resamples=3)
    found = evaluation(curriculum, params)
    shuffled = np.random.default_rng(0).permuted(smooth[160:], axis=1)
    good = np.sort(images(100, 8, 8, 1, seed=1), axis=1)
    read = [found.content(x)["metrics"]["precision"] for x in (good, shuffled)]
    low, high = read[0]["null_interval"]
    assert read[0]["value"] > low - (high - low)
    assert read[1]["value"] == 0
    content = found.content(good)
    assert content["features"]["kind"] == "random_conv"
    assert content["features"]["dimension"] == 64
