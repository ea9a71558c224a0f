"""Memory: what is said when it runs out, and how it is taken."""

import numpy as np
import pytest

from components.train import backend, memory
from components.train.backend.devices import DeviceMemoryError
from components.train.memory import largest


@pytest.fixture
def holding(monkeypatch):
    """`holding(n)`: devices that hold batches of up to n."""
    primitives = backend.current()
    compile_loop = primitives.compile_loop

    def exhausted():
        if primitives.NAME == "jax":
            import jax

            return jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: out of memory")
        import tensorflow as tf

        return tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    def hold(limit):
        def compiled(step, *rest):
            def run(*_):
                raise exhausted()

            small = step.__self__.params.batch_size <= limit
            return compile_loop(step, *rest) if small else run

        monkeypatch.setattr(primitives, "compile_loop", compiled)

    return hold


def test_the_error_names_a_batch_that_fits(play, parameters, holding):
    holding(5)
    with pytest.raises(DeviceMemoryError, match=r"Received: 16,.* to 4: a step"):
        play(parameters(batch_size=16))


def test_packs_stay_whole(play, parameters, holding):
    holding(8)
    network = {"kind": "pac", "samples": 3, "of": {"kind": "mlp", "units": [8]}}
    with pytest.raises(DeviceMemoryError, match="Set `batch_size` to 6:"):
        play(parameters(batch_size=12, discriminator=network))


def test_networks_that_fit_with_no_batch_are_to_be_smaller(play, parameters, holding):
    holding(0)
    with pytest.raises(DeviceMemoryError, match=r"Not even .* 1 fits: make"):
        play(parameters())


def test_other_errors_stay_what_they_are(play, parameters, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(backend.current(), "compile_loop", broken)
    with pytest.raises(ZeroDivisionError):
        play(parameters())


def test_sizes_are_halved_down_to_the_smallest(parameters):
    seen = []
    assert largest(parameters(batch_size=40), lambda n: seen.append(n)) is None
    assert seen == [20, 10, 5, 2, 1]


@pytest.mark.parametrize(
    ("name", "kind", "environment", "policy"),
    [
        ("tensorflow", "gpu", {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}, "as needed"),
        ("tensorflow", "gpu", {"TF_FORCE_GPU_ALLOW_GROWTH": "false"}, "preallocated"),
        ("tensorflow", "gpu", {}, "preallocated"),
        ("jax", "gpu", {"XLA_PYTHON_CLIENT_PREALLOCATE": "0"}, "as needed"),
        ("jax", "gpu", {"XLA_PYTHON_CLIENT_PREALLOCATE": "true"}, "preallocated"),
        ("jax", "cpu", {}, "as needed"),
    ],
)
def test_the_memory_policy_is_the_environments(
    monkeypatch, name, kind, environment, policy
):
    for variable, _ in backend.MEMORY.values():
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert backend.memory_policy(name, kind) == policy


def test_a_policy_that_the_user_has_set_stays(monkeypatch):
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "true")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "")
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH")
    backend.take_memory_as_needed()
    assert backend.memory_policy("jax", "gpu") == "preallocated"
    assert backend.memory_policy("tensorflow", "gpu") == "as needed"


def test_telemetry_says_what_the_training_ran_on(play, parameters):
    info = play(parameters(steps=2)).telemetry.info()
    facts = backend.current().Devices().facts
    told = {"device": facts.kind, "device_name": facts.name, "devices": 1}
    assert told.items() <= info.items()
    assert info["backend"] == backend.current().NAME
    assert info["precision"] == "float32"
    assert info["compile"] == "graph"
    assert info["memory"] in ("as needed", "preallocated")


def test_fewer_seeds_are_the_advice_where_one_fits(parameters, monkeypatch):
    tried = []

    def fits(params, batch, seeds, *rest):
        tried.append((batch, list(seeds)))
        return len(seeds) == 1

    monkeypatch.setattr(memory, "fits", fits)
    error = memory.advice("no room", parameters(), [3, 4], np.zeros((4, 2)), None)
    assert tried == [(8, [3])]
    assert "`vectorize_seeds` to false" in str(error) and "Received: 2" in str(error)
