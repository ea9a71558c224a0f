"""Whether the players lead each other round, from the path of their positions."""

from typing import Any

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, statistic
from components.diagnose.statistics.landscape import coordinates

WARM_UP = 4
"""One part in so many of the readings is left out: training's first way, from afar."""
LAGS = 8
"""Moves are compared that lie up to one part in so many of the moves apart."""
FEWEST = 8
"""Moves without which chance alone would look like an answer."""


@statistic("circulation", "high", worst=1.0, series="generator_coordinate_0")
def circulation(readings: Readings) -> Reading | None:
    """How steadily the players answer each other's moves in a rotating game.

    In a game that turns, the discriminator goes where the generator went, and the
    generator goes against where the discriminator went: each one's moves correlate
    with the other's earlier moves, with opposite signs. With u_t and v_t the directions
    of their moves between readings, this is the norm of half the difference of the two
    correlations, E[v_{t+k} u_tᵀ] - E[u_{t+k} v_tᵀ]ᵀ, at the lag k where it is largest:
    0 for a straight path, one that goes to and fro or a walk of chance (but for some
    1/√moves), 1 for an orbit of a coordinate each, 1/√2 for one of two each. It is
    multiplied by the share of its pace that the player keeps who loses more of it: a
    spiral that settles is none.
    """
    import numpy as np

    sides = [coordinates(readings, name) for name in ("generator", "discriminator")]
    if any(side is None for side in sides) or len({len(side) for side in sides}) > 1:
        return None
    moves = [np.diff(side[len(side) // WARM_UP :], axis=0) for side in sides]
    if len(moves[0]) < FEWEST:
        return None
    u, v = map(_directions, moves)
    lags = range(1, max(2, len(u) // LAGS) + 1)
    turned = max(_answer(u, v, lag) for lag in lags)
    return Reading(turned * min(1.0, *map(_kept_pace, moves)))


def _directions(moves: Any) -> Any:
    """Moves (k, d) of length 1; a move of none stays 0."""
    import numpy as np

    lengths = np.linalg.norm(moves, axis=1, keepdims=True)
    return moves / np.where(lengths > 0, lengths, 1.0)


def _answer(u: Any, v: Any, lag: int) -> float:
    """Half the Frobenius norm of E[v_{t+lag} u_tᵀ] - E[u_{t+lag} v_tᵀ]ᵀ."""
    import numpy as np

    pairs = len(u) - lag
    answered = v[lag:].T @ u[:-lag] / pairs
    answers = u[lag:].T @ v[:-lag] / pairs
    return float(np.linalg.norm(answered - answers.T) / 2)


def _kept_pace(moves: Any) -> float:
    """Root mean square of the later half of the moves over that of the earlier half."""
    import numpy as np

    middle = len(moves) // 2
    earlier, later = (float(np.sum(x**2)) for x in (moves[:middle], moves[middle:]))
    if not earlier > 0:
        return 1.0
    return float(np.sqrt(later / (len(moves) - middle) / (earlier / middle)))
