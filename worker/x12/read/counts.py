"""Looks through a stream for transactions whose SE does not fit, before any claim of them is given out.

SE01 and SE02 can be the only sign that segments were lost: ASC X12.5 has the receiver reject what does not fit.
"""

from typing import BinaryIO

from worker.x12.read.segments import read_segments

_ENDS = frozenset({"ST", "GS", "GE", "ISA", "IEA"})


def misfits_of(stream: BinaryIO) -> frozenset[int]:
    """Return the number in the stream of each ST whose SE is missing or names another count or control number."""
    found: set[int] = set()
    start, control = 0, ""
    for segment in read_segments(stream):
        identifier = segment.elements[0]
        if identifier == "SE" and start and not segment.flaw:
            count, number = (each.strip() for each in [*segment.elements[1:3], "", ""][:2])
            if count.lstrip("0") != str(segment.number - start + 1) or number != control:
                found.add(start)
            start = 0
        elif identifier in _ENDS:
            if start:
                found.add(start)
            start = segment.number if identifier == "ST" else 0
            control = (segment.elements[2] if len(segment.elements) > 2 else "").strip()  # noqa: PLR2004 - ST02
    if start:
        found.add(start)
    return frozenset(found)
