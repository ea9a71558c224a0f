"""The backend primitives on TensorFlow."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.tensorflow import nn
from tensorflow.compiler.tf2xla.python import xla

from components.train.backend.products import quick_products
from components.train.backend.towers import Devices

Carry = dict[str, Any]
NAME = "tensorflow"

SUBSTITUTED: ContextVar[tuple[tuple[Any, Any], ...]] = ContextVar(
    "substituted", default=()
)
"""Variables and what they read as, of every `substituted` around."""


def out_of_memory(error: BaseException) -> bool:
    return isinstance(error, tf.errors.ResourceExhaustedError)


def alone() -> AbstractContextManager[Any]:
    return nullcontext()


def moments(x: Any, axes: Sequence[int], keepdims: bool) -> tuple[Any, Any]:
    """Mean and variance over axes, right in every derivative.

    TensorFlow's own holds the mean fixed inside the variance: its first derivative is
    right, since the variance is stationary in the mean, and its second lacks a term.
    That is the gradient of every penalty on a slope that runs through a normalization.
    """
    mean = tf.reduce_mean(x, axes, keepdims=True)
    variance = tf.reduce_mean(tf.square(x - mean), axes, keepdims=keepdims)
    return mean if keepdims else tf.squeeze(mean, axes), variance


# What every normalization layer of Keras calls; it knows no setting for it.
nn._compute_moments = moments


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
    x = tf.convert_to_tensor(x)
    with tf.GradientTape(watch_accessed_variables=False) as tape, without_updates():
        tape.watch(x)
        value = tf.reduce_sum(function(x))
    return tape.gradient(value, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    accumulate = tf.autodiff.ForwardAccumulator(list(primals), list(tangents))
    with accumulate as accumulator, without_updates():
        value = function(*primals)
    return value, accumulator.jvp(
        value, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )


def vjp(
    function: Callable[..., Any], primals: Sequence[Any], cotangent: Any
) -> tuple[Any, Any]:
    value, pull = pullback(function, primals)
    return value, pull(cotangent)


def pullback(
    function: Callable[..., Any], primals: Sequence[Any]
) -> tuple[Any, Callable[[Any], list[Any]]]:
    tape = tf.GradientTape(persistent=True, watch_accessed_variables=False)
    with tape, without_updates():
        for primal in primals:
            tape.watch(primal)
        value = function(*primals)

    def pull(cotangent: Any) -> list[Any]:
        gradients: list[Any] = tape.gradient(
            value,
            list(primals),
            output_gradients=cotangent,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return gradients

    return value, pull


def on_device(array: Any, devices: Devices) -> Any:
    return tf.convert_to_tensor(array)


def precision(double: bool) -> AbstractContextManager[Any]:
    return nullcontext()


def without_updates() -> AbstractContextManager[Any]:
    # What a scope does not map it reads from variables themselves, which tapes watch.
    scope: AbstractContextManager[Any] = keras.StatelessScope(
        state_mapping=list(SUBSTITUTED.get())
    )
    return scope


@contextmanager
def substituted(variables: Sequence[Any], values: Sequence[Any]) -> Iterator[None]:
    # Nested scopes do not chain: those within are handed these values too.
    pairs = (*SUBSTITUTED.get(), *zip(variables, values, strict=True))
    token = SUBSTITUTED.set(pairs)
    try:
        with keras.StatelessScope(state_mapping=list(pairs)):
            yield
    finally:
        SUBSTITUTED.reset(token)


def repeat(
    count: int, body: Callable[[Any, Any], Any], carry: Any, variables: Sequence[Any]
) -> Any:
    # A loop, not a copy a turn: it compiles in a fraction of the time.
    played = tf.while_loop(
        lambda index, _: index < count,
        lambda index, carry: (index + 1, body(index, carry)),
        (tf.constant(0, tf.int32), carry),
    )
    return played[1]


def compile_loop(
    step: Callable[..., Carry],
    variables: Sequence[Any],
    policy: str,
    devices: Devices | None = None,
) -> "CompiledLoop":
    on_cpu = (devices or Devices()).kind == "cpu"
    quick = policy == "xla" and on_cpu

    def loop(first: Any, count: Any, carry: Carry, *inputs: Any) -> Carry:
        def body(index: Any, carry: Carry) -> tuple[Any, Carry]:
            with quick_products(held) if quick else nullcontext():
                return index + 1, step(index, carry, *inputs)

        end = first + count
        played = tf.while_loop(lambda index, _: index < end, body, (first, carry))
        return dict(played[1])

    return CompiledLoop(compile_function(loop, variables, policy))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def held(x: Any) -> Any:
    """x itself, computed before what it is for."""
    return xla.optimization_barrier(x)[0], lambda slope: slope


def reused(
    function: Callable[..., Any], on_host: Callable[..., Any]
) -> Callable[..., Any]:
    # One kernel, also where what it is part of is run operation by operation. On a GPU
    # that may be one of several devices, and XLA knows one.
    traced = tf.function(
        function,
        autograph=False,
        reduce_retracing=True,
        jit_compile=Devices().kind == "cpu",
    )

    def run(*inputs: Any) -> Any:
        # By itself it would be compiled for one call.
        if tf.executing_eagerly():
            return on_host(*map(np.asarray, inputs))
        return traced(*map(tf.convert_to_tensor, inputs))

    return run


class Programs:
    """A function of tensors, compiled once for their shapes and types.

    TensorFlow's own look-up takes longer than a reading of a small network.

    Args:
        variables: that it reads and writes, all of those that differ between games.
    """

    def __init__(
        self, function: Callable[..., Any], variables: Sequence[Any], policy: str
    ) -> None:
        self.traced = tf.function(
            function, jit_compile=policy == "xla", autograph=False
        )
        handles = [variable.value.handle for variable in variables]
        self.places = {id(handle): place for place, handle in enumerate(handles)}
        self.known: dict[Any, tuple[Any, list[Any]]] = {}

    def of(self, inputs: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The program for such inputs, and what it captured: see `Compiled`."""
        signature = tuple(
            (tensor.dtype, *tensor.shape) for tensor in tf.nest.flatten(inputs)
        )
        if signature not in self.known:
            program = self.traced.get_concrete_function(*inputs)
            captured = [
                self.places.get(id(each), each) for each in program.captured_inputs
            ]
            self.known[signature] = program, captured
        return self.known[signature]


class Compiled:
    """A compiled function that reads variables.

    A program is given the handles of what it captured at every call. Where that is a
    variable, it may be another's.
    """

    def __init__(self, programs: Programs, variables: Sequence[Any]) -> None:
        self.programs = programs
        self.handles = [variable.value.handle for variable in variables]

    def __call__(self, *inputs: Any) -> Any:
        given = tf.nest.map_structure(tf.convert_to_tensor, inputs)
        program, captured = self.programs.of(given)
        program.set_external_captures(
            [self.handles[each] if isinstance(each, int) else each for each in captured]
        )
        return program(*given)

    def reading(self, variables: Sequence[Any]) -> "Compiled":
        return Compiled(self.programs, variables)


class CompiledLoop:
    """A compiled loop that reads variables."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled

    def __call__(self, first: int, count: int, carry: Carry, *inputs: Any) -> Carry:
        span = np.int32(first), np.int32(count)
        return dict(self.compiled(*span, carry, *inputs))

    def reading(self, variables: Sequence[Any]) -> "CompiledLoop":
        return CompiledLoop(self.compiled.reading(variables))


def compile_function(
    function: Callable[..., Any], variables: Sequence[Any], policy: str
) -> Compiled:
    return Compiled(Programs(function, variables, policy), variables)
