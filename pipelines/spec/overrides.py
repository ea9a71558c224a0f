"""`--set a.b=c`: one address and one YAML value, with positions in the text given.

An override of an address that is an axis of the matrix replaces the axis by the one
value; one inside an axis' values is applied to each of them; all others are applied to
the spec before the matrix is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.spec.errors import AddressError, SpecError
from pipelines.spec.model import Position
from pipelines.spec.nodes import Node
from pipelines.spec.reader import Sources


@dataclass(frozen=True)
class Override:
    """One `--set`."""

    text: str
    address: str
    value: Node
    position: Position

    @property
    def path(self) -> list[str]:
        return self.address.split(".")

    @property
    def stage(self) -> str:
        return self.path[0]


def read_override(text: str, number: int, sources: Sources) -> Override:
    """Parse the text behind the `number`th `--set`.

    Raises:
        SpecError: if it is not `address=value`, or the value is not YAML.
    """
    file = f"--set #{number}"
    address, equals, value = text.partition("=")
    position = Position(file, 1, 1)
    sources.lines[file] = text.split("\n")
    if not equals or not all(address.strip().split(".")):
        raise AddressError(
            position, "", "Not an override", "`address=value`", repr(text)
        )
    lead = f"{address}="
    node = sources.read_text(value, file, column=len(lead) + 1, lead=lead)
    return Override(text, address.strip(), node, position)


def read_overrides(
    texts: Sequence[str], sources: Sources, errors: list[SpecError]
) -> list[Override]:
    """All overrides; those that cannot be read are in `errors`."""
    found = []
    for number, text in enumerate(texts, start=1):
        try:
            found.append(read_override(text, number, sources))
        except SpecError as error:
            errors.append(error)
    return found
