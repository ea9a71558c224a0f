"""Our objectives agree with tensorflow-gan's losses, where it has them."""

import numpy as np
import pytest

from components.tfgan import import_tensorflow_gan
from components.train.objectives.hinge import Hinge
from components.train.objectives.least_squares import LeastSquares
from components.train.objectives.minimax import Minimax
from components.train.objectives.non_saturating import NonSaturating
from components.train.objectives.wasserstein import Wasserstein

# What tensorflow-gan calls each; smoothing of labels is off in ours.
# Its minimax generator's loss carries a constant, that of real scores of 1.
PAIRS = [
    (Minimax(), "minimax", {"label_smoothing": 0.0}, np.log1p(np.exp(-1.0))),
    (NonSaturating(), "modified", {"label_smoothing": 0.0}, 0.0),
    (Wasserstein(), "wasserstein", {}, 0.0),
    (Hinge(), "wasserstein_hinge", {}, 0.0),
    (LeastSquares(), "least_squares", {}, 0.0),
]


@pytest.fixture(scope="module")
def scores():
    random = np.random.default_rng(0)
    real, generated = random.normal(1, 3, 64), random.normal(-1, 3, 64)
    return real.astype(np.float32), generated.astype(np.float32)


@pytest.mark.parametrize(
    ("ours", "name", "options", "constant"),
    PAIRS,
    ids=[pair[0].kind for pair in PAIRS],
)
def test_losses_agree(scores, ours, name, options, constant):
    wargs = import_tensorflow_gan().losses.wargs
    real, generated = scores
    theirs = getattr(wargs, f"{name}_discriminator_loss")(real, generated, **options)
    loss = ours.discriminator_loss(real, generated)
    # Means of 64 float32 values: a few ulps.
    assert float(loss) == pytest.approx(float(theirs), rel=1e-6)
    theirs = getattr(wargs, f"{name}_generator_loss")(generated)
    assert float(ours.generator_loss(None, generated)) == pytest.approx(
        float(theirs) + constant, rel=1e-6
    )
