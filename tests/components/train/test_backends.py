"""Both backends play the same game.

The same initial weights and, since draws are functions of counters, the same batches:
what may differ is rounding. In float64 that is 1e-16 a step and grows with the game's
own sensitivity; after 100 steps it must be below 1e-8 of the weights' norm, and in
float32, 1e-7 a step, below 1e-4 after 10. Activations are tanh: TensorFlow's leaky ReLU
holds its slope in float32, and a rectified unit at its kink may fall to either side.
"""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from components.train.networks import DiscriminatorNormalization
from components.train.objectives import Objective

pytest.importorskip("jax")

SCRIPT = Path(__file__).with_name("backend_games.py")
OBJECTIVES = tuple(sorted(Objective.kinds))
REGULARIZERS = (
    {},
    {"gradient_penalty": {}},
    {"gradient_penalty": {"sides": "above", "every": 3}},
    {"r1": {"every": 4}},
    {"r2": {}},
    {"clip": {"bound": 0.2}},
    {"instance_noise": {"std": {"kind": "linear", "start": 0.2, "end": 0.0}}},
    {"consistency": {"generated_weight": 1.0}},
    {"r1": {"gamma": 0.5}, "r2": {"gamma": 0.5}, "consistency": {"weight": 1.0}},
)
NORMALIZATIONS = get_args(DiscriminatorNormalization)
UPDATES = (
    {"kind": "alternating"},
    {"kind": "simultaneous"},
    {"kind": "extragradient"},
    {"kind": "optimistic"},
    {"kind": "consensus", "gamma": 1e-3},
)
# Small steps: what is held to a bound is the arithmetic, not the game's own chaos. And
# a large epsilon: a gradient that is 0 but for rounding (of a bias that normalization
# takes out again) must not be scaled up to a step.
ADAM = {"kind": "adam", "epsilon": 1e-3}
OPTIMIZERS = (
    {**ADAM, "learning_rate": 1e-3},
    {"kind": "sgd", "learning_rate": 1e-3, "momentum": -0.3},
    {
        **ADAM,
        "learning_rate": {"kind": "cosine", "start": 1e-3, "end": 0.0},
        "beta_2": {"kind": "linear", "start": 0.9, "end": 0.99, "until": 0.5},
    },
)
EXHAUSTIVE = os.environ.get("GANOPSY_EXHAUSTIVE", "")
"""Empty: a sample; 1: every combination; 2/4: the second quarter of them."""


def game(objective, regularizers, normalization, **changes):
    dense = normalization != "instance"
    size = {"units": [8, 8]} if dense else {"channels": [4, 4]}
    network = {"kind": "mlp" if dense else "dcgan", "activation": "tanh"}
    return {
        "steps": 100,
        "batch_size": 8,
        "latents": {"size": 3},
        "generator": {**network, **({"units": [8]} if dense else size)},
        "discriminator": {
            **network,
            **size,
            "normalization": normalization,
            "groups": 2,
        },
        "objective": {"kind": objective},
        "regularizers": regularizers,
        "optimizer": OPTIMIZERS[0],
        **changes,
    }


def every_combination():
    values = list(itertools.product(OBJECTIVES, REGULARIZERS, NORMALIZATIONS))
    part, _, parts = EXHAUSTIVE.partition("/")
    return [game(*each) for each in values[int(part) - 1 :: int(parts or 1)]]


def covering(count):
    """Each objective, regularizer, normalization, update and optimizer several times,
    next to others each time."""
    return [
        game(
            OBJECTIVES[number % len(OBJECTIVES)],
            REGULARIZERS[number % len(REGULARIZERS)],
            NORMALIZATIONS[(number + number // 8) % len(NORMALIZATIONS)],
            update=UPDATES[(number + 1) % len(UPDATES)],
            optimizer=OPTIMIZERS[number % len(OPTIMIZERS)],
            discriminator_steps=1 + number % 2,
            ema={"decay": 0.9} if number % 4 == 0 else None,
        )
        for number in range(count)
    ]


def others():
    """What the product does not vary."""
    packed = {"kind": "pac", "samples": 2, "of": {"kind": "mlp", "activation": "tanh"}}
    residual = {"kind": "resnet", "channels": [8, 4], "group_width": 4}
    return [
        game("non_saturating", {"r1": {}}, "none", discriminator=packed),
        game(
            "relativistic",
            {"r1": {}},
            "none",
            generator=residual,
            discriminator={**residual, "channels": [4, 8]},
            ema={"decay": 0.9},
        ),
        game("hinge", {}, "spectral", conditional=True),
    ]


def played(backend, folder, games, steps, precision):
    source, target = folder / f"{precision}.json", folder / f"{backend}.npz"
    task = {"games": games, "steps": steps, "precision": precision}
    source.write_text(json.dumps(task))
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, str(SCRIPT), str(source), str(target)]
    return subprocess.Popen(command, env=environment), target


def differences(folder, games, steps, precision):
    """Of each game: the relative distance between the backends' weights."""
    runs = [
        played(backend, folder, games, steps, precision)
        for backend in ("tensorflow", "jax")
    ]
    assert [process.wait() for process, _ in runs] == [0, 0]
    first, second = (np.load(target) for _, target in runs)
    for number in range(len(games)):
        one, other = first[f"weights_{number}"], second[f"weights_{number}"]
        assert np.all(np.isfinite(one)) and np.all(np.isfinite(first[f"told_{number}"]))
        yield np.linalg.norm(one - other) / np.linalg.norm(one)


def report(games, found, bound):
    pairs = zip(games, found, strict=True)
    return {json.dumps(each): value for each, value in pairs if not value < bound}


@pytest.mark.timeout(7200 if EXHAUSTIVE else 600)
@pytest.mark.parametrize(
    ("precision", "steps", "bound", "count"),
    [("float64", 100, 1e-8, 12), ("float32", 10, 1e-4, 6)],
)
def test_backends_agree(precision, steps, bound, count, tmp_path):
    """Every combination of objective, regularizer and normalization, where the
    environment's GANOPSY_EXHAUSTIVE asks for it; else a set that covers each."""
    games = [*(every_combination() if EXHAUSTIVE else covering(count)), *others()]
    found = list(differences(tmp_path, games, steps, precision))
    print(f"{len(games)} games in {precision}: the largest difference {max(found):.1e}")
    assert not report(games, found, bound)
