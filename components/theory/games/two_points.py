"""Two points: what reaches the generator when the discriminator can tell for sure."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from components.theory.figures import Figure
from components.theory.games import Series, SolvedGame, chosen, refuse

NEAR = 0.05
"""How near a trained critic comes to its optimum: its slope is learnt, not solved."""


class TwoPoints(SolvedGame):
    """Data at 0, samples held at a distance a, D trained (nearly) to its optimum.

    Of `minimax` D's optimum is a step: what it passes on of its slope goes to 0
    (Arjovsky and Bottou 2017, theorem 2.4). Of `wasserstein` with a two-sided gradient
    penalty, weight λ and target t, E D(a) - E D(0) + λ E(|D'| - t)² over the way
    between is least where the slope is -(t + a / 2λ) all along it, for every a.
    """

    kind: Literal["two_points"] = "two_points"

    def figures(self, training: Mapping[str, Any], series: Series) -> Iterator[Figure]:
        import numpy as np

        generator, rate = training["generator"], training["optimizer"]
        if generator["kind"] != "point" or not isinstance(generator["start"], float):
            raise refuse("generator", "a point on a line", generator)
        if rate["generator_learning_rate"] != 0.0:
            held = rate["generator_learning_rate"]
            raise refuse("optimizer.generator_learning_rate", "0", held)
        read = series["sample_gradient_norm"]
        read = read[np.isfinite(read)]
        optimum = self._optimum(training)
        meaning = "slope of the generator's loss at its samples, D trained"
        if not optimum:
            meaning += "; its error is relative to the slope 1 of a critic"
        yield Figure(
            "generator_gradient", float(read[-1]), meaning, optimum, NEAR, optimum or 1
        )
        yield Figure(
            "generator_gradient_at_start",
            float(read[0]),
            "the same slope before D's first step",
        )

    def _optimum(self, training: Mapping[str, Any]) -> float:
        kind, distance = training["objective"]["kind"], training["generator"]["start"]
        penalty = chosen(training).get("gradient_penalty")
        if kind == "minimax":
            return 0.0
        if kind == "wasserstein" and penalty and penalty["sides"] == "both":
            target, weight = float(penalty["target"]), float(penalty["weight"])
            return target + abs(float(distance)) / (2.0 * weight)
        known = "minimax, or wasserstein with a two-sided gradient penalty"
        raise refuse("objective", known, [kind, *chosen(training)])
