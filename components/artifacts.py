"""Artifacts: immutable, content-addressed directories that stages pass on.

An `Artifact` is a `Directory` with a type, typed access to its payload and a digest of
its content. The store writes manifests and decides where artifacts live; this module
knows only payloads.
"""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from components.directory import Directory, canonical_json
from components.records import (
    Modes,
    Part,
    Records,
    modes_of,
    records_of,
    rows_of,
)

if TYPE_CHECKING:
    import numpy as np

    from components.moments import Moments

MANIFEST = "manifest.json"

TYPES: dict[str, "type[Artifact]"] = {}
"""Every artifact class by its type, filled where a class is defined."""


class Artifact(Directory):
    """An immutable directory with a type and, once committed, a content digest.

    Subclasses set `type`, the name that manifests and default output names use, and
    are known by it from then on, a user's own as well.
    """

    type: ClassVar[str]
    schema: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        TYPES[cls.type] = cls

    def __init__(self, url: str, digest: str | None = None) -> None:
        super().__init__(url)
        self.digest = digest

    def content_digest(self, files: Mapping[str, str]) -> str:
        """The artifact's digest from its payload's files (name -> sha256, hex).

        Types whose content does not depend on the layout of their files override it.
        """
        return hashlib.sha256(
            canonical_json([self.type, self.schema, sorted(files.items())])
        ).hexdigest()


class Dataset(Artifact):
    """Curated records.

    Payload:
      `dataset.json`: name, kind of source, shape (list), classes (list of names or
        null), modes ({centers, weights, stds} or null), counts ({read, accepted,
        rejected: {reason: n}}), and what was done to values and sizes;
      `records/*.parquet`: digest (hex), origin, label (int32, -1 for none), data
        (fixed_size_list<float32>, row-major over shape), in no particular order;
      `rejects/*.parquet`: origin, reason, detail.
    """

    type: ClassVar[str] = "dataset"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("dataset.json"))

    def tables(self, folder: str) -> list[str]:
        """The table files of `records` or `rejects`."""
        return [name for name in self.names() if name.startswith(f"{folder}/")]

    def content_digest(self, files: Mapping[str, str]) -> str:
        """Over the records, free of their order and of the layout of the shards."""
        lines: list[str] = []
        for name in files:
            if name.startswith("records/"):
                table = self.read_table(name, ["digest", "label", "origin"])
                lines += ("|".join(map(str, row.values())) for row in table.to_pylist())
            elif name.startswith("rejects/"):
                table = self.read_table(name)
                lines += ("|".join(map(str, row.values())) for row in table.to_pylist())
        info = canonical_json(self.info()).decode()
        content = "\n".join([self.type, str(self.schema), info, *sorted(lines)])
        return hashlib.sha256(content.encode()).hexdigest()


class Curriculum(Artifact):
    """A dataset split into training and holdout records, graded by difficulty.

    Payload:
      `curriculum.json`: shape, classes, modes (as in the dataset), tiers (a list of
        {index, threshold, train, holdout}), difficulty (its parameters), counts;
      `train/*.arrow`, `holdout/*.arrow`: digest, label, tier (int32), difficulty
        (float64), data (fixed_size_list<float32>), sorted by tier, difficulty, digest.
    """

    type: ClassVar[str] = "curriculum"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("curriculum.json"))

    def shape(self) -> tuple[int, ...]:
        """The shape of one record."""
        return tuple(self.info()["shape"])

    def modes(self) -> Modes | None:
        return modes_of(self.info())

    def train(self) -> Records:
        return self.records("train")

    def holdout(self) -> Records:
        return self.records("holdout")

    def files(self, part: Part) -> list[str]:
        """The table files of `train` or `holdout`, in order."""
        return [name for name in self.names() if name.startswith(f"{part}/")]

    def records(
        self, part: Part, chosen: "np.ndarray[Any, Any] | None" = None
    ) -> Records:
        """Records of `train` or `holdout`, all of them or those at (n,) places.

        Of a local store no more than the chosen ones come into memory.
        """
        import pyarrow as pa

        table = pa.concat_tables([self.read_table(name) for name in self.files(part)])
        if chosen is not None:
            table = table.take(pa.array(chosen))
        return records_of(table, self.shape())


class Reference(Artifact):
    """The real side of evaluations: what samples are held against, computed once.

    Payload:
      `reference.json`: parameters (of evaluation), samples (how many to compare),
        classes, modes and shape (as in the curriculum), nulls ({metric: [mean, [low,
        high]]});
      `fitted.npz`: what the features have learnt;
      `<part>/moments.npz`, part `train` or `holdout`: count, mean (d,) and scatter
        (d, d) of the features of all its records, float64;
      `<part>/*.arrow`: the records that samples are compared with, as in the
        curriculum and in its order, and their features (fixed_size_list).
    """

    type: ClassVar[str] = "reference"

    def info(self) -> dict[str, Any]:
        return dict(self.read_json("reference.json"))

    def records(self, part: Part) -> "tuple[Records, np.ndarray[Any, Any]]":
        """The records to compare with, and their features (n, d)."""
        import pyarrow as pa

        files = [name for name in self.names() if name.startswith(f"{part}/part-")]
        table = pa.concat_tables(map(self.read_table, files))
        records = records_of(table, self.info()["shape"])
        return records, rows_of(table, "features")

    def moments(self, part: Part) -> "Moments":
        """Of the features of all records of a part."""
        from components.moments import Moments

        told = self.read_arrays(f"{part}/moments.npz")
        return Moments(int(told["count"]), told["mean"], told["scatter"])


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
        steps, and series: {name: {probe, meaning, unit}}.
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


class Metrics(Artifact):
    """What was measured on the generator's samples.

    Payload: `metrics.json` ({"metrics": {id: {value, null, ci, n, blind_to}},
    "features": {kind, dimension, accuracy, note}, "modes": […], "classes": […],
    "clusters": …}) and `plots.npz` (arrays to draw: real and generated points in 2-D,
    sample grids, ROC-like curves). A metric that is `withdrawn` says why, and has no
    value. Where `clusters` ({number, most, criterion}) is not null, the classes are
    clusters of the training records' features, not labels; null classes: there is but
    one.
    """

    type: ClassVar[str] = "metrics"

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("metrics.json"))

    def plots(self) -> dict[str, "np.ndarray[Any, Any]"]:
        return self.read_arrays("plots.npz")


class Measurements(Artifact):
    """What was measured, beside what theory or a paper says: `measurements.json`.

    {"figures": {name: {measured, closed_form, relative_error, tolerance, agrees,
    meaning}}}; all but `measured` and `meaning` are null where theory says nothing.
    Beside a paper's, a figure also has `interval`, [low, high] or null; `range`, what
    it can be at all, [low, high], either null; `steps` of the training; and
    `published`: {paper, trials, steps, value, spread}, null where the paper has none.
    """

    type: ClassVar[str] = "measurements"

    def figures(self) -> dict[str, Any]:
        return dict(self.read_json("measurements.json")["figures"])


class Diagnosis(Artifact):
    """Symptoms, causes and prescriptions of one trial: `diagnosis.json`.

    As a trial in the report, except that `prescription.set` maps paths *inside the
    parameters of the component that made the telemetry* (`discriminator.normalization`)
    to values; the report knows that component's stage and makes addresses of them.
    """

    type: ClassVar[str] = "diagnosis"

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("diagnosis.json"))


class Calibration(Artifact):
    """What every statistic of the diagnosis reads on healthy runs: `calibration.json`.

    {"produced": how, "runs": n, "checks": {statistic: {side, scale, values}}}; it can
    be named as `diagnose.calibration`.
    """

    type: ClassVar[str] = "calibration"

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("calibration.json"))


class Report(Artifact):
    """`report.json`, and `report.html` and `report.md` made from it."""

    type: ClassVar[str] = "report"

    def content(self) -> dict[str, Any]:
        return dict(self.read_json("report.json"))


def artifact_type(name: str) -> type[Artifact]:
    """The artifact class of a manifest's type.

    Raises:
        KeyError: if there is none, or the module that defines it is not imported.
    """
    return TYPES[name]
