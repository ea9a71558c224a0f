"""When something began, against series whose change is known."""

import numpy as np
import pytest

from components.diagnose.onset import Onset, change_point, lasting

STEPS = np.arange(0, 1300, 100)


def test_a_clean_change_is_found_to_the_reading():
    values = np.where(STEPS < 700, 0.9, 0.2)
    assert change_point(STEPS, values) == Onset(700, 700, 700)


@pytest.mark.parametrize(("count", "place", "fall"), [(13, 6, 2), (31, 20, 1.5)])
def test_the_interval_holds_the_true_place_at_its_rate(count, place, fall):
    random, steps, held = np.random.default_rng(0), np.arange(count) * 10, 0
    for _ in range(400):
        values = random.normal(size=count)
        values[place:] -= fall
        found = change_point(steps, values)
        assert found.low <= found.step <= found.high
        held += found.low <= place * 10 <= found.high
    # 95 %, less three standard errors of 400 draws.
    assert held / 400 >= 0.95 - 3 * (0.95 * 0.05 / 400) ** 0.5


def test_more_noise_means_a_wider_interval():
    random = np.random.default_rng(1)
    noise, fall = random.normal(size=13), np.where(STEPS < 700, 1.0, 0.0)
    calm, loud = (change_point(STEPS, fall + s * noise) for s in (0.02, 0.6))
    assert calm.high - calm.low < loud.high - loud.low


def test_what_was_learnt_before_is_no_onset():
    values = np.concatenate([[0.0, 0.3, 0.6], np.full(5, 0.9), np.full(5, 0.2)])
    assert lasting(STEPS, values, values < 0.5).step == STEPS[8]


def test_a_rise_is_no_onset_of_a_fall():
    """Of all changes the rise from .3 to .9 is the largest."""
    values = np.repeat([0.3, 0.9, 0.2], [4, 4, 2])
    steps = STEPS[:10]
    assert change_point(steps, values).step == steps[4]
    assert change_point(steps, values, -1).step == steps[8]
    assert lasting(steps, values, values < 0.25, sign=-1).step == steps[8]
    assert lasting(steps, -values, values < 0.25, sign=1).step == steps[8]


def test_what_was_never_quiet_began_at_the_start():
    assert lasting(STEPS, np.zeros(13), np.ones(13, bool)) == Onset(0, 0, 0)


@pytest.mark.parametrize(("learnt", "step"), [(250.0, 300), (300.0, 300), (9e9, 1200)])
def test_what_was_never_quiet_began_when_sound_runs_are(learnt, step):
    """No later than the first reading by then, and maybe at the very start."""
    onset = lasting(STEPS, np.zeros(13), np.ones(13, bool), learnt)
    assert onset == Onset(step, 0, step)


def test_what_has_healed_has_no_onset():
    values = np.where(STEPS == 600, 0.1, 0.9)
    assert lasting(STEPS, values, values < 0.5) is None
