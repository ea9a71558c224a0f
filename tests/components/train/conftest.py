"""Small trainings that the tests of the stage share."""

import itertools
import json
from unittest import mock

import numpy as np
import pytest

from components.component import Context
from components.directory import Directory
from components.train import backend, process
from components.train.params import TrainParams
from components.train.stage import train

TINY = {
    "steps": 24,
    "batch_size": 8,
    "latents": {"size": 3},
    "generator": {"kind": "mlp", "units": [8]},
    "discriminator": {"kind": "mlp", "units": [8]},
    "telemetry": {"every": 6, "snapshots": 2, "probe_size": 16, "rare": 0},
    "checkpoint": {"every": 8},
}


@pytest.fixture(scope="session")
def parameters():
    """`parameters(steps=…, …)`: tiny training's parameters with changes."""

    def make(**changes):
        return TrainParams.model_validate_json(json.dumps(TINY | changes))

    return make


@pytest.fixture(scope="session")
def make_context(tmp_path_factory):
    """`make_context()`: a Context whose artifacts and scratch are new folders."""
    numbers = itertools.count()

    def make():
        base = tmp_path_factory.mktemp("context")
        return Context(
            create=lambda kind: kind(f"{base}/{kind.type}-{next(numbers)}"),
            scratch=Directory(f"{base}/scratch"),
        )

    return make


@pytest.fixture(autouse=True, scope="session")
def room():
    """All trainings in this process, whatever they compile: tests look into them."""
    with mock.patch.object(process, "KINDS", 10**6):
        yield


@pytest.fixture(scope="session")
def curriculum(curriculum_from_arrays, tmp_path_factory):
    """Points on a circle of radius 2, in three tiers."""
    angles = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    points = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.random.default_rng(0).permutation(points)
    folder = tmp_path_factory.mktemp("circle")
    return curriculum_from_arrays(folder, points[:90], points[90:], tiers=3)


@pytest.fixture(scope="session")
def images(curriculum_from_arrays, tmp_path_factory):
    """Noise of 4 by 4 pixels."""
    noise = np.tanh(np.random.default_rng(0).standard_normal((40, 4, 4, 1)))
    folder = tmp_path_factory.mktemp("images")
    return curriculum_from_arrays(folder, noise[:30], noise[30:])


@pytest.fixture(scope="session")
def play(curriculum, make_context):
    """Train with parameters and a seed; the outputs.

    Compiled as graphs, which takes a fraction of XLA's time, unless `policy` is to be
    the stage's own.
    """

    def run(params, seed=0, context=None, data=None, policy="graph"):
        context = context or make_context()
        decide = backend.compile_policy if policy is None else lambda *_: policy
        with mock.patch.object(backend, "compile_policy", decide):
            return train(data or curriculum, params, seed=seed, context=context)

    return run


@pytest.fixture(scope="session")
def content():
    """Outputs of training, file by file."""

    def read(outputs):
        return [{n: a.read_bytes(n) for n in a.names()} for a in outputs]

    return read


class Held:
    """Records as probes ask for them."""

    def __init__(self, data, labels=None):
        self.data, self.tiers = data, np.zeros(len(data), np.int32)
        self.labels = np.full(len(data), -1, np.int32) if labels is None else labels

    def __len__(self):
        return len(self.data)

    def __getitem__(self, rows):
        return self.data[rows]


@pytest.fixture(scope="session")
def viewed():
    """`viewed(game, records, labels)`: a game as probes see it, on these records."""
    from components.train.bench import Bench
    from components.train.checkpoints import State
    from components.train.game import START
    from components.train.view import View

    def view(game, records, labels=None):
        held = Held(np.asarray(records, np.float32), labels)
        bench = Bench(game, held, held)
        return View(bench, State(step=0, limit=len(held), carry=dict(START)), 0)

    return view
