"""The descriptors in `data/`, and the examples on its page and on that of `specs/`."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from components.curate.sources.keras import KerasData
from components.curate.stage import CurateParams
from pipelines.spec import load_spec

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "data" / "README.md").read_text()
DESCRIPTORS = sorted((ROOT / "data").glob("*.yaml"))


def examples(page):
    return re.findall(r"```yaml\n(.*?)```", page, re.S)


@pytest.mark.parametrize("path", DESCRIPTORS, ids=lambda path: path.stem)
def test_descriptors_are_what_the_page_says(path):
    source = CurateParams.model_validate({"source": yaml.safe_load(path.read_text())})
    facts = source.source.facts()
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{path.name}`")]
    assert ("x".join(map(str, facts.shape)) if len(facts.shape) > 1 else "2-D") in row
    stated = int(re.search(r"\| ([\d,]+) ", row)[1].replace(",", ""))
    if isinstance(source.source, KerasData):
        assert source.source.part == "all" and stated in (60_000, 70_000)
    else:
        chunks = source.source.chunks(facts.shape)
        assert sum(chunk.count for chunk in chunks) == stated


@pytest.mark.parametrize("text", examples(PAGE), ids=lambda text: text.split()[1])
def test_examples_of_data_are_valid_sources(text, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "tables").mkdir()
    np.savez(tmp_path / "records.npz", images=np.zeros((2, 3)))
    (tmp_path / "data.yaml").write_text(text)
    (tmp_path / "spec.yaml").write_text(
        "name: x\nstages: {curate: {component: curate, with: {source: data.yaml}}}\n"
    )
    spec = load_spec(tmp_path / "spec.yaml")
    kind = yaml.safe_load(text)["kind"]
    assert spec.trials[0].params["curate"].source.kind == kind


def test_the_examples_of_specs_are_valid(tmp_path):
    page = (ROOT / "specs" / "README.md").read_text()
    bodies = [text for text in examples(page) if "name:" in text]
    assert len(bodies) == 1
    base = str(ROOT / "specs" / "digits.yaml")
    (tmp_path / "spec.yaml").write_text(bodies[0].replace("digits.yaml", base))
    spec = load_spec(tmp_path / "spec.yaml")
    assert spec.trials[0].params["train"].objective.kind == "minimax"


def test_every_spec_stands_on_its_page():
    page = (ROOT / "specs" / "README.md").read_text()
    missing = [p.name for p in (ROOT / "specs").glob("*.yaml") if p.name not in page]
    assert not missing
