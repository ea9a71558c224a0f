"""The layouts, one file each; importing the package registers them all."""

from components.curate.layout import Layout
from components.parts import import_members

import_members(__name__, __path__)

__all__ = ["Layout"]
