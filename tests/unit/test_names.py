"""One class name stands for one thing, and every exception has its place in one tree."""

import ast
import builtins
import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from worker import errors
from worker.errors import ClaimscrubError

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("worker", "schemas", "deploy")


def classes(*folders: str) -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield every class with the dotted name of its module."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    yield module, node


def aliases(*folders: str) -> Iterator[str]:
    """Yield every name that a module gives to a value and writes like a class, type variables aside."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.parse(file.read_text("utf-8")).body:
                if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                    continue
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if not ast.unparse(node.value).startswith("TypeVar("):
                    yield f"{file.relative_to(ROOT)}:{ast.unparse(target)}"


CLASSES: Final = tuple(classes(*PACKAGES))
EXCEPTIONS: Final = tuple(
    f"{module}:{node.name}"
    for module, node in CLASSES
    if any(ast.unparse(base).endswith(("Error", "Exception", "Exit", "Interrupt")) for base in node.bases)
    or node.name.endswith("Error")
)


def tree(root: type[ClaimscrubError], indent: str = "") -> Iterator[str]:
    """Yield the tree of our exceptions below a root, a line each, sorted by name."""
    below = sorted(
        {kind.__name__: kind for kind in root.__subclasses__() if kind.__module__.startswith("worker.")}.items()
    )
    for place, (name, kind) in enumerate(below):
        is_last = place == len(below) - 1
        yield f"{indent}{'└── ' if is_last else '├── '}{name}"
        yield from tree(kind, indent + ("    " if is_last else "│   "))


def test_no_class_name_stands_for_two_things() -> None:
    """A private class counts like a public one of the same name; a struct of a claim is named like its model."""
    count = Counter(node.name.lstrip("_") for module, node in CLASSES if module != "schemas.records")

    assert [name for name, times in count.items() if times > 1] == []


def test_no_alias_of_a_type_is_named_like_a_class() -> None:
    """A name for a type stands for one thing, however it is made."""
    ours = {node.name.lstrip("_") for _, node in CLASSES}

    assert [alias for alias in aliases(*PACKAGES) if alias.rpartition(":")[2].lstrip("_") in ours] == []


def test_no_test_has_a_class_named_like_one_of_ours() -> None:
    """A helper of a test is never mistaken for what it tests."""
    ours = {node.name for _, node in CLASSES}

    assert [f"{module}:{node.name}" for module, node in classes("tests") if node.name in ours] == []


def test_no_class_shadows_a_builtin() -> None:
    """A `ReferenceError` of a module would not be Python's."""
    assert [f"{module}:{node.name}" for module, node in CLASSES if hasattr(builtins, node.name)] == []


@pytest.mark.parametrize("place", EXCEPTIONS)
def test_every_exception_is_a_claimscrub_error(place: str) -> None:
    """Whoever catches the root catches all of them, and the name says that it is one."""
    module, name = place.split(":")

    kind = getattr(importlib.import_module(module), name)

    assert name.endswith("Error")
    assert kind is ClaimscrubError or issubclass(kind, ClaimscrubError)


def test_the_tree_of_exceptions_is_in_the_docstring() -> None:
    """As it is, and complete."""
    for place in EXCEPTIONS:
        importlib.import_module(place.split(":")[0])

    shown = "\n".join(("```text", "ClaimscrubError", *tree(ClaimscrubError), "```"))

    assert shown in (errors.__doc__ or "")
