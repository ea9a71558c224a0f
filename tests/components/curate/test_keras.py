"""Keras's data sets, read from small files of their layout in its cache.

Keras compares files in its cache with the published checksums, and downloads what does
not match. Small files cannot match, so these tests make that comparison say yes, and
any download an error; all the rest is Keras's own code.
"""

import gzip
import io
import pickle
import tarfile

import numpy as np
import pytest
from keras.src.utils import file_utils

from components.curate.source import CurateError
from components.curate.sources.keras import KerasData


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Keras's folder of data sets, elsewhere, with no way to fill it."""

    def refuse(*_):
        raise OSError("no network")

    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path))
    monkeypatch.setattr(file_utils, "urlretrieve", refuse)
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


@pytest.fixture
def checked(monkeypatch):
    """Makes every checksum match; the files that were compared."""
    files = []
    matches = lambda path, *_, **__: files.append(path) or True  # noqa: E731
    monkeypatch.setattr(file_utils, "validate_file", matches)
    return files


def read(name, part):
    """The first chunk, and the number of records in all."""
    source = KerasData(dataset=name, part=part)
    facts = source.facts()
    try:
        chunks = source.chunks(facts.shape)
        raw = source.read(chunks[0])
    finally:
        source.release()
    assert raw.values.shape[1:] == facts.shape and raw.values.dtype == np.uint8
    assert raw.origins[0] == f"{name}/{part}#0000000000"
    assert facts.range == (0.0, 255.0) and len(facts.classes) == 10
    return raw, sum(chunk.count for chunk in chunks)


def pictures(count):
    return (np.arange(count * 784) % 256).astype(np.uint8).reshape(count, 28, 28)


def check_parts(name):
    for part, count in (("train", 7), ("test", 4), ("all", 11)):
        raw, total = read(name, part)
        assert raw.values.shape == (count, 28, 28, 1) and total == count
    assert raw.labels.tolist() == [*range(7), *range(4)]
    assert np.array_equal(raw.values[:7, ..., 0], pictures(7))


def test_fashion_mnist_from_the_cache(cache):
    # Keras states no checksums for these files: it takes them as they are.
    folder = cache / "fashion-mnist"
    folder.mkdir()
    for name, count in (("train", 7), ("t10k", 4)):
        labels = np.arange(count, dtype=np.uint8)
        for kind, header, data in (
            ("images-idx3", 16, pictures(count)),
            ("labels-idx1", 8, labels),
        ):
            path = folder / f"{name}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(bytes(header) + data.tobytes()))
    check_parts("fashion_mnist")


def test_mnist_from_the_cache(cache, checked):
    arrays = {}
    for name, count in (("train", 7), ("test", 4)):
        arrays[f"x_{name}"] = pictures(count)
        arrays[f"y_{name}"] = np.arange(count, dtype=np.uint8)
    np.savez(cache / "mnist.npz", **arrays)
    check_parts("mnist")
    assert checked == [str(cache / "mnist.npz")] * 3


def test_cifar10_from_the_cache(cache, checked):
    """One record a file: Keras makes 10,000 rows of each by broadcasting it."""
    planes = np.zeros((3, 32, 32), np.uint8)
    planes[:, 0, 0], planes[:, 31, 31] = [0, 1, 2], [100, 101, 102]
    labels = {f"data_batch_{n}": n for n in range(1, 6)} | {"test_batch": 9}
    target = cache / "cifar-10-batches-py-target_archive"
    with tarfile.open(target, "w:gz") as archive:
        for name, label in labels.items():
            content = {b"data": planes.reshape(1, -1), b"labels": [label]}
            data = pickle.dumps(content)
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    raw, total = read("cifar10", "test")
    assert total == 1 and raw.labels.tolist() == [9]
    # Planes of red, green and blue become channels.
    assert raw.values[0, 0, 0].tolist() == [0, 1, 2]
    assert raw.values[0, 31, 31].tolist() == [100, 101, 102]
    raw, total = read("cifar10", "all")
    assert total == 50_001 and raw.labels[0] == 1
    assert checked == [str(target)] * 2


def test_what_can_neither_be_read_nor_downloaded_is_explained(cache):
    (cache / "mnist.npz").write_bytes(b"no archive")
    with pytest.raises(CurateError, match=r"Cannot load mnist.*no network"):
        read("mnist", "train")
