"""The `split` component."""

from collections.abc import Mapping

from components.artifacts import Curriculum, Dataset
from components.component import Context, component
from components.foresight import Foresight
from components.split.params import SplitParams


def fingerprint(params: SplitParams) -> str | None:
    """Changes when a file that the features depend on changes."""
    return params.difficulty.features.fingerprint()


def foresee(params: SplitParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Records are divided and graded, not changed; their features must be to be had."""
    params.difficulty.features.foresee(inputs["dataset"], "difficulty.features")
    return inputs["dataset"]


@component(placement="driver", fingerprint=fingerprint, foresee=foresee)
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
