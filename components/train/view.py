"""What probes look at: the game on fixed records and fixed latents."""

from functools import cached_property
from typing import Any

import numpy as np

from components.manifold import PRDC, Memberships
from components.train.bench import Bench
from components.train.checkpoints import State

Array = np.ndarray[Any, Any]

PLAYERS = ("generator", "discriminator")
BATCH_STATISTICS = ("batch", "batch_split")


class View:
    """The game at one step; what is computed is computed once.

    Args:
        bench: the fixed part.
        state: of the training.
        tier: the highest tier drawn from in the last step.
    """

    def __init__(self, bench: Bench, state: State, tier: int) -> None:
        self.bench, self.tier = bench, tier
        self.carry, self.step, self.limit = state.carry, state.step, state.limit
        self.memory = state.memory
        self._fields: dict[int, Array] = {}
        self.real, self.holdout = bench.real, bench.holdout
        normalization = bench.game.params.discriminator.normalization
        self.batch_statistics = normalization in BATCH_STATISTICS
        self.reads_mates = bench.game.params.discriminator.reads_mates
        self.mates = bench.batch * (2 if normalization == "batch" else 1)

    @cached_property
    def _seen(self) -> list[Array]:
        lengths = [self.carry[f"{name}_gradient_norm"] for name in PLAYERS]
        return self.bench.look(lengths)

    @property
    def weights(self) -> Array:
        """All parameters as one vector (n,), as `Field` orders them."""
        return self._seen[10]

    def field(self, number: int = 0, weights: Array | None = None) -> Array:
        """What the players descend along, (n,), on a batch of its own.

        Args:
            number: of the batch; the same number draws the same batch at every step,
                while as many records are drawn from.
            weights: (n,) at which; None: where the players are.
        """
        if weights is not None:
            return self.bench.field.at(weights, self.step, self.limit, number)
        if number not in self._fields:
            self._fields[number] = self.bench.field.at(
                self.weights, self.step, self.limit, number
            )
        return self._fields[number]

    def product(self, direction: Array, number: int = 0) -> Array:
        """The transpose of the field's Jacobian times a vector, both (n,)."""
        seen, product = self.bench.field.product(
            self.weights, direction, self.step, self.limit, number
        )
        self._fields.setdefault(number, seen)
        return product

    def images(
        self, products: int, number: int, roots: Any = 1.0, joint: bool = True
    ) -> dict[str, Array]:
        """The Jacobian's images for `ritz_values`, by player, see `Field.look`."""
        field = self.bench.field
        # No direction is special to a network, and runs must agree to the bit.
        start = np.random.default_rng(0).standard_normal(field.size)
        told = self.step, self.limit, number, products, start, roots, joint
        seen, images, _ = field.look(self.weights, *told)
        self._fields.setdefault(number, np.asarray(seen, np.float64))
        return dict(zip(field.sides, images, strict=True))

    def pulled(self, slopes: Array) -> Array:
        """Slopes by what G makes as slopes by its parameters, (p,) float64.

        Args:
            slopes: of a function of `generated`, in its shape.
        """
        count, told = len(slopes), self.bench.labels
        labels = [] if told is None else [told[1][:count]]
        given = self.bench.latents[:count], slopes.astype(self.bench.latents.dtype)
        pulled = self.bench.generator_slopes(*given, *labels)
        return np.asarray(pulled, np.float64)

    @property
    def samples(self) -> Array:
        """Of the generator that a user takes home."""
        return self._seen[0]

    @property
    def generated(self) -> Array:
        """Of the generator that D plays against, as many as records in `real`."""
        return self._seen[1]

    @property
    def scores_real(self) -> Array:
        """D on held-out records, batched as in training, (n,)."""
        return self._seen[2]

    @property
    def scores_generated(self) -> Array:
        """D on samples, batched as in training, (n,)."""
        return self._seen[3]

    @property
    def sample_gradients(self) -> Array:
        """‖dL_G/dx‖ of each sample, the batch mean undone, (n,)."""
        return self._seen[4]

    @property
    def score_gradients(self) -> Array:
        """‖∇D(x)‖ at each sample, (n,)."""
        return self._seen[5]

    @property
    def slopes_between(self) -> Array:
        """‖∇D(x)‖ at points between held-out records and samples, (n,)."""
        return self._seen[6]

    @property
    def finite(self) -> bool:
        """Whether everything that training changes is a number."""
        return bool(self._seen[7])

    @property
    def weight_max(self) -> float:
        """The largest magnitude of a parameter."""
        return float(self._seen[8])

    @property
    def update_underflow_share(self) -> float:
        """`components.train.rounding.lost_share` of both players."""
        return float(self._seen[9])

    @property
    def last_steps(self) -> dict[str, float]:
        """How long each player's last step was, NaN where nothing tells it."""
        return dict(zip(PLAYERS, self._seen[11].tolist(), strict=True))

    @property
    def activity(self) -> tuple[list[Array], list[Array]]:
        """What the layers of G and those of D do, see `components.train.activity`."""
        count = len(self.real)
        labels = [each[:count] for each in self.bench.labels or ()]
        latents = self.bench.latents[:count]
        return self.bench.activity.look(latents, self.real, *labels)

    def judge(self, rows: Array) -> Array:
        """D on training batches, each for itself, (b, n) scores.

        Args:
            rows: (b, n) of the held-out records in `real`, then of as many samples.
        """
        return np.asarray(self.bench.judge(*self._at(rows)))

    def judge_alone(self, rows: Array) -> Array:
        """D by its running statistics on each of the rows (n,), as in `judge`."""
        return np.asarray(self.bench.alone(*self._at(rows)))

    def _at(self, rows: Array) -> list[Array]:
        pools = [np.concatenate([self.real, self.generated])]
        if self.bench.labels is not None:
            real, generated = self.bench.labels
            pools.append(np.concatenate([real, generated[: len(real)]]))
        return [pool[rows] for pool in pools]

    @cached_property
    def memberships(self) -> Memberships:
        """What each sample, and each record of the holdout, contributes to quality."""
        return self.bench.memberships(self.holdout, self.samples, self.bench.radii)

    def quality(self) -> PRDC:
        """Precision and its kin of the samples against the holdout."""
        return self.memberships.means()
