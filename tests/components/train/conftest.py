"""Small trainings that the tests of the stage share."""

import json

import numpy as np
import pytest

from components.train.params import TrainParams
from components.train.stage import train

TINY = {
    "steps": 24,
    "batch_size": 8,
    "latents": {"size": 3},
    "generator": {"kind": "mlp", "units": [8]},
    "discriminator": {"kind": "mlp", "units": [8]},
    "telemetry": {"every": 6, "snapshots": 2, "probe_size": 16},
    "checkpoint": {"every": 8},
}


@pytest.fixture
def parameters():
    """`parameters(steps=…, …)`: tiny training's parameters with changes."""

    def make(**changes):
        return TrainParams.model_validate_json(json.dumps(TINY | changes))

    return make


@pytest.fixture
def curriculum(curriculum_from_arrays, tmp_path):
    """Points on a circle of radius 2, in three tiers."""
    angles = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    points = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.random.default_rng(0).permutation(points)
    return curriculum_from_arrays(
        tmp_path / "curriculum", points[:90], points[90:], tiers=3
    )


@pytest.fixture
def play(curriculum, make_context):
    """Train with parameters and a seed; the outputs."""

    def run(params, seed=0, context=None, data=None):
        context = context or make_context()
        return train(data or curriculum, params, seed=seed, context=context)

    return run


@pytest.fixture
def content():
    """An artifact's content, file by file."""

    def read(artifact):
        return {name: artifact.read_bytes(name) for name in artifact.names()}

    return read
