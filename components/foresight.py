"""What is known of data before anything runs, so that a spec can be refused early."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Foresight(NamedTuple):
    """What an artifact's records will be, as far as parameters say.

    Attributes:
        shape: of one record; None where it is not known yet.
        labelled: whether records have labels; None where it is not known yet.
        settings: the parameters behind what a later stage takes as it is.
    """

    shape: tuple[int, ...] | None = None
    labelled: bool | None = None
    settings: Any = None


class Unfit(Exception):
    """Parameters that cannot work on the records that they will meet.

    Attributes:
        path: of the parameter, within its component's parameters.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


Foresee = Callable[[Any, Mapping[str, Foresight]], Foresight]
"""(params, input -> foresight) -> of the outputs. Imports nothing heavy, reads no data.

Raises:
    Unfit: if the parameters cannot work.
"""
