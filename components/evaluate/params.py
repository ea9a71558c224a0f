"""The parameters of evaluation."""

from typing import Annotated, Literal

from annotated_types import Ge
from pydantic import ValidationInfo, field_validator

from components.features import Features, Identity
from components.parts import Params

Count = Annotated[int, Ge(1)]
Extra = Literal["kernel_distance", "sliced_wasserstein_distance", "classifier_score"]


class EvaluateParams(Params):
    """What to measure the generator's samples in, and on how many."""

    features: Features = Identity()
    """What distances are measured in. Those that learn are fitted to one half of the
    training records, and samples are compared with the other."""
    k: Count = 5
    """Neighbours that set the balls of precision, recall, density and coverage."""
    samples: Annotated[int, Ge(2)] = 2048
    """Samples at most; no more than there are holdout or training records, so that
    real data of the same sizes gives every metric its null."""
    records: Annotated[int, Ge(2)] = 4096
    """Records at most, of holdout and of training each, that samples are compared
    with; where there are more, a fixed random choice of them. As many more, of
    training, for features that learn."""
    resamples: Annotated[int, Ge(2)] = 20
    """Splits of the real data behind every null and its interval."""
    seed: Annotated[int, Ge(0)] = 0
    """Of the latents, the splits and the features."""
    extra: tuple[Extra, ...] = ()
    """Metrics beside the standard ones, by tensorflow-gan. The sliced Wasserstein
    distance needs square images, the classifier score features of kind classifier."""

    @field_validator("extra")
    @classmethod
    def _classifier_to_score_with(
        cls, extra: tuple[Extra, ...], given: ValidationInfo
    ) -> tuple[Extra, ...]:
        features = given.data.get("features")  # absent where they are not valid
        if "classifier_score" in extra and features and not features.classifies:
            kind = features.model_dump()["kind"]
            raise ValueError(
                "`classifier_score` is read off a classifier, and `features` of kind "
                f"{kind} have none: set `features` to {{kind: classifier}}, which is "
                "trained on the data's labels, or leave `classifier_score` out"
            )
        return extra


def fingerprint(params: EvaluateParams) -> str | None:
    """Changes when a file that the features depend on changes."""
    return params.features.fingerprint()
