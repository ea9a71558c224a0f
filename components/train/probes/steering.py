"""Whether the generator's parameters can move samples where the game wants them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from keras import ops

from components.train import backend
from components.train.probes import Probe, Series
from components.train.turn import Batch
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

DRAWS = 4
"""Random wishes that the game's is held against."""


class Steering(Probe):
    """‖Jᵀg‖ over ‖Jᵀr‖: g what the loss asks of each sample, J how samples move with
    the parameters, r directions at random, for each sample as long as g's.

    Where the generator can do what is asked, the first is large until it has done it,
    and then g has become as patternless as r. Well below 1 something systematic is
    asked for that no parameter can give: the network, or its latents, are too small.
    """

    rare: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "steering": Series(
            "gradient by G's parameters that the samples' gradients make, over that of "
            "random ones of the same lengths",
            "≥ 0; well below 1: G cannot follow",
        ),
    }

    def __init__(self, game: "Game") -> None:
        self.game = game
        primitives, generator = game.primitives, game.players[1]

        def pulls(latents: Any, real: Any, draws: Any, *labels: Any) -> Any:
            """Lengths of the gradients: of what is asked, then of each random wish."""
            sides = labels or (None, None)
            records = Batch(real, sides[0])

            def made() -> Any:
                return game.generate(latents, sides[1], training=False).records

            def loss(x: Any) -> Any:
                scores = game.generated_scores(records, Batch(x, sides[1]))
                return game.params.objective.generator_loss(*scores)

            with primitives.without_updates():
                asked = primitives.input_gradient(loss, made())
                flat = ops.reshape(asked, (asked.shape[0], -1))
                lengths = ops.sqrt(ops.sum(ops.square(flat), axis=1, keepdims=True))
                wishes = [flat, *(lengths * draws[index] for index in range(DRAWS))]

                def moved(wish: Any) -> Any:
                    _, slopes = primitives.value_and_grad(
                        lambda: ops.sum(ops.reshape(made(), wish.shape) * wish),
                        generator.variables,
                    )
                    return ops.sqrt(sum(ops.sum(ops.square(s)) for s in slopes))

                return ops.stack([moved(wish) for wish in wishes])

        self.pulls = primitives.compile_function(
            pulls, game.variables, backend.probe_policy()
        )

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return bool(game.players[1].variables)

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        bench = view.bench
        count = bench.batch
        random = np.random.default_rng(0)
        draws = random.standard_normal((DRAWS, count, int(np.prod(self.game.shape))))
        draws /= np.linalg.norm(draws, axis=2, keepdims=True)
        given = [
            bench.latents[:count],
            bench.real[:count],
            draws.astype(bench.latents.dtype),
        ]
        if bench.labels is not None:
            given += [labels[:count] for labels in bench.labels]
        asked, *others = np.asarray(self.pulls(*given), np.float64)
        usual = float(np.sqrt(np.mean(np.square(others))))
        yield "steering", float(asked) / usual if usual > 0 else float("nan")
