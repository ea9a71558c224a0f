"""Layers of networks in `.keras` files: what they read, and what bad files get."""

from pathlib import Path

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from components.features.keras_file import KerasFile


def fit(data, **params):
    return KerasFile(**params).fit(data, np.full(len(data), -1), seed=0)


def points(n, *shape, seed=0):
    return np.random.default_rng(seed).normal(size=(n, *shape)).astype("f4")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def path(folder):
    """x -> 2x, then 3 sums of it, three numbers a record."""
    double = keras.layers.Dense(4, use_bias=False, name="double")
    layers = [keras.Input((4,)), double, keras.layers.Dense(3, name="sums")]
    model = keras.Sequential(layers)
    model.layers[0].set_weights([2 * np.eye(4, dtype="f4")])
    model.layers[1].set_weights([np.ones((4, 3), "f4"), np.array([0, 1, 2], "f4")])
    path = folder / "sums.keras"
    model.save(path)
    return str(path)


def saved(folder, name, inputs, outputs):
    path = folder / f"{name}.keras"
    keras.Model(inputs, outputs).save(path)
    return str(path)


def test_the_last_layer_by_default_and_any_by_name(path):
    data = points(300, 4)
    last = fit(data, path=path)(data)
    assert last.dtype == np.float32
    # Sums of four products in float32: within a few ulps of numbers near 10.
    expected = 2 * data.sum(1, keepdims=True) + [0, 1, 2]
    assert last == pytest.approx(expected, abs=1e-5)
    assert np.array_equal(fit(data, path=path, layer="double")(data), 2 * data)


def test_maps_are_flattened_and_kept_to_the_bit_whatever_else_there_is(folder):
    keras.utils.set_random_seed(0)
    given = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(6, 3, activation="relu")(given)
    name = saved(folder, "maps", given, maps)
    data = points(70, 8, 8, 1)
    features = fit(data, path=name, batch_size=32)
    all_at_once = features(data)
    assert all_at_once.shape == (70, 6 * 6 * 6)
    for count in (1, 31, 32, 33, 69):
        assert np.array_equal(features(data[:count]), all_at_once[:count])
    assert features(data[:0]).shape == (0, 216)


def test_any_extent_where_the_network_takes_any(folder):
    given = keras.Input((None, None, 1))
    name = saved(folder, "any", given, keras.layers.GlobalMaxPooling2D()(given))
    data = points(9, 5, 7, 1)
    assert np.array_equal(fit(data, path=name)(data), data.max((1, 2)))


def test_records_of_another_shape(path):
    with pytest.raises(ValueError, match=r"shape \(8, 8, 1\)\. .*takes \(4,\)"):
        fit(points(5, 8, 8, 1), path=path)
    with pytest.raises(ValueError, match=r"shape \(3,\)\. .*takes \(4,\)"):
        fit(points(5, 3), path=path)


def test_no_such_layer(path):
    with pytest.raises(ValueError, match=r"layer of .*: double, sums. Received: sum$"):
        fit(points(5, 4), path=path, layer="sum")


def test_missing_and_other_files(folder):
    text = folder / "text.keras"
    text.write_text("no network")
    for name in (folder / "gone.keras", text):
        with pytest.raises(ValueError, match=rf"Cannot load `features.path` {name}\."):
            fit(points(5, 4), path=str(name))
    for name in ("network.h5", "s3://there/network.keras"):
        with pytest.raises(ValidationError, match=r"Expected a local `\.keras` file"):
            KerasFile(path=name)


def test_code_in_a_file_is_not_run(folder):
    given = keras.Input((4,))
    code = keras.layers.Lambda(lambda x: x * 2, output_shape=(4,))
    name = saved(folder, "code", given, code(given))
    with pytest.raises(ValueError, match=r"without layers that hold code.*[Ll]ambda"):
        fit(points(5, 4), path=name)


def test_outputs_that_are_no_features(folder):
    given = keras.Input((4,))
    doubled = keras.layers.Dense(2, kernel_initializer="ones")(given)
    both = saved(folder, "both", given, [doubled, given])
    with pytest.raises(ValueError, match=r"Expected an array.*Received: list"):
        fit(points(5, 4), path=both)
    logical = saved(folder, "logical", given, keras.ops.greater(doubled, 0.0))
    with pytest.raises(ValueError, match=r"array of numbers.*Received: bool"):
        fit(points(5, 4), path=logical)
    roots = saved(folder, "roots", given, keras.ops.log(doubled))
    data = np.repeat([[-1.0], [1.0]], [3, 2], axis=0) * np.ones((5, 4), "f4")
    with pytest.raises(ValueError, match=r"finite numbers.*infinity for 3 of 5"):
        fit(data, path=roots)
    first, second = keras.Input((4,)), keras.Input((4,))
    pair = saved(folder, "pair", [first, second], keras.layers.Add()([first, second]))
    with pytest.raises(ValueError, match="one input"):
        fit(points(5, 4), path=pair)


def test_the_key_follows_the_files_content(path, folder):
    before = KerasFile(path=path).fingerprint()
    copy = folder / "copy.keras"
    content = Path(path).read_bytes()
    copy.write_bytes(content)
    assert KerasFile(path=str(copy)).fingerprint() == before is not None
    copy.write_bytes(content + b"\0")
    assert KerasFile(path=str(copy)).fingerprint() != before
