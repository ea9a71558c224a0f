"""Regularizers: what is added to the discriminator's loss to tame its slope."""

from collections.abc import Callable
from typing import Any, Literal

from components.parts import Part, import_members


class Regularizer(Part):
    """A penalty on the discriminator; one member a file."""

    def penalty(
        self,
        gradient: Callable[[Any], Any],
        real: Any,
        generated: Any,
        mix: Any,
    ) -> Any:
        """The penalty, a scalar.

        Args:
            gradient: x -> ∇ₓD(x), both (n, *shape), differentiable again.
            real: real records, (n, *shape).
            generated: generated samples, (n, *shape).
            mix: uniform numbers in [0, 1), (n, 1, …) of the records' rank.
        """
        raise NotImplementedError


class NoRegularizer(Regularizer):
    """No penalty."""

    kind: Literal["none"] = "none"


import_members(__name__, __path__)
