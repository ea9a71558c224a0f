"""Threefry-2x32: random words as a function of a key and a counter.

Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"; 20
rounds. Why not a backend's own generator: one written in plain operations draws the
same words on TensorFlow, on JAX and in NumPy, whatever compiles it, divides it over
devices or maps it over seeds, and a word can be had again without those before it.
"""

from typing import Any

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA
GROUPS = 5
"""Groups of four rounds, the key mixed in after each."""

Pair = tuple[Any, Any]


def threefry(key: Pair, counter: Pair, ops: Any) -> Pair:
    """One block a counter: two words from two words.

    Args:
        key: two uint32, or arrays of them.
        counter: two uint32 arrays; all four broadcast together.
        ops: `numpy` or `keras.ops`.
    """
    parity = ops.bitwise_xor(ops.bitwise_xor(key[0], key[1]), _word(PARITY, ops))
    keys = (key[0], key[1], parity)
    first, second = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(GROUPS):
        for distance in ROTATIONS[group % 2]:
            first = first + second
            second = ops.bitwise_xor(_rotated(second, distance, ops), first)
        first = first + keys[(group + 1) % 3]
        second = second + keys[(group + 2) % 3] + _word(group + 1, ops)
    return first, second


def scaled(word: Any, limit: Any, ops: Any) -> Any:
    """The upper half of word times limit, both uint32: evenly in [0, limit).

    Off by at most limit / 2³² in any value's probability.
    """
    low, high = word & _word(0xFFFF, ops), _right(word, 16, ops)
    small, large = limit & _word(0xFFFF, ops), _right(limit, 16, ops)
    middle = high * small + _right(low * small, 16, ops)
    carried = low * large + (middle & _word(0xFFFF, ops))
    return high * large + _right(middle, 16, ops) + _right(carried, 16, ops)


def _rotated(word: Any, distance: int, ops: Any) -> Any:
    left = ops.bitwise_left_shift(word, _word(distance, ops))
    return ops.bitwise_or(left, _right(word, 32 - distance, ops))


def _right(word: Any, distance: int, ops: Any) -> Any:
    return ops.bitwise_right_shift(word, _word(distance, ops))


def _word(value: int, ops: Any) -> Any:
    return ops.array(value, dtype="uint32")
