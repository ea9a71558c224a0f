"""Blur both sides, so that their supports meet."""

from collections.abc import Callable
from typing import Any, ClassVar

from components.train.regularizers import Regularizer, Weight


class InstanceNoise(Regularizer):
    """Gaussian noise on everything that D is shown, in both players' updates.

    Sønderby et al. 2017; Arjovsky and Bottou 2017, section 3.
    """

    name: ClassVar[str] = "instance_noise"
    std: Weight = 0.1
    """Standard deviation, in the records' units; a schedule may let it fade."""

    def shown(
        self,
        records: Any,
        normal: Callable[[tuple[int, ...]], Any],
        number: Callable[[Any], Any],
    ) -> Any:
        return records + number(self.std) * normal(tuple(records.shape))
