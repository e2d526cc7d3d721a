"""Writes the levels and loops of one claim as segments, and knows in the end what of the claim it has not written."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.levels import segment_uses
from worker.x12.layout.loops import Loop, PatientRow, row_of
from worker.x12.layout.members import members_of
from worker.x12.layout.rows import Elements, Json, Member, WrittenMembers, flat, parts
from worker.x12.write.order import in_order, key_of, orders_of
from worker.x12.write.unmapped import UnmappedSegments

_NO_PART_OF_A_CLAIM: Final = (
    "origin",
    "fhirOrigin",
    "schemaVersion",
    "controlNumber",
    "usageIndicator",
    "claimIdentifier",
)
_STRUCTURE: Final = frozenset({"ISA", "TA1", "GS", "ST", "BHT", "HL", "SE", "GE", "IEA"})
"""Segments that are around loops, and never kept in one."""
_INDEX: Final = re.compile(r"\[\d+\]")


class Levels:
    """The levels of one message."""

    def __init__(self, document: Json, origin: Json, limits: ClaimKind | None) -> None:
        """`limits` is the guide that says how often a segment may occur; None for what came so from X12."""
        self._limits = limits
        self._order = orders_of(origin.get("order"))
        self._document = document
        self._taken = WrittenMembers()
        self._kept: dict[str, UnmappedSegments] = {}
        self._lost: list[str] = []
        self._is_patient = True
        for each in parts(origin.get("unmapped")):
            self._keep(each)
        for name in _NO_PART_OF_A_CLAIM:
            self._taken.note(document, name)

    def _keep(self, entry: Json) -> None:
        elements, loop = entry.get("elements"), entry.get("loop")
        if not isinstance(elements, list) or not elements or not isinstance(loop, str):
            self._lost.append("$.origin.unmapped: an entry is not a segment with its loop")
            return
        if elements[0] in _STRUCTURE or (elements[0] == "CLM" and not entry.get("isInPart")):
            self._lost.append(f"$.origin.unmapped: {elements[0]} is not a segment of a loop")
            return
        if len(elements) == 1:
            self._lost.append(f"$.origin.unmapped: {elements[0]} of loop {loop} could not be read in the file")
            return
        self._kept.setdefault(loop, UnmappedSegments()).take(entry, elements)

    def level(self, loop: Loop) -> list[Elements]:
        """Return the segments of a level with all loops inside."""
        return self._loop(loop, self._document, (loop.name,))

    def subscriber(self, level: Loop) -> list[Elements]:
        """Return the subscriber's level; what is said of the patient is there only if the two are one person."""
        self._is_patient = not self._document.get("dependent")
        segments = self.level(level)
        self._is_patient = True
        return segments

    def unwritten(self, kind: ClaimKind) -> Iterator[str]:
        """Yield what has a place in an 837 and could not be written there: its path, and why."""
        yield from self._lost
        for loop, kept in self._kept.items():
            for elements in kept.all():
                yield f"$.origin.unmapped: {elements[0]} of loop {loop}, which is not in the claim any more"
        for path in self._left(kind):
            if _member(path) in _known(kind):
                yield f"{path} has a value that does not fit into its place"

    def without_place(self, kind: ClaimKind) -> Iterator[str]:
        """Yield the paths of what an 837 has no place for."""
        for path in self._left(kind):
            if _member(path) not in _known(kind):
                yield path

    def _left(self, kind: ClaimKind) -> Iterator[str]:
        return self._taken.left_in(self._document, "$", lambda path: _member(path) in _parts(kind))

    def _loop(self, loop: Loop, part: Json, names: tuple[str, ...], place: int = 1) -> list[Elements]:
        segments: list[Elements] = []
        for row in loop.rows:
            if isinstance(row, PatientRow) and not self._is_patient:
                continue
            source = self._document if isinstance(row, PatientRow) else part
            segments += row_of(row).write(source, self._taken)
        if loop.name == "2400" and (not segments or segments[0][0] != "LX"):
            segments.insert(0, ["LX", str(place)])
        if len(names) > 1 and loop.rows and (not segments or segments[0][0] != loop.opener.split("*")[0]):
            self._lost.append(f"$: loop {'.'.join(filter(None, names))} has nothing for its {loop.opener}")
            return []
        if self._limits is not None:
            self._note_excess(segments, loop.name, self._limits)
        name = ".".join(filter(None, names))
        self._add_kept(segments, loop, name)
        loops = [(inside.opener, each) for inside in loop.loops for each in self._inside(inside, part, names)]
        if order := self._order.get(name):
            segments = in_order([(key_of(each), each) for each in segments], order)
            loops = [(key, each) for key, each in in_order([(key, (key, each)) for key, each in loops], order)]
        for _, each in loops:
            segments += each
        return segments

    def _note_excess(self, segments: list[Elements], loop: str, kind: ClaimKind) -> None:
        """Note the segments that are more than the guide allows."""
        uses = segment_uses(kind)
        found = (uses.get((loop, _qualified(segment))) or uses.get((loop, str(segment[0]))) for segment in segments)
        for use, count in Counter(filter(None, found)).items():
            if use.most is not None and count > use.most:
                of = " or ".join(use.keys)
                self._lost.append(f"$: loop {loop} would have {count} {of}, and the guide allows {use.most}")

    def _inside(self, loop: Loop, part: Json, names: tuple[str, ...]) -> Iterator[list[Elements]]:
        """Yield a loop inside as often as the message has it."""
        if loop.each:
            for place, member in enumerate(parts(part.get(loop.path)), 1):
                yield self._loop(loop, member, (*names, f"{loop.name}[{place}]"), place)
            return
        around = self._document if loop.path.startswith("/") else part
        path = loop.path.removeprefix("/")
        target = around.get(path) if path else around
        if isinstance(target, dict) and target:
            yield self._loop(loop, target, (*names, loop.name))

    def _add_kept(self, segments: list[Elements], loop: Loop, name: str) -> None:
        kept = self._kept.pop(name, None)
        if kept is None:
            return
        for elements in kept.put_into(segments, loop):
            self._lost.append(f"$.origin.unmapped: {elements[0]} of loop {name}, which is not in the claim any more")


def _qualified(segment: Elements) -> str:
    first = flat(segment[1])[0] if len(segment) > 1 else ""
    return f"{segment[0]}*{first}"


@cache
def _known(kind: ClaimKind) -> frozenset[Member]:
    """Every member that is written for a kind of claim, with all parts around it."""
    return frozenset(members_of(kind)) | _parts(kind)


@cache
def _parts(kind: ClaimKind) -> frozenset[Member]:
    return frozenset(member[:length] for member in members_of(kind) for length in range(1, len(member)))


def _member(path: str) -> Member:
    return tuple(_INDEX.sub("", path).split(".")[1:])
