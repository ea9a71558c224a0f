"""Data with a fault that is known: a component to stand after `split`."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
from annotated_types import Ge, Le, Lt

from components.artifacts import Curriculum
from components.component import Context, component
from components.parts import Params
from components.records import records_of

if TYPE_CHECKING:
    import numpy as np


class FaultsParams(Params):
    """What is wrong with the training data; by default nothing."""

    copies: Annotated[float, Ge(0), Lt(1)] = 0.0
    """Share of the training records that are one of them, once it is copied."""
    lost: Annotated[float, Ge(0), Le(1)] = 0.0
    """Share of a class's training records that are left out."""
    lost_class: Annotated[int, Ge(0)] = 0
    """Which class; of records without labels, those nearest to which known mode."""


@component()
def faults(
    curriculum: Curriculum, params: FaultsParams, *, context: Context
) -> Curriculum:
    """Spoil the training records in known ways; holdout records are as they were.

    First a class's are left out, evenly along the curriculum, then the easiest of what
    is there is copied; its copies stand beside it, so that the order holds.

    Raises:
        ValueError: if records are to be left out and none is of the class, or all are.
    """
    made: Curriculum = context.create(Curriculum)
    info = curriculum.info()
    for name in curriculum.files("holdout"):
        made.write_table(name, curriculum.read_table(name))
    names = curriculum.files("train")
    tables = [curriculum.read_table(name) for name in names]
    if params.lost:
        tables = _without(tables, curriculum, params)
    first, table = next((n, t) for n, t in enumerate(tables) if len(t))
    others = sum(map(len, tables)) - 1
    added = max(0, round(others * params.copies / (1 - params.copies)) - 1)
    copied = table.take(pa.array([0] * added, pa.int64()))
    tables[first] = pa.concat_tables([copied, table]).combine_chunks()
    for name, each in zip(names, tables, strict=True):
        made.write_table(name, each)
    info["counts"]["train"] = sum(map(len, tables))
    held = Counter(n for table in tables for n in table["tier"].to_pylist())
    for number, tier in enumerate(info["tiers"]):
        tier["train"] = held[number]
    made.write_json("curriculum.json", info)
    return made


def _without(
    tables: list[pa.Table], curriculum: Curriculum, params: FaultsParams
) -> list[pa.Table]:
    """The tables without so many records of a class, which are evenly spaced."""
    import numpy as np

    known = [_classes(table, curriculum) for table in tables]
    own = np.concatenate(known) == params.lost_class
    places = np.flatnonzero(own)
    count = round(params.lost * len(places))
    if not len(places) or count == len(own):
        raise ValueError(
            "Invalid value for `lost_class`. Expected a class that some training "
            f"records are of, and some are not. Received: {params.lost_class}, which "
            f"{len(places)} of {len(own)} are of."
        )
    kept = np.ones(len(own), bool)
    kept[places[np.linspace(0, len(places) - 1, count).astype(int)]] = False
    edges = np.cumsum([0, *map(len, tables)])
    return [
        table.filter(pa.array(kept[low:high])).combine_chunks()
        for table, low, high in zip(tables, edges[:-1], edges[1:], strict=True)
    ]


def _classes(table: pa.Table, curriculum: Curriculum) -> "np.ndarray[Any, Any]":
    """Of each record its label, or the number of the known mode nearest to it."""
    from components.manifold import nearest

    records, modes = records_of(table, curriculum.shape()), curriculum.modes()
    if modes is None or (records.labels >= 0).any():
        return records.labels
    return nearest(records.data, modes.centers)[1]
