"""How large parameters are, and whether updates are lost in their rounding."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from components.train.optimizers import flat
from components.train.player import Player


def lost_share(players: Sequence[Player]) -> Any:
    """Share of parameters whose last update was below their rounding.

    An update u of w is lost if |u| < eps |w| / 2, eps being the distance from 1 to the
    next number of w's type; one of exactly 0 counts too, unless w is 0. NaN before the
    first update, and where no optimizer's state tells what it last did.
    """
    lost = []
    for player in players:
        if not player.settings.tells_updates:
            continue
        update = player.settings.last_update(player.optimizer, ops)
        weights = flat(player.variables, ops)
        dtype = keras.backend.standardize_dtype(weights.dtype)
        rounding = float(np.finfo(dtype).eps) / 2 * ops.abs(weights)
        below = ops.cast(ops.abs(update) < rounding, "float32")
        # Before the first update nothing is known to be lost, or not to be.
        started = player.optimizer.iterations > 0
        lost.append(ops.where(started, below, np.float32("nan")))
    if not lost:
        return ops.convert_to_tensor(np.float32("nan"))
    return ops.mean(ops.concatenate(lost))
