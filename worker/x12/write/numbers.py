"""Writes numbers as X12 wants them: type R has no zero before its point (X12.6, 3.5.1.2)."""

import re
from types import MappingProxyType
from typing import Final

from worker.x12.layout.rows import Elements

_NUMBERS: Final = MappingProxyType(
    {
        "AMT": (2,),
        "CAS": (3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19),
        "CLM": (2,),
        "CN1": (2, 3, 5),
        "CR1": (2, 6),
        "CR3": (3,),
        "CTP": (4,),
        "FRM": (5,),
        "HCP": (2, 3, 5, 7, 12),
        "MEA": (3,),
        "MIA": (1, 2, 3, 4, *range(6, 20), 24),
        "MOA": (1, 2, 8, 9),
        "PAT": (8,),
        "PS1": (2,),
        "QTY": (2,),
        "SV1": (2, 4),
        "SV2": (3, 5, 7),
        "SV5": (3, 4, 5),
        "SVD": (2, 5),
    }
)
"""The elements of the 837 guides whose data element is of type R."""

_VALUE_AMOUNT: Final = 4
"""C022-05, counted from 0: the amount of a value code."""

_LEADING: Final = re.compile(r"(-?)0+(?=\d*\.\d*[1-9]|\d)", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)


def suppress_zeros(segment: Elements) -> None:
    """Take the zeros that begin a number out of a segment: `0.75` becomes `.75`, `007` becomes `7`."""
    if segment[0] == "HI":
        for composite in segment[1:]:
            if isinstance(composite, list) and composite[0] == "BE" and len(composite) > _VALUE_AMOUNT:
                composite[_VALUE_AMOUNT] = _suppressed(composite[_VALUE_AMOUNT])
        return
    for place in _NUMBERS.get(str(segment[0]), ()):
        if place >= len(segment):
            return
        value = segment[place]
        if isinstance(value, str) and value[:1] in ("0", "-"):
            segment[place] = _suppressed(value)


def _suppressed(value: str) -> str:
    found = _LEADING.match(value)
    return found[1] + value[found.end() :] if found and _DECIMAL.fullmatch(value) else value
