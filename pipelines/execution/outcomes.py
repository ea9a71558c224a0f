"""What became of a run's nodes, and why some failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.report.words import listed
from pipelines.storage.manifest import NodeRecord, Output


@dataclass(frozen=True)
class Failure:
    """A node that failed.

    Attributes:
        node: its id; `trials`, the ids of the trials that share it.
        kind, message: of the exception, or of the worker's death.
        raised: `file:line` in the code; `where`, `file:line` of the stage in the spec.
    """

    node: str
    stage: str
    component: str
    trials: tuple[str, ...]
    kind: str
    message: str
    raised: str
    where: str

    @property
    def brief(self) -> str:
        """For reports: no paths, no run ids, so that equal failures are equal."""
        return f"{self.stage} failed: {self.kind}: {self.message}"

    def __str__(self) -> str:
        noun = "trial" if len(self.trials) == 1 else "trials"
        raised = f", raised at {self.raised}" if self.raised else ""
        return (
            f"Stage `{self.stage}` ({self.where}), component `{self.component}`, "
            f"{noun} {listed(self.trials)}: {self.kind}: {self.message}{raised}"
        )


@dataclass
class Outcomes:
    """What became of nodes, by node id.

    Attributes:
        records: of the nodes that are done.
        cached: those of them that had been done before.
        failed: why nodes failed.
        skipped: why nodes were not run: what they need failed.
    """

    records: dict[str, NodeRecord] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    failed: dict[str, Failure] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Mapping[str, Output]]:
        """What the done nodes made, as the plan wants it."""
        return {name: record.outputs for name, record in self.records.items()}
