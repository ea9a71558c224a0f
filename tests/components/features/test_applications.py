"""Networks of keras.applications, as small as they come; nothing is downloaded."""

import sys

import keras
import numpy as np
import pytest

from components.features.application import SIDE, SIDES, Applied
from components.features.inception import Inception
from components.features.keras_application import KerasApplication, Network

SMALL = {"model": "MobileNetV3Small", "size": 32}
NAMES = Network.__args__


def images(n, *shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (n, *shape)).astype("f4")


def fit(part, data):
    return part.fit(data, np.full(len(data), -1), seed=0)


@pytest.fixture(scope="module")
def drawn():
    """A network with random weights, made once."""
    part = KerasApplication(weights=None, batch_size=16, **SMALL)
    return fit(part, images(1, 16, 16, 3))


@pytest.fixture(scope="module")
def file(drawn, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "small.weights.h5"
    drawn._network.save_weights(path)
    return path


def test_every_name_is_a_network_that_says_how_to_preprocess():
    assert set(SIDES) < set(NAMES)
    for name in NAMES:
        module = Applied(KerasApplication(model=name))._module
        # The module of that network: each expects values in a range of its own.
        assert callable(module.preprocess_input)
        assert module.__name__.startswith("keras.applications.")


# The two of MobileNetV3 take images of any size and ask for none.
@pytest.mark.parametrize("name", [n for n in NAMES if "MobileNetV3" not in n])
def test_sides_are_those_that_the_networks_were_trained_at(name, monkeypatch):
    """What Keras takes where no shape is stated; it is asked for before all else."""
    builder = getattr(keras.applications, name)

    class Asked(Exception):
        pass

    def asked(*arguments, default_size, **others):
        raise Asked(default_size)

    # DenseNet, ResNet and others share a builder, which is where they ask.
    for module in [m for n, m in sys.modules.items() if "src.applications." in n]:
        if hasattr(module, "obtain_input_shape"):
            monkeypatch.setattr(module, "obtain_input_shape", asked)
    with pytest.raises(Asked) as stopped:
        builder(weights=None, include_top=False)
    assert stopped.value.args == (SIDES.get(name, SIDE),)


def test_the_network_sees_what_it_was_trained_on(monkeypatch):
    """Records' -1, 0 and 1 are 0, 127.5 and 255 to `preprocess_input`."""
    levels = np.repeat([-1.0, 0.0, 1.0, 7.0], 64).reshape(4, 8, 8, 1).astype("f4")
    for name, expected in {
        "MobileNet": [-1, 0, 1, 1],  # x / 127.5 - 1
        "MobileNetV3Small": [0, 127.5, 255, 255],  # it rescales by itself
        # Each channel's mean over ImageNet is taken off, blue first (in NumPy, here).
        "VGG16": np.add.outer([0, 127.5, 255, 255], [-103.939, -116.779, -123.68]),
    }.items():
        part = KerasApplication(model=name, weights=None, size=32)
        seen = Applied(part)._prepared(levels)
        assert seen.shape == (4, 32, 32, 3)
        colours = np.broadcast_to(np.reshape(expected, (4, -1)), (4, 3))
        # 32 bits of numbers up to 255, after a filter whose weights sum to 1.
        assert seen == pytest.approx(
            np.broadcast_to(colours[:, None, None], seen.shape), abs=1e-3
        )


def test_images_of_the_networks_size_are_not_resampled():
    data = images(3, 32, 32, 3)
    part = KerasApplication(model="MobileNetV3Small", weights=None, size=32)
    assert Applied(part)._prepared(data) == pytest.approx((data + 1) * 127.5)


def test_features_are_equal_bit_for_bit_whatever_else_there_is(drawn):
    data = images(50, 16, 16, 3)
    all_at_once = drawn(data)
    assert (all_at_once.shape, all_at_once.dtype) == ((50, 576), np.float32)
    for count in (1, 15, 16, 17, 49):
        assert np.array_equal(drawn(data[:count]), all_at_once[:count])
    assert drawn(data[:0]).shape == (0, 576)


def test_features_are_the_means_of_the_last_maps(drawn):
    """Against Keras' own pooling, which sums in float32."""
    data = images(4, 16, 16, 3)
    network = drawn._network
    pooled = keras.layers.GlobalAveragePooling2D()(
        network(drawn._prepared(data), training=False)
    )
    assert len(network.output.shape) == 4
    # At most a few roundings of float32 (6e-8) a value; one map has one position.
    expected = np.asarray(pooled)
    assert drawn(data) == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_grey_is_colour_of_equal_channels(drawn):
    grey = images(5, 16, 16, 1)
    assert np.array_equal(drawn(grey), drawn(np.repeat(grey, 3, axis=3)))


def test_random_weights_follow_from_the_seed(drawn):
    data = images(3, 16, 16, 3)
    keras.utils.set_random_seed(5)
    same = fit(drawn.part, data)
    assert np.array_equal(same(data), drawn(data))
    other = fit(drawn.part.model_copy(update={"seed": 1}), data)
    assert not np.array_equal(other(data), drawn(data))


def test_a_file_of_weights(drawn, file):
    data = images(3, 16, 16, 3)
    part = KerasApplication(weights=str(file), batch_size=16, **SMALL)
    assert np.array_equal(fit(part, data)(data), drawn(data))
    assert part.files() == (str(file),)


def test_the_key_follows_the_files_content(file, tmp_path):
    part = KerasApplication(weights=str(file), **SMALL)
    copy = tmp_path / "copy.weights.h5"
    copy.write_bytes(file.read_bytes())
    same = KerasApplication(weights=str(copy), **SMALL)
    assert part.fingerprint() == same.fingerprint() is not None
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    copy.write_bytes(content)
    assert same.fingerprint() != part.fingerprint()
    assert KerasApplication(**SMALL).fingerprint() is None


def test_wrong_files_of_weights(file, tmp_path):
    data = images(1, 16, 16, 3)
    text = tmp_path / "text.weights.h5"
    text.write_text("no weights")
    cases = {
        str(tmp_path / "gone.weights.h5"): "no file of that name",
        str(tmp_path): "no file of that name",
        str(text): "Received: ",
    }
    for path, told in cases.items():
        with pytest.raises(ValueError, match=rf"`features.weights` {path}.*{told}"):
            fit(KerasApplication(weights=path, **SMALL), data)
    with pytest.raises(ValueError, match=r"the weights of Keras's MobileNet with"):
        fit(KerasApplication(weights=str(file), model="MobileNet", size=32), data)


def test_a_file_that_lacks_some_weights_is_refused(drawn, tmp_path):
    """Keras itself would only warn, and leave a layer as it was."""
    network = keras.models.clone_model(drawn._network)
    layer = network.layers[-2]
    layer.set_weights([np.full_like(each, np.nan) for each in layer.get_weights()])
    path = tmp_path / "holes.weights.h5"
    network.save_weights(path)
    part = KerasApplication(weights=str(path), **SMALL)
    with pytest.raises(ValueError, match=rf"no finite values for {layer.name}"):
        fit(part, images(1, 16, 16, 3))


@pytest.mark.filterwarnings("ignore:`input_shape` is undefined")
def test_no_network_to_download_from(monkeypatch):
    def refuse(*arguments, **others):
        raise OSError("URL fetch failure: no route")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", refuse)
    for module in ("mobilenet_v3", "inception_v3"):
        name = f"keras.src.applications.{module}.file_utils.get_file"
        monkeypatch.setattr(name, refuse)
    with pytest.raises(ValueError, match=r"no route.*state its path as `features.wei"):
        fit(KerasApplication(**SMALL), images(1, 16, 16, 3))


@pytest.mark.parametrize("shape", [(2,), (8, 8), (8, 8, 2)])
def test_other_records_are_refused(shape):
    part = KerasApplication(weights=None, **SMALL)
    with pytest.raises(ValueError, match=r"of images.*1 or 3 channels.*Received"):
        fit(part, images(2, *shape))


def test_inception_does_not_pass_for_the_published_one():
    data = images(2, 8, 8, 1)
    fitted = fit(Inception(weights=None, size=75, batch_size=2), data)
    assert fitted(data).shape == (2, 2048)
    assert Inception().side == 299
    assert "not with published ones" in fitted.note
    assert "not the graph of 2015" in (Inception.__doc__ or "").partition("\n")[0]
