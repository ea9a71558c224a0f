"""Games with a solution: a family, one member a file."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from components.parts import Part, import_members

if TYPE_CHECKING:
    import numpy as np

    from components.theory.figures import Figure

Series = Mapping[str, "np.ndarray[Any, Any]"]


class SolvedGame(Part):
    """A game that a training played, and what theory says of it."""

    def figures(
        self, training: Mapping[str, Any], series: Series
    ) -> "Iterator[Figure]":
        """What the training read, each beside its closed form.

        Args:
            training: its parameters, as plain values.
            series: its telemetry, `step` included.

        Raises:
            TheoryError: if it did not play this game.
        """
        raise NotImplementedError


class TheoryError(ValueError):
    """A training is not the game that it is to be compared with."""


def refuse(address: str, expected: str, received: Any) -> TheoryError:
    """What to raise where a parameter of the training does not fit the game."""
    return TheoryError(
        f"Invalid value for `{address}` of the training. Expected {expected}. "
        f"Received: {received!r}. Change it, or measure another game."
    )


def chosen(training: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The regularizers that are on, by name."""
    return {name: one for name, one in training["regularizers"].items() if one}


def descent_rate(training: Mapping[str, Any]) -> float:
    """The step of plain gradient descent that both players make.

    Raises:
        TheoryError: if they step otherwise.
    """
    optimizer = training["optimizer"]
    if optimizer["kind"] != "sgd" or optimizer["momentum"]:
        raise refuse("optimizer", "sgd without momentum", optimizer)
    rates = {
        optimizer[f"{player}_learning_rate"]
        for player in ("generator", "discriminator")
    } | {optimizer["learning_rate"]}
    rate = optimizer["learning_rate"]
    if rates - {None} != {rate} or not isinstance(rate, float):
        raise refuse("optimizer", "one constant rate for both players", optimizer)
    return rate


def need_points(training: Mapping[str, Any], series: Series) -> None:
    """Raises TheoryError unless the players are two numbers in float64."""
    for name in ("generator", "discriminator"):
        if f"{name}_point" not in series:
            raise refuse(name, "kind point, on records of one number", training[name])
    if training["precision"] != "float64":
        raise refuse("precision", "float64", training["precision"])
    if training["discriminator_steps"] != 1:
        raise refuse("discriminator_steps", "1", training["discriminator_steps"])


import_members(__name__, __path__)
