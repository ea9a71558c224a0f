"""Combinations that cannot work on the data are refused before anything runs."""

from pathlib import Path

import pytest

from pipelines.spec import SpecErrors, load_spec

ROOT = Path(__file__).parents[3]
BASE = f"""\
name: a
extends: {ROOT}/specs/digits.yaml
stages:
"""


def errors(folder: Path, text: str) -> list[str]:
    path = folder / "spec.yaml"
    path.write_text(BASE + text)
    try:
        load_spec(path)
    except SpecErrors as error:
        return [str(each).removeprefix(f"{folder}/") for each in error.errors]
    return []


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "  curate: {with: {source: {kind: mixture, layout: {kind: ring}}}}\n"
            "  train:\n"
            "    with: {conditional: true}\n",
            "spec.yaml:6:12: train.conditional",
            "need records with labels, and the source has none",
        ),
        (
            "  curate: {with: {source: {kind: mixture, layout: {kind: ring}}}}\n"
            "  train:\n"
            "    with:\n"
            "      discriminator:\n"
            "        kind: dcgan\n",
            "spec.yaml:7:7: train.discriminator.channels",
            "Received: records of shape (2,)",
        ),
        (
            "  train:\n    with: {generator: {kind: dcgan, channels: [8, 8, 8, 8]}}\n",
            "spec.yaml:5:37: train.generator.channels",
            "Received: records of shape (8, 8, 1)",
        ),
        (
            "  curate: {with: {size: 12, channels: 3}}\n"
            "  train:\n"
            "    with: {generator: {kind: dcgan, channels: [8, 8, 8]}}\n",
            "spec.yaml:6:37: train.generator.channels",
            "such as (16, 16, 3). Received: records of shape (12, 12, 3)",
        ),
        (
            "  train:\n"
            "    with:\n"
            "      batch_size: 63\n"
            "      discriminator: {kind: pac, samples: 2}\n",
            "spec.yaml:6:7: train",
            "`batch_size` 63 with packs of 2: `discriminator.samples` must divide it; "
            "64 would do",
        ),
        (
            "  train:\n"
            "    with: {discriminator: {kind: pac, of: {kind: mlp, "
            "normalization: instance}}}\n",
            "spec.yaml:5:70: train.discriminator.of.normalization",
            "instance normalization averages over positions",
        ),
        (
            "  reference: {with: {samples: 100, resamples: 9}}\n"
            "  evaluate: {with: {samples: 100, k: 3}}\n",
            "spec.yaml:5:35: evaluate.k",
            "set it where the reference is made, or state resamples here as well",
        ),
        (
            "  reference: {with: {k: 3}}\n  evaluate: {with: {k: 5}}\n",
            "spec.yaml:5:21: evaluate.k",
            "measured with `k` 3, for which the default stands here: set it where the ",
        ),
    ],
)
def test_what_cannot_work(tmp_path: Path, text: str, place: str, message: str) -> None:
    (error,) = errors(tmp_path, text)
    assert error.startswith(f"{place}: "), error
    assert message in error


def test_every_trial_of_a_matrix_is_foreseen(tmp_path: Path) -> None:
    text = (
        "  train: {with: {batch_size: 64}}\n"
        "matrix:\n"
        "  seed: [0, 1]\n"
        "  train.generator: [{kind: mlp}, {kind: dcgan, channels: [8, 8, 8, 8]}]\n"
    )
    (error,) = errors(tmp_path, text)
    assert error.startswith("spec.yaml:7:3: train.generator.channels: ")


def test_what_can_work_is_let_pass(tmp_path: Path) -> None:
    assert not errors(
        tmp_path,
        "  train: {with: {conditional: true, generator: {kind: dcgan}, "
        "discriminator: {kind: pac, of: {kind: dcgan}}}}\n",
    )


@pytest.mark.parametrize(
    "text",
    [
        "  evaluate: {with: {samples: 200, k: 5}}\n",
        "  reference: {with: {k: 3}}\n  evaluate: {with: {k: 3}}\n",
        "  reference: {with: {k: 3}}\n  evaluate: {with: {k: 4}}\n",
    ],
)
def test_an_evaluation_may_differ_from_its_reference(tmp_path: Path, text: str) -> None:
    assert not errors(tmp_path, text)


def test_nothing_is_foreseen_of_what_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "data.npz").write_bytes(b"not read")
    assert not errors(
        tmp_path,
        "  curate: {with: {source: {kind: npz, path: data.npz, labels: y}}}\n"
        "  train: {with: {conditional: true, generator: {kind: dcgan}}}\n",
    )
