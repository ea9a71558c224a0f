"""Where the store's files live: a local folder, or anything that fsspec reaches.

Two implementations of few operations. The local one is plain pathlib: it can move a
folder in one step, and looking things up does not pay for importing fsspec.
"""

import hashlib
import os
import shutil
import stat
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, BinaryIO

CHUNK = 1 << 20


class Files(ABC):
    """Files below a root, named by relative paths with `/`.

    Attributes:
        url: the root, absolute, as `components.artifacts.Directory` takes it.
        local: whether it is a folder of this machine.
    """

    url: str
    local: bool

    def at(self, name: str) -> str:
        """The URL of a file or folder."""
        return f"{self.url}/{name}" if name else self.url

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            FileNotFoundError: if there is none.
        """

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Write a whole file, of which no reader ever sees a part."""

    @abstractmethod
    def make(self, name: str) -> bool:
        """Make a folder; False if it is already there."""

    @abstractmethod
    def exists(self, name: str) -> bool: ...

    @abstractmethod
    def children(self, name: str) -> list[str]:
        """Sorted names (not paths) of what is directly in a folder."""

    @abstractmethod
    def sizes(self, name: str) -> dict[str, int]:
        """Every file below a folder (path relative to it) with its size."""

    @abstractmethod
    def modified(self, name: str) -> float | None:
        """When something at or below `name` last changed; None if not known."""

    @abstractmethod
    def move(self, source: str, target: str) -> None:
        """Move a file or folder.

        Raises:
            FileExistsError: if `target` is a folder with content.
        """

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file or folder; nothing happens if it is not there."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO: ...

    def sha256(self, name: str) -> str:
        """The sha256 of a file, hex, read in pieces."""
        digest = hashlib.sha256()
        with self.open(name) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def total(self, name: str) -> int:
        """Bytes at or below `name`."""
        return sum(self.sizes(name).values())


class LocalFiles(Files):
    """A folder of this machine."""

    local = True

    def __init__(self, path: str) -> None:
        self.root = Path(path).expanduser().absolute()
        self.url = str(self.root)

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=".writing-", delete=False
        ) as file:
            file.write(content)
            # NamedTemporaryFile makes files that only their owner can read.
            os.fchmod(file.fileno(), 0o644)
        Path(file.name).replace(target)

    def make(self, name: str) -> bool:
        try:
            (self.root / name).mkdir(parents=True)
        except FileExistsError:
            return False
        return True

    def exists(self, name: str) -> bool:
        return (self.root / name).exists()

    def children(self, name: str) -> list[str]:
        try:
            return sorted(path.name for path in (self.root / name).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def sizes(self, name: str) -> dict[str, int]:
        top = self.root / name
        if top.is_file():
            return {"": top.stat().st_size}
        return {
            path.relative_to(top).as_posix(): status.st_size
            for path, status in _walk(top)
            if not stat.S_ISDIR(status.st_mode)
        }

    def modified(self, name: str) -> float | None:
        top = self.root / name
        try:
            newest = top.lstat().st_mtime
        except FileNotFoundError:
            return None
        return max([newest, *(status.st_mtime for _, status in _walk(top))])

    def move(self, source: str, target: str) -> None:
        goal = self.root / target
        goal.parent.mkdir(parents=True, exist_ok=True)
        try:
            (self.root / source).rename(goal)
        except OSError as error:
            # A folder is never renamed onto one with content; which of the two
            # errors says so depends on the filesystem.
            if goal.is_dir() and any(goal.iterdir()):
                raise FileExistsError(str(goal)) from error
            raise

    def remove(self, name: str) -> None:
        path = self.root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def open(self, name: str) -> BinaryIO:
        return (self.root / name).open("rb")


def _walk(top: Path) -> list[tuple[Path, os.stat_result]]:
    """Everything below a folder; what vanishes meanwhile is left out."""
    found = []
    for folder, folders, files in os.walk(top):
        for name in (*folders, *files):
            path = Path(folder, name)
            try:
                found.append((path, path.lstat()))
            except FileNotFoundError:
                continue
    return found


class RemoteFiles(Files):
    """Anything that fsspec reaches; a single file appears there whole or not at all."""

    local = False

    def __init__(self, url: str) -> None:
        import fsspec

        self.url = url.rstrip("/")
        filesystem, root = fsspec.core.url_to_fs(self.url)
        self._filesystem = filesystem
        self._root = str(root).rstrip("/")

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def read(self, name: str) -> bytes:
        return bytes(self._filesystem.cat_file(self._path(name)))

    def write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        self._filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._filesystem.pipe_file(path, content)

    def make(self, name: str) -> bool:
        if self.exists(name):
            return False
        self._filesystem.makedirs(self._path(name), exist_ok=True)
        return True

    def exists(self, name: str) -> bool:
        self._filesystem.invalidate_cache()
        return bool(self._filesystem.exists(self._path(name)))

    def children(self, name: str) -> list[str]:
        self._filesystem.invalidate_cache()
        try:
            found = self._filesystem.ls(self._path(name), detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted({str(path).rstrip("/").rpartition("/")[2] for path in found})

    def sizes(self, name: str) -> dict[str, int]:
        root = self._path(name)
        return {
            path[len(root) :].lstrip("/"): int(info["size"] or 0)
            for path, info in self._find(name).items()
        }

    def modified(self, name: str) -> float | None:
        times = []
        for path in self._find(name):
            try:
                times.append(self._filesystem.modified(path).timestamp())
            except (NotImplementedError, FileNotFoundError, KeyError):
                return None
        return max(times, default=None)

    def move(self, source: str, target: str) -> None:
        if self.sizes(target):
            raise FileExistsError(target)
        for name in self.sizes(source):
            below = f"/{name}" if name else ""
            path = self._path(f"{target}{below}")
            self._filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._filesystem.cp_file(self._path(f"{source}{below}"), path)
        self.remove(source)

    def remove(self, name: str) -> None:
        try:
            self._filesystem.rm(self._path(name), recursive=True)
        except FileNotFoundError:
            return

    def open(self, name: str) -> BinaryIO:
        file: BinaryIO = self._filesystem.open(self._path(name), "rb")
        return file

    def _find(self, name: str) -> dict[str, Any]:
        self._filesystem.invalidate_cache()
        found = self._filesystem.find(self._path(name), detail=True)
        return dict(found)


def open_files(url: str) -> Files:
    """The files below a path or URL."""
    if url.startswith("file://"):
        return LocalFiles(url.removeprefix("file://"))
    return RemoteFiles(url) if "://" in url else LocalFiles(url)
