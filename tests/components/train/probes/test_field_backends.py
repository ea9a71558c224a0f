"""Both backends look at the same field, alone and by another seed's compiled code."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax")
SCRIPT = Path(__file__).with_name("field_games.py")


@pytest.mark.timeout(600)
def test_backends_and_shared_code_tell_the_same(tmp_path):
    running = {}
    for backend in ("tensorflow", "jax"):
        target = tmp_path / f"{backend}.npz"
        surroundings = {**os.environ, "KERAS_BACKEND": backend}
        command = [sys.executable, str(SCRIPT), str(target)]
        running[target] = subprocess.Popen(command, env=surroundings)
    assert [process.wait() for process in running.values()] == [0, 0]
    first, second = (np.load(target) for target in running)
    for name in first:
        assert np.isfinite(first[name]).all() and first[name].any()
        np.testing.assert_allclose(first[name], second[name], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(second["like"], second["rich"], rtol=1e-9, atol=1e-12)
