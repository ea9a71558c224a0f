"""The step, its batches, and what the probes say about them."""

import numpy as np
import pytest

from components.train.game import START, Game
from components.train.pacing import NoPacing, Progress
from components.train.pacing.competence import CompetencePacing
from components.train.pacing.linear import LinearPacing
from components.train.pacing.step import StepPacing
from components.train.statistics import auc, coupling
from components.train.turn import Batch, Turn

COUNTS = (10, 40, 100)


def make(parameters, seed=0, shape=(2,), **changes):
    return Game(parameters(**changes), shape, seed)


def judge_of(parameters, kind, **changes):
    changes = changes or {"discriminator": {"kind": "mlp", "units": [8]}}
    changes["discriminator"]["normalization"] = kind
    game = make(parameters, **changes)

    def judge(batches):
        scores = []
        for batch in batches.astype(np.float32):
            with game.primitives.without_updates():
                scores.append(np.asarray(game.judge(Batch(batch))))
        return np.stack(scores)

    return judge


@pytest.mark.parametrize("kind", ["none", "layer", "spectral"])
def test_without_batch_statistics_coupling_is_exactly_zero(parameters, kind):
    random = np.random.default_rng(0)
    real, generated = random.standard_normal((2, 64, 2))
    assert coupling(judge_of(parameters, kind), real, generated, 32) == 0


@pytest.mark.parametrize("kind", ["none", "layer", "instance", "spectral"])
def test_neither_are_scores_of_images_coupled(parameters, kind):
    random = np.random.default_rng(0)
    real, generated = random.standard_normal((2, 32, 8, 8, 1))
    judge = judge_of(
        parameters,
        kind,
        shape=(8, 8, 1),
        generator={"kind": "dcgan", "channels": [4]},
        discriminator={"kind": "dcgan", "channels": [4]},
    )
    assert coupling(judge, real, generated, 16) == 0


@pytest.mark.parametrize("kind", ["batch", "batch_split"])
def test_batch_statistics_couple_scores(parameters, kind):
    random = np.random.default_rng(0)
    real, generated = random.standard_normal((2, 64, 2))
    generated += 3
    assert coupling(judge_of(parameters, kind), real, generated, 32) > 1e-3


def test_coupling_of_a_mean_that_is_added_is_in_closed_form():
    """D(x) = x + g mean(batch), all standard normal: of n records m are mates, and
    κ = g² m / n²; what is fixed adds nothing."""
    gain, size = 8.0, 32
    mates = size - 2 * (size // 8)
    read = []
    for seed in range(400):
        real, generated = np.random.default_rng(seed).standard_normal((2, 4000))
        read.append(
            coupling(
                lambda batches: batches + gain * batches.mean(axis=1, keepdims=True),
                real,
                generated,
                size,
            )
        )
    # Its denominator is a variance of 8 numbers: the mean of 1/s² is 7/5 of 1/σ².
    expected = gain**2 * mates / size**2 * 7 / 5
    error = np.std(read) / np.sqrt(len(read))
    assert abs(np.mean(read) - expected) < 3 * error < 0.3 * expected


def test_coupling_of_scores_that_are_no_numbers_is_none():
    real, generated = np.random.default_rng(0).standard_normal((2, 64))
    read = coupling(lambda batches: batches * np.nan, real, generated, 32)
    assert np.isnan(read)


def test_auc_counts_pairs():
    random = np.random.default_rng(0)
    high, low = random.integers(0, 6, 30) + 1, random.integers(0, 6, 20)
    pairs = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    assert auc(high, low) == pytest.approx(pairs.mean(), abs=1e-12)
    assert auc(low, low) == 0.5
    assert np.isnan(auc(np.array([np.nan]), low))


def test_records_are_drawn_from_the_allowed_ones_evenly(parameters):
    game = make(parameters, batch_size=4000)
    data = np.arange(100, dtype=np.float32)

    def records(counter):
        return np.asarray(
            Turn(game, 0, counter, {"data": data, "limit": 10}).real("records").records
        )

    drawn = records(3)
    counts = np.bincount(drawn.astype(int), minlength=10)
    assert len(counts) == 10
    # Binomial(4000, 1/10): mean 400, deviation 19; five of them.
    assert np.abs(counts - 400).max() < 95
    np.testing.assert_array_equal(drawn, records(3))
    assert np.any(drawn != records(4))


@pytest.mark.parametrize(
    ("distribution", "low", "deviation"),
    [("normal", -np.inf, 1.0), ("uniform", -1.0, 3**-0.5)],
)
def test_latents_have_their_distribution(parameters, distribution, low, deviation):
    game = make(parameters, latents={"size": 5, "distribution": distribution})
    latents = np.asarray(game.latents(4000, "x", 0))
    assert latents.shape == (4000, 5)
    assert latents.min() >= low
    # 20,000 draws: the mean's deviation is deviation/141; five of them.
    assert abs(latents.mean()) < 5 * deviation / 141
    assert latents.std() == pytest.approx(deviation, rel=0.03)


@pytest.mark.parametrize("shared", [True, False])
def test_players_see_the_same_latents_only_if_they_share_them(parameters, shared):
    game = make(parameters, latents={"size": 3, "shared": shared})
    turn = Turn(game, 0, 0, {"data": np.ones((8, 2), np.float32), "limit": 8})
    seen = [turn.generated(each) for each in ("discriminator", "generator")]
    same = np.array_equal(*(np.asarray(batch.records) for batch in seen))
    assert same == shared


def test_a_split_batch_scores_each_side_alone(parameters):
    random = np.random.default_rng(0)
    real, generated = random.standard_normal((2, 8, 2)).astype(np.float32)
    for kind, coupled in (("batch", True), ("batch_split", False)):
        discriminator = {"kind": "mlp", "units": [8], "normalization": kind}
        game = make(parameters, discriminator=discriminator)
        ours = np.asarray(game.scores(Batch(real), Batch(generated))[0])
        other = np.asarray(game.scores(Batch(real), Batch(generated + 3))[0])
        assert np.any(ours != other) == coupled


def test_a_penalty_leaves_no_trace_in_the_running_statistics(parameters):
    game = make(
        parameters,
        regularizers={"r1": {}},
        discriminator={"kind": "mlp", "units": [8], "normalization": "batch"},
    )
    real = np.ones((8, 2), np.float32)
    before = [np.copy(np.asarray(v)) for v in game.discriminator.variables]
    turn = Turn(game, 0, 0, {"data": real, "limit": 8})
    game.penalty("r1", game.regularizers["r1"], Batch(real), Batch(real + 1), turn)
    for old, new in zip(before, game.discriminator.variables, strict=True):
        np.testing.assert_array_equal(old, np.asarray(new))


def test_spectral_norms_stay_at_one_through_training(parameters):
    game = make(
        parameters,
        optimizer={"kind": "adam", "learning_rate": 1e-3},
        discriminator={"kind": "mlp", "units": [8, 8], "normalization": "spectral"},
    )
    loop = game.primitives.compile_loop(game.step, game.variables, "xla")
    data = np.random.default_rng(0).random((50, 2), np.float32)
    loop(0, 200, START, {"data": data, "limit": np.int32(50)})
    for layer in game.discriminator.layers:
        if hasattr(layer, "vector_u"):
            norm = np.linalg.norm(np.asarray(layer.kernel), ord=2)
            # Renormalized before each update, which moves an entry by about the rate:
            # an 8 by 8 kernel's norm by at most 8 rates; power iteration lags as far.
            assert norm < 1 + 2 * 8 * 1e-3


def test_one_discriminator_update_is_adams_first_step(parameters):
    """Adam's first step moves each parameter by its rate."""
    adam = {"kind": "adam", "learning_rate": 0.01, "epsilon": 1e-12}
    game = make(parameters, optimizer=adam)
    before = [np.copy(np.asarray(v)) for v in game.discriminator.trainable_variables]
    data = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
    game.players[0].move(Turn(game, 0, 0, {"data": data, "limit": 50}))
    for old, new in zip(before, game.discriminator.trainable_variables, strict=True):
        moved = np.abs(np.asarray(new) - old)
        assert np.all((moved < 1e-8) | (np.abs(moved - 0.01) < 1e-3))


def limits(pacing, steps, competence=lambda n: 1.0):
    limit = pacing.start(COUNTS)
    drawn = {0: limit}
    for step in sorted(pacing.boundaries(steps, len(COUNTS))):
        limit = pacing.limit(Progress(step, steps, COUNTS, limit, competence))
        drawn[step] = limit
    return drawn


def test_pacings_open_the_tiers_in_order():
    assert limits(NoPacing(), 100) == {0: 100}
    assert limits(StepPacing(until=0.75), 120) == {0: 10, 30: 40, 60: 100, 90: 100}
    linear = limits(LinearPacing(until=0.5), 200)
    assert linear[0] == 10
    assert linear[50] == 55
    assert linear[100] == 100
    assert sorted(linear.values()) == [linear[step] for step in sorted(linear)]


def test_competence_waits_for_the_mark():
    pacing = CompetencePacing(precision=0.5, every=10)
    asked = []

    def competence(limit):
        asked.append(limit)
        return 0.6 if len(asked) > 2 else 0.4

    drawn = limits(pacing, 60, competence)
    assert drawn == {0: 10, 10: 10, 20: 10, 30: 40, 40: 100, 50: 100}
    assert asked == [10, 10, 10, 40]
