"""Several devices: the same training, the batch divided over them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from components.train import backend
from components.train.backend.devices import DeviceError, Part

PLAY = Path(__file__).with_name("device_games.py")
BASE = {
    "batch_size": 8,
    "precision": "float64",
    "latents": {"size": 3},
    "generator": {"kind": "mlp", "units": [8], "activation": "tanh"},
    "optimizer": {"kind": "adam", "learning_rate": 1e-3},
}
NETWORK = {"kind": "mlp", "units": [8], "activation": "tanh"}
PLAIN = [
    {
        "discriminator": NETWORK | {"normalization": "layer"},
        "objective": {"kind": "wasserstein"},
        "regularizers": {"gradient_penalty": {}, "instance_noise": {"std": 0.1}},
        "ema": {"decay": 0.9},
    },
    {
        "discriminator": {
            "kind": "pac",
            "samples": 2,
            "of": NETWORK | {"normalization": "spectral"},
        },
        "objective": {"kind": "relativistic"},
        "conditional": True,
    },
]
READING_MATES = [
    {
        "discriminator": NETWORK | {"normalization": "batch_split"},
        "generator": BASE["generator"] | {"normalization": "batch"},
    },
    {
        "generator": {"kind": "dcgan", "channels": [4], "normalization": "batch"},
        "discriminator": {
            "kind": "dcgan",
            "channels": [4],
            "normalization": "minibatch_stddev",
        },
    },
]
GAMES = {"tensorflow": PLAIN, "jax": PLAIN[:1] + READING_MATES}


@pytest.mark.parametrize("name", GAMES)
def test_four_devices_train_as_one_does(name, tmp_path):
    """Not a bit of the draws differs, sums are taken in another order.

    A sum of n float64 numbers in another order differs by n·2⁻⁵³ of its size, 1e-14
    for the hundreds here; Adam's first steps divide a gradient by its own size, so
    that a parameter's error is that of its gradient, and a gradient's a thousandfold
    at cancellation. 1e-8 leaves three digits for twelve steps to amplify.
    """
    games = [BASE | changes for changes in GAMES[name]]
    source, target = tmp_path / "games.json", tmp_path / "played.npz"
    source.write_text(json.dumps(games))
    flags = "--xla_force_host_platform_device_count=4"
    environment = {**os.environ, "KERAS_BACKEND": name, "XLA_FLAGS": flags}
    command = [sys.executable, str(PLAY), str(source), str(target)]
    subprocess.run(command, env=environment, check=True, timeout=280)
    played = np.load(target)
    for number in range(len(games)):
        one, four = played[f"{number}/1"], played[f"{number}/4"]
        assert np.all(np.isfinite(one)) and np.any(one[0] != one[-1])
        np.testing.assert_allclose(four, one, rtol=1e-8, atol=1e-10, err_msg=number)
        streamed = played[f"{number}/streamed"]
        np.testing.assert_allclose(streamed, four, rtol=1e-8, atol=1e-10)


def test_a_part_is_a_part_and_the_whole_is_itself():
    batch = np.arange(12).reshape(6, 2)
    parts = [Part(index, 3).of(batch) for index in range(3)]
    np.testing.assert_array_equal(np.concatenate(parts), batch)
    assert Part().of(batch) is batch


def test_too_few_devices_say_how_many_there_are(play, parameters):
    with pytest.raises(DeviceError, match=r"at most 1, .*\(cpu\)\. Received: 4\."):
        play(parameters(devices=4))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 10, "devices": 4}, "4 must divide it.* 12 would do"),
        (
            {
                "batch_size": 12,
                "devices": 4,
                "discriminator": {"kind": "pac", "samples": 2},
            },
            "4 `devices` and packs of 2: 8 must divide it.* 16 would do",
        ),
        *(
            (
                {"devices": 2, player: NETWORK | {"normalization": kind}},
                f"`{player}.normalization` {kind} with 2 .*on tensorflow.*`backend` to",
            )
            for player, kind in [
                ("generator", "batch"),
                ("discriminator", "batch"),
                ("discriminator", "batch_split"),
                ("discriminator", "minibatch_stddev"),
            ]
        ),
    ],
)
def test_what_cannot_be_divided_is_a_spec_error(parameters, changes, message):
    with pytest.raises(ValidationError, match=message):
        parameters(**{"backend": "tensorflow"} | changes)


def test_on_jax_statistics_of_a_batch_span_the_devices(parameters):
    network = NETWORK | {"normalization": "batch"}
    parameters(backend="jax", devices=2, discriminator=network, generator=network)


@pytest.mark.parametrize(
    ("name", "device", "convolutional", "devices", "policy"),
    [
        ("tensorflow", "cpu", False, 1, "xla"),
        ("tensorflow", "cpu", True, 1, "graph"),
        ("tensorflow", "cpu", False, 2, "graph"),
        ("tensorflow", "gpu", True, 1, "xla"),
        ("tensorflow", "gpu", False, 2, "graph"),
        ("jax", "cpu", False, 1, "xla"),
        ("jax", "cpu", True, 1, "step"),
        ("jax", "cpu", True, 4, "step"),
        ("jax", "gpu", True, 1, "xla"),
        ("jax", "gpu", True, 4, "xla"),
    ],
)
def test_how_a_loop_is_compiled(
    monkeypatch, name, device, convolutional, devices, policy
):
    class Current:
        NAME = name

    monkeypatch.setattr(backend, "current", lambda: Current)
    assert backend.compile_policy(device, convolutional, devices) == policy
