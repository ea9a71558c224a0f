"""When a device's memory runs out: which batch would have fitted."""

import gc
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeVar

from components.train import backend
from components.train.backend.devices import DeviceMemoryError
from components.train.feeds import feed_of
from components.train.game import START, Game
from components.train.params import TrainParams
from components.train.shards import Shards
from components.train.together import seeds_loop

T = TypeVar("T")


def tried(function: Callable[[], T]) -> tuple[T | None, str]:
    """What a function returns; None, and the reason, where memory runs out.

    Not in a handler, which would keep what filled the memory: once this returns, all
    that the function had made is free.
    """
    try:
        return function(), ""
    except Exception as error:
        if not backend.current().out_of_memory(error):
            raise
        failure = str(error).strip().partition("\n")[0].rstrip(".")
    gc.collect()
    return None, failure


def advice(
    failure: str,
    params: TrainParams,
    seeds: Sequence[int],
    train: Shards,
    classes: int | None,
) -> DeviceMemoryError:
    """The error to raise after memory ran out, which it names a smaller batch for.

    Args:
        failure: what the backend said.
        params: of the trainings that failed, and their seeds, records and classes.
    """
    facts = backend.current().Devices(params.devices).facts
    where = f"{facts.count} {facts.kind}" + (
        f" ({facts.name})" if facts.name != facts.kind else ""
    )
    received = f"Received: {params.batch_size}, at which memory ran out: {failure}"
    if len(seeds) > 1 and fits(params, params.batch_size, seeds[:1], train, classes):
        return DeviceMemoryError(
            f"Invalid value for `vectorize_seeds`. Expected no more seeds at once than "
            f"fit the memory of {where}. Received: {len(seeds)}, with which memory ran "
            f"out: {failure}. Set `vectorize_seeds` to false: a step of one seed was "
            f"tried, and fits; or train fewer seeds at a time."
        )
    fitting = largest(params, lambda batch: fits(params, batch, seeds, train, classes))
    if fitting is None:
        return DeviceMemoryError(
            f"Invalid value for `generator` and `discriminator`. Expected networks of "
            f"which one step, beside {train.nbytes / 2**20:,.0f} MiB of records, "
            f"fits the memory of {where}. {received}. Not even a step of "
            f"`batch_size` {unit(params)} fits: make the networks smaller."
        )
    return DeviceMemoryError(
        f"Invalid value for `batch_size`. Expected a batch of which a step fits the "
        f"memory of {where}. {received}. Set `batch_size` to {fitting}: a step of that "
        f"was tried, and fits."
    )


def unit(params: TrainParams) -> int:
    """What every batch size of a training is a multiple of."""
    packs = params.discriminator.packing * params.devices
    return 2 * packs if params.discriminator.normalization == "batch_split" else packs


def largest(params: TrainParams, fits: Callable[[int], bool]) -> int | None:
    """The first that fits of half the batch size, a quarter, …; None if none does."""
    smallest = unit(params)
    batch = params.batch_size
    while batch > smallest:
        batch = max(batch // 2 // smallest, 1) * smallest
        if fits(batch):
            return batch
    return None


def fits(
    params: TrainParams,
    batch: int,
    seeds: Sequence[int],
    train: Shards,
    classes: int | None,
) -> bool:
    """Whether one step with batches of a size runs, as training would compile it."""

    def step() -> bool:
        smaller = params.model_copy(update={"batch_size": batch})
        games = [Game(smaller, train.shape, seed, classes) for seed in seeds]
        game, carries = games[0], [dict(START) for _ in games]
        with closing(feed_of(game, train, set(), lambda step, limit: limit)) as feed:
            fed = feed.of(0, len(train))[0]
            if params.vectorize_seeds:
                members = [each.variables for each in games]
                loop = seeds_loop(game)
                told = loop(0, 1, carries, members, [fed for _ in games])
            else:
                compiled = game.primitives.compile_loop(
                    game.step, game.variables, game.policy, game.devices
                )
                told = [compiled(0, 1, carries[0], fed)]
        # Backends answer before they have computed.
        values = [value for carry in told for value in carry.values()]
        return all(isinstance(float(value), float) for value in values)

    return tried(step)[0] is not None
