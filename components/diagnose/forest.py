"""Which cause is at work: the votes of trees that were grown on runs of known causes.

A run's readings are its departures from healthy runs, one a mechanism's statistic. A
tree asks of one after another whether it lies beyond some point, and ends with the
shares of causes among the calibration's failed runs that had answered alike (Breiman
2001, "Random forests"). Every tree is grown on other runs and asks about other
statistics, so that none of them decides, and how far beyond healthy a reading is
matters no more than what it meant before. A statistic that could not be read counts as
healthy.

- **Votes** are the trees' mean shares. What a statistic had to do with them is told
  exactly: along each tree's way the share of a cause goes up or down at every question,
  and a statistic is owed what changed at its own (Saabas 2014; Palczewska et al. 2013,
  "Interpreting random forest models using a feature contribution method").
- **The likelihood ratio** of a cause is its votes to the power of `sharpness`, over the
  mean of all causes': trees that see different runs vote more cautiously than they
  err (Niculescu-Mizil and Caruana 2005, "Predicting good probabilities with supervised
  learning"). It is fitted by leaving cases out.
- No cause that is voted for is surer than the share of such cases that were called
  `right`: a new base is as new to the trees as they were.
- Votes are **clear** where they are more than any run of the calibration got for what
  was not its cause, of trees that had not seen its case, nor of trees that had not seen
  its cause: what nobody knows of is not taken for what is known.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Gt, Le, MinLen
from pydantic import model_validator

from components.parts import Params

if TYPE_CHECKING:
    import numpy as np

DOUBT = 1e-3
"""Votes that every cause keeps: what some hundred runs never showed may still be."""

Departures = Mapping[str, float]


class Tree(Params):
    """Questions and leaves, in the order in which they are come to, "no" first."""

    asked: tuple[int, ...]
    """By node, the place of the statistic that it asks about; -1: a leaf."""
    beyond: tuple[float, ...]
    """By question, in their order: whether the departure is larger than this."""
    yes: tuple[int, ...]
    """By question: the node that follows where it is. The next one where it is not."""
    leaves: tuple[tuple[tuple[int, float], ...], ...]
    """By leaf, in their order: causes, by their places, and how many runs of each."""

    @model_validator(mode="after")
    def _grows(self) -> "Tree":
        questions = [node for node, place in enumerate(self.asked) if place >= 0]
        leaves = len(self.asked) - len(questions)
        told = len(self.beyond), len(self.yes), len(self.leaves)
        if told != (len(questions), len(questions), leaves) or not leaves:
            raise ValueError(
                f"of {len(self.asked)} nodes `asked` makes {len(questions)} questions "
                f"and {leaves} leaves. Received: {told[0]} of `beyond`, {told[1]} of "
                f"`yes` and {told[2]} of `leaves`"
            )
        # What follows lies further on, so that every way has an end.
        pairs = zip(questions, self.yes, strict=True)
        if not all(node + 1 < after < len(self.asked) for node, after in pairs):
            raise ValueError("`yes` must name nodes further on than the next one")
        if any(weight <= 0 for leaf in self.leaves for _, weight in leaf):
            raise ValueError("a leaf's causes must have runs")
        if not all(self.leaves):
            raise ValueError("every leaf must hold runs of a cause")
        return self


@dataclass(frozen=True)
class Way:
    """A tree, made ready to be asked.

    `shares`: (nodes, causes), of the runs that came by each node.
    """

    asked: tuple[int, ...]
    beyond: tuple[float, ...]
    yes: tuple[int, ...]
    shares: "np.ndarray[Any, Any]"

    def nodes(self, values: list[float]) -> list[int]:
        """The nodes that values come by, from the root to a leaf."""
        node, passed = 0, [0]
        while (place := self.asked[node]) >= 0:
            node = self.yes[node] if values[place] > self.beyond[node] else node + 1
            passed.append(node)
        return passed


@dataclass(frozen=True)
class Votes:
    """What trees say of one run.

    `told`: (1 + statistics, causes), a cause's share before any question, and what each
    statistic adds to it.
    """

    causes: tuple[str, ...]
    statistics: tuple[str, ...]
    sharpness: float
    right: float
    clear: float
    told: "np.ndarray[Any, Any]"

    def favour(self, cause: str) -> bool:
        """Whether the votes for a cause are clear."""
        return cause in self.causes and self.share(cause) > self.clear

    def share(self, cause: str) -> float:
        """Of all votes; those of all causes sum to 1."""
        return float(self.told[:, self.causes.index(cause)].sum())

    def chance(self, cause: str) -> float:
        """Its share before any question."""
        return float(self.told[0, self.causes.index(cause)])

    def owed(self, cause: str) -> dict[str, float]:
        """By statistic, what it adds to the share: with `chance` they sum to it."""
        column = self.told[1:, self.causes.index(cause)].tolist()
        return dict(zip(self.statistics, column, strict=True))

    def log_ratio(self, cause: str) -> float:
        """How much likelier the readings are with a cause than with any; 0: unknown.

        At most the logarithm of how many causes there are: with any of them at work the
        readings are as likely as on their average.
        """
        if cause not in self.causes:
            return 0.0
        powers = {k: (self.share(k) + DOUBT) ** self.sharpness for k in self.causes}
        mean = math.fsum(powers.values()) / len(powers)
        return math.log(powers[cause] / mean)


class Forest(Params):
    """Trees that vote on causes."""

    causes: tuple[str, ...]
    statistics: tuple[str, ...]
    sharpness: Annotated[float, Gt(0)] = 1.0
    """Power that votes, over those of chance, are taken to."""
    right: Annotated[float, Gt(0), Le(1)] = 1.0
    """Of runs of cases that trees had not seen, the share that they called right."""
    clear: Annotated[float, Gt(0), Le(1)] = 1.0
    """The most votes that a run got for what was not its cause, of trees that had not
    seen its case or its cause."""
    trees: Annotated[tuple[Tree, ...], MinLen(1)]

    @model_validator(mode="after")
    def _known(self) -> "Forest":
        for tree in self.trees:
            causes = [cause for leaf in tree.leaves for cause, _ in leaf]
            if max(tree.asked) >= len(self.statistics):
                raise ValueError("a tree asks about a statistic that is not listed")
            if min(causes) < 0 or max(causes) >= len(self.causes):
                raise ValueError("a tree's leaf names a cause that is not listed")
        return self

    def ask(self, departures: Departures) -> Votes:
        """What all trees say of a run."""
        import numpy as np

        values = [departures.get(name, 0.0) for name in self.statistics]
        told = np.zeros((1 + len(self.statistics), len(self.causes)))
        for way in self._ways:
            nodes = way.nodes(values)
            told[0] += way.shares[0]
            for before, after in pairwise(nodes):
                told[1 + way.asked[before]] += way.shares[after] - way.shares[before]
        told /= len(self._ways)
        return Votes(
            self.causes, self.statistics, self.sharpness, self.right, self.clear, told
        )

    @cached_property
    def _ways(self) -> list[Way]:
        return [self._way(tree) for tree in self.trees]

    def _way(self, tree: Tree) -> Way:
        import numpy as np

        count = len(tree.asked)
        runs = np.zeros((count, len(self.causes)))
        beyond, yes = [0.0] * count, [0] * count
        questions = iter(zip(tree.beyond, tree.yes, strict=True))
        leaves = iter(tree.leaves)
        for node, place in enumerate(tree.asked):
            if place >= 0:
                beyond[node], yes[node] = next(questions)
            else:
                for cause, weight in next(leaves):
                    runs[node, cause] = weight
        for node in reversed(range(count)):
            if tree.asked[node] >= 0:
                runs[node] = runs[node + 1] + runs[yes[node]]
        shares = runs / runs.sum(axis=1, keepdims=True)
        return Way(tree.asked, tuple(beyond), tuple(yes), shares)
