"""Finding a component by what a spec calls it."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from components.component import BUILTIN, Component, ComponentError


def registered() -> dict[str, Component]:
    """The components that a spec can name without a module, by name."""
    return {name: load_component(name) for name in BUILTIN}


def load_component(reference: str, base: Path | None = None) -> Component:
    """Load a registered component, or `module:function` of the user's own.

    Args:
        reference: as the spec's `component:` states it.
        base: the folder that a user's module is looked for in first (the spec's).

    Raises:
        ComponentError: if there is no such component.
    """
    if ":" not in reference:
        if reference not in BUILTIN:
            raise ComponentError(
                f"Unknown component. Expected one of {', '.join(BUILTIN)}, or "
                f"`module:function`. Received: {reference}"
            )
        module = importlib.import_module(f"components.{reference}.stage")
        function = getattr(module, reference)
    else:
        module_name, _, function_name = reference.partition(":")
        module = _user_module(module_name, base)
        function = getattr(module, function_name, None)
    declared = getattr(function, "__component__", None)
    if not isinstance(declared, Component):
        found = "a " + type(function).__name__ if function is not None else "nothing"
        raise ComponentError(
            f"No component `{reference}`. Expected a function decorated with "
            f"@component in {getattr(module, '__file__', module)}. "
            f"Received: {found} of that name"
        )
    return declared


def _user_module(name: str, base: Path | None) -> ModuleType:
    if base is not None:
        path = base.joinpath(*name.split(".")).with_suffix(".py")
        if path.is_file():
            known = sys.modules.get(name)
            if known is not None and getattr(known, "__file__", None) == str(path):
                return known
            spec = importlib.util.spec_from_file_location(name, path)
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            # Helper modules that lie beside the user's own are found as well.
            if str(base) not in sys.path:
                sys.path.append(str(base))
            spec.loader.exec_module(module)
            return module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        where = f"{base} or " if base else ""
        raise ComponentError(
            f"No module `{name}`. Expected a Python file in {where}"
            f"the Python path. Received: {error}"
        ) from error
