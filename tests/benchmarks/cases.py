"""What the training benchmark trains: parameters, data, and the work in a step."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

ADAM = {"kind": "adam", "learning_rate": 1e-3, "beta_1": 0.5}


def ring(random: np.random.Generator) -> np.ndarray:
    """Eight modes on a circle of radius 1, deviation 0.01, (10000, 2)."""
    angles = 2 * np.pi * random.integers(0, 8, 10_000) / 8
    centers = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (centers + 0.01 * random.standard_normal((10_000, 2))).astype(np.float32)


def noise(side: int, count: int) -> Any:
    """Images of nothing: what they show does not change how long a step takes."""
    return lambda random: np.tanh(
        random.standard_normal((count, side, side, 3), np.float32)
    )


@dataclass(frozen=True)
class Case:
    """A game that all contenders play.

    Attributes:
        name: and `title`, what it is.
        parameters: of the engine; alternating non-saturating play by default.
        records: random -> the data, (n, *shape).
    """

    name: str
    title: str
    parameters: dict[str, Any]
    records: Any

    @cached_property
    def data(self) -> np.ndarray:
        return self.records(np.random.default_rng(0))

    @cached_property
    def params(self) -> Any:
        from components.train.params import TrainParams

        given = {"optimizer": ADAM, "steps": 3000, **self.parameters}
        return TrainParams.model_validate_json(json.dumps(given))

    def lasting(self, steps: int) -> "Case":
        """The same game, to be trained for so many steps."""
        return replace(self, parameters={**self.parameters, "steps": steps})

    @property
    def convolutional(self) -> bool:
        return self.params.generator.convolutional


def _networks(kind: str, generator: dict[str, Any], discriminator: Any) -> Any:
    return {
        "generator": {"kind": kind, **generator},
        "discriminator": {"kind": kind, **discriminator},
    }


CASES = {
    case.name: case
    for case in (
        Case(
            "ring",
            "ring of 8, 2 x 128 MLPs, batch 256",
            {
                "batch_size": 256,
                "latents": {"size": 2},
                **_networks("mlp", {"units": [128, 128]}, {"units": [128, 128]}),
            },
            ring,
        ),
        Case(
            "toy",
            "the same ring, 2 x 96 MLPs, batch 128, 2,000 steps",
            {
                "steps": 2000,
                "batch_size": 128,
                "latents": {"size": 8},
                **_networks("mlp", {"units": [96, 96]}, {"units": [96, 96]}),
            },
            ring,
        ),
        Case(
            "dcgan",
            "DCGAN 32 x 32, 64 to 256 channels, batch 64",
            {
                "batch_size": 64,
                "latents": {"size": 64},
                **_networks(
                    "dcgan",
                    {"channels": [256, 128, 64]},
                    {"channels": [64, 128, 256]},
                ),
            },
            noise(32, 2048),
        ),
    )
}


def step_flops(generator: Any, discriminator: Any, batch: int) -> int:
    """Floating-point operations in the matrix products of one step.

    A layer's product costs F forward, F for the slope by its weights and F for the
    slope by its inputs; the first layer (f) needs no slope by its inputs, unless the
    other player asks for it. D's turn: G forward on a batch, D three times on two.
    G's turn: G three times, D forward and the slope by its inputs. Together

        batch * (4 F_G - f_G + 8 F_D - 2 f_D)

    Args:
        generator, discriminator: Keras models.
        batch: real records in a step, and samples in each turn.
    """
    whole_g, first_g = _forward(generator)
    whole_d, first_d = _forward(discriminator)
    return batch * (4 * whole_g - first_g + 8 * whole_d - 2 * first_d)


def _forward(model: Any) -> tuple[int, int]:
    """Operations of one record's forward pass, and those of its first layer."""
    costs = [_products(layer) for layer in model.layers]
    costs = [cost for cost in costs if cost]
    return sum(costs), costs[0]


def _products(layer: Any) -> int:
    """2 x positions x kernel size: a dense layer's kernel is at one position."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0
    positions: tuple[int, ...] = ()
    if type(layer).__name__ == "Conv2D":
        positions = layer.output.shape[1:3]
    if type(layer).__name__ == "Conv2DTranspose":
        positions = layer.input.shape[1:3]
    return 2 * int(np.prod(positions, dtype=int)) * int(np.prod(kernel.shape))
