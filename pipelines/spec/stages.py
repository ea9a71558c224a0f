"""The components that a spec's stages name."""

import re
import sys
from pathlib import Path

from components.component import BUILTIN, Component, ComponentError
from components.loading import load_component
from components.run import CASE
from pipelines.spec.errors import SpecError, ValueFault, listing, nearest
from pipelines.spec.forms import STAGE_NAME
from pipelines.spec.nodes import Node, show

GLOBAL = ("seed", "store", "runner")


def load_components(stages: Node, errors: list[SpecError]) -> dict[str, Component]:
    """Stage -> component, for every stage whose component can be loaded."""
    found = {}
    for name, stage in stages.mapping.items():
        if not re.match(STAGE_NAME, name) or name in (*GLOBAL, CASE):
            errors.append(
                ValueFault(
                    stages.keys[name],
                    f"stages.{name}",
                    "Not a name for a stage",
                    f"letters, digits, `_` and `-`, but not {listing([*GLOBAL, CASE])}",
                )
            )
        stated = stage.mapping.get("component")
        if stated is not None and isinstance(stated.value, str) and stated.value:
            component = _load(stated.value, stated, f"stages.{name}.component", errors)
            if component is not None:
                found[name] = component
    return found


def folder(stated: Node) -> str:
    """The folder of the file that states a value."""
    return str(Path(stated.position.file).parent)


def _load(
    reference: str, stated: Node, address: str, errors: list[SpecError]
) -> Component | None:
    if ":" not in reference and reference not in BUILTIN:
        errors.append(
            ValueFault(
                stated.position,
                address,
                "Unknown component",
                f"one of {', '.join(BUILTIN)}, or `module:function`",
                show(stated),
                nearest(reference, BUILTIN),
            )
        )
        return None
    try:
        return load_component(reference, Path(folder(stated)).resolve())
    except ComponentError as error:
        near = nearest(reference, _siblings(reference))
        problem = str(error).rstrip(".")
        errors.append(ValueFault(stated.position, address, problem, near=near))
    except Exception as error:
        # A user's own module may fail at import in any way at all.
        errors.append(
            ValueFault(
                stated.position,
                address,
                f"`{reference}` cannot be imported",
                "a module that imports",
                f"{type(error).__name__}: {error}",
            )
        )
    return None


def _siblings(reference: str) -> list[str]:
    """The components in the module that a reference names, if it has been imported."""
    name = reference.partition(":")[0]
    module = sys.modules.get(name)
    return (
        [
            f"{name}:{key}"
            for key, value in vars(module).items()
            if hasattr(value, "__component__")
        ]
        if module
        else []
    )
