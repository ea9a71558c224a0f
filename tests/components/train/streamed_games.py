"""Plays small games on Keras's backend, with records resident and streamed.

Run as `python streamed_games.py URL GAMES OUT`, with KERAS_BACKEND set. URL is of a
curriculum with classes; GAMES is JSON, a list of [policy, TrainParams]. OUT is JSON: of
each game every weight and reading after the last step, as hex, for each residence, and
how often a step was traced by the first call and by all.
"""

import json
import sys
from contextlib import closing
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[3]))

from components.artifacts import Curriculum
from components.train.feeds import feed_of
from components.train.game import START, Game
from components.train.params import TrainParams
from components.train.precision import precision
from components.train.records import class_count, opened

LIMITS = {0: 8, 7: 20, 16: 30}
LENGTHS = (1, 3, 4, 16)


def foreseen(step, limit):
    """As pacing by competence has it at step 7, and pacing by time at 16."""
    return 30 if step == 16 else limit


def data(residence, batches):
    """Five steps a chunk."""
    size = 4 * 16 * 8 * batches
    return {"residence": residence, "chunk_bytes": 5 * size}


def play(params, policy, curriculum, residence):
    params = TrainParams.model_validate_json(json.dumps(params))
    with opened(curriculum, params.precision) as (train, holdout):
        classes = (
            class_count(curriculum, train, holdout) if params.conditional else None
        )
        game = Game(params, train.shape, 3, classes)
        batches = game.real_batches * (1 + (params.precision == "float64"))
        params = params.model_copy(
            update={"data": type(params.data)(**data(residence, batches))}
        )
        game.params, traces = params, []

        def step(*arguments):
            traces.append(1)
            return Game.step(game, *arguments)

        loop = game.primitives.compile_loop(step, game.variables, policy, game.devices)
        feed = feed_of(game, train, set(LIMITS), foreseen)
        with closing(feed):
            carry, first = through(loop, feed, params.steps, traces)
        weights = [np.asarray(v) for p in game.players for v in p.model.variables]
        told = np.array([float(carry[name]) for name in sorted(carry)])
        content = b"".join(array.tobytes() for array in (*weights, told))
    return {"content": content.hex(), "traces": [first, len(traces)], "feed": str(feed)}


def through(loop, feed, steps, traces):
    at, number, limit, carry, first = 0, 0, 0, dict(START), 0
    while at < steps:
        limit = LIMITS.get(at, limit)
        given, end = feed.of(at, limit)
        end = min([end, *(change for change in LIMITS if change > at)])
        count = min(LENGTHS[number % len(LENGTHS)], end - at)
        carry = loop(at, count, carry, given)
        carry = {name: float(value) for name, value in carry.items()}
        first = first or len(traces)
        at, number = at + count, number + 1
    return carry, first


def main(url, source, target):
    played = []
    for policy, params in json.loads(Path(source).read_text()):
        with precision(params.get("precision", "float32")):
            played.append(
                {
                    residence: play(params, policy, Curriculum(url), residence)
                    for residence in ("resident", "streamed")
                }
            )
        print(policy, params, file=sys.stderr, flush=True)
    Path(target).write_text(json.dumps(played))


if __name__ == "__main__":
    main(*sys.argv[1:])
