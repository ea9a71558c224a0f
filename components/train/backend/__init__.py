"""What training needs of a backend beyond Keras, one module a backend.

A backend module (named as `keras.backend.backend()` names it) provides:

- `value_and_grad(function, variables) -> (value, gradients)`: of a scalar
  `function()` with respect to Keras variables;
- `input_gradient(function, x) -> gradient`: of `sum(function(x))` with respect to x,
  differentiable again;
- `jvp(function, primals, tangents) -> (value, tangent)` and
  `vjp(function, primals, cotangent) -> (value, gradients)`;
- `pullback(function, primals) -> (value, pull)`, `pull(cotangent) -> gradients`, which
  may be called within a compiled loop, so that the function itself is computed once;
  the last four forget what layers write to their variables;
- `without_updates()`: a context in which what layers write is forgotten at its end;
- `substituted(variables, values)`: a context in which variables read as these values,
  which are differentiable, and what layers write is forgotten;
- `repeat(count, body, carry, variables) -> carry`: `body(index, carry)` count times in
  compiled code, where body changes no variables but these;
- `compile_loop(step, variables, policy, devices)`: `run(first, count, carry, *inputs)
  -> carry`, `count` calls of `step(index, carry, *inputs) -> carry` in one compiled
  call, the count not part of what is compiled; on one device by default;
- `compile_function(function, variables, policy)`: one pure function, compiled;
- of both, `reading(variables)`: the same program, which reads and writes others in the
  place of these;
- JAX alone: `compile_seeds_loop(step, variables, policy)`: `run(first, count, carries,
  members, shared, own) -> carries`, the same loop of several sets of variables in one
  program, of `step(index, carry, shared, own)`;
- `reused(function, on_host)`: a pure function of tensors that several programs call,
  and each several times, traced for all of them; outside programs `on_host`, the same
  of arrays;
- `on_device(array, devices)`: an array as a tensor that is there for all calls;
- `precision(double)`: a context in which float64 is to be had, or need not be;
- `Devices(count)`: what a training runs on, see `components.train.backend.devices`;
- `alone()`: a context in which Keras, when it saves, imports no other backend;
- `out_of_memory(error) -> bool`: whether an exception says that memory ran out.

Random numbers are no backend's: see `components.train.threefry`.
"""

import importlib
import os
import sys
from typing import Any, Literal

Policy = Literal["xla", "graph", "step"]
"""`xla`: the whole loop in XLA; `graph`: the loop as TensorFlow's graph, with its own
kernels; `step`: one step in XLA, the loop in Python."""


MEMORY = {
    "tensorflow": ("TF_FORCE_GPU_ALLOW_GROWTH", "true"),
    "jax": ("XLA_PYTHON_CLIENT_PREALLOCATE", "false"),
}
"""Of each backend the environment variable, and its value, by which it takes a GPU's
memory as it needs it. JAX would else take three quarters of it at once, TensorFlow all
of it, and the next process of the run, a worker with another trial, would find none."""


def take_memory_as_needed() -> None:
    """State the memory policy, before a backend first looks for a GPU.

    Where the user has set one of the variables, that stays.
    """
    for name, value in MEMORY.values():
        os.environ.setdefault(name, value)


def memory_policy(name: str, kind: str) -> Literal["as needed", "preallocated"]:
    """How a backend takes the memory of devices, `cpu` or `gpu`, in this process."""
    if kind == "cpu":
        return "as needed"
    variable, value = MEMORY[name]
    said = os.environ.get(variable, "").lower()
    said = {"1": "true", "0": "false"}.get(said, said)
    return "as needed" if said == value else "preallocated"


def runs_here(name: str) -> bool:
    """Whether Keras runs on a backend in this process, or would once it is imported.

    Keras's backend is fixed when it is imported, by the environment's KERAS_BACKEND
    or by its own configuration file.
    """
    wanted = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if "keras" not in sys.modules and wanted != name:
        return False
    import keras

    return bool(keras.backend.backend() == name)


def current() -> Any:
    """The module of Keras's backend.

    Raises:
        RuntimeError: if there is none for it.
    """
    import keras

    name = keras.backend.backend()
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        raise RuntimeError(
            f"Invalid value for the Keras backend. Expected one that training knows "
            f"(tensorflow or jax). Received: {name}. Set `backend`, or the "
            "environment's KERAS_BACKEND."
        ) from error


def compile_policy(device: str, convolutional: bool, devices: int = 1) -> Policy:
    """How to compile the training loop: the one place that decides it.

    XLA on a CPU runs convolutions in a loop some 50 times slower than TensorFlow's
    own kernels, on both backends; dense networks gain from it everywhere. What
    TensorFlow compiles with XLA runs on one device, whatever it is told.
    """
    if current().NAME == "tensorflow" and devices > 1:
        return "graph"
    if not (convolutional and device == "cpu"):
        return "xla"
    return "graph" if current().NAME == "tensorflow" else "step"


def probe_policy() -> Policy:
    """How to compile what probes call.

    They read some dozens of times in a training: XLA takes longer to compile them, on
    dense networks for 8 by 8 images 2.1 s against 0.6 s, than it saves.
    """
    return "graph" if current().NAME == "tensorflow" else "step"
