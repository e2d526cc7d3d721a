"""Finds the edits: every module of a family folder declares exactly one; those that begin with `_` help it."""

import importlib
import pkgutil
from typing import Final

import worker.edits
from worker.edits.edit import AnyEdit, Edit
from worker.errors import ClaimscrubError

DRAWERS: Final = frozenset({"codes", "drugs", "facts", "rules"})
"""The folders beside the families: what edits of several families share."""


class CatalogueError(ClaimscrubError):
    """The catalogue of edits is not sound."""


def load_edits() -> tuple[AnyEdit, ...]:
    """All edits in the order of their ids. Raises `CatalogueError` when a module does not hold exactly one."""
    edits: dict[str, AnyEdit] = {}
    for family in pkgutil.iter_modules(worker.edits.__path__, "worker.edits."):
        if not family.ispkg or family.name.rpartition(".")[2] in DRAWERS:
            continue
        package = importlib.import_module(family.name)
        for found in pkgutil.iter_modules(package.__path__, f"{family.name}."):
            if found.name.rpartition(".")[2].startswith("_"):
                continue
            edit = _edit_of(found.name)
            if edit.id in edits:
                raise CatalogueError(f"{found.name}: {edit.id} is declared by {edits[edit.id].module} already")
            edits[edit.id] = edit
    return tuple(edits[edit_id] for edit_id in sorted(edits))


def _edit_of(module: str) -> AnyEdit:
    declared = [value for value in vars(importlib.import_module(module)).values() if isinstance(value, Edit)]
    if len(declared) != 1:
        raise CatalogueError(f"{module}: declares {len(declared)} edits, expected one")
    return declared[0]
