"""Threefry-2x32: random words as a function of a key and a counter.

Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"; 20
rounds. Why not a backend's own generator: one written in plain operations draws the
same words on TensorFlow, on JAX and in NumPy, whatever compiles it, divides it over
devices or maps it over seeds, and a word can be had again without those before it.
"""

from collections.abc import Sequence
from typing import Any

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA
GROUPS = 5
"""Groups of four rounds, the key mixed in after each."""

Pair = tuple[Any, Any]


def threefry(key: Pair, counter: Pair, ops: Any, rolled: bool = False) -> Pair:
    """One block a counter: two words from two words.

    Args:
        key: two uint32, or arrays of them.
        counter: two uint32 arrays; all four broadcast together, and where it is rolled
            have the shape of the result's, or one element.
        ops: `numpy` or `keras.ops`.
        rolled: whether groups are a loop's turns, not one after the other. It is a
            fifth of the code to compile: on a CPU four of the eight seconds that a
            small game's loop takes to compile, and no step is slower for it.
    """
    parity = ops.bitwise_xor(ops.bitwise_xor(key[0], key[1]), _word(PARITY, ops))
    state = (counter[0] + key[0], counter[1] + key[1], *key, parity)
    if rolled:
        table = ops.array(ROTATIONS, dtype="uint32")

        def turn(number: Any, state: Sequence[Any]) -> tuple[Any, ...]:
            row = ops.take(table, number % len(ROTATIONS), axis=0)
            added = ops.cast(number + 1, "uint32")
            return _mixed(state, [row[place] for place in range(4)], added, ops)

        state = ops.fori_loop(0, GROUPS, turn, state)
    else:
        for number in range(GROUPS):
            distances = [_word(each, ops) for each in ROTATIONS[number % 2]]
            state = _mixed(state, distances, _word(number + 1, ops), ops)
    first, second, *_ = state
    return first, second


def _mixed(
    state: Sequence[Any], distances: Sequence[Any], added: Any, ops: Any
) -> tuple[Any, ...]:
    """A group of rounds: two words, and the key's three, the next one first."""
    first, second, *keys = state
    for distance in distances:
        first = first + second
        second = ops.bitwise_xor(_rotated(second, distance, ops), first)
    keys = [*keys[1:], keys[0]]
    return first + keys[0], second + keys[1] + added, *keys


def scaled(word: Any, limit: Any, ops: Any) -> Any:
    """The upper half of word times limit, both uint32: evenly in [0, limit).

    Off by at most limit / 2³² in any value's probability.
    """
    low, high = word & _word(0xFFFF, ops), _right(word, 16, ops)
    small, large = limit & _word(0xFFFF, ops), _right(limit, 16, ops)
    middle = high * small + _right(low * small, 16, ops)
    carried = low * large + (middle & _word(0xFFFF, ops))
    return high * large + _right(middle, 16, ops) + _right(carried, 16, ops)


def _rotated(word: Any, distance: Any, ops: Any) -> Any:
    left = ops.bitwise_left_shift(word, distance)
    right = ops.bitwise_right_shift(word, _word(32, ops) - distance)
    return ops.bitwise_or(left, right)


def _right(word: Any, distance: int, ops: Any) -> Any:
    return ops.bitwise_right_shift(word, _word(distance, ops))


def _word(value: int, ops: Any) -> Any:
    return ops.array(value, dtype="uint32")
