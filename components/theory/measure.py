"""`measure`: a training of a solved game against its solution."""

from components.artifacts import Measurements, Telemetry
from components.component import Context, component
from components.parts import Params
from components.theory.games import SolvedGame


class MeasureParams(Params):
    """What to compare a training with."""

    game: SolvedGame
    """The game that it played."""


@component(placement="worker")
def measure(
    telemetry: Telemetry, params: MeasureParams, *, context: Context
) -> Measurements:
    """Put what a training read beside what theory says of the game that it played.

    Raises:
        TheoryError: if the training did not play that game.
    """
    training = telemetry.info()["parameters"]
    figures = params.game.figures(training, telemetry.series())
    measurements: Measurements = context.create(Measurements)
    content = {figure.name: figure.content() for figure in figures}
    measurements.write_json("measurements.json", {"figures": content})
    return measurements
