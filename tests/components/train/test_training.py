"""Training as a whole: what it leaves, what it reads, how it fails."""

import itertools
import json
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from components.artifacts import Curriculum
from components.train.game import Game
from components.train.networks import ShapeError
from components.train.objectives.minimax import Minimax
from components.train.probes import probes

TELEMETRY = {"every": 6, "snapshots": 2, "probe_size": 16}
LOADING = """
import sys, numpy, keras
for folder in sys.argv[1:]:
    generator = keras.models.load_model(folder + "/generator.keras")
    discriminator = keras.models.load_model(folder + "/discriminator.keras")
    samples = generator(numpy.ones((2, 3), "float32"))
    assert discriminator(samples).shape == (2, 1)
    numpy.save(folder + "/samples.npy", numpy.asarray(samples))
ours = ("components", "pipelines")
assert not any(name.split(".")[0] in ours for name in sys.modules)
"""


def test_plain_keras_loads_what_was_exported(play, parameters, images):
    gans = []
    for network, size in (
        ("mlp", {"units": [8]}),
        ("dcgan", {"channels": [4]}),
    ):
        params = parameters(
            steps=4,
            generator={"kind": network, "normalization": "batch", **size},
            discriminator={"kind": network, "normalization": "spectral", **size},
        )
        gans.append(play(params, data=images).gan)
    command = [sys.executable, "-c", LOADING, *(gan.path() for gan in gans)]
    subprocess.run(command, cwd="/", check=True, timeout=120)
    for gan in gans:
        samples = np.load(gan.path("samples.npy"))
        assert samples.shape == (2, 4, 4, 1)
        assert np.ptp(samples) > 0


def test_telemetry_holds_every_series_with_its_meaning(play, parameters, make_context):
    seen, context = [], make_context()
    context.report = lambda *told: seen.append(told)
    params = parameters(telemetry={**TELEMETRY, "rare": 1})
    telemetry = play(params, context=context, policy=None).telemetry
    info, series = telemetry.info(), telemetry.series()
    assert info["ended"] == "completed"
    assert info["compile"] == "xla"
    assert series["step"].tolist() == [0, 6, 12, 18, 24]
    game = Game(params, (2,), 0)
    declared = {name for probe in probes(game) for name in probe.reads()}
    # Tiers are the data's: the game does not know of them by itself.
    tiers = {f"tier_coverage.{tier}" for tier in range(3)}
    assert set(info["series"]) == declared | tiers == set(series) - {"step"}
    assert info["data"] == {
        "kind": "points",
        "records": 90,
        "duplicates": 0.0,
        "largest_class_share": None,
        "smallest_class_share": None,
        "rarest_class": None,
        "rejects": None,
        "rejected": None,
    }
    for name, values in series.items():
        assert np.isfinite(values[-1]), name
    shots = telemetry.snapshots()
    assert shots["steps"].tolist() == [0, 12, 24]
    assert shots["samples"].shape == (3, 64, 2)
    assert np.isfinite(series["precision"]).tolist() == [True, False, True, False, True]
    step, total, fields = seen[-1]
    assert (step, total) == (24, 24)
    assert {"steps/s", "D loss", "G loss"} <= set(fields)
    json.dumps(fields)


def test_a_dear_probe_reads_at_every_second_reading_and_the_last(play, parameters):
    params = parameters(telemetry={"every": 5, "snapshots": 2, "probe_size": 16})
    series = play(params).telemetry.series()
    assert series["step"].tolist() == [0, 5, 10, 15, 20, 24]
    read = np.isfinite(series["batch_coupling"]).tolist()
    assert read == [True, False, True, False, True, True]
    assert np.isfinite(series["discriminator_auc"]).all()


def test_probe_readings_of_the_original_game(play, parameters):
    """One D of one unit and no gain: transmission is the sigmoid of its score."""
    params = parameters(objective={"kind": "minimax"})
    table = play(params).telemetry.series()
    read = np.isfinite(table["transmission"])
    assert read.sum() == 5
    series = {name: values[read] for name, values in table.items()}
    # For scores within ±1 the weighted mean of sigmoids lies near that of the mean.
    low = series["score_generated_mean"] - 3 * series["score_generated_std"]
    high = series["score_generated_mean"] + 3 * series["score_generated_std"]
    factor = Minimax().saturation
    assert np.all(np.asarray(factor(None, low)) <= series["transmission"])
    assert np.all(series["transmission"] <= np.asarray(factor(None, high)))


def test_the_wasserstein_critic_transmits_everything(play, parameters):
    params = parameters(objective={"kind": "wasserstein"})
    transmission = play(params).telemetry.series()["transmission"]
    read = transmission[np.isfinite(transmission)]
    assert len(read) == 5
    np.testing.assert_allclose(read, 1, rtol=1e-5)


def test_overflow_ends_training_and_keeps_what_was_seen(play, parameters):
    params = parameters(
        steps=600,
        objective={"kind": "wasserstein"},
        regularizers={"gradient_penalty": {"weight": 1e30}},
        optimizer={"kind": "adam", "learning_rate": 1e8},
    )
    gan, telemetry = play(params)
    info, series = telemetry.info(), telemetry.series()
    assert info["ended"] == "numerical_overflow"
    assert info["steps"] == series["step"][-1] < 600
    assert series["nonfinite_count"][-1] > 0
    assert gan.info()["steps"] == info["steps"]


def test_records_that_do_not_fit_are_refused(play, parameters):
    params = parameters(generator={"kind": "dcgan"})
    with pytest.raises(ShapeError, match=r"generator.channels.*\(2,\)"):
        play(params)


def test_images_that_do_not_fit_are_refused_with_both_shapes(
    play, parameters, curriculum_from_arrays, tmp_path
):
    noise = np.zeros((40, 6, 5, 1))
    data = curriculum_from_arrays(tmp_path / "images", noise[:30], noise[30:])
    network = {"kind": "dcgan", "channels": [4, 4]}
    for player in ("generator", "discriminator"):
        with pytest.raises(ShapeError) as caught:
            play(parameters(**{player: network}), data=data)
        message = str(caught.value)
        assert f"`{player}.channels`" in message
        assert "such as (8, 8, 1). Received: records of shape (6, 5, 1)" in message


def test_no_training_records_is_said(play, parameters, curriculum, tmp_path):
    empty = Curriculum(str(tmp_path / "empty"))
    info = curriculum.info()
    empty.write_json("curriculum.json", info | {"counts": {"train": 0, "holdout": 30}})
    for part, rows in (("train", 0), ("holdout", 30)):
        name = f"{part}/part-00000.arrow"
        empty.write_table(name, curriculum.read_table(name)[:rows])
    with pytest.raises(ValueError, match="Expected training records"):
        play(parameters(), data=empty)


@pytest.mark.parametrize("held", [1, 3])
def test_fewer_held_out_records_than_neighbours(
    play, parameters, curriculum_from_arrays, tmp_path, held
):
    points = np.random.default_rng(0).standard_normal((40 + held, 2))
    few = curriculum_from_arrays(tmp_path, points[:40], points[40:])
    series = play(parameters(), data=few).telemetry.series()
    for name in ("precision", "recall", "coverage"):
        read = series[name][[0, -1]]
        # A ball of one record has no radius.
        assert np.isnan(read).all() == (held == 1)
        assert held == 1 or (abs(read - 0.5) <= 0.5).all()


def test_what_readings_cost_is_logged(play, parameters, caplog, monkeypatch):
    play(parameters())
    clock = map(float, itertools.count())
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with caplog.at_level("INFO"):
        play(parameters())
    (told,) = (each for each in caplog.messages if each.startswith("Steps took"))
    steps, read, share = map(float, re.findall(r"[0-9]+(?:\.[0-9])?", told))
    # A look at the clock is a second: one for each of seven boundaries and, at most,
    # for each of 24 steps.
    assert read == 7
    assert 6 <= steps <= 24
    assert share == round(100 * read / (steps + read))
