"""Streamed training: the same bits as resident, in little memory, or a refusal."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from components.artifacts import Curriculum
from components.train import shards, timetable, trainer
from components.train.feeds import Resident, Streamed, feed_of
from components.train.game import Game
from components.train.shards import ShardError, open_shards

ROOT = Path(__file__).parents[3]
STREAMED = {"residence": "streamed", "chunk_bytes": 1 << 12}
SHORT = {"steps": 12, "telemetry": {"every": 6, "snapshots": 1, "probe_size": 16}}
TWO_TURNS = {
    "discriminator_steps": 2,
    "pacing": {"kind": "linear"},
    "checkpoint": {"every": 4},
}
GAMES = {
    "two_turns_linear": TWO_TURNS,
    "relativistic": {"objective": {"kind": "relativistic"}, "discriminator_steps": 2},
    "conditional": {"conditional": True},
    # What is read ahead for the old limit is read anew when a tier joins early.
    "competence": {"pacing": {"kind": "competence", "precision": 0.01, "every": 3}},
}


@pytest.fixture(scope="module")
def labelled(curriculum_from_arrays, tmp_path_factory):
    """Points of two classes, in three tiers."""
    labels = np.arange(120) % 2
    points = np.random.default_rng(1).standard_normal((120, 2)) + 4 * labels[:, None]
    return curriculum_from_arrays(
        tmp_path_factory.mktemp("labelled"),
        points[:90],
        points[90:],
        labels=(labels[:90], labels[90:]),
        classes=("low", "high"),
        tiers=3,
    )


@pytest.fixture
def single_steps(monkeypatch):
    """One step in each compiled call, and each reported."""
    monkeypatch.setattr(timetable, "FIRST_CALL", 1)
    monkeypatch.setattr(timetable, "SECONDS_A_CALL", 0.0)
    monkeypatch.setattr(trainer, "SECONDS_A_REPORT", 0.0)


def divided(curriculum, folder, rows):
    """The same curriculum, its training records in shards of so many, out of order."""
    copy = Curriculum(str(folder))
    copy.write_json("curriculum.json", curriculum.info())
    copy.write_table(
        "holdout/part-00000.arrow", curriculum.read_table("holdout/part-00000.arrow")
    )
    table = curriculum.read_table("train/part-00000.arrow")
    firsts = range(0, len(table), rows)
    for number, first in enumerate(reversed(firsts)):
        copy.write_table(
            f"train/part-{number:05d}.arrow", table.slice(first, rows).combine_chunks()
        )
    return copy


@pytest.mark.parametrize("name", GAMES)
def test_streamed_training_equals_resident(
    play, parameters, content, labelled, tmp_path, name
):
    """Chunks of five steps and fewer, from five shards, against one on the device."""
    settings = SHORT | GAMES[name]
    resident = play(
        parameters(**settings, data={"residence": "resident"}), data=labelled
    )
    shuffled = divided(labelled, tmp_path / "shards", 20)
    five_steps = {"residence": "streamed", "chunk_bytes": 5 * 3 * 8 * 2 * 4}
    streamed = play(parameters(**settings, data=five_steps), data=shuffled)
    assert content(streamed) == content(resident)


class Failed(Exception):
    pass


def test_resumed_streaming_equals_uninterrupted(
    play, parameters, content, make_context, single_steps
):
    """Failing between two checkpoints, and going on with records elsewhere."""
    context, reached = make_context(), []

    def fail(step, total, fields):
        if step >= 7:
            raise Failed

    streamed = parameters(**SHORT, **TWO_TURNS, data=STREAMED)
    resident = parameters(**SHORT, **TWO_TURNS, data={"residence": "resident"})
    context.report = fail
    with pytest.raises(Failed):
        play(streamed, context=context)
    context.report = lambda step, total, fields: reached.append(step)
    resumed = play(streamed, context=context)
    assert reached[0] == 5
    # Its last checkpoint, of step 8, is one of a resident training as well.
    reached.clear()
    moved = play(resident, context=context)
    assert reached[0] == 9
    whole = content(play(streamed))
    assert whole == content(resumed) == content(moved)


def test_auto_streams_what_exceeds_its_bound(parameters, curriculum):
    """90 records of two float32 are 720 bytes."""
    with open_shards(curriculum, "train") as train:
        for most, kind in ((720, Resident), (719, Streamed)):
            game = Game(parameters(data={"device_bytes": most}), (2,), seed=0)
            with closing(feed_of(game, train, set(), lambda _, limit: limit)) as feed:
                assert type(feed) is kind


def test_neither_pacing_nor_the_length_of_a_call_compiles_anew(
    play, parameters, monkeypatch
):
    """Calls of 3, 2 and 1 steps, limits at nine steps: as many traces as of one."""
    traced, step = [], Game.step

    def counted(self, *arguments):
        traced.append(self)
        return step(self, *arguments)

    monkeypatch.setattr(Game, "step", counted)
    monkeypatch.setattr(timetable, "FIRST_CALL", 1)
    play(parameters(**SHORT | {"steps": 1}, data=STREAMED))
    once = len(traced)
    assert once >= 1
    monkeypatch.setattr(timetable, "FIRST_CALL", 3)
    pacing = {"kind": "step", "until": 0.5}
    play(parameters(**SHORT, pacing=pacing, data=STREAMED))
    assert len(traced) == 2 * once


def test_a_truncated_shard_is_named(play, parameters, curriculum, tmp_path):
    copy = divided(curriculum, tmp_path / "torn", 30)
    name = "train/part-00001.arrow"
    copy.write_bytes(name, copy.read_bytes(name)[:-100])
    with pytest.raises(ShardError, match=f"Cannot read .*torn/{name}"):
        play(parameters(data=STREAMED), data=copy)


def test_a_missing_shard_is_named(curriculum, tmp_path):
    copy = divided(curriculum, tmp_path / "gap", 30)
    Path(copy.path("train/part-00001.arrow")).unlink()
    with (
        pytest.raises(ShardError, match=r"Expected 90.*no train/part-00001\.arrow"),
        open_shards(copy, "train"),
    ):
        pass


def test_records_are_checked_a_little_at_a_time(curriculum, monkeypatch):
    """At most ten values at once are looked at, and every one of them."""
    monkeypatch.setattr(shards, "CHECKED_VALUES", 10)
    seen, isfinite = [], np.isfinite

    def looked(values):
        seen.append(values.size)
        return isfinite(values)

    with open_shards(curriculum, "train") as train:
        monkeypatch.setattr(np, "isfinite", looked)
        train.check_finite()
    assert max(seen) == 10
    assert sum(seen) == 90 * 2


MEMORY = r"""
import gc, json, math, os, sys, threading
import numpy as np, pyarrow as pa
from unittest import mock
from components.artifacts import Curriculum
from components.component import Context
from components.directory import Directory
from components.train import backend
from components.train.params import TrainParams
from components.train.shards import ShardError
from components.train.stage import train

base, params = sys.argv[1], json.loads(sys.argv[2])
SHAPE, ROWS, PARTS = [32, 32, 3], 1 << 12, 8
WIDTH = math.prod(SHAPE)
values = np.random.default_rng(0).standard_normal((ROWS, WIDTH), "float32")

def table(number, values):
    rows = len(values)
    digests = [f"{number:032x}{row:032x}" for row in range(rows)]
    data = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), WIDTH)
    label = pa.array(np.full(rows, -1, "int32"))
    tier = pa.array(np.zeros(rows, "int32"))
    difficulty = pa.array(np.full(rows, number / 8))
    names = ["digest", "label", "tier", "difficulty", "data"]
    return pa.table([digests, label, tier, difficulty, data], names)

def curriculum(name, parts):
    made = Curriculum(f"{base}/{name}")
    for number, part in enumerate(parts):
        made.write_table(f"train/part-{number:05d}.arrow", table(number, part))
    made.write_table("holdout/part-00000.arrow", table(9, values[:64]))
    counts = {"train": sum(map(len, parts)), "holdout": 64}
    made.write_json("curriculum.json", {"shape": SHAPE, "counts": counts})
    return made

def anonymous():
    with open("/proc/self/status") as file:
        return next(1024 * int(x.split()[1]) for x in file if x.startswith("RssAnon"))

def peak(data, residence):
    gc.collect()
    pa.default_memory_pool().release_unused()
    most, ended = [anonymous()], threading.Event()
    def watch():
        while not ended.wait(0.01):
            most[0] = max(most[0], anonymous())
    watching = threading.Thread(target=watch)
    watching.start()
    context = Context(
        create=lambda kind: kind(f"{data.url}/{residence}/{kind.type}"),
        scratch=Directory(f"{data.url}/{residence}/scratch"),
    )
    told = {"residence": residence, "chunk_bytes": 1 << 20}
    try:
        given = TrainParams.model_validate_json(json.dumps(params | {"data": told}))
        with mock.patch.object(backend, "compile_policy", lambda *_: "graph"):
            train(data, given, seed=0, context=context)
    finally:
        ended.set()
        watching.join()
        peaks.append(most[0])

peaks = []
if sys.argv[3] == "small":
    small = curriculum("small", [values[:64]])
    del values
    peak(small, "streamed")
    print(json.dumps(peaks))
    sys.exit()
large = curriculum("large", [values] * PARTS)
broken = values[:64].copy()
broken[-1, -1] = np.nan
bad = curriculum("bad", [broken] * (PARTS + 1))
for number in range(PARTS):
    name = f"train/part-{number:05d}.arrow"
    os.replace(bad.path(name), bad.path("unused"))
    os.link(large.path(name), bad.path(name))
counts = {"train": PARTS * ROWS + 64, "holdout": 64}
bad.write_json("curriculum.json", {"shape": SHAPE, "counts": counts})
del values, broken
peak(large, "streamed")
try:
    peak(bad, "streamed")
except ShardError as error:
    said = str(error)
peak(large, "resident")
print(json.dumps({"bytes": PARTS * ROWS * WIDTH * 4, "peaks": peaks, "said": said}))
"""


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Linux tells of its memory"
)
def test_memory_does_not_grow_with_the_data(parameters, tmp_path):
    """Anonymous memory of 403 MB streamed, refused, and resident, over 0.8 MB's.

    Each first in its process: TensorFlow keeps something of every training.
    """
    params = parameters(**SHORT | {"steps": 40}).model_dump(mode="json")
    told = []
    for which in ("small", "large"):
        command = [sys.executable, "-c", MEMORY, str(tmp_path / which)]
        command += [json.dumps(params), which]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout.splitlines()[-1]))
    small, (streamed, refused, resident) = told[0][0], told[1]["peaks"]
    size = told[1]["bytes"]
    assert streamed - small < size / 10, told
    assert refused - streamed < size / 10, told
    assert "bad/train/part-00008.arrow" in told[1]["said"]
    # The measure sees what it is to see.
    assert resident - streamed > size, told
