"""Reads interchanges as a stream: what their transactions hold, and what is wrong in a file, each where it is.

A flaw spoils as little as it can: a broken claim leaves the others of its transaction, a broken transaction the others
of its interchange. A claim that may not be whole (the file ends, the transaction has no SE) is not given out.
"""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Generic, NamedTuple, Protocol, TypeVar

from worker.x12.layout.versions import kind_of, refusal_of
from worker.x12.read.counts import misfits_of
from worker.x12.read.events import (
    ClaimRead,
    Envelope,
    EnvelopeRead,
    GroupRead,
    InterchangeRead,
    Level,
    Read,
    SegmentFlaw,
    TransactionRead,
)
from worker.x12.read.segments import USUAL, Delimiters, Segment, read_segments
from worker.x12.read.transactions import Claims

ENVELOPES: Final = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "TA1"})
"""The segments at which an envelope begins or ends."""

_Given_co = TypeVar("_Given_co", covariant=True)


class TransactionContent(Protocol[_Given_co]):
    """The content of one transaction, which is given out as it is read.

    Attributes:
        turning: The identifiers at which something in it begins or ends.
        envelope: The envelope that it is in.
        given: How many claims, or answers to claims, were given out.
        refused: How many were not.
        is_refused: Whether none is given out, because the SE does not fit.
        encoding: That of its characters where it is not UTF-8.
        delimiters: Those of its interchange.
    """

    turning: frozenset[str]
    envelope: Envelope
    given: int
    refused: int
    is_refused: bool
    encoding: str
    delimiters: Delimiters

    def absorb(self, segment: Segment) -> None:
        """Read a segment at which nothing begins or ends."""
        ...

    def take(self, segment: Segment) -> Iterator[_Given_co | SegmentFlaw]:
        """Yield what a segment brings to its end, and what is wrong."""
        ...

    def spoil(self, segment: Segment, reason: str) -> Iterator[_Given_co | SegmentFlaw]:
        """Yield what an unreadable segment comes to."""
        ...

    def end(self, segment: Segment, doubt: str | None = None) -> Iterator[_Given_co | SegmentFlaw]:
        """Yield what is left at the end of the transaction; a doubt says why it may not be whole."""
        ...


class TransactionRefusal(NamedTuple):
    """Why a transaction is not read: in a sentence, and as IK502 of a 999 says it."""

    reason: str
    code: str


_Given = TypeVar("_Given")
OpenTransaction = Callable[[Envelope, int, bool], TransactionContent[_Given] | TransactionRefusal]
"""Opens a transaction: its envelope with the ST, the number of the ST, and whether its SE does not fit."""


def read_837(stream: BinaryIO) -> Iterator[Read]:
    """Yield claims and flaws in the order of the file, and the ends of transactions, groups and interchanges.

    The stream is read as `read_transactions` does.
    """
    return read_transactions(stream, _open_claims)


def _open_claims(
    envelope: Envelope,
    first: int,
    is_refused: bool,  # noqa: FBT001 - see OpenTransaction
) -> TransactionContent[ClaimRead] | TransactionRefusal:
    if envelope.said("st", 1) != "837":
        return TransactionRefusal("The transaction is not an 837 (claims).", "1")
    version = envelope.said("st", 3) or envelope.said("gs", 8)
    kind = kind_of(version)
    if kind is None:
        return TransactionRefusal(refusal_of(version), "I6")
    return Claims(envelope, first, kind, is_refused=is_refused)


def read_transactions(
    stream: BinaryIO, open_transaction: OpenTransaction[_Given]
) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
    """Yield what transactions hold and what is wrong in the order of the file, and the ends of the envelopes.

    The stream is read twice, so that nothing is given out of a transaction that turns out not to be whole; one that
    cannot go back to where it is, such as a pipe, is held in memory.
    """
    if not stream.seekable():
        stream = io.BytesIO(stream.read())
    begin = stream.tell()
    misfits = misfits_of(stream)
    stream.seek(begin)
    reader = _Interchanges(misfits, open_transaction)
    for segment in read_segments(stream):
        if not reader.absorb(segment):
            yield from reader.take(segment)
    yield from reader.end()


class _Trailer(NamedTuple):
    """The counts and numbers that a trailer repeats, and the codes of a 999 or a TA1 when they do not fit."""

    level: Level
    counted: str
    count_code: str
    control: str
    control_code: str


_TRAILERS: Final = {
    "SE": _Trailer(Level.TRANSACTION, "segments the transaction", "4", "ST02", "3"),
    "GE": _Trailer(Level.GROUP, "transactions the group", "5", "GS06", "4"),
    "IEA": _Trailer(Level.INTERCHANGE, "groups the interchange", "021", "ISA13", "001"),
}


class _Interchanges(Generic[_Given]):
    """The envelopes: ISA, GS and ST with their counts and control numbers."""

    def __init__(self, misfits: frozenset[int], open_transaction: OpenTransaction[_Given]) -> None:
        """`misfits` are the numbers of the ST whose SE does not fit, or is missing."""
        self._misfits = misfits
        self._open_transaction = open_transaction
        self._envelope = Envelope()
        self._numbers: set[str] = set()
        self._groups = self._transactions = 0
        self._content: TransactionContent[_Given] | None = None
        self._turning = ENVELOPES
        self._is_outside_told = False
        self._first = self._last = 0
        self._handlers: dict[str, Callable[[Segment], Iterator[_Given | SegmentFlaw | EnvelopeRead]]] = {
            "ISA": self._isa,
            "TA1": lambda _: iter(()),
            "GS": self._gs,
            "ST": self._st,
            "SE": self._se,
            "GE": self._ge,
            "IEA": self._iea,
        }

    def absorb(self, segment: Segment) -> bool:
        """Read a segment that comes to nothing by itself, as nearly all do; false if it is another one."""
        if self._content is None or segment.flaw or segment.elements[0] in self._turning:
            return False
        self._last = segment.number
        if segment.encoding:
            self._content.encoding = segment.encoding
        self._content.absorb(segment)
        return True

    def take(self, segment: Segment) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        """Yield what one segment brings to its end, or what is wrong with it."""
        self._last = segment.number
        if segment.flaw:
            yield from self._unusable(segment, segment.flaw)
        elif handle := self._handlers.get(segment.elements[0]):
            yield from handle(segment)
        elif self._content is not None:
            self._content.encoding = segment.encoding or self._content.encoding
            yield from self._content.take(segment)
        elif not self._envelope.st and not self._is_outside_told:
            self._is_outside_told = True
            yield self._flaw(segment, Level.GROUP, "Segments here are outside of any transaction (ST).", "5")

    def end(self) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        """Yield what is left when the file has ended."""
        if self._envelope.isa:
            end = Segment(self._last, [""], USUAL)
            yield from self._leave_interchange(end, "the file ends before its IEA")

    # Beginnings

    def _isa(self, segment: Segment) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield from self._leave_interchange(segment, "the interchange has no IEA")
        self._envelope = Envelope(isa=tuple(segment.elements))
        self._groups = 0
        self._is_outside_told = False

    def _gs(self, segment: Segment) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield from self._leave_group(segment, "the group has no GE")
        self._envelope = Envelope(self._envelope.isa, tuple(segment.elements))
        self._groups += 1
        self._transactions = 0
        self._numbers.clear()

    def _st(self, segment: Segment) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield from self._leave_transaction(segment, "the transaction has no SE")
        self._envelope = Envelope(self._envelope.isa, self._envelope.gs, tuple(segment.elements))
        self._transactions += 1
        self._first = segment.number
        said = self._envelope.said
        number = said("st", 2)
        found: TransactionContent[_Given] | TransactionRefusal
        if not self._envelope.gs:
            found = TransactionRefusal("The transaction is in no functional group: GS is missing before it.", "5")
        else:
            found = self._open_transaction(self._envelope, segment.number, segment.number in self._misfits)
            if not isinstance(found, TransactionRefusal) and number in self._numbers:
                found = TransactionRefusal("ST02 is that of another transaction of the group.", "23")
        if isinstance(found, TransactionRefusal):
            yield self._flaw(segment, Level.TRANSACTION, found.reason, found.code)
            return
        self._numbers.add(number)
        self._content = found
        self._turning = ENVELOPES | found.turning
        found.delimiters = segment.delimiters

    # Ends

    def _se(self, segment: Segment) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        if not self._envelope.st:
            yield self._flaw(segment, Level.GROUP, "This SE ends no transaction: ST is missing before it.", "5")
            return
        if self._content is not None:
            yield from self._content.end(segment)
        yield from self._trailer(segment, segment.number - self._first + 1, self._envelope.said("st", 2))
        yield from self._close_transaction()

    def _ge(self, segment: Segment) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield from self._leave_transaction(segment, "the transaction has no SE")
        if not self._envelope.gs:
            yield self._flaw(segment, Level.INTERCHANGE, "This GE ends no group: GS is missing before it.", "024")
            return
        yield from self._trailer(segment, self._transactions, self._envelope.said("gs", 6))
        yield from self._close_group("".join(segment.elements[1:2]).strip())

    def _iea(self, segment: Segment) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield from self._leave_group(segment, "the group has no GE")
        yield from self._trailer(segment, self._groups, self._envelope.said("isa", 13))
        yield from self._close_interchange()

    def _trailer(self, segment: Segment, held: int, control: str) -> Iterator[SegmentFlaw]:
        """The mismatches of SE, GE and IEA with what they end: its count, and its control number."""
        identifier = segment.elements[0]
        trailer = _TRAILERS[identifier]
        is_taken = identifier != "SE"
        count, number = (each.strip() for each in [*segment.elements[1:3], "", ""][:2])
        if count.lstrip("0") != str(held or ""):
            reason = f"{identifier}01 does not say how many {trailer.counted} has: it has {held:,}."
            yield self._flaw(segment, trailer.level, reason, trailer.count_code, is_passed_over=is_taken)
        if number != control:
            reason = f"The control number in {identifier}02 is not that of {trailer.control}."
            yield self._flaw(segment, trailer.level, reason, trailer.control_code, is_passed_over=is_taken)

    # What ends without its own trailer

    def _leave_interchange(self, segment: Segment, doubt: str) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield from self._leave_group(segment, doubt)
        if self._envelope.isa:
            yield self._flaw(segment, Level.INTERCHANGE, f"{doubt[0].upper()}{doubt[1:]}.", "023", is_passed_over=True)
            yield from self._close_interchange()

    def _leave_group(self, segment: Segment, doubt: str) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield from self._leave_transaction(segment, doubt)
        if self._envelope.gs:
            yield self._flaw(segment, Level.GROUP, "The group has no GE.", "3", is_passed_over=True)
            yield from self._close_group(str(self._transactions))

    def _leave_transaction(self, segment: Segment, doubt: str) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        if not self._envelope.st:
            return
        if self._content is not None:
            yield from self._content.end(segment, doubt)
        yield self._flaw(segment, Level.TRANSACTION, "The transaction has no SE.", "2")
        yield from self._close_transaction()

    def _close_transaction(self) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        content = self._content
        if content is None:
            yield TransactionRead(self._envelope, 0, 0, is_read=False)
        else:
            yield TransactionRead(content.envelope, content.given, content.refused, is_read=not content.is_refused)
        self._content = None
        self._envelope = Envelope(self._envelope.isa, self._envelope.gs)

    def _close_group(self, declared: str) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        yield GroupRead(self._envelope, declared, self._transactions)
        self._envelope = Envelope(self._envelope.isa)

    def _close_interchange(self) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        if self._envelope.isa:
            yield InterchangeRead(self._envelope)
        self._envelope = Envelope()

    def _unusable(self, segment: Segment, reason: str) -> Iterator[_Given | SegmentFlaw | EnvelopeRead]:
        if self._content is not None:
            yield from self._content.spoil(segment, reason)
            return
        level = Level.TRANSACTION if self._envelope.st else Level.INTERCHANGE
        yield self._flaw(segment, level, reason, "5" if self._envelope.st else "022")

    def _flaw(
        self, segment: Segment, level: Level, reason: str, code: str, *, is_passed_over: bool = False
    ) -> SegmentFlaw:
        position = segment.number - self._first + 1 if self._envelope.st else None
        return SegmentFlaw(segment.number, level, reason, code, segment.elements[0], position, is_passed_over)
