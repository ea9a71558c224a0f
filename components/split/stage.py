"""The `split` component."""

from collections.abc import Mapping

from components.artifacts import Curriculum, Dataset
from components.component import Context, component
from components.foresight import Foresight
from components.split.params import SplitParams


def foresee(params: SplitParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Records are divided and graded, not changed."""
    return inputs["dataset"]


@component(placement="driver", foresee=foresee)
def split(dataset: Dataset, params: SplitParams, *, context: Context) -> Curriculum:
    """Divide records into training and holdout parts, and grade both.

    Difficulty is fitted on training records only and applied to both parts.

    Raises:
        SplitError: if a part or a tier would be empty.
    """
    from components.split.work import Splitting

    curriculum: Curriculum = context.create(Curriculum)
    Splitting(dataset, params, context, curriculum).run()
    return curriculum
