"""Puts the segments that a message keeps as they came back to their places in a loop."""

from dataclasses import dataclass, field
from typing import Final

from worker.x12.layout.loops import Loop, row_of
from worker.x12.layout.rows import Elements, ElementValue, Json, flat

_LOOP_SEGMENTS: Final = frozenset({"NM1", "LX", "SBR", "LIN", "SVD", "LQ"})


@dataclass(slots=True)
class UnmappedSegments:
    """The segments of one loop that the message keeps as they came.

    Attributes:
        loose: Those without a row, each with its number in the file.
        in_part: Those of which some elements are in the message.
        loops: What followed a segment that opens a loop of which the message knows nothing.
    """

    loose: list[tuple[int, Elements]] = field(default_factory=list)
    in_part: list[Elements] = field(default_factory=list)
    loops: list[Elements] = field(default_factory=list)

    def take(self, entry: Json, elements: Elements) -> None:
        """Take a segment."""
        if entry.get("isInPart"):
            self.in_part.append(elements)
        elif self.loops or elements[0] in _LOOP_SEGMENTS:
            self.loops.append(elements)
        else:
            number = entry.get("segment")
            self.loose.append((number if isinstance(number, int) else 0, elements))

    def all(self) -> list[Elements]:
        """Return all of them."""
        return [*(elements for _, elements in self.loose), *self.in_part, *self.loops]

    def put_into(self, segments: list[Elements], loop: Loop) -> list[Elements]:
        """Put the segments among those that were written of the loop; return those whose segment is not there."""
        homeless = [elements for elements in self.in_part if not _complete(segments, elements)]
        order = loop.order.split() or list(dict.fromkeys(row_of(row).key.split("*")[0] for row in loop.rows))
        rank = {identifier: position for position, identifier in enumerate(order)}
        for run in self._runs():
            # What the guide does not have there goes with its neighbor, or to the end.
            own = next((rank[str(each[0])] for each in reversed(run) if each[0] in rank), len(rank))
            before = [at for at, each in enumerate(segments, 1) if rank.get(str(each[0]), -1) <= own]
            at = max(before, default=0)
            segments[at:at] = run
        segments += self.loops
        return homeless

    def _runs(self) -> list[list[Elements]]:
        """The segments, in one list those that followed one another in the file with one identifier or an unknown."""
        runs: list[list[Elements]] = []
        last = -1
        for number, elements in self.loose:
            if runs and number == last + 1:
                runs[-1].append(elements)
            else:
                runs.append([elements])
            last = number
        return runs


def _complete(segments: list[Elements], elements: Elements) -> bool:
    """Put the elements that the message has no place for into the segment that was written from it.

    False if that segment is not there any more.
    """
    same = [segment for segment in segments if segment[0] == elements[0] and _agrees_at(segment, elements, 1)]
    whole = [segment for segment in same if all(_agrees_at(segment, elements, at) for at in range(len(elements)))]
    for segment in (whole or same)[:1]:
        if elements[0] == "DTP" and segment[3:4] == elements[3:4]:
            segment[:] = elements
        for at, value in enumerate(elements):
            if at >= len(segment):
                segment.append(value)
            else:
                segment[at] = _filled(segment[at], value)
        return True
    return False


def _agrees_at(segment: Elements, elements: Elements, at: int) -> bool:
    if at >= len(segment) or at >= len(elements):
        return True
    return all(
        not one or not other or one == other for one, other in zip(flat(segment[at]), flat(elements[at]), strict=False)
    )


def _filled(element: ElementValue, kept: ElementValue) -> ElementValue:
    """Return an element with the kept value of each component that it lacks."""
    if not any(element):
        return kept
    if isinstance(element, str) and isinstance(kept, str):
        return element
    own, other = flat(element), flat(kept)
    longest = max(len(own), len(other))
    padded = [[*each, *[""] * (longest - len(each))] for each in (own, other)]
    return [mine or theirs for mine, theirs in zip(*padded, strict=True)]
