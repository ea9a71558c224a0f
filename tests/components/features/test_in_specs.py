"""Features in specs: refused where records have none; paths, keys, a light check."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.planning.nodes import make_nodes, node_key
from pipelines.spec import SpecErrors, load_spec

ROOT = Path(__file__).parents[3]
BASE = f"""\
name: a
extends: {ROOT}/specs/digits.yaml
stages:
"""
RING = "  curate: {with: {source: {kind: mixture, layout: {kind: ring}}}}\n"


def load(folder, text):
    path = folder / "spec.yaml"
    path.write_text(BASE + text)
    return load_spec(path)


def errors(folder, text):
    with pytest.raises(SpecErrors) as raised:
        load(folder, text)
    return [str(each).removeprefix(f"{folder}/") for each in raised.value.errors]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "  reference: {with: {features: {kind: random_conv}}}\n",
            "spec.yaml:5:22: reference.features",
            "kind random_conv are of images",
        ),
        (
            "  reference: {with: {features: {kind: inception, weights: null}}}\n",
            "spec.yaml:5:22: reference.features",
            "Expected records (height, width, 1 or 3 channels). Received: records of "
            "shape (2,)",
        ),
        (
            "  split:\n    with:\n      difficulty:\n        kind: gaussian\n"
            "        features: {kind: random_conv}\n",
            "spec.yaml:9:9: split.difficulty.features",
            "are of images",
        ),
        (
            "  reference: {with: {features: {kind: classifier}}}\n",
            "spec.yaml:5:22: reference.features",
            "learnt from labels, and the source has none",
        ),
    ],
)
def test_records_without_such_features(tmp_path, text, place, message):
    (error,) = errors(tmp_path, RING + text)
    assert error.startswith(place), error
    assert message in error


def test_an_evaluation_without_a_reference_refuses_as_well(tmp_path):
    path = tmp_path / "alone.yaml"
    path.write_text(
        "name: alone\nstages:\n  curate:\n    component: curate\n"
        "    with: {source: {kind: mixture, layout: {kind: ring}}}\n"
        "  split: {component: split}\n  train: {component: train}\n"
        "  evaluate:\n    component: evaluate\n"
        "    with: {features: {kind: random_conv}}\n"
    )
    with pytest.raises(SpecErrors) as raised:
        load_spec(path)
    (error,) = raised.value.errors
    assert "alone.yaml:10:12: evaluate.features: Features of kind" in str(error)


@pytest.mark.parametrize(
    "features",
    [
        "{kind: random_conv}",
        "{kind: inception}",
        "{kind: keras_application, model: VGG16, weights: imagenet}",
        "{kind: keras_application, model: VGG16, weights: null, seed: 3}",
    ],
)
def test_images_have_them(tmp_path, features):
    spec = load(tmp_path, f"  reference: {{with: {{features: {features}}}}}\n")
    assert spec.trials[0].params["reference"].features.fingerprint() is None


def test_an_unknown_network_and_a_missing_file(tmp_path):
    text = "  reference: {{with: {{features: {{kind: keras_application, {}}}}}}}\n"
    (error,) = errors(tmp_path, text.format("model: InceptionV4"))
    assert error.startswith("spec.yaml:4:"), error
    assert "InceptionV3" in error
    (tmp_path / "mine.weights.h5").write_bytes(b"")
    (error,) = errors(tmp_path, text.format("model: VGG16, weights: min.weights.h5"))
    assert "No file or folder" in error
    assert "mine.weights.h5" in error


def keys(folder, features):
    spec = load(folder, f"  reference: {{with: {{features: {features}}}}}\n")
    found = spec.trials[0].params["reference"].features
    digests = dict.fromkeys(spec.stages["reference"].inputs, ("0" * 64,))
    (node,) = (each for each in make_nodes(spec) if each.stage.name == "reference")
    return found, node_key(node, digests)


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("net.keras", "{kind: keras_file, path: net.keras}"),
        ("net.h5", "{kind: keras_application, model: VGG16, weights: net.h5}"),
    ],
)
def test_a_files_content_is_part_of_the_key(tmp_path, name, features):
    file = tmp_path / name
    file.write_bytes(b"one")
    part, before = keys(tmp_path, features)
    # Relative to the spec, wherever the command is run.
    assert [Path(each).resolve() for each in part.files()] == [file.resolve()]
    assert keys(tmp_path, features)[1] == before
    file.write_bytes(b"two")
    assert keys(tmp_path, features)[1] != before


def test_checking_such_a_spec_is_light(tmp_path):
    heavy = ("numpy", "keras", "tensorflow", "sklearn", "scipy")
    path = tmp_path / "spec.yaml"
    path.write_text(BASE + "  reference: {with: {features: {kind: inception}}}\n")
    code = (
        "import sys; from pipelines.spec import load_spec;"
        f"load_spec({str(path)!r});"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert run.stdout.strip() == "[]", run.stderr
