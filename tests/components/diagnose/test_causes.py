"""Every cause is measured by its mechanism, and only a symptom makes it one."""

import json
import math
import re

import numpy as np
import pytest

from components import vocabulary
from components.diagnose.calibration import Exposed, Healthy
from components.diagnose.causes import CAUSES
from components.diagnose.combine import SEPARATED
from components.diagnose.cures import prescribe
from components.diagnose.growing import Run, grown
from components.diagnose.statistics import STATISTICS
from components.diagnose.symptoms import SYMPTOMS
from components.train.params import TrainParams


def test_what_is_registered_exists():
    assert set(CAUSES) <= set(vocabulary.CAUSES)
    for cause in CAUSES.values():
        assert set(cause.explains) <= set(vocabulary.SYMPTOMS)
        assert set(cause.checks) <= set(STATISTICS)
    for symptom in SYMPTOMS.values():
        assert set(symptom.checks) <= set(STATISTICS)


STEPS = np.arange(0, 1300, 100)
PACKED = {"kind": "pac", "samples": 2}
RISING = {"kind": "linear", "start": 0.1, "end": 10.0}


def only(causes):
    (found,) = causes
    return found


def top(diagnosis):
    return diagnosis["causes"][0] if diagnosis["causes"] else None


def test_batch_norm_leakage(trial):
    diagnosis = trial.collapsed().batch_norm().diagnosis()
    assert diagnosis["verdict"] == "failed"
    assert [one["id"] for one in diagnosis["causes"]] == ["batch_norm_leakage"]
    cause = top(diagnosis)
    assert cause["explains"] == ["mode_collapse"]
    assert cause["prescriptions"][0]["set"] == {"discriminator.normalization": "layer"}
    assert diagnosis["experiment"] is None


def test_confidence_is_the_attributable_fraction(trial):
    """10 of 10 exposed runs failed; 30 sound ones vouch for a background of 1/32, more
    than the 1 % that thresholds are made for: 1 - (1/32) / (11/12)."""
    cause = top(trial.collapsed().batch_norm().diagnosis())
    assert cause["confidence"] == pytest.approx(1 - 12 / 11 / 32, rel=1e-5)
    assert any("10 failed" in line["text"] for line in cause["evidence"])


def test_a_mechanism_that_was_never_calibrated_has_even_odds(trial):
    trial.table = trial.table.model_copy(update={"exposed": {}})
    diagnosis = trial.collapsed().batch_norm().diagnosis()
    assert top(diagnosis)["confidence"] == pytest.approx(0.5)
    diagnosis = trial.saturated().diagnosis()
    assert [c["confidence"] for c in diagnosis["causes"]] == pytest.approx([1 / 3] * 2)


def test_batch_norm_alone_is_a_risk(trial):
    diagnosis = trial.batch_norm(coupling=3.0).diagnosis()
    assert diagnosis["verdict"] == "healthy"
    assert diagnosis["causes"] == []
    assert [one["id"] for one in diagnosis["risks"]] == ["batch_norm_leakage"]
    assert diagnosis["risks"][0]["explains"] == []


@pytest.mark.parametrize("penalty", ["gradient_penalty", "r1"])
def test_under_a_penalty_on_the_slope_no_normalization_is_prescribed(trial, penalty):
    trial.collapsed().batch_norm().trained(regularizers={penalty: {}})
    first = top(trial.diagnosis())["prescriptions"][0]
    assert first["set"] == {"discriminator.normalization": "none"}


def test_vanishing_gradient(trial):
    diagnosis = trial.collapsed().saturated().diagnosis()
    assert diagnosis["verdict"] == "failed"
    cause = top(diagnosis)
    assert cause["id"] == "vanishing_gradient"
    assert cause["prescriptions"][0]["set"]["objective"] == {"kind": "wasserstein"}
    assert {line.get("series") for line in cause["evidence"]} >= {
        "transmission",
        "discriminator_auc",
    }


def test_a_dim_objective_before_a_clueless_discriminator_is_not_vanishing(trial):
    trial.collapsed().saturated().constant(discriminator_auc=0.5)
    assert "vanishing_gradient" not in {c["id"] for c in trial.diagnosis()["causes"]}


def test_a_sure_discriminator_under_an_objective_that_dims_nothing(trial):
    trial.collapsed().constant(transmission=1.0, discriminator_auc=1.0)
    assert trial.diagnosis()["causes"] == []


def test_wasserstein_cannot_saturate(trial):
    trial.collapsed().saturated().trained(objective={"kind": "wasserstein"})
    diagnosis = trial.diagnosis()
    assert diagnosis["causes"] == []
    status = {check["id"]: check["status"] for check in diagnosis["checks"]}
    assert status["transmission"] == "not_run"


def test_overflow_with_no_metric_at_all(trial):
    trial.read(**dict.fromkeys(trial.metrics))
    trial.series["nonfinite_count"][3:] = 5
    trial.ended = "numerical_overflow"
    diagnosis = trial.diagnosis()
    assert diagnosis["verdict"] == "failed"
    assert [one["id"] for one in diagnosis["symptoms"]] == ["divergence"]
    assert diagnosis["symptoms"][0]["severity"] == 1
    cause = top(diagnosis)
    assert (cause["id"], cause["explains"]) == ("numerical_overflow", ["divergence"])
    assert cause["prescriptions"][0]["set"] == {"optimizer.learning_rate": 1e-4}
    assert cause["confidence"] > 0.999


def test_a_few_steps_that_overflowed_and_healed_are_a_risk(trial):
    trial.series["nonfinite_count"][3:] = 2
    diagnosis = trial.diagnosis()
    assert diagnosis["verdict"] == "healthy"
    assert [one["id"] for one in diagnosis["risks"]] == ["numerical_overflow"]


def test_every_rate_that_is_stated_is_lowered(trial):
    optimizer = {"kind": "adam", "generator_learning_rate": 0.5}
    trial.trained(optimizer=optimizer)
    trial.ended = "numerical_overflow"
    assert top(trial.diagnosis())["prescriptions"][0]["set"] == {
        "optimizer.learning_rate": 1e-4,
        "optimizer.generator_learning_rate": 1e-3,
    }


def test_a_tenth_that_is_far_above_the_usual_rate_is_not_prescribed(trial):
    """A tenth of .05 would still be five times what Adam starts from."""
    trial.ended = "numerical_overflow"
    for kind, rate, wanted in [("adam", 0.05, 1e-3), ("sgd", 30.0, 0.1)]:
        trial.trained(optimizer={"kind": kind, "learning_rate": rate})
        told = top(trial.diagnosis())["prescriptions"][0]["set"]
        assert told == {"optimizer.learning_rate": wanted}
    trial.trained(optimizer={"kind": "sgd", "learning_rate": 0.5})
    told = top(trial.diagnosis())["prescriptions"][0]["set"]
    assert told == {"optimizer.learning_rate": 0.05}


def test_of_points_a_penalty_of_weight_1_is_prescribed(trial):
    trial.collapsed().constant(slope_interpolates_mean=100.0)
    for kind, weight in [("points", 1.0), ("images", 10.0)]:
        trial.kind = kind
        told = top(trial.diagnosis())["prescriptions"][0]["set"]
        assert told == {"regularizers.gradient_penalty": {"weight": weight}}


@pytest.mark.parametrize(
    ("trained", "changes"),
    [
        (
            {"regularizers": {"gradient_penalty": {"weight": 10.0, "sides": "above"}}},
            [{"regularizers.gradient_penalty.weight": 20.0}],
        ),
        (
            {"regularizers": {"gradient_penalty": {"weight": 0.1}}},
            [{"regularizers.gradient_penalty.weight": 1.0}],
        ),
        (
            {"discriminator": {"kind": "mlp", "normalization": "spectral"}},
            [
                {
                    "regularizers.gradient_penalty": {"weight": 1.0},
                    "discriminator.normalization": "none",
                }
            ],
        ),
        (
            {},
            [
                {"regularizers.gradient_penalty": {"weight": 1.0}},
                {"discriminator.normalization": "spectral"},
            ],
        ),
        (
            {"regularizers": {"gradient_penalty": {"weight": RISING}}},
            [
                {
                    "regularizers.gradient_penalty.weight.start": 1.0,
                    "regularizers.gradient_penalty.weight.end": 20.0,
                }
            ],
        ),
        (
            {
                "discriminator": PACKED
                | {"of": {"kind": "mlp", "normalization": "spectral"}}
            },
            [
                {
                    "regularizers.gradient_penalty": {"weight": 1.0},
                    "discriminator.of.normalization": "none",
                }
            ],
        ),
    ],
)
def test_a_critic_gets_one_bound_and_more_of_what_it_has(trial, trained, changes):
    trial.kind = "points"
    trial.collapsed().trained(**trained).constant(slope_interpolates_mean=100.0)
    cause = top(trial.diagnosis())
    assert [one["set"] for one in cause["prescriptions"]] == changes


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [
        ({"kind": "adam", "generator_learning_rate": 0.1}, None),
        (
            {"kind": "adam", "learning_rate": 1e-5, "generator_learning_rate": 2e-3},
            2e-3,
        ),
        (
            {
                "kind": "sgd",
                "generator_learning_rate": 0.001,
                "discriminator_learning_rate": 0.1,
            },
            0.1,
        ),
    ],
)
def test_both_players_get_the_rate_that_is_nearer_to_the_usual(trial, optimizer, rate):
    trial.collapsed().trained(optimizer=optimizer).constant(discriminator_auc=0.2)
    cause = top(trial.diagnosis())
    assert cause["id"] == "player_imbalance"
    told = dict(cause["prescriptions"][0]["set"])
    assert told.pop("optimizer.learning_rate", None) == rate
    assert set(told.values()) == {None}


EQUAL = {"generator_learning_rate": 2e-4, "discriminator_learning_rate": 2e-4}


@pytest.mark.parametrize(
    ("trained", "series", "told"),
    [
        ({"optimizer": {"kind": "adam"} | EQUAL}, {}, "`discriminator_steps` 3"),
        ({"discriminator_steps": 5}, {}, "more turns of the discriminator"),
        ({}, {"discriminator_update_ratio": 0.9}, "a lower learning rate of the disc"),
    ],
)
def test_rates_that_are_the_same_are_not_asked_to_be(new_trial, trained, series, told):
    trial = new_trial().collapsed().trained(**trained)
    trial.constant(**(series or {"discriminator_auc": 0.2}))
    causes = trial.conclusion().causes
    (cause,) = [one for one in causes if one.id == "player_imbalance"]
    changes = [one.changes for one in cause.prescriptions]
    assert not any("learning_rate" in str(change) for change in changes)
    assert told in cause.trial


@pytest.mark.parametrize(
    ("packed", "path"),
    [(False, "discriminator.units"), (True, "discriminator.of.units")],
)
def test_layers_are_widened_to_what_their_groups_divide(trial, packed, path):
    judge = {"kind": "mlp", "units": [30], "normalization": "group", "groups": 5}
    trial.collapsed().trained(discriminator=PACKED | {"of": judge} if packed else judge)
    trial.constant(discriminator_auc=0.2)
    told = top(trial.diagnosis())["prescriptions"][0]["set"]
    assert told == {path: [130, 130]}
    changed = apply(trial.parameters, told)
    TrainParams.model_validate_json(json.dumps(changed))


@pytest.mark.parametrize("packed", [False, True])
def test_a_penalty_takes_the_place_of_spectral_normalization(trial, packed):
    judge = {"kind": "mlp", "normalization": "spectral"}
    judge = PACKED | {"of": judge} if packed else judge
    trial.collapsed().saturated().trained(discriminator=judge)
    told = top(trial.diagnosis())["prescriptions"][0]["set"]
    path = "discriminator.of.normalization" if packed else "discriminator.normalization"
    assert told[path] == "none" and "regularizers.gradient_penalty" in told


def test_who_is_blind_is_not_called_slow(new_trial):
    blind = new_trial().collapsed().constant(discriminator_auc=0.2)
    assert "keep up" in top(blind.diagnosis())["claim"]
    fast = new_trial().collapsed().constant(generator_update_ratio=0.2)
    (told,) = [
        one for one in fast.diagnosis()["causes"] if one["id"] == "player_imbalance"
    ]
    assert "far faster" in told["claim"]


@pytest.mark.parametrize(
    ("units", "change"),
    [
        ([8], {"discriminator.units": [128, 128]}),
        ([80, 8, 8], {"discriminator.units": [160, 128, 128]}),
        ([48], {"discriminator_steps": 3}),
        ([128], {"discriminator_steps": 3}),
    ],
)
def test_a_narrow_discriminator_is_widened_before_it_gets_more_turns(
    trial, units, change
):
    trial.collapsed().trained(discriminator={"kind": "mlp", "units": units})
    told = top(trial.constant(discriminator_auc=0.2).diagnosis())
    assert told["id"] == "player_imbalance"
    assert told["prescriptions"][0]["set"] == change


def test_rivals_that_are_not_separated_leave_it_undetermined(trial):
    diagnosis = trial.collapsed().saturated().batch_norm().diagnosis()
    assert diagnosis["verdict"] == "undetermined"
    first, second = diagnosis["causes"]
    assert first["rivals"] == [second["id"]]
    assert second["rivals"] == [first["id"]]
    assert first["confidence"] < SEPARATED * second["confidence"]
    assert first["id"] in diagnosis["experiment"]
    assert second["id"] in diagnosis["experiment"]
    for one in (first, second):
        for path, value in one["prescriptions"][0]["set"].items():
            assert f"`{path}` {json.dumps(value)}" in diagnosis["experiment"]
    assert math.fsum(one["confidence"] for one in diagnosis["causes"]) < 1


def test_a_certain_cause_beats_a_likely_one(trial):
    trial.collapsed().batch_norm()
    trial.ended = "numerical_overflow"
    diagnosis = trial.diagnosis()
    assert diagnosis["verdict"] == "failed"
    assert top(diagnosis)["id"] == "numerical_overflow"


def test_a_symptom_without_a_cause_is_undetermined(trial):
    diagnosis = trial.collapsed().diagnosis()
    assert diagnosis["verdict"] == "undetermined"
    assert diagnosis["symptoms"] and diagnosis["experiment"]


def apply(parameters, changes):
    """As `--set` does: each path replaced by its whole value."""
    made = json.loads(json.dumps(parameters))
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = made
        for key in parents:
            place = place[key]
        assert last in place
        place[last] = value
    return made


NOTHING_LEFT = {"vanishing_gradient", "lipschitz_violation", "insufficient_capacity"}
"""Causes whose every cure some of these parameters have already."""
OBJECTIVES = ("minimax", "non_saturating", "wasserstein")
REGULARIZERS = (
    {},
    {"gradient_penalty": {"weight": 1.0}},
    {"r1": {"gamma": 3.0}, "r2": {"gamma": 3.0}},
)
DISCRIMINATORS = (
    *({"kind": "mlp", "normalization": n} for n in ("batch", "batch_split", "layer")),
    *({"kind": "dcgan", "normalization": n} for n in ("batch", "spectral")),
)
OPTIMIZERS = (
    {"kind": "adam"},
    {"kind": "adam", "discriminator_learning_rate": 3e-3},
    {"kind": "sgd", "learning_rate": {"kind": "cosine", "start": 0.1, "end": 0.0}},
)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("regularizers", REGULARIZERS, ids=lambda r: "+".join(r))
def test_every_prescription_is_valid_and_changes_something(
    new_trial, objective, regularizers
):
    emitted = 0
    for discriminator in DISCRIMINATORS:
        for optimizer in OPTIMIZERS:
            trial = new_trial().trained(
                objective={"kind": objective},
                regularizers=regularizers,
                discriminator=discriminator,
                optimizer=optimizer,
            )
            trial.collapsed().constant(transmission=1e-7, discriminator_auc=1.0)
            trial.constant(batch_coupling=1.0, nonfinite_count=3.0).ill()
            causes = trial.diagnosis()["causes"]
            assert len(causes) == len(CAUSES) - (objective == "wasserstein")
            cured = {cause["id"] for cause in causes if cause["prescriptions"]}
            assert cured >= set(CAUSES) - {"data_fault", *NOTHING_LEFT}
            for cause in causes:
                for prescription in cause["prescriptions"]:
                    changed = apply(trial.parameters, prescription["set"])
                    params = TrainParams.model_validate_json(json.dumps(changed))
                    after = json.loads(params.model_dump_json())
                    assert after != trial.parameters
                    emitted += 1
    assert emitted >= 2 * len(DISCRIMINATORS) * len(OPTIMIZERS)


def test_what_is_there_already_is_not_prescribed():
    parameters = {"objective": {"kind": "wasserstein", "clip": 1}, "rate": 1.0}
    options = (
        ({"objective": {"kind": "wasserstein"}}, "already so"),
        ({"normalization": "layer"}, "no such path"),
        ({"rate": 0.1}, "changes something"),
    )
    assert [dict(one.changes) for one in prescribe(parameters, *options)] == [
        {"rate": 0.1}
    ]


def test_parameters_of_a_component_of_ones_own_get_no_wrong_prescription(trial):
    trial.collapsed().batch_norm().parameters = {"layers": 3}
    assert top(trial.diagnosis())["prescriptions"] == []


@pytest.mark.parametrize(
    "series, bad, cause",
    [
        ("discriminator_gradient_cosine_1", 0.05, "gradient_noise"),
        ("generator_gradient_cosine_1", 0.0, "gradient_noise"),
        ("generator_update_ratio", 0.2, "step_size_too_large"),
    ],
)
def test_noise_and_long_steps_are_read_while_there_is_most_to_learn(
    trial, series, bad, cause
):
    """At rest the batches of any training disagree, and long steps look short beside
    the weights that they have inflated."""
    trial.collapsed().trained(steps=1200)
    healthy = trial.series[series].copy()
    early = trial.series["step"] <= 120
    trial.series[series] = np.where(early, healthy, bad)
    assert cause not in {one["id"] for one in trial.diagnosis()["causes"]}
    trial.series[series] = np.where(early, bad, healthy)
    assert top(trial.diagnosis())["id"] == cause


@pytest.mark.parametrize(
    "square, wanted", [(1.0, 256), (0.5, 512), (-0.1, 1024), (50.0, 8)]
)
def test_the_batch_that_is_prescribed_holds_the_noise_scale_of_later_readings(
    trial, square, wanted
):
    """Four times trΣ/|G|² = 64 and 128 records; 1,024 where noise hides |G|², and at
    least 4 times the batch. Early on |G|² is large, and fewer records would do."""
    trial.collapsed().trained(steps=1200, batch_size=2)
    trial.constant(discriminator_gradient_cosine_1=0.0)
    early = trial.series["step"] <= 120
    for player in ("generator", "discriminator"):
        trial.constant(**{f"{player}_gradient_variance": 64.0})
        trial.series[f"{player}_gradient_square"] = np.where(early, 1e3, square)
    cause = top(trial.diagnosis())
    assert cause["id"] == "gradient_noise"
    larger, longer = (one["set"] for one in cause["prescriptions"])
    assert larger == {"batch_size": wanted}
    assert longer == {"steps": 1200 * wanted // 2}


def test_no_game_is_the_cause_of_what_a_generator_makes_that_never_moved(trial):
    trial.collapsed().constant(discriminator_gradient_cosine_1=0.0)
    assert trial.diagnosis()["causes"]
    told = trial.constant(generator_update_ratio=0.0).diagnosis()
    assert (told["verdict"], told["causes"], told["risks"]) == ("undetermined", [], [])
    assert [one["id"] for one in told["symptoms"]] == ["mode_collapse"]
    assert "never moved" in told["experiment"]


def test_noise_that_was_read_early_alone_hides_nothing(trial):
    trial.collapsed().trained(steps=1200, batch_size=2)
    trial.constant(discriminator_gradient_cosine_1=0.0)
    early = trial.series["step"] <= 120
    for player in ("generator", "discriminator"):
        for name, value in (("variance", 64.0), ("square", 1.0)):
            read = np.where(early, value, np.nan)
            trial.series[f"{player}_gradient_{name}"] = read
    change = top(trial.diagnosis())["prescriptions"][0]
    assert change["set"] == {"batch_size": 8}
    assert "at the start alone" in change["why"]


@pytest.mark.parametrize(
    ("trained", "wanted"),
    [
        ({"batch_size": 24, "discriminator": {"kind": "pac", "samples": 3}}, 258),
        ({"batch_size": 24, "devices": 2, "backend": "jax"}, 256),
        (
            {
                "batch_size": 24,
                "devices": 4,
                "backend": "jax",
                "discriminator": {"kind": "pac", "samples": 3},
            },
            264,
        ),
    ],
)
def test_a_batch_that_packs_and_devices_divide_is_prescribed(trial, trained, wanted):
    trial.collapsed().trained(**trained).constant(discriminator_gradient_cosine_1=0.0)
    for player in ("generator", "discriminator"):
        trial.constant(**{f"{player}_gradient_variance": 64.0})
        trial.constant(**{f"{player}_gradient_square": 1.0})
    told = top(trial.diagnosis())["prescriptions"][0]["set"]
    assert told == {"batch_size": wanted}
    TrainParams.model_validate_json(json.dumps(trial.parameters | told))


def test_batches_that_agree_but_less_are_not_called_a_random_walk(new_trial):
    noisy = new_trial().collapsed().constant(discriminator_gradient_cosine_1=0.0)
    assert "at random" in top(noisy.diagnosis())["claim"]
    calm = new_trial().collapsed().constant(discriminator_gradient_cosine_1=0.52)
    assert "at random" not in top(calm.diagnosis())["claim"]


def test_the_deviation_of_a_batch_is_not_prescribed_to_parts_of_it(new_trial):
    def told(**trained):
        trial = new_trial().collapsed().constant(log_volume=-9.0).trained(**trained)
        return str(top(trial.diagnosis())["prescriptions"])

    assert "minibatch_stddev" in told()
    assert "minibatch_stddev" in told(devices=2, backend="jax")
    assert "minibatch_stddev" not in told(devices=2)
    packed = told(discriminator=PACKED)
    assert "discriminator.of.normalization" in packed


@pytest.mark.parametrize(
    ("trained", "told"),
    [
        ({"devices": 2, "regularizers": {"r1": {"gamma": 1.0}}}, ", on one device"),
        (
            {
                "discriminator": {"kind": "mlp", "normalization": "minibatch_stddev"},
                "regularizers": {"r1": {"gamma": 1.0}},
            },
            "another seed",
        ),
    ],
)
def test_where_nothing_leads_out_of_a_collapse_what_would_is_not_there_yet(
    trial, trained, told
):
    trial.collapsed().constant(log_volume=-9.0).trained(**trained)
    cause = trial.conclusion().causes[0]
    assert cause.id == "flat_diversity"
    assert not cause.prescriptions and told in cause.trial


@pytest.mark.parametrize(
    ("series", "bad", "cause"),
    [
        ("capacity_gap", 0.1, "insufficient_capacity"),
        ("capacity_dimension", 0.3, "insufficient_capacity"),
        ("weight_max", 9.0, "step_size_too_large"),
        ("generator_dead_share", 0.9, "step_size_too_large"),
    ],
)
def test_what_is_measured_apart_from_the_game_or_of_where_steps_led(
    trial, series, bad, cause
):
    diagnosis = trial.collapsed().constant(**{series: bad}).diagnosis()
    assert [one["id"] for one in diagnosis["causes"]] == [cause]
    assert diagnosis["causes"][0]["onset_step"] == 0


def test_a_collapse_late_in_training_is_no_lack_of_dimensions(trial):
    """Samples that once varied as the data do could do so: only a game took it away."""
    fallen = np.where(trial.series["step"] < 400, 2.0, 0.2)
    trial.collapsed().series["sample_dimension"] = fallen
    assert trial.diagnosis()["causes"] == []
    trial.constant(sample_dimension=0.2)
    assert top(trial.diagnosis())["id"] == "insufficient_capacity"


def test_a_reading_of_0_above_a_null_below_it_is_not_bad(new_trial, table):
    """What more capacity gains is about 0 where there is enough, below it by chance."""
    below = Healthy(side="high", values=(-0.003, -0.002, -0.001))
    checks = {**table.checks, "capacity_gap": below}
    trial = new_trial().constant(capacity_gap=0.0)
    trial.table = table.model_copy(update={"checks": checks})
    (check,) = [c for c in trial.diagnosis()["checks"] if c["id"] == "capacity_gap"]
    assert (check["status"], check["value"]) == ("passed", 0.0)


@pytest.fixture
def voted(trial):
    """A trial beside a calibration of two causes: tiny generators, of which half are
    noisy too, and noise alone."""
    random = np.random.default_rng(0)

    def run(cause, gap, noise):
        read = {"capacity_gap": gap, "generator_agreement": noise}
        near = {name: at + random.normal() / 4 for name, at in read.items()}
        return Run(cause, f"{cause}{random.integers(3)}", near)

    capacity = [run("insufficient_capacity", 4.0, noise) for noise in (0, 4) * 8]
    noise = [run("gradient_noise", 0.0, 4.0) for _ in range(16)]
    both = ("insufficient_capacity", "gradient_noise")
    exposed = {cause: Exposed(runs=16, failed=16) for cause in both}
    trial.table = trial.table.model_copy(
        update={"forest": grown([*capacity, *noise]), "exposed": exposed}
    )
    return trial


def test_votes_are_told_line_by_line_and_decide_between_rivals(voted):
    """Two mechanisms are at work; runs that had both failed of the first."""
    voted.collapsed().constant(capacity_gap=0.1, generator_gradient_cosine_1=0.0)
    diagnosis = voted.diagnosis()
    assert [one["id"] for one in diagnosis["causes"]] == [
        "insufficient_capacity",
        "gradient_noise",
    ]
    assert diagnosis["verdict"] == "failed"
    lines = [line["text"] for line in top(diagnosis)["evidence"]]
    (votes,) = [line for line in lines if "all mechanisms together" in line]
    share, chance = map(int, re.findall(r"(\d+)(?: of 100 votes| by chance)", votes))
    assert share > 70 > 60 > chance > 40
    owed = [int(n) for n in re.findall(r": ([+-]\d+) (?:of 100|together)", str(lines))]
    assert abs(chance + sum(owed) - share) <= 1 + len(owed) / 2
    (owed,) = [line for line in lines if line.startswith("capacity_gap, ")]
    assert re.search(r"standard errors from healthy: \+\d+ of 100 votes", owed)


def test_no_cause_is_surer_than_the_trees_are_right_of_cases_they_had_not_seen(voted):
    voted.collapsed().constant(capacity_gap=0.1)
    forest = voted.table.forest
    sure = []
    for right in (1.0, 0.6):
        told = forest.model_copy(update={"right": right})
        voted.table = voted.table.model_copy(update={"forest": told})
        diagnosis = voted.diagnosis()
        assert diagnosis["verdict"] == "failed"
        sure.append(top(diagnosis)["confidence"])
    assert 0.9 < sure[0] < 1
    assert sure[1] == pytest.approx(0.6 * sure[0], rel=1e-5)
    assert "called 60% right" in str(top(diagnosis)["evidence"])
    voted.ended = "numerical_overflow"
    assert top(voted.diagnosis())["confidence"] > 0.9


@pytest.mark.parametrize("gap", [0.01, 0.1])
def test_a_cause_that_readings_look_less_like_than_another_is_not_decided(voted, gap):
    """Batches agree as on healthy runs, and dimensions lack: only capacity's own test
    alarms. Where the gap, which runs with too small a generator read, is that of runs
    that failed of noise, the votes are for noise."""
    diagnosis = (
        voted.collapsed().constant(capacity_dimension=0.3, capacity_gap=gap).diagnosis()
    )
    assert [one["id"] for one in diagnosis["causes"]] == ["insufficient_capacity"]
    alike = gap > 0.01
    assert diagnosis["verdict"] == ("failed" if alike else "undetermined")
    assert ("gradient_noise" in str(diagnosis["experiment"])) is not alike
    assert (diagnosis["experiment"] is None) is alike
    assert (top(diagnosis)["confidence"] > 0.9) is alike
    assert (top(diagnosis)["confidence"] < 0.5) is not alike
    assert top(diagnosis)["rivals"] == ([] if alike else ["gradient_noise"])
    told = "votes go to gradient_noise, more than"
    assert (told in top(diagnosis)["evidence"][-1]["text"]) is not alike


@pytest.mark.parametrize(
    ("agreement", "clear", "heard"),
    [(0.49, 0.9, True), (0.49, 1.0, False), (0.53, 0.9, False), (0.2, 1.0, True)],
)
def test_a_cause_with_clear_votes_is_heard_for_what_leans_its_way(
    voted, agreement, clear, heard
):
    """Of noise, which alarms at .2: at .49 batches agree less than on the median of
    healthy runs, and no less than on some of them."""
    noisy = {
        f"{x}_gradient_cosine_1": agreement for x in ("generator", "discriminator")
    }
    voted.collapsed().constant(**noisy | {"discriminator_gradient_cosine_1": 0.7})
    every = [Run("gradient_noise", f"{k}", {"capacity_gap": 0.0}) for k in range(8)]
    other = [Run("data_fault", f"{k}", {"capacity_gap": 9.0}) for k in range(8)]
    forest = grown([*every, *other]).model_copy(update={"clear": clear})
    voted.table = voted.table.model_copy(update={"forest": forest})
    diagnosis = voted.diagnosis()
    assert (diagnosis["verdict"] == "failed") is heard
    assert [one["id"] for one in diagnosis["causes"]] == ["gradient_noise"] * heard
    silent = [line for line in str(diagnosis).split("'") if "no test of it" in line]
    assert len(silent) == (heard and agreement == 0.49)
    (check,) = [c for c in diagnosis["checks"] if c["id"] == "generator_agreement"]
    assert check["status"] == ("failed" if agreement == 0.2 else "passed")
    voted.read(recall=0.94 * 0.97, coverage=0.94 * 0.97, train_coverage=0.94 * 0.88)
    assert voted.diagnosis()["verdict"] == "healthy"
    risks = ["gradient_noise"] * (agreement == 0.2)
    assert [one["id"] for one in voted.diagnosis()["risks"]] == risks


def test_a_certain_cause_needs_no_votes(voted):
    """Not even where they are for another that alarms, too."""
    voted.collapsed().ended = "numerical_overflow"
    assert voted.diagnosis()["verdict"] == "failed"
    voted.constant(capacity_gap=0.1, discriminator_gradient_cosine_1=0.0)
    diagnosis = voted.diagnosis()
    assert diagnosis["verdict"] == "failed"
    assert top(diagnosis)["id"] == "numerical_overflow"
    assert len(diagnosis["causes"]) > 1
    assert not any("votes" in line["text"] for line in top(diagnosis)["evidence"])


def test_convolutions_get_twice_the_channels(trial):
    network = {"kind": "dcgan", "channels": [16, 8]}
    trial.collapsed().trained(latents={"size": 64}, generator=network)
    trial.constant(capacity_gap=0.1)
    change = top(trial.diagnosis())["prescriptions"][0]["set"]
    assert change == {"generator.channels": [32, 16]}


@pytest.mark.parametrize(
    ("latents", "directions", "change"),
    [
        (1, 2.1, {"latents.size": 32}),
        (2, 2.1, {"generator.units": [128, 128]}),
        (8, 2.1, {"generator.units": [128, 128]}),
        (8, 11.0, {"latents.size": 32}),
        (64, 90.0, {"generator.units": [128, 128]}),
    ],
)
def test_latents_are_asked_for_where_records_vary_in_more_directions(
    trial, latents, directions, change
):
    trial.collapsed().trained(
        latents={"size": latents}, generator={"kind": "mlp", "units": [4]}
    )
    trial.constant(capacity_gap=0.1, record_dimension=directions)
    trial.constant(sample_dimension=directions)
    cause = top(trial.diagnosis())
    assert cause["id"] == "insufficient_capacity"
    assert cause["prescriptions"][0]["set"] == change


def test_a_critic_is_not_prescribed_plain_steps(trial):
    trial.collapsed().saturated()
    trial.trained(optimizer={"kind": "sgd", "learning_rate": 0.1})
    told = top(trial.diagnosis())["prescriptions"][0]["set"]
    assert told["objective"] == {"kind": "wasserstein"}
    assert told["optimizer"] == {"kind": "adam", "learning_rate": 1e-3}
    params = TrainParams.model_validate_json(
        json.dumps(trial.parameters | told_of(told))
    )
    assert params.optimizer.kind == "adam"


def told_of(changes):
    """Changes at the top level of parameters."""
    return {path: value for path, value in changes.items() if "." not in path}


def test_a_sparse_tail_from_the_start_is_a_missing_curriculum(trial):
    trial.hard_from_the_start().core["value"] = 0.05
    trial.series["tier_coverage.0"] = np.where(STEPS < 300, 0.9, 0.05)
    cause = only(trial.diagnosis()["causes"])
    assert cause["id"] == "missing_curriculum"
    assert cause["explains"] == ["mode_collapse"]
    sparse, unequal = cause["evidence"][:2]
    assert sparse["value"] == pytest.approx(100) and sparse["null"] < 4
    assert unequal["value"] == pytest.approx(np.log(18), rel=0.05)
    assert cause["onset_step"] is not None
    assert cause["prescriptions"][0]["set"] == {
        "pacing": {"kind": "linear", "until": 0.75}
    }


def test_a_tail_left_behind_is_not_called_so(trial):
    """Far clusters, which no pacing brings in, read the same as a tail that it does."""
    trial.hard_from_the_start().read(tail_coverage=0.1)
    found = trial.constant(**{"tier_coverage.1": 0.1}).diagnosis()
    assert {one["id"] for one in found["symptoms"]} == {"tail_neglect"}
    assert (found["verdict"], found["causes"]) == ("undetermined", [])


def test_without_a_symptom_a_sparse_tail_that_is_learnt_first_is_a_risk(trial):
    trial.constant(**{"tier_coverage.0": 0.3, "tier_coverage.1": 0.9})
    found = trial.hard_from_the_start().diagnosis()
    assert found["verdict"] == "healthy"
    assert [one["id"] for one in found["risks"]] == ["missing_curriculum"]


@pytest.mark.parametrize(
    "spared", ["paced", "one tier", "copies", "images", "dense tail", "even"]
)
def test_what_did_not_begin_with_a_sparse_tail_lacks_no_curriculum(trial, spared):
    trial.hard_from_the_start().core["value"] = 0.05
    trial.constant(**{"tier_coverage.0": 0.9 if spared == "even" else 0.05})
    if spared == "paced":
        trial.series["tier"] = np.where(STEPS < 500, 0.0, 1.0)
    elif spared == "copies":
        trial.spacings = None, 10.0
    elif spared == "images":
        trial.kind = "images"
    elif spared == "dense tail":
        trial.spacings = 0.1, 0.3
    content = trial.content()
    if spared == "one tier":
        content["tiers"] = content["tiers"][:1]
        trial.series["tier"] = np.zeros(len(STEPS))
    trial.content = lambda: content
    found = trial.diagnosis()
    named = [one["id"] for one in found["causes"] + found["risks"]]
    assert "missing_curriculum" not in named


def test_a_paced_training_began_as_dense_as_its_core(trial):
    measure = STATISTICS["first_sparsity"].measure
    trial.hard_from_the_start()
    assert measure(trial.readings()).value == pytest.approx(100)
    trial.series["tier"] = np.where(STEPS < 500, 0.0, 1.0)
    assert measure(trial.readings()).value == 1


def test_core_and_tail_differ_as_much_either_way(trial):
    measure = STATISTICS["unequal_tiers"].measure
    for core, tail in ((0.2, 0.8), (0.8, 0.2)):
        trial.constant(**{"tier_coverage.0": core, "tier_coverage.1": tail})
        assert measure(trial.readings()).value == pytest.approx(np.log(4))
    for lost in (0, 1):
        both = {f"tier_coverage.{tier}": 0.8 * (tier != lost) for tier in (0, 1)}
        trial.constant(**both)
        assert measure(trial.readings()).value == pytest.approx(np.log(100))


def test_a_core_that_is_never_reached_is_left_behind_too(trial):
    trial.collapsed().hard_from_the_start()
    trial.constant(**{"tier_coverage.0": 0.0, "tier_coverage.1": 0.8})
    assert "missing_curriculum" in [one["id"] for one in trial.diagnosis()["causes"]]


def test_orbits_that_momentum_keeps_up_are_rotation_though_the_field_pulls_in(trial):
    trial.collapsed().trained(
        optimizer={"kind": "sgd", "learning_rate": 0.0002, "momentum": 0.99},
        update={"kind": "simultaneous"},
    )
    trial.constant(eigenvalue_real_0=-1.2, eigenvalue_imaginary_0=1.5)
    cause = only(trial.diagnosis()["causes"])
    assert cause["id"] == "rotational_dynamics"
    assert cause["evidence"][0]["value"] > 1
    assert "optimizer.momentum" in cause["prescriptions"][0]["set"]


def test_momentum_is_taken_away_at_the_pace_that_it_made(trial):
    trial.collapsed().constant(spectrum_imaginary_max=10.0)
    trial.parameters["optimizer"] = {
        "kind": "sgd",
        "learning_rate": 0.002,
        "momentum": 0.98,
        "generator_learning_rate": 0.001,
        "discriminator_learning_rate": None,
    }
    trial.parameters["regularizers"] = {"r1": {"gamma": 2.0}}
    first, second, *_ = top(trial.diagnosis())["prescriptions"]
    assert first["set"] == {
        "optimizer.momentum": 0.0,
        "optimizer.learning_rate": 0.1,
        "optimizer.generator_learning_rate": 0.05,
    }
    assert second["set"] == {"regularizers.r1.gamma": 4.0}
    trial.parameters["optimizer"]["momentum"] = -0.3
    trial.parameters["regularizers"] = {"r1": None}
    first, *_ = top(trial.diagnosis())["prescriptions"]
    assert first["set"] == {"regularizers.r1": {"gamma": 1.0}}
    falling = {"kind": "linear", "start": 9.0, "end": 1.0}
    trial.parameters["regularizers"] = {"r1": {"gamma": falling}}
    first, *_ = top(trial.diagnosis())["prescriptions"]
    assert first["set"] == {"update": {"kind": "extragradient"}}


def test_copies_were_there_before_the_first_step(trial):
    trial.collapsed().copies = 0.9
    cause = top(trial.diagnosis())
    assert cause["id"] == "data_fault"
    assert cause["onset_step"] == 0 and cause["onset_interval"] == [0, 0]


@pytest.mark.parametrize(
    ("rarest", "p_value", "found"),
    [(0.01, 1e-9, True), (0.0, 1e-9, True), (0.01, 0.2, False), (0.6, 1e-9, False)],
)
def test_a_class_is_lost_if_it_is_rarer_and_no_chance(trial, rarest, p_value, found):
    trial.collapsed().rarest = rarest, p_value
    diagnosis = trial.diagnosis()
    assert [one["id"] for one in diagnosis["causes"]] == ["data_fault"] * found
    assert (diagnosis["verdict"] == "failed") is found
    if found:
        (line, *_) = top(diagnosis)["evidence"]
        assert "(number 3)" in line["text"]
        assert not top(diagnosis)["prescriptions"]


def test_many_unfit_records_are_told_and_a_risk_without_a_symptom(trial):
    trial.rejected = 0.4
    diagnosis = trial.diagnosis()
    assert diagnosis["verdict"] == "healthy"
    (risk,) = diagnosis["risks"]
    assert risk["id"] == "data_fault" and "unfit" in risk["claim"]
    trial.rejected = 0.0
    assert not trial.diagnosis()["risks"]


@pytest.mark.parametrize(
    ("trained", "first"),
    [
        ({}, {"objective": {"kind": "wasserstein"}, "discriminator_steps": 5}),
        (
            {"discriminator_steps": 5, "regularizers": {"gradient_penalty": {}}},
            {"objective": {"kind": "wasserstein"}},
        ),
    ],
)
def test_a_tail_left_out_gets_a_critic_of_distance_first(trial, trained, first):
    """A flat loss explains the tail, and what reaches it is prescribed first."""
    trial.read(tail_coverage=0.05).constant(log_volume=-9.0).trained(
        objective={"kind": "non_saturating"}, **trained
    )
    turns = trial.parameters["discriminator_steps"]
    trial.constant(discriminator_update_ratio=0.004 / turns)
    diagnosis = trial.diagnosis()
    assert [one["id"] for one in diagnosis["symptoms"]] == ["tail_neglect"]
    assert diagnosis["verdict"] == "failed"
    cause = top(diagnosis)
    assert cause["id"] == "flat_diversity" and cause["explains"] == ["tail_neglect"]
    changes = cause["prescriptions"][0]["set"]
    assert first.items() <= changes.items()
    assert ("regularizers.gradient_penalty" in changes) is (not trained)
    trial.collapsed().read(tail_coverage=0.9)
    other = top(trial.diagnosis())
    assert "objective" not in str(other["prescriptions"][:1])


@pytest.mark.parametrize(
    ("series", "values", "name"),
    [
        ("generator_coordinate_0", np.cos(STEPS / 100), "rotational_dynamics"),
        (
            "generator_update_ratio",
            np.where(STEPS < 400, 0.002, 0.5),
            "player_imbalance",
        ),
    ],
)
def test_orbits_and_leads_are_dated(trial, series, values, name):
    trial.collapsed().series[series] = values
    if name == "rotational_dynamics":
        trial.series["discriminator_coordinate_0"] = np.sin(STEPS / 100)
    causes = {one["id"]: one for one in trial.diagnosis()["causes"]}
    assert 0 < causes[name]["onset_step"] <= STEPS[-1]
