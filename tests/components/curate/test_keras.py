"""Keras's data sets, read from small files of their layout in its cache."""

import gzip
import os
import subprocess
import sys

import numpy as np

CODE = """
import sys
from components.curate.sources.keras import KerasData
for part, count in (("train", 7), ("test", 4), ("all", 11)):
    source = KerasData(dataset="fashion_mnist", part=part)
    [chunk] = source.chunks()
    raw = source.read(chunk)
    assert raw.values.shape == (count, 28, 28, 1), raw.values.shape
    assert raw.origins[0] == f"fashion_mnist/{part}#0000000000"
    source.release()
assert raw.labels.tolist() == [*range(7), *range(4)]
assert raw.values[0, 0, 1, 0] == 1 and raw.values.dtype == "uint8"
assert source.facts().range == (0.0, 255.0) and len(source.facts().classes) == 10
"""


def test_fashion_mnist_from_the_cache(tmp_path):
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name, count in (("train", 7), ("t10k", 4)):
        images = (np.arange(count * 784) % 256).astype(np.uint8)
        labels = np.arange(count, dtype=np.uint8)
        for kind, header, data in (
            ("images-idx3", 16, images),
            ("labels-idx1", 8, labels),
        ):
            path = folder / f"{name}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(bytes(header) + data.tobytes()))
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", CODE], env=environment, check=True)
