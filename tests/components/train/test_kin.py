"""Trainings of a kind, one after another: compiled once, and each as it is alone."""

import gc
import os
import subprocess
import sys
import weakref

import keras
import numpy as np
import pytest

from components.train import training
from components.train.lesson import Lesson
from components.train.probes import capacity
from components.train.training import LAST

RICH = {
    "ema": {"decay": {"kind": "linear", "start": 0.5, "end": 0.9}},
    "discriminator_steps": 2,
    "regularizers": {"r1": {"gamma": 1.0, "every": 2}},
    "discriminator": {"kind": "mlp", "units": [8], "normalization": "spectral"},
    "telemetry": {"every": 6, "snapshots": 2, "probe_size": 16, "rare": 1},
}
OTHER = {
    "update": {"kind": "optimistic"},
    "optimizer": {"kind": "sgd", "learning_rate": 0.01, "momentum": 0.5},
    "generator": {"kind": "mlp", "units": [8], "normalization": "batch"},
    "discriminator": {"kind": "mlp", "units": [8], "normalization": "batch"},
    "data": {"residence": "streamed", "chunk_bytes": 1024},
}


@pytest.fixture(autouse=True)
def _forget():
    LAST.trainer = None
    yield
    LAST.trainer = None


@pytest.fixture
def _lessons(monkeypatch):
    """Trainings as short as these begin with a lesson, too."""
    monkeypatch.setattr(capacity, "SHORTEST", 0)


@pytest.fixture(scope="module")
def others(curriculum_from_arrays, tmp_path_factory):
    """As many records as `curriculum` has, and others."""
    points = np.random.default_rng(5).standard_normal((120, 2))
    folder = tmp_path_factory.mktemp("others")
    return curriculum_from_arrays(folder, points[:90], points[90:], tiers=3)


@pytest.mark.parametrize("settings", [RICH, OTHER], ids=["rich", "other"])
def test_a_training_is_what_it_is_alone(play, parameters, content, others, settings):
    params = parameters(**settings)
    alone = content(play(params, seed=3, data=others))
    LAST.trainer = None
    first = play(params, seed=1)
    kept = LAST.trainer
    assert content(play(params, seed=3, data=others)) == alone
    # The next one is like the first: those between are not held on to.
    assert LAST.trainer is kept
    assert content(first) != alone


@pytest.mark.usefixtures("_lessons")
def test_one_that_follows_a_resumed_training_comes_out_as_by_itself(
    play, parameters, content, others, make_context
):
    """That one was taught no lesson, and its records are no longer there."""
    params = parameters(**RICH)
    alone = content(play(params, seed=3, data=others))
    context = make_context()
    for _ in range(2):
        LAST.trainer = None
        play(params, seed=1, context=context)
    assert content(play(params, seed=3, data=others)) == alone


@pytest.mark.usefixtures("_lessons")
def test_a_lesson_on_the_same_records_is_learnt_once(
    play, parameters, content, others, monkeypatch
):
    taught, teach = [], Lesson._taught

    def counted(self, *given):
        taught.append(self.digest)
        return teach(self, *given)

    monkeypatch.setattr(Lesson, "_taught", counted)
    params = parameters(**RICH)
    play(params, seed=1)
    count = len(taught)
    again = content(play(params, seed=2))
    assert count and len(taught) == count
    play(params, seed=2, data=others)
    assert len(taught) == 2 * count and taught[0] != taught[-1]
    LAST.trainer = None
    assert content(play(params, seed=2)) == again


def test_so_it_is_where_keras_runs_on_the_other_backend():
    """Keras knows one a process."""
    other = "jax" if keras.backend.backend() == "tensorflow" else "tensorflow"
    if "PYTEST_KIN" in os.environ:
        pytest.skip("this is the other process")
    command = [sys.executable, "-m", "pytest", "-q", "-n0", __file__]
    environment = {**os.environ, "KERAS_BACKEND": other, "PYTEST_KIN": "1"}
    told = subprocess.run(
        [*command, "-k", "it_is_alone and rich", "-p", "no:cacheprovider"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert "1 passed" in told.stdout, told.stdout + told.stderr


def test_what_is_compiled_captures_variables_of_its_game_alone(play, parameters):
    for settings in (RICH, OTHER):
        play(parameters(**settings), seed=1)
        trainer = LAST.take(LAST.kind)
        bench = trainer.bench
        made = [trainer.loop.compiled, bench._look, bench.field._look]
        for compiled in made:
            assert compiled.programs.known
            for _, captured in compiled.programs.known.values():
                assert captured and all(isinstance(each, int) for each in captured)


def test_another_kind_is_compiled_anew(play, parameters, monkeypatch):
    like = []
    monkeypatch.setattr(
        training,
        "Trainer",
        lambda *given, trainer=training.Trainer: (
            like.append(given[-1]) or trainer(*given)
        ),
    )
    for params, policy in (
        (parameters(), "graph"),
        (parameters(steps=25), "graph"),
        (parameters(steps=25), "graph"),
        (parameters(steps=25), "xla"),
    ):
        play(params, policy=policy)
    assert [each is not None for each in like] == [False, False, True, False]


def test_a_kept_trainer_holds_no_records(play, parameters):
    play(parameters())
    kept = LAST.trainer
    assert not kept.feed.fixed
    assert not kept.bench.train.views and len(kept.bench.train) == 90


def test_a_training_that_fails_keeps_nothing(play, parameters, make_context):
    play(parameters())
    context = make_context()

    def stop(*told):
        raise RuntimeError("enough")

    context.report = stop
    with pytest.raises(RuntimeError, match="enough"):
        play(parameters(), seed=1, context=context)
    assert LAST.trainer is None


def test_a_large_game_is_not_kept(play, parameters, monkeypatch):
    monkeypatch.setattr(training, "KEPT", 10)
    play(parameters())
    assert LAST.trainer is None


def test_a_trainer_that_gives_way_is_freed(play, parameters):
    play(parameters())
    freed = weakref.ref(LAST.trainer)
    play(parameters(steps=25))
    gc.collect()
    assert freed() is None
