"""Whether what is in the store is what was put there."""

import json
import secrets
import time
from dataclasses import replace

from components.artifacts import MANIFEST, TYPES, Artifact
from pipelines.storage.files import Files
from pipelines.storage.manifest import Corruption, FormatError, Manifest, NodeRecord


def artifact_folder(kind: type[Artifact] | str, digest: str) -> str:
    """Where an artifact lives, relative to the store."""
    return f"artifacts/{type_name(kind)}/{digest}"


def type_name(kind: type[Artifact] | str) -> str:
    return kind if isinstance(kind, str) else kind.type


def payload_folder(folder: str, manifest: Manifest) -> str:
    """Where an artifact's payload lives, relative to the store."""
    return f"{folder}/{manifest.payload}" if manifest.payload else folder


def read_manifest(files: Files, kind: str, digest: str) -> Manifest | Corruption | None:
    """An artifact's manifest, or what is wrong with it, or None if there is none."""
    folder = artifact_folder(kind, digest)
    try:
        content = files.read(f"{folder}/{MANIFEST}")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Corruption(folder, MANIFEST, "a readable manifest", str(error))
    try:
        manifest = Manifest.from_json(json.loads(content))
    except (FormatError, ValueError, RecursionError) as error:
        return Corruption(folder, MANIFEST, "a manifest", f"{error}")
    if (manifest.type, manifest.digest) != (kind, digest):
        received = f"that of {manifest.type} {manifest.digest}"
        return Corruption(folder, MANIFEST, "the artifact's own manifest", received)
    return manifest


def wrong_sizes(files: Files, folder: str, manifest: Manifest) -> list[Corruption]:
    """The files that are missing or have another size."""
    found = files.sizes(payload_folder(folder, manifest))
    wrong = []
    for name, entry in manifest.files.items():
        size = found.get(name)
        if size != entry.size:
            received = "no file" if size is None else f"{size} bytes"
            wrong.append(Corruption(folder, name, f"{entry.size} bytes", received))
    return wrong


def foreign_files(files: Files, folder: str, manifest: Manifest) -> list[Corruption]:
    """Files that the manifest does not name, which a reader might take for shards."""
    found = files.sizes(payload_folder(folder, manifest))
    return [
        Corruption(folder, name, "no such file", f"{size} bytes")
        for name, size in found.items()
        if name not in manifest.files and name != MANIFEST
    ]


def wrong_content(files: Files, kind: str, digest: str) -> list[Corruption]:
    """Everything that is wrong with an artifact, every byte of it read."""
    folder = artifact_folder(kind, digest)
    manifest = read_manifest(files, kind, digest)
    if isinstance(manifest, Corruption):
        return [manifest]
    if manifest is None:
        # Elsewhere than on a local disk this is how a commit in progress looks.
        missing = Corruption(folder, MANIFEST, "a manifest", "no file")
        return [missing] if files.local else []
    wrong = wrong_sizes(files, folder, manifest)
    sized = {corruption.file for corruption in wrong}
    payload = payload_folder(folder, manifest)
    for name, entry in manifest.files.items():
        if name not in sized:
            found = _hash(files, f"{payload}/{name}")
            if found != entry.sha256:
                expected = f"sha256 {entry.sha256}"
                wrong.append(Corruption(folder, name, expected, found))
    wrong += foreign_files(files, folder, manifest)
    return wrong or _wrong_digest(files, folder, manifest)


def _hash(files: Files, name: str) -> str:
    try:
        return files.sha256(name)
    except OSError as error:
        return f"unreadable: {error}"


def _wrong_digest(files: Files, folder: str, manifest: Manifest) -> list[Corruption]:
    """Files as the manifest says, but a manifest that was itself changed."""
    if manifest.type not in TYPES:
        return []
    artifact = TYPES[manifest.type](files.at(payload_folder(folder, manifest)))
    hashes = {name: entry.sha256 for name, entry in manifest.files.items()}
    try:
        digest = artifact.content_digest(hashes)
    except Exception as error:  # Whatever a reader of damaged content raises.
        digest = f"{type(error).__name__}: {error}"
    if digest == manifest.digest:
        return []
    return [Corruption(folder, "content", f"digest {manifest.digest}", digest)]


def read_record(files: Files, key: str) -> NodeRecord | Corruption | None:
    """A node record, or what is wrong with it, or None if there is none."""
    name = f"nodes/{key}.json"
    try:
        content = files.read(name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Corruption(name, f"{key}.json", "a readable record", str(error))
    try:
        record = NodeRecord.from_json(json.loads(content))
    except (ValueError, RecursionError) as error:
        return Corruption(name, f"{key}.json", "a node record", str(error))
    if record.key != key:
        return Corruption(name, f"{key}.json", f"key {key}", f"key {record.key}")
    return record


def set_aside(files: Files, name: str) -> str | None:
    """Move something damaged to `quarantine/`; None if that cannot be done."""
    label = name.replace("/", "-")
    target = f"quarantine/{time.time():.0f}-{secrets.token_hex(3)}-{label}"
    try:
        files.move(name, target)
    except OSError:
        return None
    return target


def verify(files: Files) -> list[Corruption]:
    """Check every artifact and node record; set aside what is damaged."""
    found: list[Corruption] = []
    for kind in files.children("artifacts"):
        for digest in files.children(f"artifacts/{kind}"):
            wrong = wrong_content(files, kind, digest)
            if wrong:
                moved = set_aside(files, artifact_folder(kind, digest))
                found += [replace(corruption, moved=moved) for corruption in wrong]
    for name in files.children("nodes"):
        if not name.endswith(".json"):
            continue  # Left by a writer that was killed; `collect` removes it.
        record = read_record(files, name.removesuffix(".json"))
        if isinstance(record, Corruption):
            found.append(replace(record, moved=set_aside(files, f"nodes/{name}")))
    return found
