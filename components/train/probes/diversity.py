"""How the generator's loss bends where its samples would become more diverse."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from keras import ops

from components.train import backend
from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

FEATURES = 8
"""Directions, at most, in which samples are looked at."""
SAMPLES = 512
JITTER = 1e-6
"""Variance, in that of the records, below which samples count as one."""
NUMBER = 1_000_000


class Diversity(Probe):
    """Slope and curvature of the generator's loss along d = ∇θ log det Cov(G(z)).

    Along d the samples' volume grows fastest. A loss that neither falls nor bends along
    it does not lead out of a collapse; one that falls against it, or bends down, pulls
    into it. Samples of more than FEATURES numbers are looked at in that many fixed
    random directions.
    """

    rare: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "log_volume": Series(
            "log det of the samples' covariance over that of the records", "nats"
        ),
        "diversity_slope": Series(
            "cosine between the generator's descent and d", "-1 to 1; ≥ 0: widens"
        ),
        "diversity_curvature": Series(
            "curvature of the generator's loss along d", "per time"
        ),
    }

    def __init__(self, game: "Game") -> None:
        self.game = game
        size = int(np.prod(game.shape))
        random = np.random.default_rng(0)
        square = np.linalg.qr(random.standard_normal((size, min(size, FEATURES))))[0]
        self.directions = square.astype(np.float32)
        generator = game.players[1]

        def ascent(latents: Any, labels: Any, scale: Any) -> tuple[Any, Any]:
            """log det of the samples' covariance, and its gradient as one vector."""

            def volume() -> Any:
                told = labels if game.classes is not None else None
                made = game.generate(latents, told, training=False).records
                return log_det(self.seen(made), scale)

            with game.primitives.without_updates():
                value, slopes = game.primitives.value_and_grad(
                    volume, generator.variables
                )
            return value, ops.concatenate([ops.reshape(s, (-1,)) for s in slopes])

        self.ascent = game.primitives.compile_function(
            ascent, game.variables, backend.probe_policy()
        )

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return all(player.variables for player in game.players)

    def seen(self, records: Any) -> Any:
        """Records (n, *shape) in the chosen directions, (n, at most FEATURES)."""
        flat = ops.reshape(records, (records.shape[0], -1))
        return flat @ ops.cast(self.directions, flat.dtype)

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        bench = view.bench
        real = bench.real.reshape(len(bench.real), -1) @ self.directions
        covariance = np.atleast_2d(np.cov(real.T))
        scale = np.float32(np.trace(covariance) / len(covariance))
        jittered = covariance + JITTER * scale * np.eye(len(covariance))
        _, of_records = np.linalg.slogdet(jittered)
        latents = bench.latents[:SAMPLES]
        labels = np.zeros(0, np.int32)
        if bench.labels is not None:
            labels = bench.labels[1][:SAMPLES]
        volume, slope = map(np.asarray, self.ascent(latents, labels, scale))
        yield "log_volume", float(volume) - float(of_records)
        side = bench.field.sides["generator"]
        d = slope.astype(np.float64)
        length = float(np.linalg.norm(d))
        if not (np.isfinite(length) and length > 0):
            return
        d /= length
        descent = view.field(NUMBER)[side]
        norm = float(np.linalg.norm(descent))
        if norm > 0:
            yield "diversity_slope", float(descent @ d) / norm
        whole = np.zeros(bench.field.size)
        whole[side] = d
        yield "diversity_curvature", -float(view.product(whole, NUMBER)[side] @ d)


def log_det(values: Any, scale: Any) -> Any:
    """log det of the covariance of values (n, f), JITTER of `scale` added to it."""
    values = values - ops.mean(values, axis=0, keepdims=True)
    covariance = ops.matmul(ops.transpose(values), values) / (values.shape[0] - 1)
    jitter = ops.cast(JITTER * scale, covariance.dtype)
    lower = ops.cholesky(covariance + jitter * ops.eye(covariance.shape[0]))
    return 2.0 * ops.sum(ops.log(ops.diagonal(lower)))
