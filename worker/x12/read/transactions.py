"""The claims of one transaction of an 837: its header, its hierarchy of levels, and what stands below them."""

from collections.abc import Iterator
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.guides import BILLING_LEVEL, HEADER, INSTITUTIONAL, PATIENT_LEVEL, PROFESSIONAL, SUBSCRIBER_LEVEL
from worker.x12.layout.loops import Loop, Place, place_of
from worker.x12.layout.rows import Json
from worker.x12.read.events import ClaimRead, Envelope, Flaw, Level, Read
from worker.x12.read.segments import USUAL, Segment
from worker.x12.read.walk import Part, Walk

MAX_LINES: Final = 999
"""No guide numbers more service lines in a claim."""

MAX_SEGMENTS: Final = 20_000
"""The most segments of one claim; 999 lines with all that is usual on them are fewer."""


def _root(loop: Loop) -> Place:
    return place_of(Loop("", (), loops=(loop,)))


_CLAIM_PLACES: Final = {ClaimKind.PROFESSIONAL: _root(PROFESSIONAL), ClaimKind.INSTITUTIONAL: _root(INSTITUTIONAL)}
_HEADER: Final = place_of(HEADER)
_LEVELS: Final = {"20": place_of(BILLING_LEVEL), "22": place_of(SUBSCRIBER_LEVEL), "23": place_of(PATIENT_LEVEL)}
_AROUND: Final = {"20": 0, "22": 1, "23": 2}
_LINE_SEGMENT: Final = {ClaimKind.PROFESSIONAL: "SV1", ClaimKind.INSTITUTIONAL: "SV2"}
_SERVICES: Final = frozenset({"SV1", "SV2", "SV3"})
_NOT_WHOLE: Final = "The claim may not be whole: {}."


class _Claim:
    """One claim as far as it has been read."""

    __slots__ = ("document", "flaw", "lines", "number", "part", "segments", "walk")

    def __init__(self, number: int, document: Json, place: Place) -> None:
        self.number = number
        self.document = document
        self.part = Part(document)
        self.walk = Walk(place, self.part)
        self.flaw: tuple[Segment, str, str] | None = None
        self.lines = self.segments = 0


class Claims:
    """The claims of one transaction: its header, its hierarchy of levels, what stands below them."""

    def __init__(self, envelope: Envelope, first: int, kind: ClaimKind) -> None:
        self.envelope = envelope
        self.first = first
        self.given = self.refused = 0
        self._kind = kind
        self._component = envelope.isa[16] if len(envelope.isa) > 16 else USUAL.component  # noqa: PLR2004 - ISA16
        self._is_component_seen = False
        self._header = Part()
        self._levels: list[tuple[str, Part]] = []
        self._walk: Walk | None = Walk(_HEADER, self._header)
        self._level_flaw: str | None = "no HL stands before it"
        self._claim: _Claim | None = None

    def take(self, segment: Segment) -> Iterator[Read]:
        """Yield the claim that a segment brings to its end, and what is wrong."""
        match segment.elements[0]:
            case "CLM":
                yield from self.finish()
                yield from self._note_component(segment)
                self._begin(segment)
            case "HL":
                yield from self.finish()
                yield from self._level(segment)
            case "BHT" if not self.envelope.bht:
                envelope = self.envelope
                self.envelope = Envelope(envelope.isa, envelope.gs, envelope.st, tuple(segment.elements))
            case _:
                self.absorb(segment)

    def absorb(self, segment: Segment) -> None:
        """Read a segment that neither begins nor ends a claim or a level."""
        if self._claim is not None:
            self._read(self._claim, segment)
        elif self._walk is not None:
            self._walk.read(segment, self._component)

    def spoil(self, segment: Segment, reason: str) -> bool:
        """Note that a segment is unusable; true if it belongs to a claim, which is then refused."""
        if self._claim is None:
            return False
        if self._claim.flaw is None:
            self._claim.flaw = (segment, reason, "8")
        return True

    def _begin(self, segment: Segment) -> None:
        envelope = self.envelope
        document: Json = {"controlNumber": envelope.said("st", 2), "usageIndicator": envelope.said("isa", 15)}
        for part in (self._header, *(part for _, part in self._levels)):
            for name, value in part.values.items():
                # The same member of two levels: the payer's number of the billing provider, the patient's death.
                document[name] = {**document[name], **value} if name in document else value
        document["claimInformation"] = dict(document.get("claimInformation", ()))
        claim = self._claim = _Claim(segment.number, document, _CLAIM_PLACES[self._kind])
        if self._level_flaw:
            claim.flaw = (segment, f"The claim stands at no place of the hierarchy: {self._level_flaw}.", "7")
        claim.walk.read(segment, self._component)

    def _note_component(self, segment: Segment) -> Iterator[Flaw]:
        """CLM05 is the first composite of a transaction: it shows whether ISA16 is what separates components."""
        if self._is_component_seen:
            return
        self._is_component_seen = True
        written = segment.elements[5] if len(segment.elements) > 5 else ""  # noqa: PLR2004 - CLM05
        others = {each for each in written if not each.isalnum()}
        if self._component in written or len(others) != 1:
            return
        self._component = others.pop()
        reason = "ISA16 names another component separator than the one in CLM05; the one in CLM05 is taken."
        yield self._flaw(segment, Level.TRANSACTION, reason, "5", is_passed_over=True)

    def _level(self, segment: Segment) -> Iterator[Flaw]:
        number, parent, code = [*segment.elements[1:4], "", "", ""][:3]
        depth = _AROUND.get(code)
        if depth is None:
            self._level_flaw, self._walk = "its HL is of no level of an 837", None
        elif depth > len(self._levels) or (depth and self._levels[depth - 1][0] != parent):
            self._level_flaw, self._walk = "its HL names no level around it that stands before it", None
        else:
            part = Part()
            self._levels[depth:] = [(number, part)]
            # A patient's claims hang on HL 22 or 23; those of a billing provider (20) have no subscriber.
            self._level_flaw = None if depth else "no subscriber (HL of level 22) stands before it"
            self._walk = Walk(_LEVELS[code], part)
            return
        yield self._flaw(segment, Level.TRANSACTION, f"The hierarchy is broken: {self._level_flaw}.", "5")

    def _read(self, claim: _Claim, segment: Segment) -> None:
        if claim.flaw is not None:
            return
        identifier = segment.elements[0]
        claim.segments += 1
        if identifier == "LX":
            claim.lines += 1
            if claim.lines > MAX_LINES:
                claim.flaw = (segment, f"The claim has more than {MAX_LINES} service lines.", "4")
                return
        elif identifier in _SERVICES:
            if identifier != _LINE_SEGMENT[self._kind]:
                claim.flaw = (segment, f"{identifier} does not belong in a claim that is {self._kind.value}.", "6")
                return
            if claim.walk.place.loop.name != "2400":
                claim.flaw = (segment, f"{identifier} stands in no service line: LX is missing before it.", "7")
                return
        if claim.segments > MAX_SEGMENTS:
            claim.flaw = (segment, f"The claim has more than {MAX_SEGMENTS:,} segments.", "5")
            return
        claim.walk.read(segment, self._component)

    def finish(self, doubt: str | None = None, segment: Segment | None = None) -> Iterator[Read]:
        """Yield the claim being read, or why it is refused; a doubt says why it may not be whole."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        if claim.flaw is None and doubt is None:
            claim.document["origin"] = self._origin(claim)
            self.given += 1
            yield ClaimRead(claim.number, claim.document)
            return
        self.refused += 1
        if claim.flaw is not None:
            flawed, reason, code = claim.flaw
            yield self._flaw(flawed, Level.CLAIM, reason, code)
        elif segment is not None:
            yield self._flaw(segment, Level.CLAIM, _NOT_WHOLE.format(doubt), "I7")

    def _origin(self, claim: _Claim) -> Json:
        said = self.envelope.said
        origin: Json = {
            "interchangeControlNumber": said("isa", 13),
            "groupControlNumber": said("gs", 6),
            "transactionControlNumber": said("st", 2),
            "patientControlNumber": claim.document["claimInformation"].get("patientControlNumber", ""),
            "segment": claim.number,
            "version": said("st", 3) or said("gs", 8),
            "senderQualifier": said("isa", 5),
            "sender": said("isa", 6),
            "receiverQualifier": said("isa", 7),
            "receiver": said("isa", 8),
            "applicationSender": said("gs", 2),
            "applicationReceiver": said("gs", 3),
            "interchangeDate": said("isa", 9),
            "interchangeTime": said("isa", 10),
            "transactionPurpose": said("bht", 2),
            "transactionReference": said("bht", 3),
            "transactionDate": said("bht", 4),
            "transactionTime": said("bht", 5),
            "transactionType": said("bht", 6),
        }
        parts = (self._header, *(part for _, part in self._levels), claim.part)
        unmapped = [each for part in parts for each in part.unmapped]
        return {**origin, "unmapped": unmapped} if unmapped else origin

    def _flaw(self, segment: Segment, level: Level, reason: str, code: str, *, is_passed_over: bool = False) -> Flaw:
        position = segment.number - self.first + 1
        return Flaw(segment.number, level, reason, code, segment.elements[0], position, is_passed_over)
