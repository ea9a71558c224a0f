"""Text to `Spec`: reader with positions, models, extends, matrix, --set, schema."""

from pipelines.spec.errors import SpecError, SpecErrors
from pipelines.spec.load import load_spec
from pipelines.spec.model import (
    Expectation,
    Position,
    Reference,
    Spec,
    Stage,
    Trial,
)
from pipelines.spec.schema import spec_schema

__all__ = [
    "Expectation",
    "Position",
    "Reference",
    "Spec",
    "SpecError",
    "SpecErrors",
    "Stage",
    "Trial",
    "load_spec",
    "spec_schema",
]
