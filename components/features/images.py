"""What features of images have in common."""

from typing import ClassVar

from components.features.family import Features
from components.foresight import Foresight, Unfit


class ImageFeatures(Features):
    """Features of images; no other records have them."""

    takes: ClassVar[tuple[int, ...]] = ()
    """The numbers of channels that images may have; empty: any."""

    def foresee(self, records: Foresight, path: str) -> None:
        if records.shape is not None and (fault := self._fault(records.shape)):
            raise Unfit(path, fault)

    def require_images(self, shape: tuple[int, ...]) -> None:
        """Raises ValueError if records of a shape have no such features."""
        if fault := self._fault(shape):
            raise ValueError(f"Invalid value for `features`. {fault}")

    def _fault(self, shape: tuple[int, ...]) -> str | None:
        if len(shape) == 3 and (not self.takes or shape[-1] in self.takes):
            return None
        channels = " or ".join(map(str, self.takes)) or "any number of"
        kind = getattr(self, "kind", "these")
        return (
            f"Features of kind {kind} are of images. Expected records (height, width, "
            f"{channels} channels). Received: records of shape {shape}. Choose "
            "`features` of another kind, {kind: pca} say"
        )
