"""The backend primitives on TensorFlow."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf

Carry = dict[str, Any]


def device() -> str:
    return "gpu" if tf.config.list_physical_devices("GPU") else "cpu"


def value_and_grad(
    function: Callable[[], Any], variables: Sequence[Any]
) -> tuple[Any, list[Any]]:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for variable in variables:
            tape.watch(variable.value)
        value = function()
    gradients = tape.gradient(
        value,
        [variable.value for variable in variables],
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    return value, gradients


def input_gradient(function: Callable[[Any], Any], x: Any) -> Any:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        value = tf.reduce_sum(function(x))
    return tape.gradient(value, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    with tf.autodiff.ForwardAccumulator(list(primals), list(tangents)) as accumulator:
        value = function(*primals)
    return value, accumulator.jvp(
        value, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )


def vjp(
    function: Callable[..., Any], primals: Sequence[Any], cotangent: Any
) -> tuple[Any, Any]:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for primal in primals:
            tape.watch(primal)
        value = function(*primals)
    return value, tape.gradient(
        value,
        list(primals),
        output_gradients=cotangent,
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )


def without_updates(variables: Sequence[Any]) -> AbstractContextManager[Any]:
    # A scope without a mapping reads variables themselves, which tapes watch.
    scope: AbstractContextManager[Any] = keras.StatelessScope()
    return scope


def compile_loop(
    step: Callable[..., Carry], variables: Sequence[Any], xla: bool
) -> Callable[..., Carry]:
    def loop(first: Any, count: Any, carry: Carry, *inputs: Any) -> Carry:
        def body(index: Any, carry: Carry) -> tuple[Any, Carry]:
            return index + 1, step(index, carry, *inputs)

        end = first + count
        played = tf.while_loop(lambda index, _: index < end, body, (first, carry))
        return dict(played[1])

    compiled = tf.function(loop, jit_compile=xla, autograph=False)

    def run(first: int, count: int, carry: Carry, *inputs: Any) -> Carry:
        played = compiled(
            tf.constant(first, tf.int32),
            tf.constant(count, tf.int32),
            {name: tf.constant(value, tf.float32) for name, value in carry.items()},
            *(tf.convert_to_tensor(value) for value in inputs),
        )
        return dict(played)

    return run


def compile_function(
    function: Callable[..., Any], variables: Sequence[Any], xla: bool
) -> Callable[..., Any]:
    compiled = tf.function(function, jit_compile=xla, autograph=False)

    def run(*inputs: Any) -> Any:
        return compiled(*(tf.convert_to_tensor(value) for value in inputs))

    return run


def _seed(key: int, counter: Any) -> Any:
    return tf.stack([tf.constant(key, tf.int32), tf.cast(counter, tf.int32)])


def normal(shape: Sequence[int], key: int, counter: Any) -> Any:
    return tf.random.stateless_normal(shape, _seed(key, counter), alg="philox")


def uniform(shape: Sequence[int], key: int, counter: Any) -> Any:
    return tf.random.stateless_uniform(shape, _seed(key, counter), alg="philox")


def integers(shape: Sequence[int], key: int, counter: Any, limit: Any) -> Any:
    """Whole numbers in [0, limit)."""
    return tf.random.stateless_uniform(
        shape,
        _seed(key, counter),
        minval=tf.constant(0, tf.int32),
        maxval=tf.cast(limit, tf.int32),
        dtype=tf.int32,
        alg="philox",
    )
