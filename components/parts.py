"""Parameters and parts: the validated, immutable values that a spec states.

`Params` is the base of every parameter model. `Part` is the base of every choice
`{kind: NAME, ...}`: a direct subclass is a *family* (objectives, sources, pacings); a
subclass of a family that declares `kind: Literal["name"] = "name"` is one of its
members, registered where it is defined. A field annotated with the family validates
as a discriminated union over the members known when the field's model is defined, so
a family's package imports its members before any model uses it.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core import CoreSchema, core_schema


class Params(BaseModel):
    """Immutable, strict parameters: unknown keys and implicit conversions refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class Part(Params):
    """A member of a family of choices, told apart by its `kind`."""

    kinds: ClassVar[dict[str, type["Part"]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__mro__[1].__name__ == "Part":
            cls.kinds = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if "kind" in cls.model_fields:
            cls.kinds[cls.model_fields["kind"].default] = cls

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        if "kinds" not in cls.__dict__ or not cls.kinds:
            return handler(source)
        return core_schema.tagged_union_schema(
            {kind: handler.generate_schema(part) for kind, part in cls.kinds.items()},
            discriminator="kind",
        )


@dataclass(frozen=True)
class Without:
    """Marks a field of a family that does not take one of its members.

    Attributes:
        kind: of the member.
        why: and what to state instead.
    """

    kind: str
    why: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = handler(source)
        if schema["type"] == "tagged-union":
            schema["choices"].pop(self.kind, None)
        return schema


class PathMark:
    """Marks a string as a path, resolved against the file that states it."""


class FileMark:
    """Marks a field whose value may be given as the path of a YAML file holding it."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


SpecPath = Annotated[str, PathMark()]
"""A path in a spec: relative to the file that states it; must exist."""


def import_members(package: str, path: Any) -> None:
    """Import every module of a family's package, so that its members register.

    Args:
        package: the package's `__name__`.
        path: the package's `__path__`.
    """
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
