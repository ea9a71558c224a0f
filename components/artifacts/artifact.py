"""What every artifact is: a folder with a type and a digest of its content."""

import hashlib
from collections.abc import Mapping
from typing import ClassVar

from components.directory import Directory, canonical_json

MANIFEST = "manifest.json"

TYPES: dict[str, "type[Artifact]"] = {}
"""Every artifact class by its type, filled where a class is defined."""


class Artifact(Directory):
    """An immutable directory with a type and, once committed, a content digest.

    Subclasses set `type`, the name that manifests and default output names use, and
    are known by it from then on, a user's own as well.
    """

    type: ClassVar[str]
    schema: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        TYPES[cls.type] = cls

    def __init__(self, url: str, digest: str | None = None) -> None:
        super().__init__(url)
        self.digest = digest

    def content_digest(self, files: Mapping[str, str]) -> str:
        """The artifact's digest from its payload's files (name -> sha256, hex).

        Types whose content does not depend on the layout of their files override it.
        """
        return hashlib.sha256(
            canonical_json([self.type, self.schema, sorted(files.items())])
        ).hexdigest()


def artifact_type(name: str) -> type[Artifact]:
    """The artifact class of a manifest's type.

    Raises:
        KeyError: if there is none, or the module that defines it is not imported.
    """
    return TYPES[name]
