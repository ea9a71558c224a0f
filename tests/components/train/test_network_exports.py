"""Exported networks: equal bytes, and loaded by plain Keras on either backend."""

import importlib.util
import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.train.export import keras_bytes
from components.train.networks import Discriminator, Generator
from components.train.params import TrainParams

SHAPE = (8, 8, 2)
RESNET = {"kind": "resnet", "channels": [8, 16], "group_width": 8, "blocks": 1}
DCGAN = {"kind": "dcgan", "channels": [8]}
MLP = {"kind": "mlp", "units": [8]}
POINT = {"kind": "point"}
MIXTURE = {"kind": "mixture", "components": [{"center": [1, 2], "stds": [1, 3]}] * 3}
PARTS = [
    *({"generator": part} for part in (MLP, DCGAN, RESNET, POINT, MIXTURE)),
    {"generator": {**MLP, "activation": "maxout", "normalization": "batch"}},
    *({"discriminator": part} for part in (MLP, DCGAN, RESNET, POINT)),
    *(
        {"discriminator": {**part, "normalization": normalization}}
        for part in (MLP, DCGAN)
        for normalization in ("batch", "layer", "group", "spectral", "minibatch_stddev")
    ),
    {"discriminator": {**MLP, "activation": "maxout"}},
    {"discriminator": {**DCGAN, "normalization": "instance"}},
    *({"discriminator": {"kind": "pac", "of": part}} for part in (MLP, DCGAN, RESNET)),
    {"discriminator": {"kind": "pac", "of": {**MLP, "normalization": "spectral"}}},
]
LOADING = """
import json, sys
import keras, numpy
folder = sys.argv[1]
given = numpy.load(folder + "/given.npz")
for name, inputs in json.load(open(folder + "/models.json")).items():
    model = keras.models.load_model(folder + "/" + name)
    arrays = [keras.ops.convert_to_tensor(given[key]) for key in inputs]
    made = model(arrays if len(arrays) > 1 else arrays[0])
    numpy.testing.assert_allclose(numpy.asarray(made), given[name], atol=1e-4)
ours = ("components", "pipelines")
assert not any(name.split(".")[0] in ours for name in sys.modules)
assert keras.backend.backend() == sys.argv[2]
"""


def network(part):
    (player,) = part
    return getattr(TrainParams.model_validate_json(json.dumps(part)), player)


def shape_of(part):
    """Of the records: a mixture's are points."""
    return (2,) if part.get("generator") == MIXTURE else SHAPE


def build(part, classes, seed=4):
    player = network(part)
    if isinstance(player, Generator):
        return player.build(5, shape_of(part), seed, classes)
    return player.build(SHAPE, seed, classes)


def test_every_kind_is_exported_here():
    for family, player in ((Generator, "generator"), (Discriminator, "discriminator")):
        kinds = {part[player]["kind"] for part in PARTS if player in part}
        assert kinds == set(family.kinds)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder of models and what they made of given inputs."""
    folder = tmp_path_factory.mktemp("models")
    random = np.random.default_rng(0)
    given = {
        "records": random.standard_normal((6, *SHAPE)).astype(np.float32),
        "latents": random.standard_normal((6, 5)).astype(np.float32),
        "labels": np.arange(6, dtype=np.int32) % 3,
    }
    models = {}
    for index, part in enumerate(PARTS):
        for classes in (None, 3):
            name, model = f"{index}-{classes}.keras", build(part, classes)
            first = "latents" if "generator" in part else "records"
            models[name] = [first] if classes is None else [first, "labels"]
            inputs = [given[key] for key in models[name]]
            given[name] = np.asarray(model(inputs if classes else inputs[0]))
            (folder / name).write_bytes(keras_bytes(model))
    np.savez(folder / "given.npz", **given)
    (folder / "models.json").write_text(json.dumps(models))
    return folder


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_plain_keras_loads_every_kind(exported, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    subprocess.run(
        [sys.executable, "-c", LOADING, str(exported), backend],
        cwd="/",
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": ""},
        check=True,
        timeout=240,
    )


@pytest.mark.parametrize("classes", [None, 3])
@pytest.mark.parametrize("part", PARTS, ids=json.dumps)
def test_equal_models_are_equal_bytes(part, classes):
    first = keras_bytes(build(part, classes))
    keras.layers.Dense(1)(keras.ops.add(keras.Input((2,)), 1.0))
    assert keras_bytes(build(part, classes)) == first
    if not {"point", "mixture"} & {network(part).kind}:  # Where they start is stated.
        assert keras_bytes(build(part, classes, seed=5)) != first


BUILDING = """
import json, sys
import jax, keras, numpy
from components.train.params import TrainParams
assert keras.backend.backend() == "jax"
for part, classes, shape, size in json.loads(sys.stdin.read()):
    (player,) = part
    network = getattr(TrainParams.model_validate_json(json.dumps(part)), player)
    shape = tuple(shape)
    known = (5, shape) if player == "generator" else (shape,)
    model = network.build(*known, 4, classes)
    assert model.count_params() == size, part
    x = numpy.ones((6, *(known[0:1] if player == "generator" else known[0])), "float32")
    inputs = [x, numpy.zeros(6, "int32")] if classes else x
    def loss(values):
        out, _ = model.stateless_call(
            values, [v.value for v in model.non_trainable_variables], inputs,
            training=True,
        )
        return (out ** 2).mean()
    slope = jax.jit(jax.grad(loss))([v.value for v in model.trainable_variables])
    assert all(bool(jax.numpy.isfinite(s).all()) for s in slope), part
assert "tensorflow" not in sys.modules
"""


def test_networks_build_on_jax_as_on_tensorflow():
    """What JAX builds from the same seeds is as large, and trains: its slope is finite.

    Its weights differ: each backend draws its own numbers from a seed.
    """
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    told = [(part, 3, shape_of(part), build(part, 3).count_params()) for part in PARTS]
    subprocess.run(
        [sys.executable, "-c", BUILDING],
        input=json.dumps(told),
        text=True,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
        timeout=240,
    )


@pytest.mark.parametrize(
    "part", [MLP | {"normalization": "minibatch_stddev"}, {"kind": "pac", "of": MLP}]
)
def test_operations_compile_and_have_a_slope_of_a_slope(part):
    judge = build({"discriminator": part}, None)
    x = tf.constant(np.random.default_rng(0).standard_normal((6, *SHAPE)), tf.float32)

    def penalty():
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                scores = tf.reduce_sum(judge(x, training=True))
            value = tf.reduce_sum(inner.gradient(scores, x) ** 2)
        kernel = judge.trainable_variables[0].value
        return value, outer.gradient(value, kernel)

    plain = penalty()
    compiled = tf.function(penalty, jit_compile=True, autograph=False)()
    for ours, theirs in zip(plain, compiled, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)
    assert np.any(plain[1] != 0)
