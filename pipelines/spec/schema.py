"""JSON Schema (draft 7, which editors read) of a spec, made from the models."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from components.loading import registered
from pipelines.spec.forms import STAGE_NAME, SpecForm

DRAFT = "http://json-schema.org/draft-07/schema#"
REFERENCES = "#/definitions/{model}"

Schema = dict[str, Any]


def spec_schema() -> Schema:
    """The schema of a spec file.

    A stage's `with` is checked against its component's parameters; components of a
    user's own take any. A spec that `extends` another may leave out what that states,
    and one with `cases` what these state.
    """
    components = registered()
    models: list[type[BaseModel]] = [
        SpecForm,
        *(component.params for component in components.values()),
    ]
    references, made = models_json_schema(
        [(model, "validation") for model in models], ref_template=REFERENCES
    )
    definitions: Schema = made["$defs"]
    stage = definitions["StageForm"]
    stage["properties"]["component"]["examples"] = [*components, "module:function"]
    stage["allOf"] = [
        {
            "if": {
                "properties": {"component": {"const": name}},
                "required": ["component"],
            },
            "then": {
                "properties": {
                    "with": references[(component.params, "validation")],
                    "inputs": _inputs(list(component.inputs)),
                }
            },
        }
        for name, component in components.items()
    ]
    _refine(definitions["SpecForm"])
    definitions = {name: _draft7(value) for name, value in sorted(definitions.items())}
    partial = {f"Partial{name}": _partial(value) for name, value in definitions.items()}
    return {
        "$schema": DRAFT,
        "title": "ganopsy spec",
        "if": {"anyOf": [{"required": ["extends"]}, {"required": ["cases"]}]},
        "then": {"$ref": "#/definitions/PartialSpecForm"},
        "else": {"$ref": "#/definitions/SpecForm"},
        "definitions": definitions | partial,
    }


def schema_text() -> str:
    """The schema as `specs/spec.schema.json` holds it."""
    return json.dumps(spec_schema(), indent=2) + "\n"


def _inputs(names: list[str]) -> Schema:
    return {
        "properties": {name: {"type": "string"} for name in names},
        "additionalProperties": False,
    }


def _refine(form: Schema) -> None:
    """What the models cannot say: the names of stages, and `exclude` in the matrix."""
    properties = form["properties"]
    properties["stages"]["propertyNames"] = {"pattern": STAGE_NAME}
    properties["matrix"]["properties"] = {
        "exclude": {"type": "array", "items": {"type": "object"}}
    }
    for name in ("matrix", "expect"):
        properties[name] = {"anyOf": [properties[name], {"type": "null"}]}


def _draft7(schema: Any) -> Any:
    """Draft 2020-12 as pydantic writes it, in the words of draft 7."""
    if isinstance(schema, list):
        return [_draft7(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tags = schema.get("discriminator", {})
    union = "oneOf" in schema and "mapping" in tags
    renamed = {
        key: _draft7(value)
        for key, value in schema.items()
        if not (union and key == "discriminator")
    }
    if "prefixItems" in renamed:
        renamed["items"] = renamed.pop("prefixItems")
    properties = renamed.get("properties")
    if isinstance(properties, dict) and "const" in properties.get("kind", {}):
        required = [name for name in renamed.get("required", []) if name != "kind"]
        renamed["required"] = ["kind", *required]
    if union:
        renamed = _by_kind(renamed, tags["mapping"])
    return renamed


def _by_kind(schema: Schema, mapping: dict[str, str]) -> Schema:
    """A family: `kind` chooses the member, so that editors report its errors only."""
    rest = {key: value for key, value in schema.items() if key != "oneOf"}
    choices = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"$ref": reference},
        }
        for kind, reference in sorted(mapping.items())
    ]
    kinds = {"properties": {"kind": {"enum": sorted(mapping)}}}
    return {**rest, "type": "object", **kinds, "required": ["kind"], "allOf": choices}


def _partial(schema: Any) -> Any:
    """The same, with nothing required but what an `if` asks for."""
    if isinstance(schema, list):
        return [_partial(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        if key == "if":
            made[key] = value
        elif key == "$ref":
            made[key] = value.replace("#/definitions/", "#/definitions/Partial")
        elif key != "required" or not isinstance(value, list):
            made[key] = _partial(value)
    return made
