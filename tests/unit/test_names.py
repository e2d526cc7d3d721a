"""One class name stands for one thing, and every exception has its place in one tree."""

import ast
import builtins
import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from tests.syntax import syntax_of
from worker import errors
from worker.errors import ClaimscrubError

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("worker", "schemas", "deploy")
Ours: TypeAlias = tuple[tuple[str, ast.ClassDef], ...]


def classes(*folders: str) -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield every class with the dotted name of its module."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for node in ast.walk(syntax_of(file)):
                if isinstance(node, ast.ClassDef):
                    yield module, node


def aliases(*folders: str) -> Iterator[str]:
    """Yield every name that a module gives to a value and writes like a class, type variables aside."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in syntax_of(file).body:
                if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                    continue
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if not ast.unparse(node.value).startswith("TypeVar("):
                    yield f"{file.relative_to(ROOT)}:{ast.unparse(target)}"


@pytest.fixture(scope="module")
def ours() -> tuple[tuple[str, ast.ClassDef], ...]:
    """Every class of the packages, with the dotted name of its module."""
    return tuple(classes(*PACKAGES))


@pytest.fixture(scope="module")
def exceptions(ours: Ours) -> tuple[type[Exception], ...]:
    """Every exception of the packages."""
    places = [
        (module, node.name)
        for module, node in ours
        if any(ast.unparse(base).endswith(("Error", "Exception", "Exit", "Interrupt")) for base in node.bases)
        or node.name.endswith("Error")
    ]
    return tuple(getattr(importlib.import_module(module), name) for module, name in places)


def tree(root: type[ClaimscrubError], indent: str = "") -> Iterator[str]:
    """Yield the tree of our exceptions below a root, a line each, sorted by name."""
    below = sorted(
        {kind.__name__: kind for kind in root.__subclasses__() if kind.__module__.startswith("worker.")}.items()
    )
    for place, (name, kind) in enumerate(below):
        is_last = place == len(below) - 1
        yield f"{indent}{'└── ' if is_last else '├── '}{name}"
        yield from tree(kind, indent + ("    " if is_last else "│   "))


def test_no_class_name_stands_for_two_things(ours: Ours) -> None:
    """A private class counts like a public one of the same name; a struct of a claim is named like its model."""
    count = Counter(node.name.lstrip("_") for module, node in ours if module != "schemas.records")

    assert [name for name, times in count.items() if times > 1] == []


def test_no_alias_of_a_type_is_named_like_a_class(ours: Ours) -> None:
    """A name for a type stands for one thing, however it is made."""
    names = {node.name.lstrip("_") for _, node in ours}

    assert [alias for alias in aliases(*PACKAGES) if alias.rpartition(":")[2].lstrip("_") in names] == []


def test_no_test_has_a_class_named_like_one_of_ours(ours: Ours) -> None:
    """A helper of a test is never mistaken for what it tests."""
    names = {node.name for _, node in ours}

    assert [f"{module}:{node.name}" for module, node in classes("tests") if node.name in names] == []


def test_no_class_shadows_a_builtin(ours: Ours) -> None:
    """A `ReferenceError` of a module would not be Python's."""
    assert [f"{module}:{node.name}" for module, node in ours if hasattr(builtins, node.name)] == []


def test_every_exception_is_a_claimscrub_error(exceptions: tuple[type[Exception], ...]) -> None:
    """Whoever catches the root catches all of them, and the name says that it is one."""
    assert [kind for kind in exceptions if not kind.__name__.endswith("Error")] == []
    assert [kind for kind in exceptions if not issubclass(kind, ClaimscrubError)] == []
    assert len(exceptions) > 20


@pytest.mark.usefixtures("exceptions")  # which imports the modules of all of them
def test_the_tree_of_exceptions_is_in_the_docstring() -> None:
    """As it is, and complete."""
    shown = "\n".join(("```text", "ClaimscrubError", *tree(ClaimscrubError), "```"))

    assert shown in (errors.__doc__ or "")
