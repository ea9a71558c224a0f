"""How large parameters are, and whether updates are lost in their rounding."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from components.train.optimizers import flat
from components.train.player import Player


def lost_share(players: Sequence[Player]) -> Any:
    """Share of parameters whose last update was below their rounding.

    An update u of w is lost if w + u rounds to w; one of exactly 0 counts too, unless w
    is 0. NaN before the first update, and where no optimizer's state tells what the
    last one was: steps that are optimistic are others than their optimizer's.
    """
    lost = []
    for player in players:
        if player.last or not player.settings.tells_updates:
            continue
        update = player.settings.last_update(player.optimizer, ops)
        weights = flat(player.variables, ops)
        same = ops.logical_and(weights + update == weights, weights != 0)
        below = ops.cast(same, "float32")
        # Before the first update nothing is known to be lost, or not to be.
        started = player.optimizer.iterations > 0
        lost.append(ops.where(started, below, np.float32("nan")))
    if not lost:
        return ops.convert_to_tensor(np.float32("nan"))
    return ops.mean(ops.concatenate(lost))
