"""What D says, and its slopes by the chain rule."""

import numpy as np
import pytest
from keras.ops import convert_to_tensor as tensor

from components.train.game import Game
from components.train.slopes import _crossed, columns
from components.train.turn import Batch

RANDOM = np.random.default_rng(0)
OBJECTIVES = (
    "minimax",
    "non_saturating",
    "wasserstein",
    "hinge",
    "least_squares",
    "relativistic",
)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("classes", [None, 3])
def test_the_chain_rule_tells_the_losss_slope(parameters, objective, classes):
    game = Game(parameters(objective={"kind": objective}), (2,), 0, classes)
    sides = [
        Batch(
            tensor(RANDOM.standard_normal((8, 2)), "float32"),
            None if classes is None else tensor(RANDOM.integers(0, 3, 8), "int32"),
        )
        for _ in range(3)
    ]
    real, generated, *slopes, _ = columns(game, *sides)
    of_loss, of_score = _crossed(game, *sides[:2])
    np.testing.assert_allclose(slopes[0], 8 * np.asarray(of_loss), rtol=2e-5)
    np.testing.assert_allclose(slopes[1], np.asarray(of_score), rtol=2e-5)
    for told, side in zip((real, generated), sides, strict=False):
        np.testing.assert_allclose(told, np.asarray(game.judge(side)), rtol=1e-5)
    assert np.asarray(slopes[1]).min() > 0
