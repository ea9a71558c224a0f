"""Training as a whole: determinism, resuming, export, telemetry, failure."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from components.artifacts import Curriculum, Gan, Telemetry
from components.directory import Directory
from components.train import trainer
from components.train.networks import ShapeError
from components.train.objectives.minimax import Minimax
from components.train.probes import probes

ROOT = Path(__file__).parents[3]
RICH = {
    "objective": {"kind": "wasserstein"},
    "regularizer": {"kind": "gradient_penalty"},
    "discriminator_steps": 2,
    "discriminator": {"kind": "mlp", "units": [8], "normalization": "batch"},
    "pacing": {"kind": "competence", "precision": 0.01, "every": 5},
}


def equal(first, second, content):
    for one, other in zip(first, second, strict=True):
        assert content(one) == content(other)


class Killed(Exception):
    pass


def killer(at):
    def report(step, total, fields):
        if step >= at:
            raise Killed

    return report


def test_equal_seeds_train_equal_gans_and_others_do_not(play, parameters, content):
    params = parameters()
    first = play(params, seed=3)
    equal(first, play(params, seed=3), content)
    assert content(first.gan) != content(play(params, seed=4).gan)


@pytest.mark.parametrize("size", [5])
def test_the_length_of_a_compiled_call_changes_nothing(
    play, parameters, content, monkeypatch, size
):
    whole = play(parameters(**RICH))
    monkeypatch.setattr(trainer, "FIRST_CALL", size)
    monkeypatch.setattr(trainer, "SECONDS_A_CALL", 0.0)
    equal(whole, play(parameters(**RICH)), content)


@pytest.mark.parametrize("at", [3, 21])
def test_resumed_training_equals_uninterrupted(
    play, parameters, content, make_context, monkeypatch, at
):
    monkeypatch.setattr(trainer, "FIRST_CALL", 1)
    monkeypatch.setattr(trainer, "SECONDS_A_CALL", 0.0)
    monkeypatch.setattr(trainer, "SECONDS_A_REPORT", 0.0)
    params = parameters(**RICH)
    context = make_context()
    context.report = killer(at)
    with pytest.raises(Killed):
        play(params, context=context)
    reached = []
    context.report = lambda step, total, fields: reached.append(step)
    resumed = play(params, context=context)
    assert reached[0] == at // 8 * 8 + 1
    equal(play(params), resumed, content)


def test_a_corrupted_checkpoint_is_passed_over(
    play, parameters, content, make_context, caplog
):
    params = parameters()
    context = make_context()
    whole = play(params, context=context)
    names = sorted(n for n in context.scratch.names() if n.startswith("checkpoint"))
    assert len(names) == 2
    torn = context.scratch.read_bytes(names[-1])
    context.scratch.write_bytes(names[-1], torn[: len(torn) // 2])
    with caplog.at_level("WARNING"):
        equal(whole, play(params, context=context), content)
    assert names[-1] in caplog.text
    for name in names:
        context.scratch.write_bytes(name, b"nonsense")
    equal(whole, play(params, context=context), content)


def test_a_checkpoint_of_another_training_is_passed_over(
    play, parameters, content, make_context
):
    context = make_context()
    play(parameters(), seed=1, context=context)
    equal(play(parameters(), seed=2), play(parameters(), 2, context), content)


SCRIPT = """
import json, sys
from components.artifacts import Curriculum
from components.directory import Directory
from components.component import Context
from components.train import trainer
from components.train.params import TrainParams
from components.train.stage import train
trainer.FIRST_CALL, trainer.SECONDS_A_CALL, trainer.SECONDS_A_REPORT = 1, 0.0, 0.0
curriculum, base, params = sys.argv[1:]
context = Context(
    create=lambda kind: kind(f"{base}/{kind.type}"),
    scratch=Directory(f"{base}/scratch"),
    report=lambda step, total, fields: print(step, flush=True),
)
params = TrainParams.model_validate_json(params)
train(Curriculum(curriculum), params, seed=0, context=context)
"""


def test_killed_training_resumes_to_the_same_bits_in_another_process(
    play, parameters, content, curriculum, tmp_path
):
    params = parameters(**RICH)
    arguments = [curriculum.url, str(tmp_path / "killed"), params.model_dump_json()]
    command = [sys.executable, "-c", SCRIPT, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as dying:
        assert dying.stdout is not None
        for line in dying.stdout:
            if int(line) >= 11:
                dying.send_signal(signal.SIGKILL)
                break
    assert not Directory(str(tmp_path / "killed/gan")).exists("gan.json")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[0]) >= 9
    here = play(params)
    base = arguments[1]
    there = (Gan(f"{base}/gan"), Telemetry(f"{base}/telemetry"))
    equal(here, there, content)


LOADING = """
import sys, numpy, keras
generator = keras.models.load_model(sys.argv[1] + "/generator.keras")
discriminator = keras.models.load_model(sys.argv[1] + "/discriminator.keras")
samples = generator(numpy.ones((2, 3), "float32"))
print(samples.shape, discriminator(samples).shape)
ours = ("components", "pipelines")
assert not any(name.split(".")[0] in ours for name in sys.modules)
numpy.save(sys.argv[1] + "/samples.npy", numpy.asarray(samples))
"""


@pytest.mark.parametrize("network", ["mlp", "convolutional"])
def test_plain_keras_loads_what_was_exported(
    play, parameters, curriculum_from_arrays, tmp_path, network
):
    images = np.tanh(np.random.default_rng(0).standard_normal((40, 4, 4, 1)))
    data = curriculum_from_arrays(tmp_path / "images", images[:30], images[30:])
    size = {"units": [8]} if network == "mlp" else {"channels": [4]}
    params = parameters(
        steps=4,
        generator={"kind": network, "normalization": "batch", **size},
        discriminator={"kind": network, "normalization": "spectral", **size},
    )
    gan = play(params, data=data).gan
    subprocess.run(
        [sys.executable, "-c", LOADING, gan.path()], cwd="/", check=True, timeout=120
    )
    samples = np.load(gan.path("samples.npy"))
    assert samples.shape == (2, 4, 4, 1)
    assert np.ptp(samples) > 0


def test_telemetry_holds_every_series_with_its_meaning(play, parameters):
    telemetry = play(parameters()).telemetry
    info, series = telemetry.info(), telemetry.series()
    assert info["ended"] == "completed"
    assert info["compile"] == "xla"
    assert series["step"].tolist() == [0, 6, 12, 18, 24]
    declared = {name for probe in probes() for name in probe.series}
    assert set(info["series"]) == declared == set(series) - {"step"}
    for name, values in series.items():
        assert np.isfinite(values[-1]), name
    shots = telemetry.snapshots()
    assert shots["steps"].tolist() == [0, 12, 24]
    assert shots["samples"].shape == (3, 64, 2)
    assert np.isfinite(series["precision"]).tolist() == [True, False, True, False, True]


def test_probe_readings_of_the_original_game(play, parameters):
    """One D of one unit and no gain: transmission is the sigmoid of its score."""
    params = parameters(objective={"kind": "minimax"})
    series = play(params).telemetry.series()
    # For scores within ±1 the weighted mean of sigmoids lies near that of the mean.
    low = series["score_generated_mean"] - 3 * series["score_generated_std"]
    high = series["score_generated_mean"] + 3 * series["score_generated_std"]
    factor = Minimax().saturation
    assert np.all(np.asarray(factor(low)) <= series["transmission"])
    assert np.all(series["transmission"] <= np.asarray(factor(high)))


def test_the_wasserstein_critic_transmits_everything(play, parameters):
    params = parameters(objective={"kind": "wasserstein"})
    transmission = play(params).telemetry.series()["transmission"]
    np.testing.assert_allclose(transmission, 1, rtol=1e-5)


def test_overflow_ends_training_and_keeps_what_was_seen(play, parameters):
    params = parameters(
        steps=600,
        objective={"kind": "wasserstein"},
        regularizer={"kind": "gradient_penalty", "weight": 1e30},
        optimizer={"kind": "adam", "learning_rate": 1e8},
    )
    gan, telemetry = play(params)
    info, series = telemetry.info(), telemetry.series()
    assert info["ended"] == "numerical_overflow"
    assert info["steps"] == series["step"][-1] < 600
    assert series["nonfinite_count"][-1] > 0
    assert gan.info()["steps"] == info["steps"]


def test_records_that_do_not_fit_are_refused(play, parameters):
    params = parameters(generator={"kind": "convolutional"})
    with pytest.raises(ShapeError, match=r"generator.channels.*\(2,\)"):
        play(params)


def test_no_training_records_is_said(play, parameters, curriculum):
    empty = Curriculum(curriculum.url)
    empty.train = lambda: type(curriculum.train())(*(c[:0] for c in curriculum.train()))
    with pytest.raises(ValueError, match="Expected training records"):
        play(parameters(), data=empty)


def test_progress_is_reported_with_its_pace(play, parameters, make_context):
    seen = []
    context = make_context()
    context.report = lambda *told: seen.append(told)
    play(parameters(), context=context)
    step, total, fields = seen[-1]
    assert (step, total) == (24, 24)
    assert {"steps/s", "D loss", "G loss"} <= set(fields)
    json.dumps(fields)
