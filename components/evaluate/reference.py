"""A component that computes the real side of evaluations once, for all trials."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from components.artifacts import Curriculum, Reference
from components.component import Context, component
from components.evaluate.params import EvaluateParams, fingerprint
from components.foresight import Foresight

if TYPE_CHECKING:
    from components.evaluate.flow import File


def foresee(params: EvaluateParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Refuse features that the records do not have; evaluations take the rest."""
    params.features.foresee(inputs["curriculum"], "features")
    return Foresight(settings=params)


@component(placement="driver", fingerprint=fingerprint, foresee=foresee)
def reference(
    curriculum: Curriculum, params: EvaluateParams, *, context: Context
) -> Reference:
    """Map a dataset's records to features once, with their moments and all nulls.

    Every record passes through the features, for the moments; those that samples are
    compared with, `params.records` of either part at most, are kept, and those that the
    features were fitted to. `evaluate` takes it in place of parameters of its own.

    Raises:
        ValueError: if holdout or training records are too few for `k`, or lack the
            labels that the features need.
    """
    from components.evaluate.choice import kept_records, samples_of
    from components.evaluate.flow import Job, build
    from components.evaluate.real import FITTED, fitted

    info = curriculum.info()
    described = {
        "parameters": params.model_dump(mode="json"),
        "samples": samples_of(info, params),
        "nulls": None,
        "clusters": None,
        **{name: info.get(name) for name in ("classes", "modes", "shape", "tiers")},
    }
    made: Reference = context.create(Reference)
    trained = kept_records(curriculum, "train", params)
    made.write_arrays(FITTED, **fitted(trained, params).arrays())
    context.progress(1, 3)
    job = Job(curriculum.url, made.url, params.features, FITTED)
    with context.pipeline() as pipeline:
        build(pipeline, files(curriculum, params), job)
    context.progress(2, 3)
    made.write_json("reference.json", described)
    made.write_json("reference.json", described | read(made))
    context.progress(3, 3)
    return made


def read(made: Reference) -> dict[str, Any]:
    """What can be read off the features: all nulls, and clusters instead of labels."""
    from components.evaluate.real import CLUSTERS, recalled

    known = recalled(made).clustered()
    if known.clusters is not None:
        labels = {"train": known.train.labels, "holdout": known.holdout.labels}
        made.write_arrays(CLUSTERS, **labels)
    return {
        "nulls": known.nulls,
        "clusters": known.clusters,
        "classes": known.classes,
    }


def files(curriculum: Curriculum, params: EvaluateParams) -> "list[File]":
    """The curriculum's files, each with its rows that are kept, and those learnt."""
    import numpy as np

    from components.evaluate.choice import STREAMS, kept_rows, learnt_rows
    from components.evaluate.flow import BLOCK, File

    found = []
    for part in STREAMS:
        chosen = kept_rows(curriculum, part, params)
        learnt = learnt_rows(curriculum, part, params)
        row = block = 0
        for name in curriculum.files(part):
            count = curriculum.read_table(name).num_rows
            places = np.arange(row, row + count)
            kept = places if chosen is None else np.intersect1d(places, chosen)
            known = np.intersect1d(places, learnt)
            found.append(File(part, name, block, kept - row, known - row))
            row, block = row + count, block - (-count // BLOCK)
    return found
