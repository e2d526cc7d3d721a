"""Walks the loops of an 837: each segment is read by the row that it has where reading stands."""

from dataclasses import dataclass, field
from typing import Any, Final

from worker.x12.layout.loops import Loop, Place, row_of
from worker.x12.layout.rows import Fate, Json
from worker.x12.read.segments import Segment

_QUALIFIED: Final = frozenset({"REF", "DTP", "NM1", "PRV", "PER", "AMT", "NTE", "CRC", "QTY", "PWK"})
"""The identifiers whose first element tells their rows apart."""

_OPENING: Final = frozenset({"NM1", "LX", "SBR", "LIN", "SVD", "LQ"})
"""The identifiers that open a loop, also one of which the message knows nothing."""


@dataclass(slots=True)
class Part:
    """A part of the message that several claims share: what a level says, and its segments without a row."""

    values: Json = field(default_factory=dict)
    unmapped: list[Json] = field(default_factory=list)


class Walk:
    """Where reading stands among the loops."""

    def __init__(self, place: Place, part: Part) -> None:
        self.place = place
        self.part = part
        self._targets: list[Json] = [part.values]
        self._names: list[str] = [place.loop.name]
        self._opened: set[tuple[int, str]] = set()

    def read(self, segment: Segment, component: str) -> None:
        """Read one segment into the part, or keep it as it is."""
        elements = segment.elements
        key = identifier = elements[0]
        if identifier == "HI":
            key = f"HI*{elements[1].partition(component)[0]}" if len(elements) > 1 else key
        elif identifier in _QUALIFIED and len(elements) > 1:
            key = f"{identifier}*{elements[1]}"
        place = self.place
        found = place.rows.get(key) or place.rows.get(identifier)
        if found:
            row, depth = found
            if (fate := row.read(elements, self._targets[depth], component)) != "whole":
                self._keep(segment, component, fate)
            return
        opened = place.openers.get(key) or place.openers.get(identifier)
        if opened and self._open(opened):
            fate = row_of(opened.loop.rows[0]).read(elements, self._targets[-1], component)
            if fate != "whole":
                self._keep(segment, component, fate)
            return
        if identifier in _OPENING:
            # A loop of which the message knows nothing: its segments must not be taken for those of the loop before.
            self.place = Place(Loop(place.loop.name, ()), place.depth, openers=place.openers)
        self._keep(segment, component)

    def _open(self, place: Place) -> bool:
        """Go to a loop; false if it stands already and stands only once."""
        loop, depth = place.loop, place.depth
        around = self._targets[depth - 1]
        name = loop.name
        if loop.each:
            members = around.setdefault(loop.path, [])
            members.append({})
            target = members[-1]
            name = f"{name}[{len(members)}]"
        else:
            if (id(around), name) in self._opened:
                return False
            self._opened.add((id(around), name))
            if loop.path.startswith("/"):
                target = self._targets[0].setdefault(loop.path[1:], {})
            else:
                target = around.setdefault(loop.path, {}) if loop.path else around
        self.place = place
        self._targets[depth:] = [target]
        self._names[depth:] = [name]
        return True

    def _keep(self, segment: Segment, component: str, fate: Fate = "none") -> None:
        elements: list[Any] = [each.split(component) if component in each else each for each in segment.elements]
        loop = ".".join(name for name in self._names if name)
        kept = {"segment": segment.number, "loop": loop, "elements": elements}
        self.part.unmapped.append(kept | {"isInPart": True} if fate == "part" else kept)
