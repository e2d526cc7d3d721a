"""Ranges of procedure codes, first and last included."""

from collections.abc import Iterable
from typing import Annotated, TypeAlias

from pydantic import StringConstraints

CodeRange: TypeAlias = tuple[str, str]

CodeOrRange: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5}(-[A-Z0-9]{5})?$")]
"""A code or a range of codes as a payer profile writes it: `J0897`, `J9000-J9999`."""


def within(code: str, ranges: Iterable[CodeRange]) -> bool:
    """Whether a code lies in one of the ranges; codes of another length never do."""
    for first, last in ranges:  # noqa: SIM110 - a generator costs more than the few comparisons
        if first <= code <= last and len(code) == len(first):
            return True
    return False


def listed(code: str, codes: Iterable[str]) -> bool:
    """Whether a code is on a list of codes and ranges, written as in `CodeOrRange`."""
    return any(within(code, ((each[:5], each[-5:]),)) for each in codes)
