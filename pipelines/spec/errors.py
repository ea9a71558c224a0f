"""What can be wrong with a spec, as values; `render` makes text of them.

SpecErrors           everything that is wrong with a spec, in the order of the text
SpecError            one mistake: where, at which address, what, expected, received
├── TextError        the file or its YAML cannot be read
├── ExtendsError     a spec that is extended is missing, or extends itself
├── CasesError       cases that are missing, or that do not fit together
├── ValueFault       a value that a model does not take, a key too many or missing
├── AddressError     an address in matrix, expect or --set that does not exist
├── WiringError      inputs: missing, ambiguous, of the wrong type, in a circle
├── UnfitError       parameters that cannot work on the records that they will meet
└── ExpectationError an expectation that can never be met
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence

from pipelines.spec.model import Position


class SpecError(Exception):
    """One mistake in a spec.

    Attributes:
        position: where it stands.
        address: of the value concerned; empty for the file as a whole.
        problem: what is wrong, a phrase without a full stop.
        expected, received: what was wanted and what stands there; may be empty.
        near: what was probably meant; empty where nothing is near.
    """

    def __init__(
        self,
        position: Position,
        address: str,
        problem: str,
        expected: str = "",
        received: str = "",
        near: str = "",
    ) -> None:
        super().__init__(problem)
        self.position = position
        self.address = address
        self.problem = problem
        self.expected = expected
        self.received = received
        self.near = near

    @property
    def message(self) -> str:
        """The mistake in one line, without its place."""
        parts = [f"{self.problem}."]
        if self.expected:
            parts.append(f"Expected {self.expected}.")
        if self.received:
            parts.append(f"Received: {self.received}.")
        if self.near:
            parts.append(f"Did you mean `{self.near}`?")
        return " ".join(parts)

    def __str__(self) -> str:
        return ": ".join(filter(None, [str(self.position), self.address, self.message]))


class TextError(SpecError):
    """The file or its YAML cannot be read."""


class ExtendsError(SpecError):
    """A spec that is extended is missing, or extends itself."""


class CasesError(SpecError):
    """A case is missing, is no case, or does not fit the others."""


class ValueFault(SpecError):
    """A value that a model does not take, a key too many or missing."""


class AddressError(SpecError):
    """An address that does not exist."""


class WiringError(SpecError):
    """An input that is missing, ambiguous, of the wrong type or part of a circle."""


class UnfitError(SpecError):
    """Parameters that cannot work on the records that they will meet."""


class ExpectationError(SpecError):
    """An expectation that can never be met."""


class SpecErrors(Exception):
    """Everything that is wrong with a spec.

    Attributes:
        errors: sorted by position, each once.
        sources: file -> its lines, for showing the place.
    """

    def __init__(
        self, errors: Iterable[SpecError], sources: Mapping[str, Sequence[str]]
    ) -> None:
        unique = {str(error): error for error in errors}
        self.errors = sorted(unique.values(), key=lambda error: error.position)
        self.sources = sources
        super().__init__(f"{len(self.errors)} errors")

    def __str__(self) -> str:
        from pipelines.spec.render import render

        return render(self.errors, self.sources)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be, or an empty string."""
    words = list(known)
    found = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    # An abbreviation (`disc`) is far by edit distance and yet near.
    begun = [other for other in words if len(word) > 2 and other.startswith(word)]
    return found[0] if found else begun[0] if len(begun) == 1 else ""


def listing(words: Iterable[str], limit: int = 12) -> str:
    """Words as `a`, `b` or `c`; long lists are cut."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) > limit:
        quoted = [*quoted[:limit], f"{len(quoted) - limit} others"]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"
