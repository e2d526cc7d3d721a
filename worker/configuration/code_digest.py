"""A digest of what Python code does, whatever its file names and comments.

Each module is parsed and written down without positions, comments and docstrings. An import of our own is written as
the digest of the module that it names, so that moving a module changes nothing and importing another one of the same
name changes the digest. What the roots do not import, directly or not, does not count.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

ModuleSources = Mapping[str, bytes]
"""The source of each module by its dotted name; a package has the source of its `__init__.py`."""

_NOT_CODE: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
"""Fields of syntax trees that say nothing of what the code does, or nothing that the rest does not say."""


def read_sources(*packages: Path) -> dict[str, bytes]:
    """Read every module of some packages."""
    return {
        ".".join(file.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): file.read_bytes()
        for package in packages
        for file in package.rglob("*.py")
    }


def code_digest(sources: ModuleSources, roots: Iterable[str]) -> str:
    """Return the digest of some modules and of all that they import among the sources.

    Raises `KeyError` for a root without a source, `SyntaxError` for a source that is not Python, and `RecursionError`
    where modules import each other in a circle, which the import contracts forbid.
    """
    return _Digester(sources).of_all(roots)


class _Digester:
    def __init__(self, sources: ModuleSources) -> None:
        self._sources = sources
        self._known: dict[str, str] = {}

    def of_all(self, modules: Iterable[str]) -> str:
        # Sorted by digest and not by name: the name of a module decides nothing.
        return sha256("\n".join(sorted(map(self._of, modules))).encode()).hexdigest()

    def _of(self, module: str) -> str:
        if module not in self._known:
            written = "".join(self._written(ast.parse(self._sources[module]), module))
            self._known[module] = sha256(written.encode()).hexdigest()
        return self._known[module]

    def _written(self, node: object, module: str) -> Iterator[str]:
        if isinstance(node, ast.ImportFrom | ast.Import):
            yield from self._imported(node, module)
        elif isinstance(node, ast.AST):
            yield f"({type(node).__name__}"
            for name, value in ast.iter_fields(node):
                # Newer versions of Python have more fields, which are empty in code that older ones can read.
                if name in _NOT_CODE or value is None or value == []:
                    continue
                yield f" {name}="
                yield from self._written(_without_docstring(node, value) if name == "body" else value, module)
            yield ")"
        elif isinstance(node, list):
            for each in node:
                yield from self._written(each, module)
        else:
            yield repr(node)

    def _imported(self, node: ast.ImportFrom | ast.Import, module: str) -> Iterator[str]:
        for alias in node.names:
            if isinstance(node, ast.Import):
                source, name = alias.name, ""
            elif f"{node.module}.{alias.name}" in self._sources:
                source, name = f"{node.module}.{alias.name}", ""
            else:
                source, name = node.module or "", alias.name
            is_ours = source in self._sources and source != module
            yield f"(import {self._of(source) if is_ours else source} {name} {alias.asname or alias.name})"


def _without_docstring(node: ast.AST, body: object) -> object:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return body
    assert isinstance(body, list)  # noqa: S101 - the body of these is a list of statements
    return [each for each in body if not _is_text(each)]


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a text alone: the docstring of what is around it or of the attribute before it."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
