"""The parameters of the report, light enough to validate a spec with."""

from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt
from pydantic import Field, JsonValue

from components.parts import Params


class ReportParams(Params):
    """The parameters of `report`."""

    curve_points: Annotated[int, Ge(20), Le(200)] = 200
    """Most points of a curve that are kept; extremes survive the thinning."""
    trials_with_figures: Annotated[int, Ge(0), Le(64)] = 12
    """Most trials that are drawn; each finding and each variant goes first once."""
    samples: Annotated[int, Ge(4), Le(64)] = 36
    """Most samples in one picture."""
    frames: Annotated[int, Ge(1), Le(16)] = 12
    """Most snapshots of training on the slider."""
    confidence: Annotated[float, Gt(0.5), Lt(1)] = 0.95
    """Of the intervals around failure rates, means and differences."""
    baselines: dict[str, JsonValue] = Field(default_factory=dict)
    """By address of an axis of the matrix, the value that its others are compared with;
    by default the axis' first. One that the axis does not have changes nothing."""
