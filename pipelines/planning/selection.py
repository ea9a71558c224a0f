"""Which stages of a spec a run is about: `--from`, `--to`, `--only`.

- `--to S`: S and everything that it depends on.
- `--from S`: S and everything that depends on it.
- both: what lies between them, the two included.
- `--only S`: S alone.

The selection limits what may be computed; it forces nothing: what is cached stays
cached. Stages outside of it that feed a selected one are used as they are in the
store, and it is an error if they are not there. (`dvc repro --downstream` and
`--single-item` draw the same lines; Metaflow's `resume STEP` reuses what is before.)
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.spec.model import Spec


class PlanError(Exception):
    """A spec cannot be run as asked; the message says what to do."""


@dataclass(frozen=True)
class Selection:
    """Stage names as given behind `--from`, `--to`, `--only`; None: not given."""

    start: str | None = None
    stop: str | None = None
    only: str | None = None

    def stages(self, spec: Spec) -> set[str]:
        """The selected stages.

        Raises:
            PlanError: for a name that is no stage's, for `only` beside another, and
                for an empty selection.
        """
        if self.only and (self.start or self.stop):
            raise PlanError(
                "Invalid value for `--only`. Expected neither `--from` nor `--to` "
                f"beside it. Received: --only {self.only}"
            )
        for option, name in (
            ("--from", self.start),
            ("--to", self.stop),
            ("--only", self.only),
        ):
            if name is not None and name not in spec.stages:
                raise PlanError(_unknown(option, name, spec.stages))
        if self.only:
            return {self.only}
        chosen = set(spec.stages)
        if self.start:
            chosen &= dependents(spec, self.start)
        if self.stop:
            chosen &= dependencies(spec, self.stop)
        if not chosen:
            raise PlanError(
                "Nothing is selected. Expected `--from` a stage that `--to` depends "
                f"on. Received: --from {self.start} --to {self.stop}, and "
                f"{self.stop} does not depend on {self.start}."
            )
        return chosen


def dependencies(spec: Spec, stage: str) -> set[str]:
    """A stage and all that it depends on."""
    found, todo = set[str](), [stage]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += (edge.stage for edge in spec.stages[name].inputs.values())
    return found


def dependents(spec: Spec, stage: str) -> set[str]:
    """A stage and all that depends on it."""
    return {name for name in spec.stages if stage in dependencies(spec, name)}


def _unknown(option: str, name: str, stages: Iterable[str]) -> str:
    known = list(stages)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    return (
        f"Invalid value for `{option}`. Expected a stage of the spec: "
        f"{', '.join(known)}. Received: {name}.{hint}"
    )
