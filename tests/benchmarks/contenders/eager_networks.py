"""The engine's networks in PyTorch, with the same weights."""

import math
from typing import Any

import jax
import keras
import numpy as np
import torch
from cases import Case
from torch import nn

from components.train.game import Game


def networks(case: Case) -> tuple[nn.Module, nn.Module]:
    """Generator and discriminator of a case.

    Raises:
        SystemExit: if they are not the engine's networks.
    """
    game = Game(case.params, case.data.shape[1:], 0)
    made = converted(game.generator), converted(game.discriminator)
    compare(made[0], game.generator, np.asarray(game.latents(8, "benchmark", 0)))
    compare(made[1], game.discriminator, case.data[:8])
    return made


def compare(network: nn.Module, model: Any, x: np.ndarray) -> None:
    """Stop unless both make the same of x, to what float32 sums of products keep."""
    with jax.default_matmul_precision("highest"):  # a GPU's default keeps ten bits
        wanted = np.asarray(model(x))
    with torch.no_grad():
        made = network(torch.tensor(_first(x))).numpy()
    wanted = _first(wanted)
    if np.abs(made - wanted).max() > 1e-4 * np.abs(wanted).max():
        raise SystemExit(f"{model.name}: PyTorch's network does not compute the same")


def _first(x: np.ndarray) -> np.ndarray:
    """Channels first."""
    return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if x.ndim == 4 else x


def converted(model: Any) -> nn.Module:
    """A Keras model, a chain of layers, as PyTorch's."""
    return nn.Sequential(*(_layer(layer) for layer in model.layers))


class ChannelsFirst(nn.Module):
    """Flat records as a grid, in the order that Keras gives them."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.reshape(-1, *self.shape)
        return x.permute(0, 3, 1, 2) if len(self.shape) == 3 else x


class Flat(nn.Module):
    """The way back."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.permute(0, 2, 3, 1) if x.ndim == 4 else x).flatten(1)


def _layer(layer: Any) -> nn.Module:
    kinds = keras.layers
    if isinstance(layer, kinds.Dense):
        made: Any = nn.Linear(*layer.kernel.shape)
        return _filled(made, layer, (1, 0))
    if isinstance(layer, kinds.Conv2DTranspose):
        _, _, out, into = layer.kernel.shape
        made = nn.ConvTranspose2d(into, out, 4, stride=2, padding=1)
        return _filled(made, layer, (3, 2, 0, 1))
    if isinstance(layer, kinds.Conv2D):
        _, _, into, out = layer.kernel.shape
        made = nn.Conv2d(into, out, 4, stride=2, padding=1)
        return _filled(made, layer, (3, 2, 0, 1))
    if isinstance(layer, kinds.Reshape):
        return ChannelsFirst(tuple(layer.target_shape))
    if isinstance(layer, kinds.Flatten):
        return Flat()
    if isinstance(layer, kinds.LeakyReLU):
        return nn.LeakyReLU(layer.negative_slope)
    return {"relu": nn.ReLU, "tanh": nn.Tanh}[layer.activation.__name__]()


def _filled(made: Any, layer: Any, order: tuple[int, ...]) -> nn.Module:
    kernel = np.transpose(np.asarray(layer.kernel), order)
    assert math.prod(kernel.shape) == made.weight.numel()
    with torch.no_grad():
        made.weight.copy_(torch.tensor(kernel))
        made.bias.copy_(torch.tensor(np.asarray(layer.bias)))
    return made
