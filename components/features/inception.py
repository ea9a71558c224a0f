"""Features: Keras's InceptionV3."""

from typing import Annotated, Literal

from annotated_types import Ge

from components.features.application import Application

NOTE = (
    "Keras's InceptionV3 is not the graph of 2015 that published Fréchet Inception "
    "distances are measured in, and the resizing is another: these figures compare "
    "with one another, not with published ones."
)


class Inception(Application):
    """Keras's InceptionV3; not the graph of 2015 that published FIDs are measured in.

    How images become what it takes: see `Application`. Heusel et al. 2017 took the
    features of another training of another version of the network, and resized
    otherwise: figures in these features compare with one another only.
    """

    kind: Literal["inception"] = "inception"
    size: Annotated[int, Ge(75)] | None = None
    """Side in pixels that images are stretched to; null: 299."""

    @property
    def network(self) -> str:
        return "InceptionV3"

    @property
    def note(self) -> str:
        return NOTE
