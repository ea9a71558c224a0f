"""A forest from a calibration's failed runs."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from components.diagnose.calibration import CalibrationTable
from components.diagnose.forest import DOUBT, Departures, Forest

TREES, LEAF = 200, 2
"""Trees, and runs that a leaf holds at least."""
FEWEST = 3
"""Runs of a cause without which it is not told from others."""
SHARPER = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
FOLDS = 10
SEED = 0
KNOWN_TO = 7
"""Significant digits of what is kept."""


@dataclass(frozen=True)
class Run:
    """A failed run of a known cause: its case, and its departures by statistic."""

    cause: str
    case: str
    departures: Departures


def runs_of(table: CalibrationTable) -> list[Run]:
    """A calibration's failed runs, of causes that it has enough of."""
    return [
        Run(cause, one.case, one.departures)
        for cause, exposed in table.exposed.items()
        for one in exposed.failures
        if len(exposed.failures) >= FEWEST
    ]


def grown(runs: Sequence[Run]) -> Forest | None:
    """The forest of these runs; None unless there are two causes to tell apart.

    Causes count alike, and so do the cases of each, however many of their runs failed.
    """
    if len({run.cause for run in runs}) < 2:
        return None
    statistics = tuple(sorted({name for run in runs for name in run.departures}))
    model = fitted(runs, statistics)
    causes = tuple(str(cause) for cause in model.classes_)
    trees = [_kept(each.tree_) for each in model.estimators_]
    tried = left_out(runs, statistics)
    kept = {
        "causes": causes,
        "statistics": statistics,
        "sharpness": fitted_sharpness(tried),
        "right": share_right(tried),
        "clear": most_for_another(tried, unknown(runs, statistics)),
        "trees": trees,
    }
    return Forest.model_validate_json(json.dumps(kept))


class Tried(NamedTuple):
    """What trees that had not seen a run's case say of it.

    `votes`: by cause of theirs. `place`: of the run's own cause among them.
    """

    votes: tuple[float, ...]
    place: int


def left_out(runs: Sequence[Run], statistics: Sequence[str]) -> list[Tried]:
    """Every run, as trees say that were grown on other cases.

    A cause of one case alone is told by no other, and does not count.
    """
    cases = {cause: {r.case for r in runs if r.cause == cause} for cause in _of(runs)}
    several = sorted({run.case for run in runs if len(cases[run.cause]) > 1})
    found = []
    for fold in range(min(FOLDS, len(several))):
        left = set(several[fold::FOLDS])
        kept = [run for run in runs if run.case not in left]
        model = fitted(kept, statistics)
        known = list(model.classes_)
        tried = [run for run in runs if run.case in left and run.cause in known]
        if not tried:
            continue
        votes = model.predict_proba(_table(tried, statistics)).tolist()
        for run, told in zip(tried, votes, strict=True):
            found.append(Tried(tuple(told), known.index(run.cause)))
    return found


def fitted_sharpness(tried: Sequence[Tried]) -> float:
    """The sharpness that tells causes best (log score) of cases that are left out."""
    losses = dict.fromkeys(SHARPER, 0.0)
    for votes, place in tried:
        for power in SHARPER:
            powers = [(vote + DOUBT) ** power for vote in votes]
            losses[power] -= math.log(powers[place] / math.fsum(powers))
    return min(SHARPER, key=lambda power: (losses[power], power))


def share_right(tried: Sequence[Tried]) -> float:
    """Of runs of cases that are left out, how many get most votes for their own cause.

    By Laplace's rule of succession: (right + 1) / (runs + 2).
    """
    right = sum(votes[place] == max(votes) for votes, place in tried)
    return _rounded((right + 1) / (len(tried) + 2))


def unknown(runs: Sequence[Run], statistics: Sequence[str]) -> list[float]:
    """Of every run, the most votes that a cause gets of trees which lack its own."""
    found: list[float] = []
    for cause in _of(runs):
        model = fitted([run for run in runs if run.cause != cause], statistics)
        tried = [run for run in runs if run.cause == cause]
        found += model.predict_proba(_table(tried, statistics)).max(axis=1).tolist()
    return found


def most_for_another(tried: Sequence[Tried], lacking: Sequence[float]) -> float:
    """The most votes that any run gets for what is not its cause; at most 1."""
    wrong = [max(votes) for votes, place in tried if votes[place] < max(votes)]
    return _rounded(min(max([*wrong, *lacking]), 1.0))


def _of(runs: Sequence[Run]) -> list[str]:
    return sorted({run.cause for run in runs})


def _table(runs: Sequence[Run], statistics: Sequence[str]) -> Any:
    """Departures (runs, statistics), 0 where there was no reading."""
    import numpy as np

    return np.array(
        [[run.departures.get(name, 0.0) for name in statistics] for run in runs]
    )


def fitted(runs: Sequence[Run], statistics: Sequence[str]) -> Any:
    """Scikit-learn's forest of these runs."""
    from sklearn.ensemble import RandomForestClassifier

    alike = Counter((run.cause, run.case) for run in runs)
    cases = Counter(cause for cause, _ in alike)
    shares = [1 / alike[run.cause, run.case] / cases[run.cause] for run in runs]
    mean = math.fsum(shares) / len(shares)
    model = RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=SEED)
    model.fit(
        _table(runs, statistics),
        [run.cause for run in runs],
        sample_weight=[share / mean for share in shares],
    )
    return model


def _kept(tree: Any) -> dict[str, Any]:
    """A tree of scikit-learn's as `Tree` has it: nodes are in that order there too."""
    asked = [int(each) if each >= 0 else -1 for each in tree.feature]
    questions = [node for node, place in enumerate(asked) if place >= 0]
    weights = tree.value[:, 0, :] * tree.weighted_n_node_samples[:, None]
    return {
        "asked": asked,
        "beyond": [_rounded(tree.threshold[node]) for node in questions],
        "yes": [int(tree.children_right[node]) for node in questions],
        "leaves": [
            [(cause, _rounded(w)) for cause, w in enumerate(weights[node]) if w > 0]
            for node, place in enumerate(asked)
            if place < 0
        ],
    }


def _rounded(number: float) -> float:
    return float(f"{number:.{KNOWN_TO}g}")
