"""Ranges of procedure codes, first and last included."""

from collections.abc import Iterable
from typing import TypeAlias

CodeRange: TypeAlias = tuple[str, str]


def within(code: str, ranges: Iterable[CodeRange]) -> bool:
    """Whether a code lies in one of the ranges; codes of another length never do."""
    return any(len(code) == len(first) and first <= code <= last for first, last in ranges)
