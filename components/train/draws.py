"""What chance decides in a training, each a function of (seed, purpose, counter)."""

import math
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from components.train import backend
from components.train.seeds import derive
from components.train.threefry import Pair, scaled, threefry

SHIFT = 2.0**-32


class Draws:
    """Random numbers in float32 (float64 where that is the training's precision).

    Neither a stop and resume, nor how many steps a compiled call makes, nor the
    backend, nor the number of devices changes a draw: each is computed from the seed,
    the purpose's name and a counter, and depends on no draw before it.

    Args:
        seed: the trial's.
        dtype: `float32` or `float64`.
    """

    def __init__(self, seed: int, dtype: str = "float32") -> None:
        import keras

        self.words = np.array([derive(seed, "draws/0"), derive(seed, "draws/1")])
        self.words = self.words.astype(np.uint32)
        # A variable, not a constant: programs of different seeds are the same program,
        # and can be one over all seeds.
        self.seed = keras.Variable(
            self.words, dtype="uint32", trainable=False, name="seed"
        )
        self.dtype = dtype

    def blocks(self, count: int, purpose: str, counter: Any) -> Pair:
        """Two words (count,) for each of `count` indices."""
        from keras import ops

        index = ops.cast(ops.arange(count, dtype="int32"), "uint32")
        word = ops.array(derive(0, purpose), dtype="uint32")
        seed, counter = ops.convert_to_tensor(self.seed), ops.cast(counter, "uint32")
        first, second = _traced()(seed, index, word, counter)
        return ops.reshape(first, (count,)), ops.reshape(second, (count,))

    def uniform(self, shape: Sequence[int], purpose: str, counter: Any) -> Any:
        """Uniform in (0, 1), never 0 or 1: the middles of 2²³ (2³²) equal parts."""
        first, second = self.blocks(_half(shape), purpose, counter)
        return self._shaped([self._unit(first), self._unit(second)], shape)

    def normal(self, shape: Sequence[int], purpose: str, counter: Any) -> Any:
        """Standard normal, by Box and Muller's two numbers from two."""
        from keras import ops

        first, second = self.blocks(_half(shape), purpose, counter)
        radius = ops.sqrt(-2.0 * ops.log(self._unit(first)))
        angle = 2.0 * math.pi * self._unit(second)
        pair = [radius * ops.cos(angle), radius * ops.sin(angle)]
        return self._shaped(pair, shape)

    def integers(self, count: int, purpose: str, counter: Any, limit: Any) -> Any:
        """Whole numbers (count,) in [0, limit), int32."""
        from keras import ops

        words = self.blocks(count, purpose, counter)[0]
        drawn = scaled(words, ops.cast(limit, "uint32"), ops)
        return ops.cast(drawn, "int32")

    def integers_on_host(
        self, count: int, purpose: str, counter: Any, limit: int
    ) -> Any:
        """The same numbers as `integers`, by NumPy: what a loader reads ahead.

        Of counters (t,) rather than one: (t, count).
        """
        index = np.arange(count, dtype=np.uint32)
        number = np.asarray(counter, np.uint32)[..., None]
        word = np.array(derive(0, purpose), np.uint32)
        words = _blocks(self.words, index, word, number, np)[0]
        return scaled(words, np.array(limit, np.uint32), np).astype(np.int32)

    def _unit(self, words: Any) -> Any:
        from keras import ops

        if self.dtype == "float64":
            return (ops.cast(words, "float64") + 0.5) * SHIFT
        # 23 bits and a half are exact in float32, so that no rounding reaches 1.
        high = ops.bitwise_right_shift(words, ops.array(9, dtype="uint32"))
        return (ops.cast(high, "float32") + 0.5) * 2.0**-23

    def _shaped(self, parts: list[Any], shape: Sequence[int]) -> Any:
        """The numbers of one part after those of the other, in a shape.

        A choice in every place, which XLA makes for many places at a time; joined end
        to end, places are computed one by one (some 50 µs a step on the ring).
        """
        from keras import ops

        first, second = (ops.expand_dims(part, 0) for part in parts)
        row = ops.expand_dims(ops.arange(2, dtype="int32"), 1)
        both = ops.reshape(ops.where(row == 0, first, second), (-1,))
        return ops.reshape(both[: math.prod(shape)], tuple(shape))


def _half(shape: Sequence[int]) -> int:
    return -(-math.prod(shape) // 2)


@cache
def _traced() -> Any:
    """`_blocks` in Keras: hundreds of operations, and all of a program's draws.

    A GPU would start a kernel or more at every turn of a loop, and so has none.
    """
    from keras import ops

    known = backend.current()
    rolled = known.Devices().kind == "cpu"
    compiled = partial(_blocks, ops=ops, rolled=rolled)
    return known.reused(compiled, partial(_blocks, ops=np))


def _blocks(
    seed: Any, index: Any, word: Any, counter: Any, ops: Any, rolled: bool = False
) -> Pair:
    """A key for (seed, purpose, counter), then a block an index under that key."""
    key = threefry((seed[0:1], seed[1:2]), (word, counter), ops, rolled)
    return threefry(key, (index, ops.zeros_like(index)), ops, rolled)
