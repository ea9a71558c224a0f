"""The difficulties, one file each; importing the package registers them all."""

from components.parts import import_members
from components.split.difficulty import Difficulty

import_members(__name__, __path__)

__all__ = ["Difficulty"]
