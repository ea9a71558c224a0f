"""A part inside a part of its own family: addresses, errors, schema, listing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.spec import SpecErrors, load_spec, spec_schema

ROOT = Path(__file__).parents[3]
PAC = "train.discriminator={kind: pac, samples: 2, of: {kind: mlp, units: [8]}}"


def discriminators(path: Path | str, *overrides: str) -> Iterator[Any]:
    for trial in load_spec(str(path), overrides).trials:
        yield trial.params["train"].discriminator


def test_a_nested_parameter_is_set_by_its_address() -> None:
    address = "train.discriminator.of.normalization"
    spec = ROOT / "specs" / "digits.yaml"
    for judge in discriminators(spec, PAC, f"{address}=layer"):
        assert (judge.packing, judge.normalization) == (2, "layer")
        assert judge.of.units == (8,)


def test_a_nested_parameter_is_an_axis_of_the_matrix(tmp_path: Path) -> None:
    base = ROOT / "specs" / "digits.yaml"
    text = f"""\
name: packs
extends: {base}
stages: {{train: {{with: {{discriminator: {{kind: pac, of: {{kind: mlp}}}}}}}}}}
matrix:
  train.discriminator.of.normalization: [none, spectral]
  train.discriminator.samples: [1, 2]
expect: []
"""
    (tmp_path / "packs.yaml").write_text(text)
    made = [
        (d.packing, d.normalization) for d in discriminators(tmp_path / "packs.yaml")
    ]
    assert sorted(set(made)) == sorted(
        [(1, "none"), (1, "spectral"), (2, "none"), (2, "spectral")]
    )


def test_a_pack_of_packs_is_refused_with_the_reason() -> None:
    nested = "train.discriminator={kind: pac, of: {kind: pac}}"
    with pytest.raises(SpecErrors) as caught:
        list(discriminators(ROOT / "specs" / "digits.yaml", nested))
    (error,) = caught.value.errors
    text = str(error)
    assert "train.discriminator.of.kind: Not a kind for this place" in text
    assert "a pack of packs is a larger pack: state the product as `samples`" in text
    assert "Expected `dcgan`, `mlp`, `point` or `resnet`" in text


def test_the_schema_leaves_the_kind_out() -> None:
    packs = spec_schema()["definitions"]["PacDiscriminator"]
    assert packs["properties"]["of"]["properties"]["kind"]["enum"] == [
        "dcgan",
        "mlp",
        "point",
        "resnet",
    ]


def test_the_listing_shows_a_family_inside_itself_once() -> None:
    listed = CliRunner().invoke(app, ["components", "train"], env={"COLUMNS": "400"})
    assert listed.exit_code == 0
    rows = [line for line in listed.output.splitlines() if "discriminator.of " in line]
    assert len(rows) == 1
    assert "dcgan | mlp | point | resnet" in rows[0]
