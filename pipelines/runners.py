"""Where a run executes: the spec's `runner`, and Beam's options for it."""

from typing import Annotated, Literal

from annotated_types import Ge

from components.parts import Part


class Runner(Part):
    """A Beam runner and its settings."""

    def options(self) -> list[str]:
        """Beam's command-line options for this runner."""
        raise NotImplementedError


class Local(Runner):
    """Beam's FnApiRunner on this machine."""

    kind: Literal["local"] = "local"
    workers: Annotated[int, Ge(1)] = 1
    """Worker processes; one means inside the command's own process."""

    def options(self) -> list[str]:
        raise NotImplementedError
