"""The real side, computed once: what a curriculum alone would give, at any size."""

import itertools
import random as standard_random

import numpy as np
import pytest

from components.evaluate.flow import BLOCK, CombineMoments
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation, recalled
from components.evaluate.reference import reference
from components.evaluate.stage import evaluate
from components.features import Classifier, Features, Identity, Pca
from components.moments import Moments

PARTS = ("train", "holdout")
RECORDS = {"train": 5 * BLOCK + 300, "holdout": 2 * BLOCK}


def normal(seed, n, dimension=3):
    return np.random.default_rng(seed).normal(5.0, 2.0, (n, dimension)).astype("f4")


@pytest.fixture(scope="module")
def large(tmp_path_factory, curriculum_from_arrays):
    """More records than a block has, in one file a part."""
    folder = tmp_path_factory.mktemp("large")
    sides = [normal(seed, RECORDS[part]) for seed, part in enumerate(PARTS)]
    labels = tuple(np.arange(len(side)) % 3 for side in sides)
    return curriculum_from_arrays(folder, *sides, labels, ["a", "b", "c"], tiers=2)


def in_shards(curriculum, folder, count):
    """The same curriculum with its training records in so many files."""
    copy = type(curriculum)(str(folder))
    copy.write_json("curriculum.json", curriculum.info())
    copy.write_table("holdout/part-00000.arrow", curriculum.read_table(HOLDOUT))
    table = curriculum.read_table("train/part-00000.arrow")
    edges = np.linspace(0, table.num_rows, count + 1).astype(int)
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        name = f"train/part-{number:05d}.arrow"
        copy.write_table(name, table.slice(low, high - low))
    return copy


HOLDOUT = "holdout/part-00000.arrow"


def flattened(content, at=""):
    """Every leaf of nested JSON by its address."""
    if not isinstance(content, dict | list):
        return {at: content}
    items = content.items() if isinstance(content, dict) else enumerate(content)
    parts = (flattened(each, f"{at}.{key}") for key, each in items)
    return {key: leaf for part in parts for key, leaf in part.items()}


@pytest.mark.parametrize("features", [Identity(), Pca(components=2), Classifier()])
def test_an_evaluation_by_a_reference_is_that_of_the_curriculum(
    large, make_context, features
):
    params = EvaluateParams(features=features, samples=200, records=8000, resamples=2)
    made = reference(curriculum=large, params=params, context=make_context())
    ours, alone = recalled(made), evaluation(large, params)
    samples = normal(9, ours.samples)
    told, expected = (flattened(each.content(samples)) for each in (ours, alone))
    # Blocks are mapped and added up one by one, not all rows at once.
    assert told.keys() == expected.keys()
    for address, leaf in told.items():
        if isinstance(leaf, float):
            # Of a variance of 0 rounding makes 2⁻⁵² of the others, whose root is 2⁻²⁶;
            # of distances near one another the extrapolation multiplies what is left.
            rounding = 2**-26 if "infinite" in address else 1e-12
            leaf = pytest.approx(leaf, rel=1e-9, abs=rounding)
        assert expected[address] == leaf, address
    assert ours.params == alone.params


def test_shards_and_the_order_of_merging_change_nothing(large, tmp_path, make_context):
    """Files of other sizes to 1e-12, and of the same to the bit on many workers."""
    params = EvaluateParams(samples=50, resamples=2)
    read = {}
    for shards, workers in ((1, 1), (2, 1), (7, 1), (7, 3)):
        curriculum = in_shards(large, tmp_path / f"{shards}-{workers}", shards)
        context = make_context(workers=workers)
        made = reference(curriculum=curriculum, params=params, context=context)
        read[shards, workers] = made.moments("train")
    truth = Moments.of(large.train().data.astype(np.float64))
    for moments in read.values():
        assert moments.count == RECORDS["train"]
        np.testing.assert_allclose(moments.mean, truth.mean, rtol=1e-12)
        np.testing.assert_allclose(moments.scatter, truth.scatter, rtol=1e-12)
    one, other = read[7, 1], read[7, 3]
    assert np.array_equal(one.mean, other.mean)
    assert np.array_equal(one.scatter, other.scatter)


@pytest.mark.parametrize("count", [1, 2, 7, 16, 29])
def test_moments_combine_to_the_same_bits_in_any_order(count):
    """As a runner may: blocks in any order, to any workers, merged in any order."""
    points = normal(3, 40 * count, 4).astype(np.float64)
    blocks = list(enumerate(map(Moments.of, np.split(points, count))))
    combine, wholes = CombineMoments(), []
    for seed in range(20):
        chance = standard_random.Random(seed)
        workers = [combine.create_accumulator() for _ in range(chance.randint(1, 5))]
        for block in chance.sample(blocks, count):
            at = chance.randrange(len(workers))
            workers[at] = combine.add_input(workers[at], block)
        chance.shuffle(workers)
        half = combine.merge_accumulators(workers[::2])
        whole = combine.merge_accumulators([half, *workers[1::2]])
        wholes.append(combine.extract_output(whole))
    for whole in wholes:
        assert np.array_equal(whole.scatter, wholes[0].scatter)
        assert np.array_equal(whole.mean, wholes[0].mean)
    truth = Moments.of(points)
    np.testing.assert_allclose(wholes[0].scatter, truth.scatter, rtol=1e-12)
    np.testing.assert_allclose(wholes[0].mean, truth.mean, rtol=1e-12)
    assert wholes[0].count == 40 * count


def test_the_moments_are_of_all_records_where_a_choice_is_compared(large, make_context):
    params = EvaluateParams(samples=100, records=150, resamples=2)
    made = reference(curriculum=large, params=params, context=make_context())
    known = recalled(made)
    alone = evaluation(large, params)
    for part in PARTS:
        side = getattr(known, part)
        assert side.size == 150
        assert side.moments.count == RECORDS[part]
        assert np.array_equal(side.features, getattr(alone, part).features)
        assert np.array_equal(side.labels, getattr(alone, part).labels)


@pytest.mark.parametrize("kind", ["classifier", "identity", "pca"])
def test_what_features_have_learnt_can_be_stored(tmp_path, large, kind):
    """Features, restored from a file, map to the same bits."""
    train = large.train()
    features = Features.kinds[kind]()
    fitted = features.fit(train.data[:300], train.labels[:300], seed=1)
    large.__class__(str(tmp_path)).write_arrays("fitted.npz", **fitted.arrays())
    arrays = large.__class__(str(tmp_path)).read_arrays("fitted.npz")
    restored = features.restore(arrays)
    data = large.holdout().data
    assert np.array_equal(restored(data), fitted(data))
    assert restored.accuracy == fitted.accuracy
    if fitted.logits(data) is not None:
        assert np.array_equal(restored.logits(data), fitted.logits(data))


def test_other_parameters_do_without_the_reference(
    large, tmp_path, make_context, make_gan
):
    """The default ones stand for the reference's; others count as they are."""
    known = EvaluateParams(samples=60, k=3, resamples=2)
    made = reference(curriculum=large, params=known, context=make_context())
    gan = make_gan(tmp_path / "gan", 2 * np.eye(2, 3), np.full(3, 5.0))

    def samples(params):
        found = evaluate(gan, large, params, made, context=make_context())
        return found.content()["samples"]

    assert samples(EvaluateParams()) == samples(known) == 60
    assert samples(EvaluateParams(samples=70, resamples=2)) == 70


def test_too_few_records_are_an_error_before_anything_is_mapped(large, make_context):
    context = make_context()
    context.make_pipeline = None
    with pytest.raises(ValueError, match="fewer neighbours than there are"):
        reference(curriculum=large, params=EvaluateParams(k=4000), context=context)
