"""Features: a layer of a network in a `.keras` file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge
from pydantic import field_validator

from components.features.family import Features, FittedFeatures, in_batches
from components.parts import SpecPath

if TYPE_CHECKING:
    from components.features.family import Array


class KerasFile(Features):
    """A layer of a network in a `.keras` file, which takes records as they are.

    Images are (height, width, channels) in [-1, 1]. What is not one number a record
    is flattened. A file that holds code (a Lambda layer) is refused.
    """

    kind: Literal["keras_file"] = "keras_file"
    path: SpecPath
    """The file, as `model.save` writes it."""
    layer: str | None = None
    """Name of the layer whose output the features are; null: the last."""
    batch_size: Annotated[int, Ge(1)] = 128
    """Records at once; each batch is filled up to as many."""

    @field_validator("path")
    @classmethod
    def _keras(cls, path: str) -> str:
        if "://" in path or not path.endswith(".keras"):
            raise ValueError(f"Expected a local `.keras` file. Received: {path}")
        return path

    def files(self) -> tuple[str, ...]:
        return (self.path,)

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "Layers":
        import numpy as np

        fitted = Layers(self)
        values = fitted(data[: self.batch_size])
        broken = int((~np.isfinite(values)).any(1).sum())
        if broken:
            raise ValueError(
                f"Invalid output of {self.layer or 'the last layer'} of "
                f"`features.path` {self.path}. Expected finite numbers. Received: NaN "
                f"or infinity for {broken} of {len(values)} records"
            )
        return fitted

    def restore(self, arrays: "Mapping[str, Array]") -> "Layers":
        return Layers(self)


@dataclass
class Layers(FittedFeatures):
    """Records (n, *shape) through the file's network up to the layer of `part`."""

    part: KerasFile

    def __call__(self, data: "Array") -> "Array":
        self._require(data.shape[1:])
        return in_batches(self._features, data, self.part.batch_size)

    def _require(self, shape: tuple[int, ...]) -> None:
        wanted = tuple(self._network.input_shape[1:])
        fits = len(wanted) == len(shape) and all(
            side in (None, given) for side, given in zip(wanted, shape, strict=True)
        )
        if not fits:
            raise ValueError(
                f"Invalid value for `features.path`. Expected a network that takes "
                f"records of shape {shape}. Received: {self.part.path}, which takes "
                f"{wanted}"
            )

    def _features(self, records: "Array") -> "Array":
        import numpy as np

        values = self._network.predict_on_batch(records)
        array = np.asarray(values) if not isinstance(values, list | dict) else None
        numeric = array is not None and array.dtype.kind in "fiu"
        if array is None or not numeric or array.shape[:1] != (len(records),):
            found = type(values).__name__ if array is None else array.dtype
            shape = "" if array is None else f" of shape {array.shape}"
            raise ValueError(
                f"Invalid output of {self.part.layer or 'the last layer'} of "
                f"`features.path` {self.part.path}. Expected an array of numbers, "
                f"({len(records)}, …) for as many records. Received: {found}{shape}"
            )
        wide = array.dtype.kind != "f" or array.dtype.itemsize > 4
        kept = array.astype(np.float64 if wide else np.float32)
        return kept.reshape(len(kept), -1)

    @cached_property
    def _network(self) -> Any:
        import keras

        model, name = self._loaded(), self.part.layer
        if len(getattr(model, "inputs", None) or ()) != 1:
            raise ValueError(
                f"Invalid value for `features.path`. Expected a network with one "
                f"input, functional or sequential. Received: {self.part.path}, a "
                f"{type(model).__name__}"
            )
        if name is not None:
            known = [layer.name for layer in model.layers]
            if name not in known:
                raise ValueError(
                    f"Invalid value for `features.layer`. Expected a layer of "
                    f"{self.part.path}: {', '.join(known)}. Received: {name}"
                )
            model = keras.Model(model.inputs, model.get_layer(name).output)
        # As in `Application`: no XLA for convolutions on a CPU.
        model.compile(jit_compile=keras.backend.backend() != "tensorflow")
        return model

    def _loaded(self) -> Any:
        """The file's model; its code, if it holds any, is never run.

        Raises:
            ValueError: if there is no such file, or Keras does not read it.
        """
        import keras

        path = self.part.path
        try:
            if not Path(path).is_file():
                raise FileNotFoundError("no file of that name")
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:
            told = " ".join(str(error).split())[:300]
            raise ValueError(
                f"Cannot load `features.path` {path}. Expected a network saved by "
                "Keras 3 as `.keras`, without layers that hold code or are not "
                f"Keras's own. Received: {type(error).__name__}: {told}"
            ) from error
