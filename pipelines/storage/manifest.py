"""What the store writes beside payloads: manifests, node records, corruptions.

All of it is JSON. Reading is strict: what does not have the expected form raises
`FormatError`, which the store reports and treats as absent.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, TypeVar

MANIFEST_FORMAT = "ganopsy.manifest/1"
NODE_FORMAT = "ganopsy.node/1"
LIBRARIES = ("ganopsy", "keras", "tensorflow", "apache-beam", "numpy", "pyarrow")

T = TypeVar("T")


class FormatError(ValueError):
    """A file of the store does not have the form that it should have."""


@dataclass(frozen=True)
class Producer:
    """Who made an artifact.

    Attributes:
        node: the node's key.
        address: `<spec name>:<stage>`, with the trial where there is one.
        component: the component's name.
    """

    node: str
    address: str
    component: str


@dataclass(frozen=True)
class FileEntry:
    """One payload file: its size in bytes and its sha256 (hex)."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an artifact is; written last, so that without it there is no artifact.

    Attributes:
        type: the artifact's type name.
        schema: the version of that type's payload.
        digest: of the content, hex; also the name of the artifact's folder.
        files: payload file (relative path) -> size and sha256.
        producer: who made it.
        inputs: digests of the artifacts that it was made from.
        libraries: versions of the libraries that made it.
        time: when it was committed, ISO 8601 in UTC.
        payload: the folder of the payload, relative to the artifact's; empty on local
            disks, where manifest and payload move into place together.
    """

    type: str
    schema: int
    digest: str
    files: Mapping[str, FileEntry]
    producer: Producer
    inputs: tuple[str, ...]
    libraries: Mapping[str, str]
    time: str
    payload: str = ""

    @property
    def size(self) -> int:
        """Bytes of all payload files."""
        return sum(entry.size for entry in self.files.values())

    def to_json(self) -> dict[str, Any]:
        return {"format": MANIFEST_FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, content: Any) -> "Manifest":
        """Read a manifest.

        Raises:
            FormatError: if `content` is none.
        """
        return read_form(content, MANIFEST_FORMAT, cls._build)

    @classmethod
    def _build(cls, content: dict[str, Any]) -> "Manifest":
        files = {
            str(name): FileEntry(_integer(entry["size"]), _text(entry["sha256"]))
            for name, entry in content.pop("files").items()
        }
        producer = Producer(**content.pop("producer"))
        return cls(
            files=files,
            producer=producer,
            inputs=_texts(content.pop("inputs")),
            digest=_text(content.pop("digest")),
            type=_text(content.pop("type")),
            payload=_text(content.pop("payload")),
            **content,
        )


@dataclass(frozen=True, order=True)
class Output:
    """A committed artifact, named: its type and its digest."""

    type: str
    digest: str


@dataclass(frozen=True)
class NodeRecord:
    """What a node made, and everything that its key was computed from.

    Attributes:
        key: the node's key.
        outputs: output name -> the committed artifact.
        spec, stage: whose node it was when it was made.
        points: the points of the trials that shared it.
        component: the component's name.
        closure: file of the component's source closure -> sha256.
        params: the resolved parameters, plain JSON values.
        fingerprint: of data outside of the store, or None.
        seed: or None if the component does not ask for it.
        seeds: of all nodes that were done as one with it; empty if by itself.
        run: the run's description, or None if the component does not ask for it.
        inputs: input name -> digests of the artifacts, in order.
        sources: input name -> the output that feeds it (`split.curriculum`).
        time: when it was made, ISO 8601 in UTC.
    """

    key: str
    outputs: Mapping[str, Output]
    spec: str
    stage: str
    points: tuple[Mapping[str, Any], ...]
    component: str
    closure: Mapping[str, str]
    params: Mapping[str, Any]
    fingerprint: str | None
    seed: int | None
    run: Mapping[str, Any] | None
    inputs: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, str]
    seeds: tuple[int, ...] = ()
    time: str = field(default_factory=lambda: now())

    def to_json(self) -> dict[str, Any]:
        return {"format": NODE_FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, content: Any) -> "NodeRecord":
        """Read a node record.

        Raises:
            FormatError: if `content` is none.
        """
        return read_form(content, NODE_FORMAT, cls._build)

    @classmethod
    def _build(cls, content: dict[str, Any]) -> "NodeRecord":
        outputs = {
            str(name): Output(_text(output["type"]), _text(output["digest"]))
            for name, output in content.pop("outputs").items()
        }
        inputs = {
            str(name): _texts(digests)
            for name, digests in content.pop("inputs").items()
        }
        points = tuple(dict(point) for point in content.pop("points"))
        closure = dict(content.pop("closure"))
        params = dict(content.pop("params"))
        seeds = tuple(map(_integer, content.pop("seeds", ())))
        return cls(
            seeds=seeds,
            outputs=outputs,
            inputs=inputs,
            points=points,
            closure=closure,
            params=params,
            **content,
        )


@dataclass(frozen=True)
class Corruption:
    """Something in the store that is not as it was written.

    Attributes:
        item: the artifact's folder or the file, relative to the store.
        file: the payload file, or `manifest.json`, or the record itself.
        expected, received: what stood there and what was found.
        moved: where it was set aside, relative to the store; None if it was not.
    """

    item: str
    file: str
    expected: str
    received: str
    moved: str | None = None

    def __str__(self) -> str:
        aside = f" Set aside as {self.moved}." if self.moved else ""
        return (
            f"{self.item}: {self.file}: Expected {self.expected}. "
            f"Received: {self.received}.{aside}"
        )


def now() -> str:
    """The time, ISO 8601 in UTC with microseconds, so that it sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


@functools.cache
def library_versions() -> dict[str, str]:
    """Versions of the libraries that artifacts depend on; none of them is imported."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def read_form(content: Any, form: str, build: Callable[[dict[str, Any]], T]) -> T:
    """Build a record from JSON that has the expected format.

    Raises:
        FormatError: if it has not.
    """
    if not isinstance(content, dict):
        raise FormatError(f"no mapping but {type(content).__name__}")
    content = dict(content)
    found = content.pop("format", None)
    if found != form:
        raise FormatError(f"format {found!r}, not {form!r}")
    try:
        return build(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"{type(error).__name__}: {error}") from error


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"no whole number but {value!r}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise FormatError(f"no text but {value!r}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise FormatError(f"no list but {value!r}")
    return tuple(map(_text, value))
