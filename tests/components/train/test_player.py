"""Players: schedules, averages, spectral norms, penalties now and then, bad numbers."""

import json

import numpy as np
import pytest

from components.evaluate.samples import generate, labels
from components.train.bench import Bench
from components.train.checkpoints import State
from components.train.game import START, Game
from components.train.networks.point import PointDiscriminator, PointGenerator
from components.train.schedules import scheduled
from components.train.schedules.cosine import CosineSchedule
from components.train.schedules.exponential import ExponentialSchedule
from components.train.schedules.linear import LinearSchedule
from components.train.turn import Batch, Turn
from components.train.view import View

DATA = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
FEED = {"data": DATA, "limit": np.int32(50)}


def make(parameters, **changes):
    return Game(parameters(**changes), (2,), 0)


def play(game, steps, first=0, feed=FEED):
    loop = game.primitives.compile_loop(game.step, game.variables, "graph")
    return loop(first, steps, dict(START), feed)


def values(variables):
    return [np.copy(np.asarray(variable)) for variable in variables]


def test_schedules_go_from_start_to_end():
    linear = LinearSchedule(start=1.0, end=3.0, until=0.5)
    cosine = CosineSchedule(start=1.0, end=3.0, until=0.5)
    exponential = ExponentialSchedule(start=1e-4, end=1e-2, until=0.5)
    for schedule in (linear, cosine, exponential):
        seen = [float(schedule.at(np.float32(step), 200)) for step in (0, 100, 150)]
        expected = [schedule.start, schedule.end, schedule.end]
        assert seen == pytest.approx(expected, rel=1e-5)
    assert float(linear.at(np.float32(25), 200)) == pytest.approx(1.5)
    assert float(cosine.at(np.float32(50), 200)) == pytest.approx(2.0)
    quarter = 2.0 - 2.0**-0.5
    assert float(cosine.at(np.float32(25), 200)) == pytest.approx(quarter, rel=1e-5)
    assert float(exponential.at(np.float32(50), 200)) == pytest.approx(1e-3, rel=1e-4)
    assert scheduled(0.3, np.float32(7), 200) == 0.3


def test_a_scheduled_rate_is_that_of_the_step(parameters):
    """One coordinate, one gradient: each step's length is the rate."""
    game = Game(
        parameters(
            steps=10,
            generator={"kind": "point"},
            discriminator={"kind": "point"},
            objective={"kind": "wasserstein"},
            optimizer={
                "kind": "sgd",
                "learning_rate": {"kind": "linear", "start": 0.1, "end": 0.0},
                "discriminator_learning_rate": 0.0,
            },
        ),
        (1,),
        0,
    )
    feed = {"data": np.zeros((4, 1), np.float32), "limit": np.int32(4)}
    places = [float(np.asarray(game.generator.variables[0])[0, 0])]
    for step in range(10):
        play(game, 1, step, feed)
        places.append(float(np.asarray(game.generator.variables[0])[0, 0]))
    # dL_G/dθ = -ψ = -1, which does not move.
    expected = 0.1 * (1 - np.arange(10) / 10)
    np.testing.assert_allclose(np.diff(places), expected, rtol=1e-4, atol=1e-6)
    assert isinstance(game.params.generator, PointGenerator)
    assert isinstance(game.params.discriminator, PointDiscriminator)


def test_the_average_follows_by_its_decay(parameters):
    game = make(parameters, ema={"decay": 0.8})
    mean = values(game.average.trainable_variables)
    for one, other in zip(mean, values(game.generator.variables), strict=True):
        np.testing.assert_array_equal(one, other)
    for step in range(5):
        play(game, 1, step)
        now = values(game.generator.trainable_variables)
        mean = [0.8 * m + 0.2 * n for m, n in zip(mean, now, strict=True)]
    for ours, theirs in zip(mean, values(game.average.variables), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert game.exported is game.average


def test_constraints_hold_whatever_the_update(parameters):
    """An optimistic step goes beyond the optimizer's: the bound is on where it ends."""
    game = make(
        parameters,
        update={"kind": "optimistic"},
        regularizers={"clip": {"bound": 0.02}},
        optimizer={"kind": "adam", "learning_rate": 0.01},
        discriminator_steps=2,
    )
    for step in range(5):
        play(game, 1, step)
        largest = max(np.abs(v).max() for v in values(game.discriminator.variables))
        assert largest == pytest.approx(0.02, rel=1e-6)


def test_probes_of_the_game_see_the_generator_that_plays(parameters):
    """And those of the samples see the average, which a user takes home."""
    game = make(parameters, ema={"decay": 0.999})
    play(game, 30)
    bench = Bench(game, Held(DATA[:40]), Held(DATA[40:]))
    view = View(bench, State(step=0, limit=40, carry=dict(START)), 0)
    latents = bench.latents
    shown, faced = (
        np.asarray(game.average(latents)),
        np.asarray(game.generator(latents)),
    )
    np.testing.assert_allclose(view.samples, shown, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        view.generated, faced[: len(view.real)], rtol=1e-5, atol=1e-6
    )
    assert np.abs(shown - faced).max() > 1e-3


class Held:
    """Records as probes ask for them."""

    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, rows):
        return self.data[rows]


@pytest.mark.parametrize("nonfinite", ["skip", "end"])
def test_a_step_that_is_not_finite_is_counted_and_can_be_undone(parameters, nonfinite):
    game = make(parameters, nonfinite=nonfinite, ema={}, update={"kind": "optimistic"})
    play(game, 3)
    before = values(game.variables)
    carry = play(game, 2, 3, {**FEED, "data": np.full_like(DATA, np.nan)})
    assert float(carry["nonfinite_count"]) == 2
    same = [
        np.array_equal(old, np.asarray(new))
        for old, new in zip(before, game.variables, strict=True)
    ]
    assert all(same) == (nonfinite == "skip")
    if nonfinite == "skip":
        play(game, 1, 5)
        assert all(np.all(np.isfinite(np.asarray(v))) for v in game.variables)
        moved = zip(before, game.variables, strict=True)
        assert any(np.any(old != np.asarray(new)) for old, new in moved)


def test_a_lazy_penalty_is_as_strong_on_average(parameters):
    often = make(parameters, regularizers={"r1": {"gamma": 2.0}})
    seldom = make(parameters, regularizers={"r1": {"gamma": 2.0, "every": 4}})
    real, generated = Batch(DATA[:8]), Batch(DATA[8:16])
    plain = float(
        often.penalty("r1", often.regularizers["r1"], real, generated, turn(often, 0))
    )
    lazy = [
        float(
            seldom.penalty(
                "r1", seldom.regularizers["r1"], real, generated, turn(seldom, counter)
            )
        )
        for counter in range(8)
    ]
    assert lazy == pytest.approx([4 * plain, 0, 0, 0] * 2, rel=1e-6)


def turn(game, counter):
    index = np.int32(counter)
    return Turn(game, index, index, FEED)


def spectral(parameters):
    network = {"kind": "mlp", "units": [8, 6], "normalization": "spectral"}
    return make(parameters, discriminator=network)


def test_spectral_scores_are_those_of_kernels_divided_by_their_norm(parameters):
    game = spectral(parameters)
    x = DATA[:16]
    hidden = x
    weights = values(game.discriminator.variables)
    for index, (kernel, bias) in enumerate(
        zip(weights[::2], weights[1::2], strict=True)
    ):
        hidden = hidden @ (kernel / np.linalg.norm(kernel, ord=2)) + bias
        hidden = hidden if index == 2 else np.where(hidden > 0, hidden, 0.2 * hidden)
    seen = np.asarray(game.judge(Batch(x)))
    np.testing.assert_allclose(seen, hidden[:, 0], rtol=1e-4, atol=1e-5)


def test_the_slope_runs_through_the_spectral_norm(parameters):
    """Scores do not change with a kernel's scale: its gradient is orthogonal to it."""
    from keras import ops

    game = spectral(parameters)
    kernels = game.spectral.kernels
    _, gradients = game.primitives.value_and_grad(
        lambda: ops.sum(ops.square(game.judge(Batch(DATA[:16])))), kernels
    )
    for kernel, gradient in zip(kernels, gradients, strict=True):
        kernel, gradient = np.asarray(kernel), np.asarray(gradient)
        scale = np.linalg.norm(kernel) * np.linalg.norm(gradient)
        assert abs((kernel * gradient).sum()) < 1e-5 * scale
        assert scale > 0


def test_power_iteration_keeps_up_and_folding_changes_no_score(parameters):
    game = spectral(parameters)
    play(game, 200)
    for kernel, value in zip(
        game.spectral.kernels, game.spectral.values(), strict=True
    ):
        norm = np.linalg.norm(np.asarray(value), ord=2)
        # Sigma by one iteration an update is a lower bound of the norm, behind by what
        # an update turns the kernel: Adam's rate a step and entry, of norms near 1.
        assert 1 - 1e-4 < norm < 1 + 2 * np.asarray(kernel).size * 1e-3
    before = np.asarray(game.judge(Batch(DATA)))
    game.spectral.fold()
    plain = np.asarray(game.discriminator(DATA))[:, 0]
    np.testing.assert_allclose(before, plain, rtol=1e-4, atol=1e-5)


def test_packs_are_judged_together_and_trained(parameters):
    network = {"kind": "pac", "samples": 4, "of": {"kind": "mlp", "units": [8]}}
    game = make(parameters, discriminator=network)
    real, generated = game.scores(Batch(DATA[:8]), Batch(DATA[8:16]))
    assert real.shape == generated.shape == (2,)
    alone = np.asarray(game.judge(Batch(DATA[8:16])))
    np.testing.assert_allclose(np.asarray(generated), alone, rtol=1e-5, atol=1e-6)
    carry = play(game, 3)
    assert np.isfinite(float(carry["generator_loss"]))
    with pytest.raises(ValueError, match=r"packs of 3.*`discriminator.samples` must"):
        parameters(discriminator={**network, "samples": 3})


def test_a_conditional_gan_makes_the_class_it_is_told(
    play_conditional,
):
    """Two classes far apart: samples of each lie on its side."""
    gan, telemetry = play_conditional
    info = gan.info()
    assert info["class_shares"] == pytest.approx([0.5, 0.5], abs=0.1)
    samples = generate(gan, 400, 0)
    told = labels(info["class_shares"], 400, 0)
    right = (samples[:, 0] > 0) == (told == 1)
    # Untold it would be right on half of them, to within .025: ten such deviations.
    assert right.mean() > 0.75
    assert telemetry.info()["ended"] == "completed"


@pytest.fixture(scope="module")
def play_conditional(play, curriculum_from_arrays, tmp_path_factory):
    from components.train.params import TrainParams

    labels = np.arange(400) % 2
    noise = 0.3 * np.random.default_rng(0).standard_normal((400, 2))
    points = noise + np.where(labels, 2.0, -2.0)[:, None] * np.array([1.0, 0.0])
    data = curriculum_from_arrays(
        tmp_path_factory.mktemp("classes"),
        points[:300],
        points[300:],
        labels=(labels[:300], labels[300:]),
    )
    stated = {
        "steps": 400,
        "batch_size": 32,
        "latents": {"size": 2},
        "conditional": True,
        "generator": {"kind": "mlp", "units": [16]},
        "discriminator": {"kind": "mlp", "units": [16], "normalization": "batch"},
        "optimizer": {"kind": "adam", "learning_rate": 5e-3},
        "telemetry": {"every": 100, "snapshots": 2, "probe_size": 32},
    }
    return play(TrainParams.model_validate_json(json.dumps(stated)), data=data)
