"""Notes on segments that the guide does not allow, in words and as a member of the message."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from worker.x12.layout.rows import Json
from worker.x12.read.events import ElementFlaw, Level, SegmentFlaw

UNKNOWN, UNEXPECTED, MISSING = "1", "2", "3"
LOOP_TOO_OFTEN, TOO_OFTEN, NOT_IN_THE_SET, OUT_OF_ORDER, WRONG_ELEMENTS = "4", "5", "6", "7", "8"
"""IK304 of a 999."""

MAX_NOTES: Final = 100
"""How many notes are kept of one claim or level, so that memory stays flat."""

_WORDS: Final = {
    UNKNOWN: "No segment {identifier} is in the guide; it is in loop {loop}.",
    UNEXPECTED: "{identifier} does not belong in loop {loop}.",
    MISSING: "{identifier} is missing in loop {loop}.",
    LOOP_TOO_OFTEN: "Loop {loop} is there more often than the guide allows.",
    TOO_OFTEN: "{identifier} is in loop {loop} more often than the guide allows.",
    OUT_OF_ORDER: "{identifier} is not at its place in the order of loop {loop}.",
    WRONG_ELEMENTS: "{identifier} in loop {loop} has elements that are missing or wrong{elements}.",
}
_ELEMENT_WORDS: Final = {
    "1": "missing",
    "3": "too many",
    "6": "unreadable",
    "7": "not a code of the guide",
    "8": "no date",
}


class Note(NamedTuple):
    """A flaw of one segment: its number, where it is or would have to be, and the codes of a 999."""

    segment: int
    identifier: str
    loop: str
    code: str
    elements: tuple[ElementFlaw, ...] = ()


class Loss(NamedTuple):
    """Why nobody can say any more whose content something is, with what a 999 says: `note` without a sentence."""

    note: Note
    reason: str


@dataclass(slots=True)
class SharedPart:
    """A part of the message that several claims share: what a level says, its segments without a row, its notes.

    `order` has the keys of the segments, and of the loops inside, of each loop that is not in the order in which it
    would be written. `told` is how many of the notes were reported already.
    """

    values: Json = field(default_factory=dict)
    unmapped: list[Json] = field(default_factory=list)
    order: list[Json] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    told: int = 0

    def note(self, note: Note) -> Note:
        """Keep a note, unless there are too many already, and return it."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append(note)
        return note

    def forget(self, *told: tuple[int, str]) -> None:
        """Drop notes by segment number and identifier that were not reported yet, because they are otherwise."""
        left = [each for each in self.notes[self.told :] if (each.segment, each.identifier) not in told]
        self.notes[self.told :] = left


def sentence(note: Note) -> str:
    """Return a note in one sentence, which holds nothing of the file but identifiers and numbers."""
    if not note.identifier:
        return f"An unreadable segment is in loop {note.loop or '2300'}."
    wrong = [f"{note.identifier}{_at(each)} {_ELEMENT_WORDS[each.code]}" for each in note.elements]
    elements = f": {', '.join(wrong)}" if wrong else ""
    return _WORDS[note.code].format(identifier=note.identifier, loop=note.loop or "2300", elements=elements)


def passed_over(note: Note, first: int) -> SegmentFlaw:
    """Return a note as a flaw despite which everything was read, in the transaction whose ST is the segment `first`."""
    return SegmentFlaw(
        note.segment,
        Level.CLAIM,
        sentence(note),
        note.code,
        note.identifier,
        note.segment - first + 1,
        is_passed_over=True,
        loop=note.loop,
        elements=note.elements,
    )


def members(note: Note) -> Iterator[Json]:
    """Yield a note as it is in the origin of a claim: one part for each element, or one for the segment."""
    part: Json = {
        "segment": note.segment,
        "loop": note.loop or "2300",
        "segmentId": note.identifier,
        "code": note.code,
    }
    if not note.elements:
        yield part
    for each in note.elements:
        yield {**part, "element": _at(each), "elementCode": each.code}


def _at(element: ElementFlaw) -> str:
    return f"{element.place:02}" + (f"-{element.component}" if element.component else "")
