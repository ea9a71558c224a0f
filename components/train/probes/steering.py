"""Whether the generator's parameters can move samples where the game wants them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.train import backend
from components.train.probes import Probe, Series
from components.train.turn import Batch
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

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
        def asked(latents: Any, real: Any, *labels: Any) -> Any:
            """What the loss asks of each sample: its gradient, (n, *shape)."""
            known = labels or (None, None)

            def loss(x: Any) -> Any:
                given = Batch(real, known[0]), Batch(x, known[1])
                scores = game.generated_scores(*given)
                return game.params.objective.generator_loss(*scores)

            with game.primitives.without_updates():
                made = game.generate(latents, known[1], training=False)
                return game.primitives.input_gradient(loss, made.records)

        self.asked = game.primitives.compile_function(
            asked, game.variables, backend.probe_policy()
        )

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        bench = view.bench
        count = bench.batch
        labels = [each[:count] for each in bench.labels or ()]
        latents = bench.latents[:count]
        wish = np.asarray(self.asked(latents, bench.real[:count], *labels))
        flat = wish.reshape(count, -1)
        lengths = np.sqrt(np.square(flat).sum(axis=1, keepdims=True))
        random = np.random.default_rng(0).standard_normal((DRAWS, *flat.shape))
        random /= np.linalg.norm(random, axis=2, keepdims=True)

        def pull(slopes: Array) -> float:
            """Length of the gradient by G's parameters that slopes at samples make."""
            given = slopes.reshape(wish.shape).astype(wish.dtype)
            made = np.asarray(bench.generator_slopes(latents, given, *labels[1:]))
            return float(np.sqrt(np.square(made, dtype=np.float64).sum()))

        usual = float(np.sqrt(np.mean([pull(lengths * each) ** 2 for each in random])))
        yield "steering", pull(flat) / usual if usual > 0 else float("nan")
