"""The JSON Schema for editors: current, draft 7, and saying what the models say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.loading import registered
from pipelines.spec import spec_schema
from pipelines.spec.schema import schema_text

ROOT = Path(__file__).parents[3]


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


def test_the_file_is_current() -> None:
    stored = (ROOT / "specs" / "spec.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), (
        "Run `ganopsy schema > specs/spec.schema.json` (the models have changed)."
    )


def test_it_is_draft_7() -> None:
    schema = spec_schema()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert not any({"$defs", "prefixItems"} & set(node) for node in nodes(schema))


def test_every_reference_leads_somewhere() -> None:
    schema = spec_schema()
    references = [n["$ref"] for n in nodes(schema) if isinstance(n.get("$ref"), str)]
    names = {reference.removeprefix("#/definitions/") for reference in references}
    assert names <= set(schema["definitions"])
    assert "SpecForm" in names


def test_every_component_is_checked_and_others_are_open() -> None:
    stage = spec_schema()["definitions"]["StageForm"]
    checked = {
        rule["if"]["properties"]["component"]["const"]: rule["then"]["properties"]
        for rule in stage["allOf"]
    }
    assert set(checked) == set(registered())
    assert checked["train"]["with"] == {"$ref": "#/definitions/TrainParams"}
    assert "additionalProperties" not in stage["properties"]["with"] or (
        stage["properties"]["with"]["additionalProperties"] is True
    )


def test_a_part_needs_its_kind_and_a_spec_that_extends_needs_nothing() -> None:
    definitions = spec_schema()["definitions"]
    for name, value in definitions.items():
        if "const" in value.get("properties", {}).get("kind", {}):
            partial = name.startswith("Partial")
            assert ("kind" in value.get("required", [])) is not partial
    assert set(definitions["SpecForm"]["required"]) == {"name", "stages"}
    assert "required" not in definitions["PartialSpecForm"]


def test_a_dataset_may_be_named_by_its_file() -> None:
    source = spec_schema()["definitions"]["CurateParams"]["properties"]["source"]
    assert {"type": "string"} in source["anyOf"]


def test_it_is_deterministic() -> None:
    assert json.dumps(spec_schema()) == json.dumps(spec_schema())
