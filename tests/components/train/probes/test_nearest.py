"""Whether samples lie nearer to training records than to held-out ones."""

from types import SimpleNamespace

import numpy as np
import pytest

from components.train.probes.nearest import Nearest, apart


def read(samples, train, holdout, held=None, probe=None):
    bench = SimpleNamespace(
        game=SimpleNamespace(seed=3), train=train, holdout=holdout, held=held
    )
    view = SimpleNamespace(bench=bench, samples=samples)
    return dict((probe or Nearest(None)).read(view)).get("train_nearest_share")


def drawn(count, seed):
    return np.random.default_rng(seed).standard_normal((count, 2, 3))


def test_a_distribution_reads_a_half_however_many_records_were_trained_on():
    """300 held-out records of 400, 4,000 of training: the same number of either."""
    share = read(drawn(512, 0), drawn(4000, 1), drawn(300, 2))
    # Samples that share a record are no tries of their own: 512 of them count for fewer
    # than 300, of which a share of a half has a deviation of .03; five of them.
    assert share == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("copied", [0.0, 0.5, 1.0])
def test_copies_of_the_training_records_count_whole(copied):
    train, holdout = drawn(60, 1), drawn(500, 2)
    samples = drawn(400, 0)
    number = int(copied * len(samples))
    samples[:number] = train[np.arange(number) % len(train)]
    rest = read(samples[number:], train, holdout) if copied < 1 else 0.0
    share = read(samples, train, holdout)
    assert share == pytest.approx(copied + (1 - copied) * rest)


def test_records_of_both_parts_are_left_out_and_copies_count_once():
    """Of 90 records with 30 copies 60 differ, 20 of these are held out as well."""
    first, both, rest = drawn(40, 1), drawn(20, 2), drawn(70, 3)
    train = np.concatenate([first, both, first[:30]])
    holdout = np.concatenate([both, rest])
    bench = SimpleNamespace(
        game=SimpleNamespace(seed=3), train=train, holdout=holdout, held=holdout
    )
    records = apart(bench)
    assert len(records) == 80
    assert {each.tobytes() for each in records[:40]} == {r.tobytes() for r in first}
    assert {r.tobytes() for r in records[40:]} < {each.tobytes() for each in rest}


def test_records_that_are_all_held_out_too_tell_nothing():
    both = drawn(50, 1)
    assert read(both, both, both[::-1].copy()) is None


def test_what_is_looked_at_stays_the_same():
    probe, samples = Nearest(None), drawn(300, 0)
    train, holdout = drawn(900, 1), drawn(200, 2)
    first = read(samples, train, holdout, probe=probe)
    assert read(samples, train, holdout, probe=probe) == first
    assert read(samples, train, holdout) == first


def test_nothing_is_read_without_a_holdout_or_of_what_is_no_number():
    records = drawn(100, 1)
    assert read(drawn(9, 0), records, records, held=records) is None
    assert read(np.full((9, 2, 3), np.nan), records, drawn(50, 2)) is None
