"""Seeds trained in one compiled program, on JAX."""

import numpy as np
import pytest
from pydantic import ValidationError

from components.component import Context
from components.directory import Directory
from components.train.stage import train, train_seeds

SEEDS = (3, 4, 11)
RICH = {
    "backend": "jax",
    "ema": {"decay": 0.9},
    "discriminator_steps": 2,
    "regularizers": {"r1": {"gamma": 1.0, "every": 2}},
    "pacing": {"kind": "competence"},
    "discriminator": {"kind": "mlp", "units": [8], "normalization": "spectral"},
}


@pytest.fixture(scope="session")
def contexts(tmp_path_factory):
    """`contexts(n)`: surroundings of n trainings, by folder."""

    def make(count, report=None):
        made = []
        for _ in range(count):
            base = tmp_path_factory.mktemp("seeds")
            made.append(
                Context(
                    create=lambda kind, base=base: kind(f"{base}/{kind.type}"),
                    scratch=Directory(f"{base}/scratch"),
                    report=report,
                )
            )
        return made

    return make


@pytest.fixture(scope="module")
def together(curriculum, parameters, contexts):
    params = parameters(**RICH, vectorize_seeds=True)
    told = contexts(3)
    return train_seeds(curriculum, params, seeds=SEEDS, contexts=told)


def bits(outputs):
    return [{name: each.read_bytes(name) for name in each.names()} for each in outputs]


def test_each_seed_is_trained_as_it_is_alone(curriculum, parameters, contexts):
    """Up to the order of sums: batched products are others than single ones."""
    settings = {**RICH, "precision": "float64"}
    at_once = train_seeds(
        curriculum,
        parameters(**settings, vectorize_seeds=True),
        seeds=SEEDS,
        contexts=contexts(3),
    )
    for seed, one in zip(SEEDS, at_once, strict=True):
        (context,) = contexts(1)
        alone = train(curriculum, parameters(**settings), seed=seed, context=context)
        for name, series in alone.telemetry.series().items():
            found = one.telemetry.series()[name]
            np.testing.assert_allclose(found, series, rtol=1e-8, atol=1e-12)
        samples = [each.telemetry.snapshots()["samples"] for each in (one, alone)]
        np.testing.assert_allclose(*samples, rtol=1e-8, atol=1e-12)


def test_seeds_differ(together):
    finals = [each.telemetry.snapshots()["samples"][-1] for each in together]
    assert not np.allclose(finals[0], finals[1])
    assert [each.gan.info()["seed"] for each in together] == list(SEEDS)


def test_a_seed_depends_on_no_other_but_for_rounding(
    together, curriculum, parameters, contexts
):
    """What else is in the program can change how the compiler divides sums."""
    params = parameters(**RICH, vectorize_seeds=True)
    (alone,) = train_seeds(curriculum, params, seeds=[4], contexts=contexts(1))
    for name, series in together[1].telemetry.series().items():
        found = alone.telemetry.series()[name]
        np.testing.assert_allclose(found, series, rtol=1e-4, atol=1e-5)


class Stop(Exception):
    pass


@pytest.fixture
def interrupted(curriculum, contexts):
    """`interrupted(params, seeds, step)`: surroundings of a program stopped after it.

    Their `report` is taken away, so that the next program in them goes on to its end.
    """

    def run(params, seeds, after):
        def report(step, total, fields):
            if step > after:
                raise Stop

        told = contexts(len(seeds), report)
        with pytest.raises(Stop):
            train_seeds(curriculum, params, seeds=seeds, contexts=told)
        for each in told:
            each.report = None
        return told

    return run


def test_an_interrupted_program_ends_at_the_same_bits(
    together, curriculum, parameters, interrupted
):
    """Even if the stop fell between two seeds' checkpoints of one step."""
    params = parameters(**RICH, vectorize_seeds=True)
    told = interrupted(params, SEEDS, after=20)
    kept = [sorted(each.scratch.names()) for each in told]
    assert all(len(names) == 2 for names in kept), kept
    newest = told[1].scratch.path(kept[1][-1])
    told[1].scratch.filesystem.rm(newest)
    again = train_seeds(curriculum, params, seeds=SEEDS, contexts=told)
    assert [bits(each) for each in again] == [bits(each) for each in together]


DESCENT = {
    "backend": "jax",
    "objective": {"kind": "wasserstein"},
    "optimizer": {"kind": "sgd", "learning_rate": 0.3},
    "steps": 60,
    "precision": "float64",
    "telemetry": {"every": 3, "snapshots": 2, "probe_size": 16},
}


def test_a_seed_that_overflows_ends_alone(curriculum, parameters, contexts):
    """Plain descent on a critic without bounds: some seeds diverge, and some last.

    In float64 too, where numbers end at 1e308; each ends where it does alone.
    """
    settings = {**DESCENT, "steps": 150}
    seeds = (0, 1, 5)
    outputs = train_seeds(
        curriculum,
        parameters(**settings, vectorize_seeds=True),
        seeds=seeds,
        contexts=contexts(3),
    )
    ends = []
    for seed, one in zip(seeds, outputs, strict=True):
        (context,) = contexts(1)
        alone = train(curriculum, parameters(**settings), seed=seed, context=context)
        told = [each.telemetry.info() for each in (one, alone)]
        assert told[0]["steps"] == told[1]["steps"]
        assert told[0]["ended"] == told[1]["ended"]
        ends.append((told[0]["ended"], told[0]["steps"]))
        losses = [e.telemetry.series()["discriminator_loss"][:5] for e in (one, alone)]
        np.testing.assert_allclose(*losses, rtol=1e-8)
    assert len({steps for _, steps in ends}) > 1, ends


def test_what_ended_early_holds_no_resumption_up(
    curriculum, parameters, contexts, interrupted
):
    """Its end is kept at the checkpoints of those that go on."""
    settings = {**DESCENT, "precision": "float32", "checkpoint": {"every": 6}}
    params = parameters(**settings, vectorize_seeds=True)
    seeds = (0, 5)
    whole = train_seeds(curriculum, params, seeds=seeds, contexts=contexts(2))
    steps = [each.telemetry.info()["steps"] for each in whole]
    assert steps[1] < 40 < steps[0], steps
    told, seen = interrupted(params, seeds, after=40), []
    for each in told:
        each.report = lambda step, total, fields: seen.append(step)
    again = train_seeds(curriculum, params, seeds=seeds, contexts=told)
    assert min(seen) > 36
    assert [bits(each) for each in again] == [bits(each) for each in whole]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"backend": "tensorflow"}, "only jax has such programs"),
        ({"backend": "jax", "devices": 2}, "over seeds or over devices"),
        ({"backend": "jax", "data": {"residence": "streamed"}}, "share records"),
    ],
)
def test_what_cannot_be_is_refused(changes, message, parameters):
    with pytest.raises(ValidationError, match=message):
        parameters(vectorize_seeds=True, **changes)
