"""`beside`: a trial's figures next to a paper's."""

from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import Ge, MinLen
from pydantic import Field

from components.artifacts import Gan, Measurements, Metrics
from components.component import Context, component
from components.parts import Params
from components.reach import reach

MODES = "modes"


class Published(Params):
    """A figure as a paper has it."""

    value: float
    spread: Annotated[float, Ge(0)] | None = None
    """What stands behind its ±; null where the paper gives none."""


class Setting(Params):
    """What a paper reports of one setting."""

    when: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """Parameters of the training, by address (`discriminator.samples`), and the values
    that make it this setting."""
    figures: Annotated[dict[str, Published], MinLen(1)]
    """By name: `modes`, the number captured, or a metric's."""


class BesideParams(Params):
    """What to put a trial beside."""

    paper: Annotated[str, MinLen(1)]
    """Its authors and year."""
    trials: Annotated[int, Ge(1)] | None = None
    """Over how many trainings its figures are; null where it does not say."""
    steps: Annotated[int, Ge(1)] | None = None
    """Generator updates of each; null where it does not say."""
    settings: Annotated[tuple[Setting, ...], MinLen(1)]


@component(placement="worker")
def beside(
    metrics: Metrics, gan: Gan, params: BesideParams, *, context: Context
) -> Measurements:
    """Put what was evaluated beside what a paper reports of the same setting.

    Nothing is judged: a shorter training, or another library, is another experiment.
    The report takes means over seeds, with their intervals. A training whose setting
    the paper does not have is listed without its figures.

    Raises:
        ValueError: if a figure is no metric of the evaluation, or has no value.
    """
    content, trained = metrics.content(), gan.info()
    training = trained["parameters"]
    known = [each for each in params.settings if applies(each.when, training)]
    names = dict.fromkeys(name for each in params.settings for name in each.figures)
    figures = {}
    for name in names:
        published = known[0].figures.get(name) if known else None
        figures[name] = {
            **figure(name, content),
            "steps": trained["steps"],
            "published": {
                "paper": params.paper,
                "trials": params.trials,
                "steps": params.steps,
                "value": published and published.value,
                "spread": published and published.spread,
            },
        }
    made: Measurements = context.create(Measurements)
    made.write_json("measurements.json", {"figures": figures})
    return made


def applies(when: Mapping[str, Any], training: Mapping[str, Any]) -> bool:
    """Whether a training has these values at these addresses."""
    return all(at(training, address) == value for address, value in when.items())


def at(parameters: Any, address: str) -> Any:
    """The value at an address, None where there is none."""
    for part in address.split("."):
        if not isinstance(parameters, Mapping):
            return None
        parameters = parameters.get(part)
    return parameters


def figure(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A figure of metrics.json as measurements.json has it.

    Raises:
        ValueError: if there is none of the name, or it has no value.
    """
    judged = dict.fromkeys(("closed_form", "relative_error", "tolerance", "agrees"))
    modes = content.get("modes")
    if name == MODES and modes:
        captured = sum(bool(mode["captured"]) for mode in modes)
        meaning = f"modes with a high-quality sample, of {len(modes)}"
        return {
            "measured": float(captured),
            "interval": None,
            "range": [0.0, float(len(modes))],
            "meaning": meaning,
            **judged,
        }
    entry = content["metrics"].get(name, {})
    if entry.get("value") is None:
        valued = [n for n, e in content["metrics"].items() if e["value"] is not None]
        offered = ([MODES] if modes else []) + valued
        raise ValueError(
            f"Invalid name in `settings.figures`. Expected one of those that were "
            f"evaluated: {', '.join(offered)}. Received: {name}"
        )
    return {
        "measured": entry["value"],
        "interval": entry["ci"],
        "range": list(reach(name, entry)),
        "meaning": f"on {entry['n']} samples; blind to {entry['blind_to']}",
        **judged,
    }
