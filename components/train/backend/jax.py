"""The backend primitives on JAX.

Keras variables are read and written through a stateless scope, which traced code must
not leave anything in: whatever traces a function gives it a scope of its own, handed
every value of the scope around it (nested scopes do not chain), and passes what the
function wrote on as values.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras.src.backend.common import dtypes
from keras.src.utils import module_utils

from components.train.backend.mesh import Devices
from components.train.backend.products import quick_products

Carry = dict[str, Any]
NAME = "jax"


class Scope(keras.StatelessScope):  # type: ignore[misc]
    """A stateless scope that knows what was written in it, by the variable's id."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[int, tuple[Any, Any]] = {}

    def add_update(self, update: tuple[Any, Any]) -> None:
        super().add_update(update)
        self.written[id(update[0])] = update


SCOPE: ContextVar[Scope | None] = ContextVar("scope", default=None)


def out_of_memory(error: BaseException) -> bool:
    return isinstance(error, jax.errors.JaxRuntimeError) and (
        "RESOURCE_EXHAUSTED" in str(error)
    )


@contextmanager
def alone() -> Iterator[None]:
    # Keras imports TensorFlow, if it is installed, to ask whether what it saves is
    # TensorFlow's: seconds, and memory, for a no.
    lazy = module_utils.tensorflow
    known = lazy._available
    lazy._available = False
    try:
        yield
    finally:
        lazy._available = known


def value_and_grad(
    function: Callable[[], Any], variables: Sequence[Any]
) -> tuple[Any, list[Any]]:
    owners: list[Any] = []

    def pure(values: list[Any]) -> tuple[Any, list[Any]]:
        with _inside(variables, values) as scope:
            value = function()
            owners[:] = [variable for variable, _ in scope.written.values()]
            return value, [written for _, written in scope.written.values()]

    (value, written), gradients = jax.value_and_grad(pure, has_aux=True)(
        _values(variables)
    )
    _assign(owners, written)
    return value, gradients


def input_gradient(function: Callable[[Any], Any], x: Any) -> Any:
    def total(x: Any) -> Any:
        with without_updates():
            return jnp.sum(function(x))

    return jax.grad(total)(jnp.asarray(x))


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    with without_updates():
        value, tangent = jax.jvp(function, tuple(primals), tuple(tangents))
    return value, tangent


def vjp(
    function: Callable[..., Any], primals: Sequence[Any], cotangent: Any
) -> tuple[Any, Any]:
    value, pull = pullback(function, primals)
    return value, pull(cotangent)


def pullback(
    function: Callable[..., Any], primals: Sequence[Any]
) -> tuple[Any, Callable[[Any], list[Any]]]:
    with without_updates():
        value, pull = jax.vjp(function, *primals)
    return value, lambda cotangent: list(pull(cotangent))


def on_device(array: Any, devices: Devices) -> Any:
    return devices.everywhere(jnp.asarray(array))


@contextmanager
def precision(double: bool) -> Iterator[None]:
    # Keras on JAX promotes to 32 bits at most, whatever JAX itself allows: its layers
    # would compute half in float32. It knows no setting for that.
    promoted = dict(dtypes.BIT64_TO_BIT32_DTYPE)
    with jax.enable_x64(double):
        if double:
            dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
        try:
            yield
        finally:
            dtypes.BIT64_TO_BIT32_DTYPE.update(promoted)


@contextmanager
def without_updates() -> Iterator[None]:
    with _inside():
        yield


@contextmanager
def substituted(variables: Sequence[Any], values: Sequence[Any]) -> Iterator[None]:
    with _inside(variables, values):
        yield


def repeat(
    count: int, body: Callable[[Any, Any], Any], carry: Any, variables: Sequence[Any]
) -> Any:
    def step(index: Any, state: tuple[Any, list[Any]]) -> tuple[Any, list[Any]]:
        carry, values = state
        with _inside(variables, values):
            carry = body(index, carry)
            return carry, _values(variables)

    carry, values = jax.lax.fori_loop(0, count, step, (carry, _values(variables)))
    _assign(variables, values)
    return carry


def compile_loop(
    step: Callable[..., Carry],
    variables: Sequence[Any],
    policy: str,
    devices: Devices | None = None,
) -> "CompiledLoop":
    devices = devices or Devices()
    # The old values' memory holds the new ones. Left to itself the compiler might
    # divide parameters over the devices, and compile again for them so divided.
    compiled = jax.jit(
        _calls(step, variables, policy, devices),
        donate_argnums=(3,),
        out_shardings=devices.whole,
    )

    return CompiledLoop(compiled, variables, policy, devices)


class CompiledLoop:
    """A compiled loop that reads variables."""

    def __init__(
        self,
        compiled: Callable[..., Any],
        variables: Sequence[Any],
        policy: str,
        devices: Devices,
    ) -> None:
        self.compiled, self.variables = compiled, variables
        self.policy, self.devices = policy, devices

    def __call__(self, first: int, count: int, carry: Carry, *inputs: Any) -> Carry:
        carry = {name: jnp.float32(value) for name, value in carry.items()}
        carry, values = self.devices.everywhere((carry, _values(self.variables)))
        for at, length in _spans(self.policy, first, count):
            carry, values = self.compiled(at, length, carry, values, *inputs)
        _assign(self.variables, values)
        return dict(carry)

    def reading(self, variables: Sequence[Any]) -> "CompiledLoop":
        return CompiledLoop(self.compiled, variables, self.policy, self.devices)


def compile_seeds_loop(
    step: Callable[..., Carry], variables: Sequence[Any], policy: str
) -> Callable[..., list[Carry]]:
    calls = jax.vmap(
        _calls(step, variables, policy, Devices()), in_axes=(None, None, 0, 0, None, 0)
    )

    def together(
        first: Any, count: Any, carries: Any, members: Any, shared: Any, own: Any
    ) -> Any:
        stacked = [jax.tree.map(_stacked, *each) for each in (carries, members)]
        told = calls(first, count, *stacked, shared, jax.tree.map(_stacked, *own))
        return [
            [jax.tree.map(operator.itemgetter(index), each) for each in told]
            for index in range(len(members))
        ]

    compiled = jax.jit(together, donate_argnums=(3,))

    def run(
        first: int,
        count: int,
        carries: Sequence[Carry],
        members: Sequence[Sequence[Any]],
        shared: dict[str, Any],
        own: Sequence[dict[str, Any]],
    ) -> list[Carry]:
        told = [
            ({name: jnp.float32(value) for name, value in carry.items()}, _values(each))
            for carry, each in zip(carries, members, strict=True)
        ]
        for at, length in _spans(policy, first, count):
            told = compiled(
                at, length, *map(list, zip(*told, strict=True)), shared, own
            )
        for each, (_, values) in zip(members, told, strict=True):
            _assign(each, values)
        return [dict(carry) for carry, _ in told]

    return run


def _calls(
    step: Callable[..., Carry],
    variables: Sequence[Any],
    policy: str,
    devices: Devices,
) -> Callable[..., tuple[Carry, list[Any]]]:
    """(first, count, carry, values, *inputs) -> carry and values after those steps."""
    quick = policy == "xla" and devices.kind == "cpu"

    def products() -> AbstractContextManager[None]:
        return quick_products(jax.lax.optimization_barrier) if quick else nullcontext()

    def once(index: Any, _: Any, carry: Any, values: Any, *inputs: Any) -> Any:
        with products(), _inside(variables, values):
            carry = step(index, carry, *inputs)
            return carry, _values(variables)

    def loop(first: Any, count: Any, carry: Any, values: Any, *inputs: Any) -> Any:
        def body(index: Any, state: Any) -> Any:
            return once(index, 1, *state, *inputs)

        return jax.lax.fori_loop(first, first + count, body, (carry, values))

    return loop if policy == "xla" else once


def _spans(policy: str, first: int, count: int) -> list[tuple[Any, Any]]:
    """First step and number of steps of each compiled call."""
    spans = [(first, count)]
    if policy != "xla":
        spans = [(index, 1) for index in range(first, first + count)]
    return [(jnp.int32(start), jnp.int32(length)) for start, length in spans]


class Compiled:
    """A compiled function that reads variables."""

    def __init__(self, compiled: Callable[..., Any], variables: Sequence[Any]) -> None:
        self.compiled, self.variables = compiled, variables

    def __call__(self, *inputs: Any) -> Any:
        return self.compiled(_values(self.variables), *inputs)

    def reading(self, variables: Sequence[Any]) -> "Compiled":
        return Compiled(self.compiled, variables)


def compile_function(
    function: Callable[..., Any], variables: Sequence[Any], policy: str
) -> Compiled:
    def pure(values: list[Any], *inputs: Any) -> Any:
        with _inside(variables, values):
            return function(*inputs)

    return Compiled(jax.jit(pure), variables)


def reused(
    function: Callable[..., Any], on_host: Callable[..., Any]
) -> Callable[..., Any]:
    traced = jax.jit(function, inline=True)

    def run(*inputs: Any) -> Any:
        # By itself it would be compiled for one call.
        if not any(isinstance(each, jax.core.Tracer) for each in inputs):
            return on_host(*map(np.asarray, inputs))
        return traced(*inputs)

    return run


@contextmanager
def _inside(
    variables: Sequence[Any] = (), values: Sequence[Any] = ()
) -> Iterator[Scope]:
    """A scope that starts from the values of the one around it, and these."""
    outer = SCOPE.get()
    with Scope() as scope:
        if outer is not None:
            scope.state_mapping.update(outer.state_mapping)
        for variable, value in zip(variables, values, strict=True):
            scope.state_mapping[id(variable)] = value
        token = SCOPE.set(scope)
        try:
            yield scope
        finally:
            SCOPE.reset(token)


def _stacked(*each: Any) -> Any:
    return jnp.stack(each)


def _values(variables: Sequence[Any]) -> list[Any]:
    return [variable.value for variable in variables]


def _assign(variables: Sequence[Any], values: Sequence[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
