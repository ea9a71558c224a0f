"""The Dirac-GAN's gradients and its Jacobian at rest, derived by hand.

With D(x) = psi·x, data at 0 and G at theta, the scores are 0 and s = psi·theta. Every
formula here follows from the losses by the chain rule; none is taken from training.
"""

import math
from collections.abc import Mapping
from typing import Any

from components.theory.games import refuse

Point = tuple[float, float]
SLOPES = {"minimax": 0.5, "non_saturating": 0.5, "wasserstein": 1.0}
"""dL_D/ds at s = 0, which is also -dL_G/ds there."""
SMOOTHING = 1e-12
"""What the gradient penalty adds to the squared norm that it takes the root of."""
KNOWN = ("clip", "gradient_penalty", "instance_noise", "r1")


def sigmoid(s: float) -> float:
    return 1.0 / (1.0 + math.exp(-s))


class Field:
    """What both players descend along.

    Args:
        objective, update: as the training's parameters have them.
        regularizers: those that are on.

    Raises:
        TheoryError: if nothing is derived for one of them.
    """

    def __init__(
        self,
        objective: Mapping[str, Any],
        regularizers: Mapping[str, Mapping[str, Any]],
        update: Mapping[str, Any],
    ) -> None:
        self.objective: str = objective["kind"]
        self.regularizers, self.update = regularizers, update
        if self.objective not in SLOPES:
            raise refuse("objective", f"one of {', '.join(SLOPES)}", objective)
        unknown = sorted(set(regularizers) - set(KNOWN))
        if unknown:
            raise refuse("regularizers", f"any of {', '.join(KNOWN)}", unknown)
        if update["kind"] not in ("simultaneous", "alternating", "consensus"):
            known = "simultaneous, alternating or consensus"
            raise refuse("update", known, update["kind"])
        self.pull = update["gamma"] if update["kind"] == "consensus" else 0.0
        if self.pull and (self.objective != "minimax" or regularizers):
            alone = "minimax without regularizers, where the update is consensus"
            raise refuse("objective", alone, [self.objective, *regularizers])

    @property
    def deterministic(self) -> bool:
        return "instance_noise" not in self.regularizers

    @property
    def smooth(self) -> bool:
        """Whether there is a Jacobian at rest; the penalty has a kink at psi = 0."""
        return "gradient_penalty" not in self.regularizers

    def number(self, regularizer: str, name: str) -> float:
        """A parameter of a regularizer; 0 if it is off."""
        return float(self.regularizers.get(regularizer, {}).get(name, 0.0))

    def generator(self, theta: float, psi: float) -> float:
        """dL_G/dtheta, and what consensus adds."""
        s = psi * theta
        slope = {
            "minimax": -sigmoid(s),
            "non_saturating": -sigmoid(-s),
            "wasserstein": -1.0,
        }[self.objective]
        return slope * psi + self.pull * self.unrest(theta, psi)[0]

    def discriminator(self, theta: float, psi: float) -> float:
        """dL_D/dpsi with its penalties, and what consensus adds."""
        slope = 1.0 if self.objective == "wasserstein" else sigmoid(psi * theta)
        penalty = self.number("r1", "gamma") * psi
        if "gradient_penalty" in self.regularizers:
            norm = math.sqrt(psi * psi + SMOOTHING)
            excess = norm - self.number("gradient_penalty", "target")
            weight = self.number("gradient_penalty", "weight")
            penalty += 2.0 * weight * excess * psi / norm
        return slope * theta + penalty + self.pull * self.unrest(theta, psi)[1]

    def unrest(self, theta: float, psi: float) -> Point:
        """The gradient of ½‖v‖² = ½ sigmoid(s)²(theta² + psi²), that of minimax."""
        if not self.pull:
            return 0.0, 0.0
        p = sigmoid(psi * theta)
        outer = p * p * (1.0 - p) * (theta * theta + psi * psi)
        return outer * psi + p * p * theta, outer * theta + p * p * psi

    def play(self, start: Point, rate: float, steps: int) -> Point:
        """Where gradient descent is after so many steps."""
        theta, psi = start
        order = self.update.get("order", self.update["kind"])
        first = self.update.get("first")
        bound = self.number("clip", "bound") or math.inf
        for _ in range(steps):
            new_theta = theta - rate * self.generator(theta, psi)
            seen = theta
            if order == "alternating" and first == "generator":
                seen = new_theta
            descent = psi - rate * self.discriminator(seen, psi)
            new_psi = min(max(descent, -bound), bound)
            if order == "alternating" and first == "discriminator":
                new_theta = theta - rate * self.generator(theta, new_psi)
            theta, psi = new_theta, new_psi
        return theta, psi

    def jacobian(self) -> tuple[float, float, float, float]:
        """Of the field at (0, 0), row by row; instance noise in expectation.

        E softplus' of psi·noise is ½ + psi·std²/4, on either side.
        """
        slope = SLOPES[self.objective]
        noise = 0.0 if self.objective == "wasserstein" else 0.5
        damping = self.number("r1", "gamma")
        damping += noise * self.number("instance_noise", "std") ** 2
        # v = J·w gives ∇½‖v‖² = JᵀJ·w, and JᵀJ is slope² times the identity.
        pull = self.pull * slope * slope
        return -pull, slope, -slope, -damping - pull
