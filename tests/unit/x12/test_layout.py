"""Every documented leaf of a claim comes back through an 837, or the table says why it has no place there."""

import itertools
import re
from pathlib import Path
from typing import Final

import pytest

from schemas.claim import ClaimKind
from tests.unit.x12.documented.leaves import leaves_of, survives
from worker.x12 import layout

_TABLE: Final = Path(layout.__file__).parents[1] / "README.md"
_ROW: Final = re.compile(r"\| (professional|institutional) \| `([^`]+)` \| .+ \|")


def patterns(kind: ClaimKind) -> list[re.Pattern[str]]:
    """Return the rows of the table for a kind of claim; `{a,b}` is one of both, `*` any end."""
    found = []
    for of_kind, text in _ROW.findall(_TABLE.read_text(encoding="utf-8")):
        if of_kind == kind:
            pieces = re.split(r"(\{[^}]*\}|\*)", text)
            found.append(re.compile("".join(map(_pattern, pieces))))
    return found


def _pattern(piece: str) -> str:
    if piece == "*":
        return ".+"
    choices = piece[1:-1].split(",") if piece.startswith("{") else [piece]
    return f"({'|'.join(map(re.escape, choices))})"


@pytest.mark.parametrize("kind", ClaimKind)
def test_each_documented_leaf_comes_back_or_is_in_the_table(kind: ClaimKind) -> None:
    """And the table names none that comes back."""
    rows = patterns(kind)
    lost = {leaf for leaf in leaves_of(kind) if not survives(leaf, kind)}

    assert {leaf for leaf in leaves_of(kind) if any(row.fullmatch(leaf) for row in rows)} == lost


@pytest.mark.parametrize("kind", ClaimKind)
def test_each_row_of_the_table_is_about_documented_leaves(kind: ClaimKind) -> None:
    """A row that matches nothing is misspelt."""
    rows = patterns(kind)

    assert rows
    assert [row.pattern for row in rows if not any(map(row.fullmatch, leaves_of(kind)))] == []


def test_the_lists_have_each_leaf_once() -> None:
    """Names only, in order."""
    for kind in ClaimKind:
        assert all(one < other for one, other in itertools.pairwise(leaves_of(kind)))
