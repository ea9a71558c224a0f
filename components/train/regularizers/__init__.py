"""Regularizers: what tames the discriminator, beside its objective.

Any number of them act together: a spec's `regularizers` is a mapping from names to
parameters, and what it does not name is off.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, NamedTuple

from annotated_types import Ge
from pydantic import create_model

from components.lazy import lazy_import
from components.parts import Params, import_members
from components.train.schedules import Schedule

ops = lazy_import("keras.ops")

Weight = Annotated[float, Ge(0)] | Schedule


class Move(NamedTuple):
    """What a penalty sees of one update of the discriminator.

    Attributes:
        real, generated: what D is shown, (n, *shape) each.
        judge: (x, side) -> D(x), scores (n / packing,); the side, `real` or
            `generated`, is whose labels x has, where D is told labels.
        slope: (x, side) -> ∇ₓD(x), (n, *shape), differentiable again.
        uniform, normal: shape -> numbers drawn for this regularizer and update.
        number: of a scheduled number, its value now.
    """

    real: Any
    generated: Any
    judge: Callable[[Any, str], Any]
    slope: Callable[[Any, str], Any]
    uniform: Callable[[tuple[int, ...]], Any]
    normal: Callable[[tuple[int, ...]], Any]
    number: Callable[[Any], Any]


class Regularizer(Params):
    """One way to tame the discriminator; one member a file.

    A member gives itself a `name` and does one of three things: adds a penalty to D's
    loss, changes what D is shown (in both players' updates), or constrains D's
    parameters after an update.
    """

    members: ClassVar[dict[str, type["Regularizer"]]] = {}
    name: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if cls.name:
            Regularizer.members[cls.name] = cls

    def shown(self, records: Any, normal: Callable[..., Any], number: Any) -> Any:
        """What D is shown in place of records (n, *shape)."""
        return records

    def constrained(self, weights: Any, number: Any) -> Any:
        """What takes the place of one of D's parameters after its update."""
        return weights


class Penalty(Regularizer):
    """A regularizer that adds to D's loss, every so often."""

    every: Annotated[int, Ge(1)] = 1
    """Applied at every so-manieth update of D, that many times as strong: the same on
    average at a fraction of the cost (Karras et al. 2020, "lazy")."""

    @abstractmethod
    def penalty(self, move: Move) -> Any:
        """The penalty, a scalar."""


def squared_norms(x: Any) -> Any:
    """Squared Euclidean norm of each row, (n, …) -> (n,)."""
    return ops.sum(ops.square(x), axis=tuple(range(1, len(x.shape))))


import_members(__name__, __path__)


class Combination(Params):
    """The regularizers of a training."""

    def chosen(self) -> Iterator[tuple[str, Regularizer]]:
        """The regularizers that are on, by name, in the order of their names."""
        for name in sorted(Regularizer.members):
            member = getattr(self, name)
            if member is not None:
                yield name, member


FIELDS: dict[str, Any] = {
    name: (member | None, None) for name, member in sorted(Regularizer.members.items())
}
Regularizers: Any = create_model(
    "Regularizers",
    __base__=Combination,
    __doc__="What tames the discriminator: any of these together.",
    **FIELDS,
)
