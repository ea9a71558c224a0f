"""The parameters of evaluation."""

from typing import Annotated, Literal

from annotated_types import Ge

from components.features import Features, Identity
from components.parts import Params

Count = Annotated[int, Ge(1)]


class EvaluateParams(Params):
    """What to measure the generator's samples in, and on how many."""

    features: Features = Identity()
    """What distances are measured in; fitted to the training records."""
    k: Count = 5
    """Neighbours that set the balls of precision, recall, density and coverage."""
    samples: Annotated[int, Ge(2)] = 2048
    """Samples at most; no more than there are holdout or training records, so that
    real data of the same sizes gives every metric its null."""
    records: Annotated[int, Ge(2)] = 4096
    """Records at most, of holdout and of training each, that samples are compared
    with; where there are more, a fixed random choice of them."""
    resamples: Annotated[int, Ge(2)] = 20
    """Splits of the real data behind every null and its interval."""
    seed: Annotated[int, Ge(0)] = 0
    """Of the latents, the splits and the features."""
    extra: tuple[Literal["kernel_distance"], ...] = ()
    """Metrics beside the standard ones; these import tensorflow-gan."""
