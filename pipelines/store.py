"""The store: artifacts, node records and the scratch of nodes, on any filesystem.

    artifacts/<type>/<digest>/   manifest.json and the payload
    nodes/<key>.json             what a node made, and what its key was computed from
    work/<key>/                  scratch of a node that outlives a crash
    staging/<time>-<id>/         artifacts being filled; never read as artifacts
    runs/<run id>/               run.json, log.txt, the report
    quarantine/                  what was found damaged

An artifact without a readable manifest, or without every file at its size, does not
exist. On a local disk payload and manifest appear together, by one rename. Elsewhere
the payload is copied to a folder of its own inside the artifact's, then the manifest,
which names that folder, is written in one piece. So whoever commits last wins, and
both who commit the same content at once are left with a whole artifact, even where
equal content is laid out in different files.

Nothing is forced onto the disk: after a power cut `verify` tells what was lost.
"""

import json
import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from components.artifacts import MANIFEST, TYPES, Artifact
from components.directory import Directory
from pipelines.storage import integrity
from pipelines.storage.files import Files, open_files
from pipelines.storage.integrity import artifact_folder, payload_folder, type_name
from pipelines.storage.manifest import (
    Corruption,
    FileEntry,
    Manifest,
    NodeRecord,
    Producer,
    library_versions,
    now,
)

A = TypeVar("A", bound=Artifact)
Kind = type[Artifact] | str

log = logging.getLogger("ganopsy")


class StoreError(Exception):
    """The store cannot do what was asked; the message says what to do."""


class MissingArtifact(StoreError):
    """An artifact that should be in the store is not there, or not whole."""


class Store:
    """Artifacts and records below a path or URL.

    Several processes, on several machines, may use one store at once.

    Attributes:
        url: absolute, so that workers elsewhere reach the same store.
        files: the files below it.
        corruptions: what was found damaged while looking other things up.
    """

    def __init__(self, url: str) -> None:
        self.files: Files = open_files(url)
        self.url = self.files.url
        self.corruptions: list[Corruption] = []

    def __repr__(self) -> str:
        return f"Store({self.url!r})"

    def stage(self, kind: type[A]) -> A:
        """A new, empty artifact to be filled and committed."""
        # The time in the name tells its age on every filesystem.
        folder = f"staging/{time.time():.0f}-{secrets.token_hex(8)}"
        self.files.make(folder)
        return kind(self.files.at(folder))

    def discard(self, artifact: Artifact) -> None:
        """Remove a staged artifact that will not be committed."""
        self.files.remove(self._staged(artifact))

    def commit(self, artifact: A, producer: Producer, inputs: Sequence[str] = ()) -> A:
        """Make a staged artifact permanent under the digest of its content.

        Committing content that is there already succeeds, and returns what is there.

        Args:
            artifact: as `stage` made it, filled.
            producer: who made it.
            inputs: digests of the artifacts that it was made from.

        Returns:
            the committed artifact, with its digest.

        Raises:
            StoreError: if the artifact is not from this store's staging, holds a
                file of the manifest's name, or cannot be written.
        """
        staged = self._staged(artifact)
        manifest = self._describe(artifact, staged, producer, inputs)
        kind, digest = type(artifact), manifest.digest
        if self.present(kind, digest):
            self.files.remove(staged)
            return self.get(kind, digest)
        try:
            self._place(staged, manifest)
        except OSError as error:
            raise StoreError(
                f"Cannot commit {kind.type} {digest[:12]} to the store {self.url}. "
                f"Expected a store that can be written to. Received: {error}. Free "
                f"space, or name another one with --set store=PATH."
            ) from error
        return self.get(kind, digest)

    def get(self, kind: type[A] | str, digest: str) -> A:
        """A committed artifact.

        Args:
            kind: its type, or the type's name.
            digest: of its content.

        Raises:
            MissingArtifact: if it is not in the store, or not whole.
        """
        manifest = self.manifest(kind, digest)
        if manifest is None:
            raise MissingArtifact(
                f"No artifact {type_name(kind)} {digest[:12]} in the store {self.url}. "
                f"Expected it to be there, with a manifest and every file. Run the "
                f"spec again to make it."
            )
        folder = payload_folder(artifact_folder(kind, digest), manifest)
        made = TYPES[kind] if isinstance(kind, str) else kind
        found: A = made(self.files.at(folder), digest)  # type: ignore[assignment]
        return found

    def present(self, kind: Kind, digest: str) -> bool:
        """Whether an artifact is there with its manifest and every file at its size."""
        return self.manifest(kind, digest) is not None

    def manifest(self, kind: Kind, digest: str) -> Manifest | None:
        """The manifest of an artifact that is present; None for every other.

        What is there but damaged is reported (`corruptions`, and the log).
        """
        found = integrity.read_manifest(self.files, type_name(kind), digest)
        if isinstance(found, Corruption):
            self._report(found)
            return None
        if found is None:
            return None
        wrong = integrity.wrong_sizes(self.files, artifact_folder(kind, digest), found)
        for corruption in wrong:
            self._report(corruption)
        return None if wrong else found

    def record(self, record: NodeRecord) -> None:
        """Write down what a node made."""
        self._write_json(f"nodes/{record.key}.json", record.to_json())

    def lookup(self, key: str) -> NodeRecord | None:
        """What a node of this key made, or None; a damaged record is reported."""
        found = integrity.read_record(self.files, key)
        if isinstance(found, Corruption):
            self._report(found)
            return None
        return found

    def cached(self, key: str) -> NodeRecord | None:
        """What a node of this key made, if every artifact of it is present."""
        record = self.lookup(key)
        if record is None:
            return None
        whole = all(self.present(o.type, o.digest) for o in record.outputs.values())
        return record if whole else None

    def node_keys(self) -> list[str]:
        """The keys of all node records."""
        names = self.files.children("nodes")
        return [n.removesuffix(".json") for n in names if n.endswith(".json")]

    def work(self, key: str) -> Directory:
        """A node's scratch: outlives a crash, removed by `collect`."""
        self.files.make(f"work/{key}")
        return Directory(self.files.at(f"work/{key}"))

    def run_folder(self, run: str) -> Directory:
        """The folder of a run: `run.json`, the log, the report."""
        self.files.make(f"runs/{run}")
        return Directory(self.files.at(f"runs/{run}"))

    def artifacts(self) -> list[tuple[str, str]]:
        """Type name and digest of every artifact's folder, whole or not."""
        return [
            (kind, digest)
            for kind in self.files.children("artifacts")
            for digest in self.files.children(f"artifacts/{kind}")
        ]

    def verify(self) -> list[Corruption]:
        """Compare the content of everything with its manifest.

        What is damaged is moved to `quarantine/`, so that the next run makes it again.

        Returns:
            each corruption: which file, what was expected, what was found.
        """
        return integrity.verify(self.files)

    def _staged(self, artifact: Artifact) -> str:
        root = self.files.at("staging") + "/"
        name = artifact.url.removeprefix(root)
        if not artifact.url.startswith(root) or "/" in name:
            raise StoreError(
                f"Invalid value for `artifact`. Expected one made by "
                f"`context.create`, in {root}. Received: {artifact!r}"
            )
        return f"staging/{name}"

    def _describe(
        self,
        artifact: Artifact,
        staged: str,
        producer: Producer,
        inputs: Sequence[str],
    ) -> Manifest:
        files = {
            name: FileEntry(size, self.files.sha256(f"{staged}/{name}"))
            for name, size in sorted(self.files.sizes(staged).items())
        }
        if MANIFEST in files:
            raise StoreError(
                f"Invalid file name in a {artifact.type}. Expected any other name: "
                f"the store writes it. Received: {MANIFEST}"
            )
        hashes = {name: entry.sha256 for name, entry in files.items()}
        return Manifest(
            type=artifact.type,
            schema=artifact.schema,
            digest=artifact.content_digest(hashes),
            files=files,
            producer=producer,
            inputs=tuple(inputs),
            libraries=library_versions(),
            time=now(),
        )

    def _place(self, staged: str, manifest: Manifest) -> None:
        folder = artifact_folder(manifest.type, manifest.digest)
        if not self.files.local:
            payload = staged.rpartition("/")[2]
            self.files.move(staged, f"{folder}/{payload}")
            manifest = replace(manifest, payload=payload)
            self._write_json(f"{folder}/{MANIFEST}", manifest.to_json())
            return
        self._write_json(f"{staged}/{MANIFEST}", manifest.to_json())
        for _ in range(3):
            try:
                self.files.move(staged, folder)
                return
            except FileExistsError:
                if self.present(manifest.type, manifest.digest):
                    self.files.remove(staged)
                    return
                integrity.set_aside(self.files, folder)
        raise OSError(f"{folder} is there, damaged, and cannot be moved")

    def _write_json(self, name: str, content: Mapping[str, Any]) -> None:
        self.files.write(name, json.dumps(content, indent=1).encode() + b"\n")

    def _report(self, corruption: Corruption) -> None:
        if corruption not in self.corruptions:
            self.corruptions.append(corruption)
            log.warning("%s", corruption)
