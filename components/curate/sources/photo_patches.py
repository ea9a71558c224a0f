"""Patches of photographs: two of them come in scikit-learn's wheel."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le

from components.curate.source import Chunk, Facts, Raw, Source, even_chunks, numbered
from components.foresight import Foresight

if TYPE_CHECKING:
    import numpy as np

PHOTOS = ("china", "flower")
"""Names of the photographs, in scikit-learn's order; a patch's label says which."""
PHOTO = (427, 640)
"""Height and width of either photograph in pixels."""
SIDE = 8
"""Of a patch, in pixels."""


class PhotoPatches(Source):
    """Grey patches of 8x8 pixels, cut from scikit-learn's two sample photographs.

    The photographs are averaged over `shrink` x `shrink` pixels and cut on a grid, row
    by row, the first photograph first.
    """

    kind: Literal["photo_patches"] = "photo_patches"
    shrink: Annotated[int, Ge(1), Le(16)] = 2
    """Side of the squares of pixels that are averaged before cutting."""
    stride: Annotated[int, Ge(1), Le(64)] = 8
    """Pixels from one patch to the next; below 8 they overlap."""

    def foresee(self) -> Foresight:
        return Foresight((SIDE, SIDE, 1), labelled=True)

    def facts(self) -> Facts:
        read = "grey by luminance", f"averaged over {self.shrink}x{self.shrink} pixels"
        return Facts(
            (SIDE, SIDE, 1),
            "images",
            range=(0.0, 255.0),
            classes=PHOTOS,
            conversions=read,
        )

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of patches in one photograph."""
        rows, columns = (
            (length // self.shrink - SIDE) // self.stride + 1 for length in PHOTO
        )
        return rows, columns

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        rows, columns = self.grid
        return even_chunks(len(PHOTOS) * rows * columns, (SIDE, SIDE, 1), shape)

    def read(self, chunk: Chunk) -> Raw:
        import numpy as np

        rows, columns = self.grid
        places = np.arange(chunk.first, chunk.first + chunk.count)
        labels = places // (rows * columns)
        patches = np.concatenate([self.cut(photo) for photo in photographs()])
        return Raw(
            numbered(self.title(), chunk.first, chunk.count),
            labels.astype(np.int32),
            patches[places],
        )

    def cut(self, photo: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        """The patches (n, 8, 8, 1) of a colour photograph (height, width, 3)."""
        import numpy as np

        from components.resize import to_channels

        grey = to_channels(np.asarray(photo, np.float32), 1)[..., 0]
        height, width = (length // self.shrink for length in grey.shape)
        whole = grey[: height * self.shrink, : width * self.shrink]
        squares = whole.reshape(height, self.shrink, width, self.shrink)
        small = squares.mean(axis=(1, 3))
        every = np.lib.stride_tricks.sliding_window_view(small, (SIDE, SIDE))
        return every[:: self.stride, :: self.stride].reshape(-1, SIDE, SIDE, 1)


def photographs() -> "list[np.ndarray[Any, Any]]":
    """Both photographs, (427, 640, 3) in 0 to 255."""
    from sklearn.datasets import load_sample_image

    return [load_sample_image(f"{name}.jpg") for name in PHOTOS]
