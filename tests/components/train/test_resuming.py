"""Determinism: whatever interrupts, divides or surrounds a training, the same bits."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from components.artifacts import Gan, Telemetry
from components.directory import Directory
from components.records import Modes
from components.train import timetable, trainer

ROOT = Path(__file__).parents[3]
RICH = {
    "objective": {"kind": "wasserstein"},
    "regularizers": {"gradient_penalty": {}},
    "discriminator_steps": 2,
    "discriminator": {"kind": "mlp", "units": [8], "normalization": "batch"},
    "pacing": {"kind": "competence", "precision": 0.01, "every": 5},
}
CONVOLUTIONAL = {
    "generator": {"kind": "dcgan", "channels": [4], "normalization": "batch"},
    "discriminator": {
        "kind": "dcgan",
        "channels": [4],
        "normalization": "spectral",
    },
}


class Failed(Exception):
    pass


def failure(at):
    def report(step, total, fields):
        if step >= at:
            raise Failed

    return report


@pytest.fixture
def single_steps(monkeypatch):
    """One step in each compiled call, and each reported."""
    monkeypatch.setattr(timetable, "FIRST_CALL", 1)
    monkeypatch.setattr(timetable, "SECONDS_A_CALL", 0.0)
    monkeypatch.setattr(trainer, "SECONDS_A_REPORT", 0.0)


@pytest.fixture(scope="module")
def compiled(play, parameters, content):
    """The rich training without a break, compiled as users get it.

    It is not the first in its process: another seed's has been trained before.
    """
    play(parameters(), seed=7)
    return content(play(parameters(**RICH), policy=None))


@pytest.fixture(scope="module")
def plain(play, parameters, make_context):
    """The tiny training without a break, and the context it left."""
    context = make_context()
    return play(parameters(), seed=3, context=context), context


def test_equal_seeds_train_equal_gans_and_others_do_not(
    play, parameters, content, plain
):
    whole = content(plain[0])
    assert whole == content(play(parameters(), seed=3))
    assert whole[0] != content(play(parameters(), seed=4))[0]


def test_the_length_of_a_compiled_call_changes_nothing(
    play, parameters, content, compiled, single_steps, monkeypatch
):
    monkeypatch.setattr(timetable, "FIRST_CALL", 5)
    assert compiled == content(play(parameters(**RICH), policy=None))


def broken(play, context, stops, **arguments):
    """Train, fail at each of the steps in turn, and resume after each."""
    for at in stops:
        context.report = failure(at)
        with pytest.raises(Failed):
            play(context=context, **arguments)
    reached = []
    context.report = lambda step, total, fields: reached.append(step)
    outputs = play(context=context, **arguments)
    # Checkpoints are eight steps apart.
    assert reached[0] == (stops[-1] - 1) // 8 * 8 + 1
    return outputs


def test_resumed_training_equals_uninterrupted(
    play, parameters, content, make_context, single_steps
):
    """Failing before a checkpoint is there, right after it, and twice from one."""
    params = parameters(**RICH)
    resumed = broken(play, make_context(), [8, 9, 14, 22], params=params)
    assert content(play(params)) == content(resumed)


def test_resumed_convolutional_training_equals_uninterrupted(
    play, parameters, content, make_context, images, single_steps
):
    arguments = {"params": parameters(**CONVOLUTIONAL), "data": images}
    resumed = broken(play, make_context(), [11], **arguments)
    assert content(play(**arguments)) == content(resumed)


def test_what_a_snapshot_keeps_for_the_next_outlives_a_stop(
    play,
    parameters,
    content,
    make_context,
    single_steps,
    curriculum_from_arrays,
    tmp_path,
):
    """Modes hop from the snapshot at step 6 to that at 12; it stops between."""
    centers = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    modes = Modes(centers, np.full(3, 1 / 3), np.full(3, 0.2))
    noise = 0.2 * np.random.default_rng(0).standard_normal((90, 2))
    points = centers.repeat(30, axis=0) + noise
    data = curriculum_from_arrays(tmp_path / "modes", points, points, modes=modes)
    telemetry = {"every": 6, "snapshots": 4, "probe_size": 16}
    arguments = {"params": parameters(telemetry=telemetry), "data": data}
    resumed = broken(play, make_context(), [10], **arguments)
    hopping = resumed[1].series()["mode_hopping"]
    assert np.isfinite(hopping).tolist() == [False, True, True, True, True]
    assert content(play(**arguments)) == content(resumed)


def test_a_corrupted_checkpoint_is_passed_over(
    play, parameters, content, plain, caplog
):
    whole, context = content(plain[0]), plain[1]
    names = sorted(n for n in context.scratch.names() if n.startswith("checkpoint"))
    assert len(names) == 2
    torn = context.scratch.read_bytes(names[-1])
    context.scratch.write_bytes(names[-1], torn[: len(torn) // 2])
    with caplog.at_level("WARNING"):
        assert whole == content(play(parameters(), seed=3, context=context))
    assert names[-1] in caplog.text
    for name in names:
        context.scratch.write_bytes(name, b"nonsense")
    assert whole == content(play(parameters(), seed=3, context=context))


def test_a_checkpoint_of_another_training_is_passed_over(
    play, parameters, content, plain, make_context
):
    context = make_context()
    play(parameters(), seed=1, context=context)
    assert content(plain[0]) == content(play(parameters(), seed=3, context=context))


SCRIPT = """
import json, sys
from components.artifacts import Curriculum
from components.directory import Directory
from components.component import Context
from components.train import timetable, trainer
from components.train.params import TrainParams
from components.train.stage import train
timetable.FIRST_CALL, timetable.SECONDS_A_CALL = 1, 0.0
trainer.SECONDS_A_REPORT = 0.0
curriculum, base, params = sys.argv[1:]
context = Context(
    create=lambda kind: kind(f"{base}/{kind.type}"),
    scratch=Directory(f"{base}/scratch"),
    report=lambda step, total, fields: print(step, flush=True),
)
params = TrainParams.model_validate_json(params)
train(Curriculum(curriculum), params, seed=0, context=context)
"""


def killed(command, environment, at):
    """Run, kill at a step unless None, and return the steps that were reported."""
    steps = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            steps.append(int(line))
            if at is not None and steps[-1] >= at:
                running.send_signal(signal.SIGKILL)
                break
    assert running.returncode == (0 if at is None else -signal.SIGKILL)
    return steps


@pytest.mark.timeout(900)
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_killed_training_resumes_to_the_same_bits_in_another_process(
    backend, parameters, content, curriculum, tmp_path
):
    """One training, killed at random steps and gone on with in new processes, against
    one that was let alone: averages, optimizers, pacing and readings included. The
    killed one streams its records, in chunks of five steps, the other holds them.

    20 kills where the environment's GANOPSY_EXHAUSTIVE asks for them, else 3.
    """
    if backend == "jax":
        pytest.importorskip("jax")
    kills = 20 if os.environ.get("GANOPSY_EXHAUSTIVE") else 3
    ends = {"ema": {"decay": 0.9}, "update": {"kind": "optimistic"}}
    steps = 3 * kills + 40
    checkpoint = {"every": 2}
    environment = {**os.environ, "KERAS_BACKEND": backend}
    left = {}
    for name, residence in (("whole", "resident"), ("killed", "streamed")):
        params = parameters(
            **RICH,
            **ends,
            steps=steps,
            checkpoint=checkpoint,
            backend=backend,
            data={"residence": residence, "chunk_bytes": 1 << 10},
        )
        base = str(tmp_path / name)
        arguments = [curriculum.url, base, params.model_dump_json()]
        command = [sys.executable, "-c", SCRIPT, *arguments]
        random = np.random.default_rng(0)
        places = sorted(random.choice(steps - 10, kills, replace=False) + 3)
        for at in places if name == "killed" else []:
            seen = killed(command, environment, int(at))
            assert seen[-1] >= at
            assert not Directory(f"{base}/gan").exists("gan.json")
        rest = killed(command, environment, None)
        assert rest[-1] == steps
        assert name == "killed" or rest[0] == 1
        left[name] = content([Gan(f"{base}/gan"), Telemetry(f"{base}/telemetry")])
    # Two steps between checkpoints: at most that many are played again.
    assert rest[0] > places[-1] - 3
    assert left["whole"] == left["killed"]
