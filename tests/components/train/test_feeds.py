"""Streamed records are resident records, on both backends and however compiled."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from components.train.feeds import Streamed
from components.train.game import Game
from components.train.shards import open_shards
from components.train.turn import Turn

PLAY = Path(__file__).with_name("streamed_games.py")
BASE = {
    "steps": 24,
    "batch_size": 8,
    "latents": {"size": 3},
    "generator": {"kind": "mlp", "units": [8]},
    "discriminator": {"kind": "mlp", "units": [8]},
}
COMPARING = BASE | {"discriminator_steps": 2, "objective": {"kind": "relativistic"}}
CLASSES = BASE | {
    "conditional": True,
    "discriminator": BASE["discriminator"] | {"normalization": "batch"},
}
IMAGES = BASE | {
    "generator": {"kind": "dcgan", "channels": [4]},
    "discriminator": {"kind": "dcgan", "channels": [4]},
    "update": {"kind": "extragradient"},
    "regularizers": {"instance_noise": {"std": 0.1}, "r1": {"every": 3}},
}
GAMES = {
    "tensorflow": [("xla", COMPARING), ("graph", CLASSES), ("graph", IMAGES)],
    "jax": [("xla", COMPARING | {"precision": "float64"}), ("step", CLASSES)],
}


@pytest.fixture(scope="module")
def labelled(curriculum_from_arrays, tmp_path_factory):
    """Noise of 4 by 4 pixels in two classes."""
    noise = np.random.default_rng(0).standard_normal((40, 4, 4, 1))
    labels = np.arange(40) % 2
    return curriculum_from_arrays(
        tmp_path_factory.mktemp("labelled"),
        noise[:30],
        noise[30:],
        labels=(labels[:30], labels[30:]),
        classes=("even", "odd"),
    )


@pytest.mark.parametrize("name", GAMES)
def test_a_game_ends_at_the_same_bits_wherever_its_records_lie(
    name, labelled, tmp_path
):
    """Chunks of five steps, calls of one to four, the limit changed foreseen and not.

    And nothing of it is traced a second time.
    """
    pytest.importorskip(name)
    source, target = tmp_path / "games.json", tmp_path / "played.json"
    source.write_text(json.dumps(GAMES[name]))
    subprocess.run(
        [sys.executable, str(PLAY), labelled.url, str(source), str(target)],
        env={**os.environ, "KERAS_BACKEND": name},
        check=True,
        timeout=240,
    )
    played = json.loads(target.read_text())
    assert len(played) == len(GAMES[name])
    for game in played:
        resident, streamed = game["resident"], game["streamed"]
        assert "5 steps a chunk" in streamed["feed"]
        assert streamed["content"] == resident["content"]
        first, all_of_them = streamed["traces"]
        assert first == all_of_them > 0
    # The content tells games apart.
    assert len({game["resident"]["content"] for game in played}) == len(played)


def test_every_turn_finds_the_rows_that_it_draws(parameters, labelled):
    """Of each step, each of D's turns and G's, in chunks whose ends fall anywhere."""
    params = parameters(
        steps=11,
        discriminator_steps=3,
        objective={"kind": "relativistic"},
        data={"residence": "streamed", "chunk_bytes": 3 * 4 * 8 * 16 * 4},
    )
    game = Game(params, (4, 4, 1), 5)
    with open_shards(labelled, "train") as train:
        everything = train[np.arange(30)]
        with closing(Streamed(game, train, {4, 8}, lambda at, limit: 30)) as feed:
            assert feed.capacity == 3
            for step in range(11):
                limit = 10 if step < 4 else 30
                given, end = feed.of(step, limit)
                assert step < end <= min(x for x in (4, 8, 11) if x > step)
                resident = {"data": everything, "limit": np.int32(limit)}
                for counter in range(3 * step, 3 * step + 3):
                    for purpose in ("records", "records/generator"):
                        if purpose != "records" and counter != 3 * step + 2:
                            continue
                        drawn = [
                            np.asarray(Turn(game, step, counter, x).real(purpose)[0])
                            for x in (resident, given)
                        ]
                        np.testing.assert_array_equal(*drawn)


def test_what_is_read_ahead_in_vain_is_read_anew(parameters, labelled):
    """And a chunk that could not be read says so when it is its turn, not before."""
    params = parameters(data={"residence": "streamed", "chunk_bytes": 2 * 8 * 16 * 4})
    game = Game(params, (4, 4, 1), 5)
    with open_shards(labelled, "train") as train:
        reads, read = [], train.read

        def counted(rows, records):
            reads.append(rows.max())
            if len(reads) == 4:
                raise OSError("the disk is gone")
            read(rows, records)

        train.read = counted
        with closing(Streamed(game, train, {2}, lambda at, limit: limit)) as feed:
            feed.of(0, 5)
            feed.of(2, 30)  # Ahead for 5 in vain; then for 30, which fails.
            feed.of(3, 30)
            with pytest.raises(OSError, match="the disk is gone"):
                feed.of(4, 30)
        assert sorted(reads[:3])[1] < 5 <= max(reads[:3])


def test_host_and_device_draw_the_same_integers(parameters):
    game = Game(parameters(), (2,), 5)
    counters = np.array([0, 1, 7, 2**31 - 1])
    for limit in (1, 3, 1000, 2**31 - 1):
        host = game.draws.integers_on_host(6, "x", counters, limit)
        assert host.shape == (4, 6)
        for row, counter in zip(host, counters.tolist(), strict=True):
            device = np.asarray(game.draws.integers(6, "x", counter, limit))
            np.testing.assert_array_equal(row, device)
            again = game.draws.integers_on_host(6, "x", counter, limit)
            np.testing.assert_array_equal(row, again)
