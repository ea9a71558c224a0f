"""What a reference keeps of features is all of them: restored, they are the same."""

import keras
import numpy as np
import pytest

from components.features import Classifier, Features, Identity, Pca
from components.features.inception import Inception
from components.features.keras_application import KerasApplication
from components.features.keras_file import KerasFile
from components.features.random_conv import RandomConv


def chosen(kind, folder):
    """Features of every kind, as small as they come."""
    if kind == "keras_file":
        path = folder / "flat.keras"
        keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()]).save(path)
        return KerasFile(path=str(path))
    network = {"weights": None, "batch_size": 8}
    return {
        "identity": lambda: Identity(),
        "pca": lambda: Pca(components=3),
        "classifier": lambda: Classifier(epochs=1, units=(4,)),
        "random_conv": lambda: RandomConv(channels=(4,), seed=2),
        "inception": lambda: Inception(size=75, **network),
        "keras_application": lambda: KerasApplication(
            model="MobileNetV3Small", size=32, **network
        ),
    }[kind]()


@pytest.mark.parametrize("kind", sorted(Features.kinds))
def test_restored_features(tmp_path, kind):
    random = np.random.default_rng(0)
    data = random.uniform(-1, 1, (40, 8, 8, 1)).astype("f4")
    features = chosen(kind, tmp_path)
    fitted = features.fit(data, random.integers(2, size=40), seed=0)
    np.savez(tmp_path / "fitted.npz", **fitted.arrays())
    with np.load(tmp_path / "fitted.npz", allow_pickle=False) as arrays:
        restored = features.restore(dict(arrays))
    assert np.array_equal(restored(data[:20]), fitted(data[:20]))
    for told in ("accuracy", "unreliable", "note"):
        assert getattr(restored, told) == getattr(fitted, told)
    # Labels at random: there is a reason to restore.
    assert bool(fitted.unreliable) == features.classifies
