"""The shim, in a fresh interpreter; tensorflow-gan as a reference for our Fréchet."""

import subprocess
import sys

import numpy as np
import pytest

from components.moments import Moments, frechet
from components.tfgan import import_tensorflow_gan

CODE = """
import sys
from components.tfgan import import_tensorflow_gan
assert "tensorflow" not in sys.modules
tfgan = import_tensorflow_gan()
assert import_tensorflow_gan() is tfgan
loss = tfgan.losses.wargs.wasserstein_generator_loss([2.0, 4.0])
print(float(loss), callable(tfgan.eval.sliced_wasserstein_distance))
"""


def test_imports_in_a_fresh_interpreter():
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["-3.0", "True"]


def test_frechet_distance_agrees():
    random = np.random.default_rng(0)
    x = random.normal(size=(400, 8)) @ random.normal(size=(8, 8))
    y = random.normal(0.5, 2.0, (300, 8))
    theirs = import_tensorflow_gan().eval.frechet_classifier_distance_from_activations(
        x.astype(np.float32), y.astype(np.float32)
    )
    # Their moments and square root are float32: some 1e-5 of the traces.
    assert frechet(Moments.of(x), Moments.of(y)) == pytest.approx(
        float(theirs), rel=1e-4
    )
