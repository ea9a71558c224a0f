"""The source closure of a component: the code that its results depend on.

That is the component's package folder and every first-party module that it imports,
directly or not, found by reading the source (nothing is imported here). First-party
is what a person who runs ganopsy may edit: the packages `components` and `pipelines`,
and, for a component of the user's own, the modules beside it and below the spec's
folder. A change anywhere else leaves the closure, and with it every key, as it was.

Files are named relative to their root, so that keys are equal on every machine.
"""

import ast
import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.component import Component
from components.directory import canonical_json

RESOURCES = frozenset({".html", ".css", ".js", ".j2", ".json", ".svg"})
"""Suffixes of the files beside modules that components read as part of themselves."""
OWN = ("components", "pipelines")
DISTRIBUTION = Path(__file__).resolve().parents[2]
LOADERS = frozenset({"import_module", "lazy_import", "__import__"})
"""Functions that import the module that their first argument names."""

BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""The fields of statements that hold statements."""


@dataclass(frozen=True)
class Source:
    """One file: its sha256, and what it imports if it is a module.

    `imports` holds dotted names, with leading dots where relative; whatever follows an
    `import` may be a module or something in one. `expands`: the package imports all
    of its modules (it refers to its `__path__`).
    """

    sha256: str
    imports: tuple[str, ...] = ()
    expands: bool = False


@dataclass(frozen=True)
class Root:
    """A folder that first-party modules are found in; `packages` limits which."""

    folder: Path
    packages: tuple[str, ...] | None = None

    def find(self, module: str) -> Path | None:
        """The file of a module, by its dotted name."""
        parts = module.split(".")
        if self.packages is not None and parts[0] not in self.packages:
            return None
        path = self.folder.joinpath(*parts)
        for file in (path / "__init__.py", path.with_name(f"{path.name}.py")):
            if file.is_file():
                return file
        return None

    def holds(self, package: str) -> bool:
        """Whether there is a folder for a package."""
        parts = package.split(".")
        wanted = self.packages is None or parts[0] in self.packages
        return wanted and self.folder.joinpath(*parts).is_dir()


Parsed = tuple[tuple[str, ...], bool]
"""`imports` and `expands` of a module."""

_sources: dict[Path, tuple[tuple[int, int], Source]] = {}
_parsed: dict[str, Parsed] = {}


def source_closure(component: Component, base: str = "") -> dict[str, str]:
    """Every file of a component's source closure with its sha256.

    Args:
        component: any component.
        base: the folder of the spec; matters to components of a user's own.

    Returns:
        sha256 (hex) by the file's path relative to its root, sorted.
    """
    walk = _Walk(_roots(component, base))
    folder = component.source.resolve().parent
    walk.add_file(component.source.resolve())
    if (folder / "__init__.py").is_file():
        walk.add_package(folder)
    walk.follow()
    return dict(sorted(walk.found.items()))


def closure_digest(closure: Mapping[str, str]) -> str:
    """One sha256 over a closure."""
    return hashlib.sha256(canonical_json(dict(closure))).hexdigest()


def _roots(component: Component, base: str) -> list[Root]:
    own = Root(DISTRIBUTION, OWN)
    source = component.source.resolve()
    if source.is_relative_to(DISTRIBUTION / "components"):
        return [own]
    parts = component.function.__module__.split(".")
    top = source.parents[len(parts) - (source.stem != "__init__")]
    if {"site-packages", "dist-packages"} & set(top.parts):
        return [Root(top, (parts[0],)), own]
    # A user's own `helpers.py` wins over nothing of ours: names of ours are taken.
    roots = [own, Root(top), Root(source.parent)]
    return [*roots, Root(Path(base).resolve())] if base else roots


class _Walk:
    """Follows imports from file to file, each file once."""

    def __init__(self, roots: list[Root]) -> None:
        self.found: dict[str, str] = {}
        self._roots = roots
        self._todo: list[tuple[Path, Path]] = []
        self._homes: dict[str, bool] = {}

    def add_file(self, file: Path) -> None:
        """Add a file that lies below one of the roots."""
        for root in self._roots:
            name = file.name
            if file.is_relative_to(root.folder):
                name = file.relative_to(root.folder).as_posix()
                if root.packages and name.split("/")[0] not in root.packages:
                    continue
                self._add(file, root.folder, name)
                return

    def _add(self, file: Path, root: Path, name: str) -> None:
        if name in self.found:
            return
        self.found[name] = read_source(file).sha256
        if file.suffix == ".py":
            self._todo.append((file, root))

    def add_package(self, folder: Path) -> None:
        """Add a package's modules, its sub-packages and its resources."""
        for file in sorted(folder.rglob("*")):
            wanted = file.suffix == ".py" or file.suffix in RESOURCES
            if wanted and "__pycache__" not in file.parts and file.is_file():
                self.add_file(file)

    def follow(self) -> None:
        """Add whatever is imported by what has been added."""
        while self._todo:
            file, root = self._todo.pop()
            source = read_source(file)
            package = file.parent.relative_to(root).parts
            if source.expands:
                self.add_package(file.parent)
            for name in source.imports:
                self._add_module(_absolute(name, package))

    def _add_module(self, name: str) -> None:
        """Add a module and the packages that it is in, as importing it would."""
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            if not self._add_one(".".join(parts[:length])):
                return

    def _add_one(self, name: str) -> bool:
        """Add one module; whether there can be modules below it."""
        if name not in self._homes:
            self._homes[name] = False
            for root in self._roots:
                file = root.find(name)
                if file is not None:
                    found = file.relative_to(root.folder).as_posix()
                    self._add(file, root.folder, found)
                    self._homes[name] = file.name == "__init__.py"
                    break
                # A folder without `__init__.py` can hold modules all the same.
                self._homes[name] |= root.holds(name)
        return self._homes[name]


def _absolute(name: str, package: tuple[str, ...]) -> str:
    """A dotted name with leading dots, seen from a package, without them."""
    bare = name.lstrip(".")
    level = len(name) - len(bare)
    if not level:
        return name
    return ".".join([*package[: len(package) - level + 1], *filter(None, [bare])])


def read_source(file: Path) -> Source:
    """A file's content digest and imports, remembered while it does not change."""
    status = file.stat()
    stamp = (status.st_mtime_ns, status.st_size)
    known = _sources.get(file)
    if known is not None and known[0] == stamp:
        return known[1]
    content = file.read_bytes()
    source = _parse(content) if file.suffix == ".py" else Source(_sha256(content))
    _sources[file] = (stamp, source)
    return source


def remember(content: Any) -> None:
    """Take over what `remembered` gave in another process; parsing takes longest."""
    if isinstance(content, dict) and content.get("parser") == _parser():
        for sha256, (imports, expands) in content["modules"].items():
            _parsed[sha256] = tuple(imports), bool(expands)


def remembered() -> dict[str, Any]:
    """What every module that was read imports, by its sha256, as JSON values."""
    return {"parser": _parser(), "modules": {**_parsed}}


@functools.cache
def _parser() -> str:
    return _sha256(Path(__file__).read_bytes())


def _parse(content: bytes) -> Source:
    sha256 = _sha256(content)
    if sha256 not in _parsed:
        _parsed[sha256] = _read_imports(content)
    return Source(sha256, *_parsed[sha256])


def _read_imports(content: bytes) -> Parsed:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):  # Importing it will say what is wrong.
        return (), False
    deep = any(name.encode() in content for name in (*LOADERS, "__path__"))
    nodes = list(_nodes(tree, deep))
    imports = tuple(dict.fromkeys(name for node in nodes for name in _names(node)))
    expands = any(isinstance(n, ast.Name) and n.id == "__path__" for n in nodes)
    return imports, expands


def _nodes(tree: ast.Module, deep: bool) -> Iterator[ast.AST]:
    """All statements (expressions as well if `deep`) but those for type checkers."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.If) and _for_type_checkers(node.test):
            todo += node.orelse
        elif deep:
            todo += ast.iter_child_nodes(node)
        else:
            for block in BLOCKS:
                todo += getattr(node, block, ())


def _names(node: ast.AST) -> Iterator[str]:
    """The dotted names that one node imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        joint = "" if module.endswith(".") else "."
        yield module
        yield from (module + joint + alias.name for alias in node.names)
    elif isinstance(node, ast.Call) and _names_module(node):
        yield ast.literal_eval(node.args[0])


def _names_module(call: ast.Call) -> bool:
    function = call.func
    name = getattr(function, "attr", getattr(function, "id", None))
    first = call.args[0] if call.args else None
    return (
        name in LOADERS
        and isinstance(first, ast.Constant)
        and isinstance(first.value, str)
    )


def _for_type_checkers(test: ast.expr) -> bool:
    return getattr(test, "attr", getattr(test, "id", None)) == "TYPE_CHECKING"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
