"""The results of reading an 837: claims, flaws, and the ends of transactions, groups and interchanges."""

from dataclasses import dataclass
from enum import StrEnum

from worker.x12.layout.rows import Json


@dataclass(frozen=True, slots=True)
class Envelope:
    """ISA, GS, ST and BHT, as far as one has come; the elements with their identifier first."""

    isa: tuple[str, ...] = ()
    gs: tuple[str, ...] = ()
    st: tuple[str, ...] = ()
    bht: tuple[str, ...] = ()

    def said(self, segment: str, element: int) -> str:
        """Return one element without the blanks that fill it; empty when it is absent."""
        elements: tuple[str, ...] = getattr(self, segment)
        return elements[element].strip() if element < len(elements) else ""


class Level(StrEnum):
    """The part that a flaw concerns."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    TRANSACTION = "transaction"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class ElementFlaw:
    """A flaw of one element.

    Attributes:
        place: Its place in the segment, counted from 1.
        component: Its place in a composite, counted from 1; None for the element as a whole.
        code: How a 999 says it (IK403): 1 missing, 3 too many, 6 a character that must not occur, 7 a code that the
            guide does not have, 8 no date.
    """

    place: int
    component: int | None
    code: str


@dataclass(frozen=True, slots=True)
class SegmentFlaw:
    """A flaw in a file.

    Attributes:
        segment: The number of the segment in the file, counted from 1.
        level: What it concerns.
        reason: In one sentence; it holds nothing of the file but numbers and codes of the envelope.
        code: How a 999 says it: IK304 of a claim, IK502 of a transaction, AK905 of a group, TA105 of an interchange.
        segment_id: The identifier of the segment.
        position: The number of the segment in its transaction, in which ST is 1; none outside of one.
        is_passed_over: Whether all claims were read all the same.
        loop: The loop in which the segment is, or would have to be; empty outside of one.
        elements: What is wrong with its elements.
        claim: CLM01 of the claim that is refused.
        document: The claim that is refused as far as it was read, where its subscriber, payer and provider are known.
    """

    segment: int
    level: Level
    reason: str
    code: str
    segment_id: str = ""
    position: int | None = None
    is_passed_over: bool = False
    loop: str = ""
    elements: tuple[ElementFlaw, ...] = ()
    claim: str = ""
    document: Json | None = None


@dataclass(frozen=True, slots=True)
class ClaimRead:
    """A claim as a message, with the number of its CLM in the file."""

    segment: int
    document: Json


@dataclass(frozen=True, slots=True)
class TransactionRead:
    """The end of a transaction: what a 999 says of it.

    Attributes:
        envelope: The envelope in which it stood.
        claims: How many claims were given out.
        refused: How many were not.
        is_read: Whether it was read at all.
    """

    envelope: Envelope
    claims: int
    refused: int
    is_read: bool


@dataclass(frozen=True, slots=True)
class GroupRead:
    """The end of a functional group, with the count of transactions that its GE names."""

    envelope: Envelope
    declared: str
    received: int


@dataclass(frozen=True, slots=True)
class InterchangeRead:
    """The end of an interchange."""

    envelope: Envelope


EnvelopeRead = TransactionRead | GroupRead | InterchangeRead
"""The end of an envelope."""

Read = ClaimRead | SegmentFlaw | EnvelopeRead
