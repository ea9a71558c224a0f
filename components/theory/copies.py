"""Data with a fault that is known: a component to stand after `split`."""

from typing import Annotated

import pyarrow as pa
from annotated_types import Ge, Lt

from components.artifacts import Curriculum
from components.component import Context, component
from components.parts import Params


class CopiesParams(Params):
    """How much of the training data one record is to be."""

    share: Annotated[float, Ge(0), Lt(1)] = 0.0
    """Share of the training records that are that record, once it is copied; 0: all
    stay as they are."""


@component()
def copies(
    curriculum: Curriculum, params: CopiesParams, *, context: Context
) -> Curriculum:
    """Copy one training record until it is most of them; all others stay.

    It is the easiest one, the first of the curriculum; its copies stand beside it, so
    that the order holds. Holdout records are as they were.
    """
    made: Curriculum = context.create(Curriculum)
    info = curriculum.info()
    others = info["counts"]["train"] - 1
    added = max(0, round(others * params.share / (1 - params.share)) - 1)
    for name in curriculum.files("holdout"):
        made.write_table(name, curriculum.read_table(name))
    first, *rest = curriculum.files("train")
    table = curriculum.read_table(first)
    copied = table.take(pa.array([0] * added, pa.int64()))
    made.write_table(first, pa.concat_tables([copied, table]).combine_chunks())
    for name in rest:
        made.write_table(name, curriculum.read_table(name))
    info["counts"]["train"] += added
    info["tiers"][table["tier"][0].as_py()]["train"] += added
    made.write_json("curriculum.json", info)
    return made
