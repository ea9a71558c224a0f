"""What training needs of a backend beyond Keras, one module a backend.

A backend module (named as `keras.backend.backend()` names it) provides:

- `value_and_grad(function, variables) -> (value, gradients)`: of a scalar
  `function()` with respect to Keras variables;
- `input_gradient(function, x) -> gradient`: of `sum(function(x))` with respect to x,
  differentiable again;
- `jvp(function, primals, tangents) -> (value, tangent)` and
  `vjp(function, primals, cotangent) -> (value, gradients)`;
- `without_updates(variables)`: a context in which what layers write to their
  variables is forgotten at its end;
- `compile_loop(step, variables, xla)`: `run(first, count, carry, *inputs) -> carry`,
  `count` calls of `step(index, carry, *inputs) -> carry` in one compiled call, the
  count not part of what is compiled;
- `compile_function(function, variables, xla)`: one pure function, compiled;
- `normal`, `uniform`, `integers`: random numbers that are a function of
  (key, counter) alone, so that neither resuming nor the loop's length changes them;
- `device() -> str`: what it runs on, `cpu` or `gpu`.
"""

import importlib
from typing import Any, Literal

Policy = Literal["xla", "graph"]


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
            f"(tensorflow). Received: {name}. Set the environment's KERAS_BACKEND."
        ) from error


def compile_policy(device: str, convolutional: bool) -> Policy:
    """How to compile the training loop: the one place that decides it.

    XLA on a CPU runs convolutions in a loop some 50 times slower than TensorFlow's
    own kernels; dense networks gain from it everywhere.
    """
    return "graph" if convolutional and device == "cpu" else "xla"


def probe_policy() -> Policy:
    """How to compile what probes call.

    They read some sixty times in a training: XLA takes longer to compile them, on
    dense networks for 8 by 8 images 2.1 s against 0.6 s, than it saves.
    """
    return "graph"
