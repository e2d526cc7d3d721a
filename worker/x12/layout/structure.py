"""The requirements of the 837 guides: order, usage and repeat of loops and segments, and the elements of each segment.

One table for all that depends on it: reading, the 999, and the edits about missing elements. Its notation:

    +2010AA R1                  a loop; R required, S situational; how often it may occur, `*` without a limit
      NM1*85 R1 2=1|2 3 8?=XX   a segment with its qualifiers, usage and repeat; then its elements
      N3 S1:patient-is-subscriber 1
    . 2? 3?                     more elements of the segment above

An element is its place, required unless a question mark follows; `5-1` is a component, `2..12-1` one of several
elements. A word behind the mark names the situation in which it is required, `=` its codes. Elements that are
not listed are not used. The loop 2300 is in both 2000B and 2000C, and is written once, at the end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.structure_institutional import INSTITUTIONAL
from worker.x12.layout.structure_professional import PROFESSIONAL

CLAIM_LOOP: Final = "2300"
_ELEMENT: Final = re.compile(r"(\d+)(?:\.\.(\d+))?(?:-(\d+))?(?:(\?)([a-z-]*))?(?:=(.+))?")
_USAGE: Final = re.compile(r"([RS])(\d+|\*)(?::([a-z-]+))?")


@dataclass(frozen=True, slots=True)
class ElementUse:
    """One element of a segment, or one component of it.

    Attributes:
        place: As in N403: 3.
        component: As in CLM05-1: 1; None for the element as a whole.
        is_required: Whether the segment, or the composite when it is sent, always has it.
        situation: The name of the situation in which it is required, where the claim itself shows that.
        codes: The values that the guide allows; empty when any is.
    """

    place: int
    component: int | None
    is_required: bool
    situation: str = ""
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SegmentUse:
    """One kind of segment in a loop.

    Attributes:
        identifier: Such as `REF`.
        qualifiers: The values of its first element (of C022-01 in an HI) by which it is known; empty when by the
            identifier alone.
        is_required: Whether the loop always has it.
        situation: As in `ElementUse`.
        most: How often it may occur; None without a limit.
        rank: Its place in the order; segments of one identifier that follow each other share it.
        elements: By place, components behind their element.
    """

    identifier: str
    qualifiers: tuple[str, ...]
    is_required: bool
    situation: str
    most: int | None
    rank: int
    elements: tuple[ElementUse, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys as rows have them: `REF*EI`, `REF*SY`; or `N3`."""
        return tuple(f"{self.identifier}*{each}" for each in self.qualifiers) or (self.identifier,)


@dataclass(slots=True)
class LoopUse:
    """One loop; the first of its segments opens it. Attributes as in `SegmentUse`."""

    name: str
    is_required: bool
    situation: str
    most: int | None
    rank: int = 0
    segments: list[SegmentUse] = field(default_factory=list)
    loops: "list[LoopUse]" = field(default_factory=list)

    def all(self) -> "Iterator[LoopUse]":
        """Yield this loop and all loops inside, in the order of the guide."""
        yield self
        for each in self.loops:
            yield from each.all()


def parsed(table: str) -> tuple[LoopUse, ...]:
    """Return the loops that are in no other one: header, 2000A, 2300."""
    top: list[LoopUse] = []
    around: list[LoopUse] = []
    for line in re.sub(r"\n *\. ", " ", table.strip("\n")).split("\n"):
        depth, text = (len(line) - len(line.lstrip())) // 2, line.strip()
        if text.startswith("+"):
            name, usage = text[1:].split()
            loop = LoopUse(name, *_usage(usage))
            del around[depth:]
            beside = around[-1].loops if around else top
            loop.rank = _rank_of_loop(beside)
            beside.append(loop)
            around.append(loop)
        else:
            around[depth - 1].segments.append(_segment(text, around[depth - 1].segments))
    for loop in top:
        _share_ranks(loop.loops)
    return tuple(top)


def _usage(text: str) -> tuple[bool, str, int | None]:
    found = _USAGE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is not a usage with a repeat.")
    usage, most, situation = found.groups()
    return usage == "R", situation or "", None if most == "*" else int(most)


def _segment(text: str, before: list[SegmentUse]) -> SegmentUse:
    key, usage, *elements = text.split()
    identifier, _, qualifiers = key.partition("*")
    rank = before[-1].rank + (before[-1].identifier != identifier) if before else 0
    read = tuple(each for element in elements for each in _elements(element))
    return SegmentUse(identifier, tuple(filter(None, qualifiers.split("|"))), *_usage(usage), rank, read)


def _elements(text: str) -> Iterator[ElementUse]:
    found = _ELEMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is not an element.")
    first, last, component, mark, situation, codes = found.groups()
    for place in range(int(first), int(last or first) + 1):
        yield ElementUse(
            place,
            int(component) if component else None,
            is_required=not mark,
            situation=situation or "",
            codes=frozenset(codes.split("|")) if codes else frozenset(),
        )


def _rank_of_loop(before: list[LoopUse]) -> int:
    return before[-1].rank + 1 if before else 0


def _share_ranks(loops: list[LoopUse]) -> None:
    """Loops beside each other that are opened by the same identifier are in no order: 2310A to 2310F."""
    for before, loop in pairwise(loops):
        same = before.segments[0].identifier == loop.segments[0].identifier
        loop.rank = before.rank if same else before.rank + 1
    for loop in loops:
        _share_ranks(loop.loops)


STRUCTURE: Final = MappingProxyType(
    {ClaimKind.PROFESSIONAL: parsed(PROFESSIONAL), ClaimKind.INSTITUTIONAL: parsed(INSTITUTIONAL)}
)
"""The loops of each guide: header, 2000A, 2300."""


def loops_of(kind: ClaimKind) -> dict[str, LoopUse]:
    """Return all loops of a guide by name."""
    return {loop.name: loop for top in STRUCTURE[kind] for loop in top.all()}
