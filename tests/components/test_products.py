"""Products by whichever library is at hand, none of which rounds its factors."""

import subprocess
import sys

import numpy as np
import pytest

from components import products
from components.products import aligned, product


@pytest.fixture
def tensorflow():
    return pytest.importorskip("tensorflow")


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_a_sum_of_d_products_is_off_by_d_half_ulps(tensorflow, monkeypatch):
    """Higham 2002, (3.7): whatever the order, at most d half-ulps of Σ|xᵢyᵢ|."""
    monkeypatch.setattr(products, "LARGE", 0)
    for dimension in (1, 3, 64, 1000):
        x, y = normal(1, 50, dimension), normal(2, 40, dimension)
        exact = x.astype(np.float64) @ y.T.astype(np.float64)
        terms = np.abs(x).astype(np.float64) @ np.abs(y.T).astype(np.float64)
        share = dimension * 2.0**-24
        bound = share / (1 - share) * terms + 1e-12
        for found in (product(x, y), np.matmul(x, y.T)):
            assert (np.abs(found - exact) <= bound).all()


@pytest.mark.parametrize("offset", [0, 1, 16])
def test_memory_of_any_alignment_will_do(tensorflow, offset):
    """Memory that is given to TensorFlow as it is must be aligned, or all ends."""
    x = aligned(30 * 7 + offset, np.float32)[offset:].reshape(30, 7)
    y = aligned(20 * 7, np.float32).reshape(20, 7)
    x[:], y[:] = np.arange(210).reshape(30, 7), np.arange(140).reshape(20, 7)
    for factor in (x, x[::2], np.asfortranarray(x), np.broadcast_to(x[:1], x.shape)):
        found = products._multiplied(tensorflow, factor, y)
        # Whole numbers this small are multiplied exactly.
        np.testing.assert_array_equal(found, factor @ y.T)


def test_tensorflow_multiplies_what_is_large(tensorflow, monkeypatch):
    asked = []

    def noted(library, x, y, device=None):
        asked.append(library)
        return np.matmul(x, y.T)

    monkeypatch.setattr(products, "_multiplied", noted)
    products._device.cache_clear()
    large = np.ones((512, 512), np.float32)
    product(large[:100], large)
    product(large.astype(np.float64), large.astype(np.float64))
    assert not asked
    product(large, large)
    assert set(asked) == {tensorflow}


def bfloat16(library, x, y, device=None):
    x, y = ((z.view(np.uint32) & 0xFFFF0000).view(np.float32) for z in (x, y))
    return np.matmul(x, y.T)


def test_a_library_that_rounds_factors_is_not_used(tensorflow, monkeypatch):
    """As oneDNN may with bfloat16 and a GPU with TensorFloat-32, if told to."""
    monkeypatch.setattr(products, "LARGE", 0)
    monkeypatch.setattr(products, "_multiplied", bfloat16)
    products._device.cache_clear()
    x, y = normal(1, 20, 30), normal(2, 10, 30)
    np.testing.assert_array_equal(product(x, y), np.matmul(x, y.T))
    products._device.cache_clear()


@pytest.mark.parametrize(("gpu_rounds", "used"), [(False, "GPU:0"), (True, "CPU:0")])
def test_a_gpu_multiplies_unless_it_rounds(tensorflow, monkeypatch, gpu_rounds, used):
    """One that is made up: what is asked of it is done here."""
    asked = []

    def told(library, x, y, device=None):
        device = device or products._device(library)
        asked.append(device)
        rounds = gpu_rounds and device == "GPU:0"
        return bfloat16(library, x, y) if rounds else np.matmul(x, y.T)

    monkeypatch.setattr(products, "LARGE", 0)
    monkeypatch.setattr(products, "_multiplied", told)
    devices = "list_physical_devices"
    monkeypatch.setattr(tensorflow.config, devices, lambda kind: ["one"])
    products._device.cache_clear()
    try:
        x, y = normal(1, 20, 30), normal(2, 10, 30)
        np.testing.assert_array_equal(product(x, y), np.matmul(x, y.T))
    finally:
        products._device.cache_clear()
    assert asked[-1] == used


def test_what_a_process_allows_a_gpu_is_as_it_was(tensorflow):
    config = tensorflow.config.experimental
    for allowed in (True, False):
        config.enable_tensor_float_32_execution(allowed)
        with products.whole_factors(tensorflow):
            assert not config.tensor_float_32_execution_enabled()
        assert config.tensor_float_32_execution_enabled() is allowed
    config.enable_tensor_float_32_execution(True)


def test_tensorflow_is_not_imported_for_it():
    """Probes of a training on JAX run where there is none."""
    program = (
        "import sys; import numpy as np; from components.manifold import prdc;"
        "x = np.random.default_rng(0).standard_normal((700, 512), np.float32);"
        "print(prdc(x, x, 3).recall, 'tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1.0", "False"]
