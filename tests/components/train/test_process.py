"""Training on a backend that is not this process's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from components.artifacts import Curriculum
from components.component import Context
from components.directory import Directory
from components.train import process, stage, training
from components.train.networks import ShapeError
from components.train.stage import train

ROOT = Path(__file__).parents[3]
NO_TENSORFLOW = Path(__file__).with_name("no_tensorflow")
HERE = """
import json, sys
from components.artifacts import Curriculum
from components.component import Context
from components.directory import Directory
from components.train.params import TrainParams
from components.train.stage import train

data, base, params = sys.argv[1:]
context = Context(
    create=lambda kind: kind(f"{base}/{kind.type}"),
    scratch=Directory(f"{base}/scratch"),
)
params = TrainParams.model_validate_json(params)
train(Curriculum(data), params, seed=3, context=context)
loaded = {name.split(".")[0] for name in sys.modules}
assert "jax" in loaded and not loaded & {"tensorflow", "tensorflow_gan", "apache_beam"}
"""
PARENT = """
import json, sys, time
from components.train.process import started

with started("jax") as child:
    child.stdin.write(json.dumps({"model": ["sleeper", "Sleeper"]}) + "\\n")
    child.stdin.flush()
    print(child.stdout.readline(), flush=True)
    time.sleep(600)
"""
SLEEPER = """
import logging, time
logging.getLogger("ganopsy").info("asleep")
time.sleep(600)
"""


@pytest.fixture
def elsewhere(monkeypatch):
    """This process's Keras runs on neither backend."""
    monkeypatch.setattr(stage, "runs_here", lambda name: False)


@pytest.fixture
def trained(curriculum, tmp_path, parameters):
    """What a process of which Keras runs on JAX trains, TensorFlow and Beam barred."""
    folder = tmp_path / "here"
    params = parameters(backend="jax").model_dump_json()
    places = os.pathsep.join([str(NO_TENSORFLOW), str(ROOT)])
    subprocess.run(
        [sys.executable, "-c", HERE, curriculum.url, str(folder), params],
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": places},
        check=True,
        timeout=120,
    )
    return folder


def files(folder):
    return {
        f"{kind}/{path.name}": path.read_bytes()
        for kind in ("gan", "telemetry")
        for path in (folder / kind).iterdir()
    }


class Interrupted(BaseException):
    pass


def test_jax_needs_neither_tensorflow_nor_beam_nor_this_process(
    trained, curriculum, parameters, elsewhere, tmp_path, monkeypatch
):
    """Interrupted and resumed in a process of its own, it is bit for bit the same."""
    monkeypatch.syspath_prepend(NO_TENSORFLOW)
    told, base = [], tmp_path / "elsewhere"

    def report(step, total, fields):
        told.append((step, total))
        if len(told) == 1 or step < 16:
            return
        raise Interrupted

    def context(report):
        return Context(
            create=lambda kind: kind(f"{base}/{kind.type}"),
            scratch=Directory(f"{base}/scratch"),
            report=report,
        )

    params = parameters(backend="jax")
    with pytest.raises(Interrupted):
        train(curriculum, params, seed=3, context=context(report))
    assert any((base / "scratch").rglob("*"))
    resumed = []
    outputs = train(
        curriculum,
        params,
        seed=3,
        context=context(lambda step, total, fields: resumed.append((step, total))),
    )
    assert resumed[0][0] >= 8 and resumed[-1] == (24, 24)
    assert outputs.telemetry.info()["backend"] == "jax"
    assert files(base) == files(trained)


def test_what_the_child_raises_is_raised_here(
    curriculum, parameters, elsewhere, make_context
):
    params = parameters(backend="jax", generator={"kind": "dcgan", "channels": [4]})
    with pytest.raises(ShapeError, match="height and width divisible") as caught:
        train(curriculum, params, seed=0, context=make_context())
    assert "In the process of its own" in caught.value.__notes__[0]


def test_a_store_in_memory_is_refused(parameters, elsewhere, make_context):
    curriculum = Curriculum("memory://store/curriculum")
    with pytest.raises(
        ValueError, match=r"`store`.*Received: memory://.*KERAS_BACKEND"
    ):
        train(curriculum, parameters(backend="jax"), seed=0, context=make_context())


def test_a_child_that_dies_says_how(
    curriculum, parameters, elsewhere, make_context, tmp_path, monkeypatch
):
    dying = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    (tmp_path / "dying.py").write_text(dying)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(process, "CHILD", "dying")
    with pytest.raises(RuntimeError, match=r"ended of SIGKILL, .* memory ran out"):
        train(curriculum, parameters(backend="jax"), seed=0, context=make_context())
    assert "with exit code 3" in process.death(3, "jax")


def test_a_child_ends_with_its_parent(tmp_path):
    """Both hold standard error open, so its end is the end of both."""
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    places = os.pathsep.join([str(tmp_path), str(ROOT)])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        env={**os.environ, "PYTHONPATH": places},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "asleep" in parent.stdout.readline()
    parent.kill()
    parent.communicate(timeout=60)


@pytest.mark.parametrize(
    ("module", "name", "kind", "message"),
    [
        ("builtins", "ValueError", ValueError, "no records"),
        ("components.train.networks", "ShapeError", ShapeError, "no records"),
        ("somewhere", "Odd", RuntimeError, "Odd: no records"),
        # Its text is not its argument's.
        ("builtins", "KeyError", RuntimeError, "KeyError: no records"),
        ("builtins", "UnicodeDecodeError", RuntimeError, "no records"),
        # Of what ends processes nothing is passed on.
        ("builtins", "SystemExit", RuntimeError, "SystemExit: no records"),
    ],
)
def test_errors_cross_with_class_message_and_traceback(module, name, kind, message):
    told = {"module": module, "type": name, "message": "no records", "traceback": "t"}
    error = process.rebuilt(told)
    assert type(error) is kind
    assert message in str(error)
    assert error.__notes__ == ["In the process of its own:\nt"]


def test_what_is_heard_is_passed_on(make_context, caplog):
    contexts, told = [make_context(), make_context()], []
    contexts[1].report = lambda *seen: told.append(seen)
    content = {"assignment": 1, "step": 1, "total": 2, "fields": {"loss": 0.5}}
    assert not process.heard(json.dumps(["progress", content]), contexts)
    with caplog.at_level("INFO"):
        spoken = json.dumps(["log", {"level": 20, "message": "100% there"}])
        assert not process.heard(spoken, contexts)
        assert not process.heard("no JSON", contexts)
    assert told == [(1, 2, {"loss": 0.5})]
    assert caplog.messages == ["100% there", "no JSON"]
    assert process.heard('["done", null]', contexts)


def test_a_process_that_has_compiled_many_kinds_leaves_the_next_to_others(
    curriculum, parameters, make_context, monkeypatch
):
    """And what comes out is the same, bit for bit. Seeds of a kind count once."""
    monkeypatch.setattr(training.COMPILED, "kinds", 0)
    monkeypatch.setattr(training, "LAST", training.Last())
    monkeypatch.setattr(process, "KINDS", 2)
    begun = []
    train_elsewhere = process.train_elsewhere
    monkeypatch.setattr(
        process,
        "train_elsewhere",
        lambda *given: begun.append(given) or train_elsewhere(*given),
    )

    def played(seed, **changes):
        params = parameters(**changes)
        return train(curriculum, params, seed=seed, context=make_context())

    here = [played(seed) for seed in (2, 3)]
    assert (training.COMPILED.kinds, begun) == (1, [])
    played(3, steps=12)
    assert (training.COMPILED.kinds, begun) == (2, [])
    there = played(3)
    assert (training.COMPILED.kinds, len(begun)) == (2, 1)
    for name, values in here[1].telemetry.series().items():
        np.testing.assert_array_equal(values, there.telemetry.series()[name])


def test_trainings_in_memory_stay_where_they_are(monkeypatch):
    monkeypatch.setattr(process, "KINDS", 1)
    monkeypatch.setattr(process.COMPILED, "kinds", 1)
    assert not process.room_here(Curriculum("/somewhere"), [])
    assert process.room_here(Curriculum("memory://somewhere"), [])
