"""A folder of PNG and JPEG files."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le

from components.curate.source import (
    Chunk,
    CurateError,
    Facts,
    Flaw,
    Raw,
    Source,
    rows_of,
)
from components.foresight import Foresight
from components.parts import SpecPath

if TYPE_CHECKING:
    import numpy as np

FILES = 256
"""Most files a chunk; large images make it fewer."""


class Images(Source):
    """PNG and JPEG files; the first folder under `path` names the label.

    Every file below the folder is a record, whatever its name: what is no image is
    rejected with the reason. Links that lead out of the folder are not followed.
    """

    kind: Literal["images"] = "images"
    path: SpecPath
    """The folder."""
    max_pixels: Annotated[int, Ge(1), Le(1 << 28)] = 1 << 24
    """Images of more pixels are rejected before they are decoded."""

    def title(self) -> str:
        return printable(Path(self.path).resolve().name)

    def files(self) -> list[tuple[str, str]]:
        """Every file and link below the folder, sorted by name."""
        root = Path(self.path)
        if not root.is_dir():
            raise CurateError(
                f"Cannot read images of {self.title()}. Expected a folder. "
                f"Received: {self.path}"
            )
        found = []
        for folder, folders, names in os.walk(root):
            here = Path(folder)
            links = [name for name in folders if (here / name).is_symlink()]
            for name in (*names, *links):
                path = here / name
                found.append((path.relative_to(root).as_posix(), str(path)))
        return sorted(found)

    def foresee(self) -> Foresight:
        try:
            with os.scandir(self.path) as entries:
                return Foresight(labelled=any(entry.is_dir() for entry in entries))
        except OSError:
            return Foresight()

    def facts(self) -> Facts:
        from components.curate.decode import CONVERSIONS

        names = [name for name, _ in self.files()]
        if not names:
            raise CurateError(
                f"No records in {self.title()}. Expected PNG or JPEG files in it. "
                "Received: an empty folder"
            )
        classes = tuple(printable(name) for name in folders_of(names)) or None
        # Where nothing can be read the flow runs all the same, to count the reasons.
        shape: tuple[int, ...] = (1, 1, 1)
        for name in names:
            image = self._image(name)
            if not isinstance(image, Flaw):
                shape = image.shape
                break
        return Facts(shape, "images", classes=classes, conversions=CONVERSIONS)

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        names = [name for name, _ in self.files()]
        places = {folder: label for label, folder in enumerate(folders_of(names))}
        step = min(FILES, rows_of(shape))
        found = []
        for index, first in enumerate(range(0, len(names), step)):
            part = names[first : first + step]
            labels = [places.get(name.partition("/")[0], -1) for name in part]
            found.append(Chunk(index, len(part), first, tuple(part), tuple(labels)))
        return found

    def read(self, chunk: Chunk) -> Raw:
        import numpy as np

        # Decoded as they are asked for: one image at a time is held at full size.
        values = (self._image(name) for name in chunk.names)
        origins = [printable(name) for name in chunk.names]
        return Raw(origins, np.array(chunk.labels, np.int32), values)

    def _image(self, name: str) -> "np.ndarray[Any, Any] | Flaw":
        from components.curate.decode import decode

        root, path = Path(self.path).resolve(), Path(self.path) / name
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            return Flaw("link_outside", "leads out of the folder; not followed")
        if path.is_symlink() and path.is_dir():
            return Flaw("linked_folder", "a link to a folder; not followed")
        return decode(path, self.max_pixels)


def folders_of(names: list[str]) -> list[str]:
    """The first folders of names that have one, sorted."""
    return sorted({name.partition("/")[0] for name in names if "/" in name})


def printable(name: str) -> str:
    """A file's name as text, bytes that are no UTF-8 written as escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
