"""Handwritten digits: 1,797 grey images of 8x8 pixels, in scikit-learn's wheel."""

from typing import Literal

from components.curate.source import Chunk, Facts, Raw, Source, even_chunks, numbered
from components.foresight import Foresight

RECORDS = 1797


class Digits(Source):
    """scikit-learn's handwritten digits (UCI, 1998): values 0 to 16, ten classes."""

    kind: Literal["digits"] = "digits"

    def foresee(self) -> Foresight:
        return Foresight((8, 8, 1), labelled=True)

    def facts(self) -> Facts:
        names = tuple(str(digit) for digit in range(10))
        return Facts((8, 8, 1), "images", range=(0.0, 16.0), classes=names)

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        return even_chunks(RECORDS, (8, 8, 1), shape)

    def read(self, chunk: Chunk) -> Raw:
        import numpy as np
        from sklearn.datasets import load_digits

        rows = slice(chunk.first, chunk.first + chunk.count)
        digits = load_digits()
        return Raw(
            numbered("digits", chunk.first, chunk.count),
            digits.target[rows].astype(np.int32),
            digits.images[rows, :, :, None],
        )
