"""Spectral normalization, as a change of D's kernels and not of its layers.

Miyato et al. 2018, "Spectral Normalization for GANs", equations 8 to 12 and appendix A.
What D computes with is W / sigma(W), the slope running through sigma; W itself is what
the optimizer moves. So it composes with any layer, with gradients of gradients, and
with a model that plain Keras loads. (Keras's own layer overwrites W in its forward
pass, where one backend differentiates through the overwriting and another does not.)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

SQUARINGS = 7
"""Of a Gram matrix: as many as 128 power iterations."""


class Spectral:
    """The kernels of a network, each with its leading right singular vector.

    Args:
        model: the network; every kernel of it is normalized.
        primitives: of the backend.
    """

    def __init__(self, model: Any, primitives: Any) -> None:
        self.primitives = primitives
        weights = model.trainable_variables
        self.kernels = [v for v in weights if v.path.split("/")[-1] == "kernel"]
        self.vectors = [
            keras.Variable(
                ops.zeros((kernel.shape[-1], 1), kernel.dtype),
                dtype=kernel.dtype,
                trainable=False,
                name=f"spectral_{kernel.path.split('/')[-2]}",
            )
            for kernel in self.kernels
        ]
        self.held: list[tuple[Any, Any]] | None = None
        self.start()

    def start(self) -> None:
        """Set every vector u, (columns, 1), to what it is for the present kernel."""
        for kernel, vector in zip(self.kernels, self.vectors, strict=True):
            matrix = np.asarray(_matrix(ops.convert_to_tensor(kernel)))
            leading = np.linalg.svd(matrix, full_matrices=False)[2][:1].T
            # Its sign is the algorithm's choice; ours must not depend on that.
            vector.assign(leading * np.sign(leading[np.abs(leading).argmax()]))

    def normalized(self) -> Any:
        """A context in which the network computes with W / sigma(W)."""
        return self.primitives.substituted(self.kernels, self.values())

    def values(self) -> list[Any]:
        """W / sigma(W) of each kernel, sigma = vᵀWu with u and v held fixed."""
        divided = []
        for place, (kernel, vector) in enumerate(
            zip(self.kernels, self.vectors, strict=True)
        ):
            value = ops.convert_to_tensor(kernel)
            if self.held is None:
                image = ops.matmul(_matrix(value), ops.convert_to_tensor(vector))
                left = ops.stop_gradient(_unit(image))
            else:
                left, right = self.held[place]
                image = ops.matmul(_matrix(value), right)
            divided.append(value / ops.sum(left * image))
        return divided

    @contextmanager
    def settled(self) -> Iterator[None]:
        """A context in which u and v belong to the kernels as they read around it.

        Training has them lag by what a step moves. Slopes that are taken within hold
        them fixed, as in training; those taken from outside see them follow W.
        """
        self.held = [
            _leading(
                _matrix(ops.convert_to_tensor(kernel)), ops.convert_to_tensor(vector)
            )
            for kernel, vector in zip(self.kernels, self.vectors, strict=True)
        ]
        try:
            yield
        finally:
            self.held = None

    def follow(self) -> None:
        """One power iteration, after W has moved."""
        for kernel, vector in zip(self.kernels, self.vectors, strict=True):
            matrix = _matrix(ops.convert_to_tensor(kernel))
            left = _unit(ops.matmul(matrix, ops.convert_to_tensor(vector)))
            vector.assign(_unit(ops.matmul(ops.transpose(matrix), left)))

    def fold(self) -> None:
        """Put W / sigma(W) in W's place: the network then is what it computes with."""
        for kernel, value in zip(self.kernels, self.values(), strict=True):
            kernel.assign(value)


def _matrix(kernel: Any) -> Any:
    """(…, out) as (rows, out)."""
    return ops.reshape(kernel, (-1, kernel.shape[-1]))


def _unit(vector: Any) -> Any:
    return vector / (ops.sqrt(ops.sum(ops.square(vector))) + 1e-12)


def _leading(matrix: Any, vector: Any) -> tuple[Any, Any]:
    """The leading singular vectors v and u of a matrix, by powers from a vector u."""
    image = ops.matmul(matrix, vector)
    wide = matrix.shape[0] < matrix.shape[1]
    turned = matrix if wide else ops.transpose(matrix)
    power = ops.matmul(turned, ops.transpose(turned))
    for _ in range(SQUARINGS):
        # Its scale goes with the last division: it needs no slope of its own.
        scale = ops.stop_gradient(ops.sqrt(ops.sum(ops.square(power)))) + 1e-30
        power = power / scale
        power = ops.matmul(power, power)
    if wide:
        left = _unit(ops.matmul(power, image))
        return left, _unit(ops.matmul(ops.transpose(matrix), left))
    right = _unit(ops.matmul(power, vector))
    return _unit(ops.matmul(matrix, right)), right
