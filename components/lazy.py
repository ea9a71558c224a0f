"""Modules imported when they are first used.

Formulas in `keras.ops` live in modules that spec validation imports; validation must
not import Keras. `ops = lazy_import("keras.ops")` gives such a module a name for it.
"""

import importlib
from types import ModuleType
from typing import Any


class LazyModule(ModuleType):
    """Stands for a module, which the first access to an attribute imports."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


def lazy_import(name: str) -> Any:
    """A stand-in for module `name`, imported on first use."""
    return LazyModule(name)
