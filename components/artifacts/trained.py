"""Artifacts of training."""

from typing import TYPE_CHECKING, Any, ClassVar

from components.artifacts.artifact import Artifact

if TYPE_CHECKING:
    import numpy as np


class Gan(Artifact):
    """A trained GAN.

    Payload: `generator.keras` (latents (n, size) -> samples (n, *shape); of a
    class-conditional one [latents, labels (n,) int32] -> samples) and
    `discriminator.keras`, both loadable by plain Keras; `gan.json`: latents
    ({size, distribution}), shape, seed, steps, averaged (whether the generator is an
    average over training), class_shares (of a conditional one, else null), parameters
    (of training).
    """

    type: ClassVar[str] = "gan"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("gan.json"))


class Telemetry(Artifact):
    """What the probes read during training.

    Payload:
      `telemetry.parquet`: one row a reading, column `step` (int64) and one float64
        column a series, NaN where a series was not read;
      `snapshots.npz`: steps (k,), samples (k, m, *shape) from the same m latents;
      `telemetry.json`: parameters, seed, backend, device (`cpu` or `gpu`),
        device_name, devices (how many), memory (`as needed` or `preallocated`),
        precision, compile policy, `ended` (`completed` or `numerical_overflow`),
        steps, series: {name: {probe, meaning, unit}}, and data, of training records:
        {records (how many), duplicates (share of them that are exact copies of
        another), largest_class_share and smallest_class_share (null without labels),
        rarest_class ({rarest, which, p_value}: its share over that held out, null
        without labels or known modes), rejects (what curation left out, {reason: n},
        or null if nobody says), rejected (share of what was read that was unfit)}.
    """

    type: ClassVar[str] = "telemetry"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("telemetry.json"))

    def series(self) -> dict[str, "np.ndarray[Any, Any]"]:
        """Every column of the table, `step` included, as an array."""
        table = self.read_table("telemetry.parquet")
        return {name: table[name].to_numpy() for name in table.column_names}

    def snapshots(self) -> dict[str, "np.ndarray[Any, Any]"]:
        return self.read_arrays("snapshots.npz")
