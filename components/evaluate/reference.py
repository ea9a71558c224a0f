"""A component that computes the real side of evaluations once, for all trials."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.artifacts import Curriculum, Reference
from components.component import Context, component
from components.evaluate.params import EvaluateParams
from components.foresight import Foresight

if TYPE_CHECKING:
    from components.evaluate.flow import File

FITTED = "fitted.npz"


def fingerprint(params: EvaluateParams) -> str | None:
    """Changes when a file that the features depend on changes."""
    return params.features.fingerprint()


def foresee(params: EvaluateParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Refuse features that records lack; evaluations take these parameters as is."""
    params.features.foresee(inputs["curriculum"], "features")
    return Foresight(settings=params)


@component(placement="driver", fingerprint=fingerprint, foresee=foresee)
def reference(
    curriculum: Curriculum, params: EvaluateParams, *, context: Context
) -> Reference:
    """Map a dataset's records to features once, with their moments and all nulls.

    Every record passes through the features, for the moments; those that samples are
    compared with, `params.records` of either part at most, are kept. `evaluate` takes
    it in place of parameters of its own.

    Raises:
        ValueError: if holdout or training records are too few for `k`, or lack the
            labels that the features need.
    """
    from components.evaluate.flow import Job, build
    from components.evaluate.real import recalled, samples_of, some

    info = curriculum.info()
    described = {
        "parameters": params.model_dump(mode="json"),
        "samples": samples_of(info, params),
        "nulls": None,
        **{name: info.get(name) for name in ("classes", "modes", "shape")},
    }
    made: Reference = context.create(Reference)
    train = some(curriculum, "train", params)
    fitted = params.features.fit(train.data, train.labels, seed=params.seed)
    made.write_arrays(FITTED, **fitted.arrays())
    context.progress(1, 3)
    job = Job(curriculum.url, made.url, params.features, FITTED)
    with context.pipeline() as pipeline:
        build(pipeline, files(curriculum, params), job)
    context.progress(2, 3)
    made.write_json("reference.json", described)
    made.write_json("reference.json", described | {"nulls": recalled(made).nulls})
    context.progress(3, 3)
    return made


def files(curriculum: Curriculum, params: EvaluateParams) -> "list[File]":
    """The curriculum's files, each with the rows that samples are compared with."""
    import numpy as np

    from components.evaluate.flow import BLOCK, File
    from components.evaluate.real import STREAMS, chosen_rows

    found = []
    for part in STREAMS:
        chosen = chosen_rows(curriculum, part, params)
        row = block = 0
        for name in curriculum.files(part):
            count = curriculum.read_table(name).num_rows
            places = np.arange(row, row + count)
            kept = places if chosen is None else np.intersect1d(places, chosen)
            found.append(File(part, name, block, kept - row))
            row, block = row + count, block - (-count // BLOCK)
    return found
