"""What the contents of all answers share: their walks through loops, their notes, and what they give out."""

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from worker.x12.layout.rows import Json
from worker.x12.read.events import Envelope, Level, SegmentFlaw
from worker.x12.read.notes import MISSING, OUT_OF_ORDER, TOO_OFTEN, WRONG_ELEMENTS, SharedPart, passed_over
from worker.x12.read.places import Place, Places
from worker.x12.read.segments import USUAL, Segment
from worker.x12.read.walk import Walk

MAX_SEGMENTS: Final = 20_000
"""The most segments of the answer to one claim; 999 lines with all that is usual on them are fewer."""

_LINE_LOST: Final = "It comes where only a line has it, so that the SVC of its line may be lost."
_DOUBTS: Final = {
    ("NM1", MISSING): "It does not say which patient it is about, so that something of it may be lost.",
    ("NM1", TOO_OFTEN): "It speaks of two patients, so that it may be the answers to two claims.",
    ("CAS", OUT_OF_ORDER): _LINE_LOST,
    ("STC", OUT_OF_ORDER): _LINE_LOST,
}
"""The notes after which nobody can say any more that an answer is whole, and about one claim."""

_Given = TypeVar("_Given")


class ResponseContent(Generic[_Given]):
    """One transaction of an answer. Attributes as in `worker.x12.read.interchanges.TransactionContent`."""

    turning: frozenset[str] = frozenset()

    def __init__(
        self, envelope: Envelope, first: int, walks: tuple[Places, dict[str, Place]], *, is_refused: bool
    ) -> None:
        self.envelope = envelope
        self.first = first
        self.given = self.refused = 0
        self.is_refused = is_refused
        self.encoding = ""
        self.delimiters = USUAL
        self._component = envelope.isa[16] if len(envelope.isa) > 16 else USUAL.component  # noqa: PLR2004 - ISA16
        self._places, self._begins = walks
        self._walk: Walk | None = None
        self._part = SharedPart()
        self._at = first
        self._segments = 0
        self._spoiled: tuple[Segment, str] | None = None
        self._is_expected = False
        self._begin("header", first, is_expected=False)

    def _begin(self, name: str, at: int, *, is_expected: bool = True) -> None:
        """Begin to read a loop; `is_expected` says that an answer to a claim is to come of it."""
        self._part = SharedPart()
        self._walk = Walk(self._begins[name], self._part, self._places)
        self._at, self._segments, self._spoiled, self._is_expected = at, 0, None, is_expected

    def absorb(self, segment: Segment) -> None:
        """Read a segment into the loop that is being read."""
        self._segments += 1
        if self._segments > MAX_SEGMENTS:
            self._spoil(segment, f"The answer to one claim has more than {MAX_SEGMENTS:,} segments.")
        elif self._walk is not None:
            self._walk.read(segment, self._component)

    def spoil(self, segment: Segment, reason: str) -> Iterator[_Given | SegmentFlaw]:
        """Yield what an unreadable segment comes to: nobody can say what it said, so its loop is not given out."""
        if segment.elements[0] in self.turning:
            yield from self.take(segment)
        self._spoil(segment, reason)

    def _spoil(self, segment: Segment, reason: str) -> None:
        if self._spoiled is None:
            self._spoiled = segment, reason

    def take(self, segment: Segment) -> Iterator[_Given | SegmentFlaw]:
        """Yield what a segment brings to its end."""
        raise NotImplementedError

    def end(self, segment: Segment, doubt: str | None = None) -> Iterator[_Given | SegmentFlaw]:
        """Yield what is left at the end of the transaction; a doubt says why it may not be whole."""
        raise NotImplementedError

    def _finish(self, segment: Segment, doubt: str | None = None) -> Iterator[SegmentFlaw]:
        """End the loop that is being read, and yield what is wrong in it."""
        if self._walk is None:
            return
        self._walk.finish(segment)
        lost = self._walk.lost
        self._walk = None
        if doubt is not None:
            self._spoil(segment, f"The answer may not be whole: {doubt}.")
        elif lost is not None:
            self._spoil(
                Segment(lost.note.segment, [lost.note.identifier], USUAL), f"{lost.reason[0].upper()}{lost.reason[1:]}."
            )
        for note in self._part.notes:
            if doubtful := _DOUBTS.get((note.identifier, note.code)):
                self._spoil(Segment(note.segment, [note.identifier], USUAL), doubtful)
            yield passed_over(note, self.first)
        if self._spoiled is not None and not self.is_refused:
            at, reason = self._spoiled
            yield self._refusal(at.number, at.elements[0], reason)

    @property
    def _is_sound(self) -> bool:
        """Whether what was read last may be given out."""
        return self._spoiled is None and not self.is_refused

    def _refusal(self, at: int, identifier: str, reason: str) -> SegmentFlaw:
        return SegmentFlaw(at, Level.CLAIM, reason, WRONG_ELEMENTS, identifier, at - self.first + 1)

    def _values(self) -> Json:
        return self._part.values
