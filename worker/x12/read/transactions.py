"""The claims of one transaction of an 837: its header, its hierarchy of levels, and what is below them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.rows import Json
from worker.x12.layout.structure import CLAIM_LOOP
from worker.x12.read.elements import WRONG_CODE, unreadable
from worker.x12.read.events import ClaimRead, ElementFlaw, Envelope, Level, SegmentFlaw
from worker.x12.read.notes import (
    LOOP_TOO_OFTEN,
    MISSING,
    NOT_IN_THE_SET,
    OUT_OF_ORDER,
    TOO_OFTEN,
    UNKNOWN,
    WRONG_ELEMENTS,
    Loss,
    Note,
    SharedPart,
    members,
    passed_over,
)
from worker.x12.read.places import places_of
from worker.x12.read.segments import USUAL, Delimiters, Segment
from worker.x12.read.walk import Walk, key_of

MAX_LINES: Final = 999
"""No guide numbers more service lines in a claim."""

MAX_SEGMENTS: Final = 20_000
"""The most segments of one claim; 999 lines with all that is usual on them are fewer."""


_AROUND: Final = {"20": 0, "22": 1, "23": 2}
_LINE_SEGMENT: Final = {ClaimKind.PROFESSIONAL: "SV1", ClaimKind.INSTITUTIONAL: "SV2"}
_SERVICES: Final = frozenset({"SV1", "SV2", "SV3"})
_LINES: Final = _SERVICES | {"LX"}
_CONTENT: Final = _LINES | {"HI"}
_PATIENT: Final = "23"
_OF_LEVELS: Final = frozenset({"SBR", "PAT", "DMG"})
_LOOP_OF_LEVEL: Final = {"20": "2000A", "22": "2000B", "23": "2000C"}
_LEVEL_IN_CLAIM: Final = "the content of a level is inside the claim before it, and the HL of that level is missing"
_OUT_OF_SEQUENCE: Final = ElementFlaw(1, None, WRONG_CODE)
_NOT_WHOLE: Final = "The claim may not be whole: {}."


_OF_SUBSCRIBER: Final = (
    "deathDateFormat",
    "deathDate",
    "patientWeightUnit",
    "patientWeight",
    "pregnancyIndicator",
    "propertyCasualtyClaimNumber",
)
"""Members of the subscriber in 2000B and 2010BA that hold for the patient only where the two are one person."""


class _OpenClaim:
    """One claim as far as it has been read."""

    __slots__ = ("document", "flaw", "is_owned", "last_line", "lines", "number", "part", "segments", "walk")

    def __init__(self, number: int, document: Json, kind: ClaimKind) -> None:
        places = places_of(kind)
        self.number = number
        self.document = document
        self.part = SharedPart(document)
        self.walk = Walk(places.claim, self.part, places)
        self.flaw: Loss | None = None
        self.is_owned = True
        self.lines = self.segments = self.last_line = 0

    def spoil(self, segment: Segment, reason: str, code: str) -> None:
        """Let the claim be refused, unless it is already."""
        if self.flaw is None:
            wrong = tuple(unreadable(segment.elements)) if segment.flaw else ()
            loop = self.walk.loop or CLAIM_LOOP
            self.flaw = Loss(Note(segment.number, segment.elements[0], loop, code, wrong), reason)


class _OpenLevel:
    """One level of the hierarchy: HL03, HL01, and what it says."""

    __slots__ = ("code", "number", "part")

    def __init__(self, code: str, number: str, part: SharedPart) -> None:
        self.code = code
        self.number = number
        self.part = part


class Claims:
    """The claims of one transaction: its header, its hierarchy of levels, and what is below them.

    `is_refused` says that no claim of it is given out, whatever is in it: its SE does not fit.
    """

    turning: frozenset[str] = frozenset({"BHT", "HL", "CLM"})

    def __init__(self, envelope: Envelope, first: int, kind: ClaimKind, *, is_refused: bool = False) -> None:
        self.envelope = envelope
        self.first = first
        self.given = self.refused = 0
        self._kind = kind
        self._places = places_of(kind)
        self.is_refused = is_refused
        self._component = envelope.isa[16] if len(envelope.isa) > 16 else USUAL.component  # noqa: PLR2004 - ISA16
        self._is_component_seen = False
        self._header = SharedPart()
        self._levels: list[_OpenLevel] = []
        self._parts = [self._header]
        self._last_level = 0
        self._walk: Walk | None = Walk(self._places.header, self._header, self._places)
        self._level_flaw: str | None = "no HL comes before it"
        self._claim: _OpenClaim | None = None
        self._outside: list[Segment] = []
        self.encoding = ""
        self.delimiters = USUAL

    def take(self, segment: Segment) -> Iterator[ClaimRead | SegmentFlaw]:
        """Yield the claim that a segment brings to its end, and what is wrong."""
        match segment.elements[0]:
            case "CLM":
                yield from self.finish(segment)
                yield from self._note_component(segment)
                yield from self._claim_without_beginning(_LINES)
                self._begin(segment)
            case "HL":
                yield from self.finish(segment)
                yield from self._close_level(segment)
                yield from self._level(segment)
            case "BHT" if not self.envelope.bht:
                envelope = self.envelope
                self.envelope = Envelope(envelope.isa, envelope.gs, envelope.st, tuple(segment.elements))
                self.absorb(segment)
            case _:
                self.absorb(segment)

    def absorb(self, segment: Segment) -> None:
        """Read a segment that neither begins nor ends a claim or a level."""
        if self._claim is not None:
            self._read(self._claim, segment)
        elif self._walk is not None and not self._is_outside(segment):
            self._walk.read(segment, self._component)
            if self._walk.stray is segment:
                self._outside.append(segment)
        elif self._walk is None and not self._outside and segment.elements[0] in _LINES:
            self._outside.append(segment)

    def _is_outside(self, segment: Segment) -> bool:
        """Whether a segment is the content of a claim whose CLM is missing, and keep it apart then."""
        if not self._outside:
            return False
        if not any(each.elements[0] in _CONTENT for each in self._outside):
            if key_of(segment.elements, self._component) in self._places.level_keys:
                return False
            if segment.elements[0] in _CONTENT:
                self._outside.append(segment)
        elif segment.elements[0] in _LINES:
            self._outside[1:] = [segment]
        return True

    def spoil(self, segment: Segment, reason: str) -> Iterator[ClaimRead | SegmentFlaw]:
        """Yield what an unreadable segment comes to: it spoils the claim, or the level, that it is in."""
        identifier = segment.elements[0]
        if identifier == "HL":
            yield from self.finish(segment)
            yield from self._close_level(segment)
            yield self._damage(segment, "its HL is unreadable")
        elif identifier == "CLM":
            yield from self.finish(segment)
            yield from self._claim_without_beginning(_LINES)
            self._begin(segment)
            if self._claim is not None:
                self._claim.spoil(segment, reason, WRONG_ELEMENTS)
        elif self._claim is not None:
            self._claim.spoil(segment, reason, WRONG_ELEMENTS)
            if not identifier:
                self._level_flaw = "an unreadable segment before it may have begun another level"
        elif self._walk is not None and not self._outside and self._walk.is_spoiled_by(segment, self._component):
            self._lose_level("a segment of its level is unreadable")
        elif not identifier:
            self._level_flaw = "an unreadable segment before it may have begun another level"

    def _lose_level(self, reason: str) -> None:
        """Let a level that is being read not be in force."""
        self._level_flaw = reason
        if self._levels and self._walk is not None and self._walk.part is not self._header:
            self._levels.pop()
        self._walk = None

    def _settle(self, segment: Segment) -> None:
        """End what a level says; one whose content is not certain is not in force from here."""
        if self._walk is not None:
            self._walk.finish(segment)
            if self._walk.lost is not None:
                self._lose_level(self._walk.lost.reason)
        self._walk = None

    def _begin(self, segment: Segment) -> None:
        self._settle(segment)
        claim = self._claim = _OpenClaim(segment.number, self._shared(), self._kind)
        if self._level_flaw:
            claim.spoil(segment, f"The claim has no sound place in the hierarchy: {self._level_flaw}.", OUT_OF_ORDER)
            claim.is_owned = False
        claim.walk.read(segment, self._component)

    def _shared(self) -> Json:
        """The parts that the claims of a level share, as the beginning of a document."""
        envelope = self.envelope
        document: Json = {"controlNumber": envelope.said("st", 2), "usageIndicator": envelope.said("isa", 15)}
        for level in (_OpenLevel("", "", self._header), *self._levels):
            if level.code == _PATIENT:
                _leave_with_subscriber(document)
            for name, value in level.part.values.items():
                # The same member of two levels, such as the payer's number of the billing provider.
                document[name] = {**document[name], **value} if name in document else value
        document["claimInformation"] = dict(document.get("claimInformation", ()))
        return document

    def _note_component(self, segment: Segment) -> Iterator[SegmentFlaw]:
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

    def _close_level(self, segment: Segment) -> Iterator[SegmentFlaw]:
        """End the level that is being read, and the content of a claim whose CLM is missing."""
        self._settle(segment)
        yield from self._claim_without_beginning(_CONTENT)
        yield from self._told()

    def _claim_without_beginning(self, signs: frozenset[str]) -> Iterator[SegmentFlaw]:
        """Yield the flaw for claim content outside of a claim, if there is one of the signs among it."""
        outside, self._outside = self._outside, []
        if not any(each.elements[0] in signs for each in outside):
            return
        self.refused += 1
        first = outside[0].number
        part = self._parts[-1]
        before = next((note for note in part.notes if note.segment == first - 1 and note.code == UNKNOWN), None)
        part.forget((first, outside[0].elements[0]), *([before[:2]] if before else ()))
        at, identifier, code = (first - 1, before.identifier, UNKNOWN) if before else (first, "CLM", MISSING)
        reason = "The content of a claim is here without a CLM before it; the CLM is missing or misspelled."
        yield SegmentFlaw(at, Level.CLAIM, reason, code, identifier, self._position(at), loop=CLAIM_LOOP)

    def _level(self, segment: Segment) -> Iterator[SegmentFlaw]:
        number, parent, code = [*segment.elements[1:4], "", "", ""][:3]
        depth = _AROUND.get(code)
        if depth is None or (depth == 0 and parent):
            yield self._damage(segment, "its HL is of no level of an 837")
        elif depth > len(self._levels) or (depth and self._levels[depth - 1].number != parent):
            yield self._damage(segment, "its HL names no level around it that is in force")
        elif not is_count(number) or int(number) <= self._last_level:
            yield self._damage(segment, "its HL has no number, or one that was used before")
        else:
            level = _OpenLevel(code, number, SharedPart())
            self._levels[depth:] = [level]
            self._parts.append(level.part)
            # A patient's claims hang on HL 22 or 23; those of a billing provider (20) have no subscriber.
            self._level_flaw = None if depth else "no subscriber (HL of level 22) comes before it"
            self._walk = Walk(self._places.levels[code], level.part, self._places)
            flaws = self._places.hierarchy[code].flaws(segment.elements, self._component)
            if int(number) != self._last_level + 1:
                flaws = (_OUT_OF_SEQUENCE, *flaws)
            if flaws:
                level.part.note(Note(segment.number, "HL", self._walk.loop, WRONG_ELEMENTS, flaws))
            self._last_level = int(number)

    def _damage(self, segment: Segment, reason: str) -> SegmentFlaw:
        """Nothing that was in force before a damaged HL is in force after it, down from its own level."""
        elements = segment.elements
        number, _, code = [*elements[1:4], "", "", ""][:3]
        del self._levels[_AROUND.get(code, 1) if code != "20" else 1 :]
        self._level_flaw, self._walk = reason, None
        if is_count(number):
            self._last_level = max(self._last_level, int(number))
        flaw = self._flaw(
            segment, Level.TRANSACTION, f"The hierarchy is broken: {reason}.", WRONG_ELEMENTS, is_passed_over=True
        )
        return replace(flaw, loop=_LOOP_OF_LEVEL.get(code, "2000B"), elements=tuple(unreadable(elements)))

    def _read(self, claim: _OpenClaim, segment: Segment) -> None:
        identifier = segment.elements[0]
        claim.segments += 1
        if claim.segments > MAX_SEGMENTS or claim.lines > MAX_LINES:
            reason = f"The claim has more than {MAX_SEGMENTS:,} segments."
            claim.spoil(segment, reason, TOO_OFTEN)
            if identifier in _OF_LEVELS:
                self._level_flaw = _LEVEL_IN_CLAIM
            return
        if identifier == "LX":
            claim.lines += 1
            if claim.lines > MAX_LINES:
                claim.spoil(segment, f"The claim has more than {MAX_LINES} service lines.", LOOP_TOO_OFTEN)
                return
            self._note_line_number(claim, segment)
        elif identifier in _SERVICES:
            self._note_service(claim, segment)
        walk = claim.walk
        walk.read(segment, self._component)
        if walk.stray is not None:
            self._level_flaw = _LEVEL_IN_CLAIM
        self._note_loss(claim)

    def _note_line_number(self, claim: _OpenClaim, segment: Segment) -> None:
        """LX01 counts the lines of a claim: where it begins again, they may be those of a claim whose CLM is lost."""
        number = segment.elements[1] if len(segment.elements) > 1 else ""
        if not is_count(number):
            return
        if int(number) <= claim.last_line:
            reason = "The numbers of its lines begin again: a CLM may be missing before them."
            claim.spoil(segment, reason, OUT_OF_ORDER)
        claim.last_line = int(number)

    def _note_loss(self, claim: _OpenClaim) -> None:
        if claim.walk.lost is not None and claim.flaw is None:
            note, reason = claim.walk.lost
            claim.flaw = Loss(note, f"The claim is not certain to be whole and alone: {reason}.")

    def _note_service(self, claim: _OpenClaim, segment: Segment) -> None:
        """A service of the other kind of claim, or outside of a line, spoils the claim."""
        identifier = segment.elements[0]
        if identifier != _LINE_SEGMENT[self._kind]:
            reason = f"{identifier} does not belong in a claim that is {self._kind.value}."
            claim.spoil(segment, reason, NOT_IN_THE_SET)
        elif claim.walk.loop != "2400":
            reason = f"{identifier} is in no service line: LX is missing before it."
            claim.spoil(segment, reason, OUT_OF_ORDER)

    def finish(self, segment: Segment, doubt: str | None = None) -> Iterator[ClaimRead | SegmentFlaw]:
        """Yield the claim being read, or why it is refused; a doubt says why it may not be whole."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        claim.walk.finish(segment)
        self._note_loss(claim)
        if doubt is not None:
            claim.spoil(segment, _NOT_WHOLE.format(doubt), "I7")
        if claim.flaw is not None:
            claim.part.forget(claim.flaw.note[:2])
        yield from self._told(claim.part)
        if self.is_refused:
            self.refused += 1
            return
        if claim.flaw is None:
            claim.document["origin"] = self._origin(claim)
            self.given += 1
            yield ClaimRead(claim.number, claim.document)
            return
        self.refused += 1
        yield self._refusal(claim, claim.flaw)

    def end(self, segment: Segment, doubt: str | None = None) -> Iterator[ClaimRead | SegmentFlaw]:
        """Yield what is left at the end of the transaction."""
        yield from self.finish(segment, doubt)
        yield from self._close_level(segment)

    def _refusal(self, claim: _OpenClaim, flaw: Loss) -> SegmentFlaw:
        note = flaw.note
        return SegmentFlaw(
            note.segment,
            Level.CLAIM,
            flaw.reason,
            note.code,
            note.identifier,
            self._position(note.segment),
            loop=note.loop,
            elements=note.elements,
            claim=claim.document["claimInformation"].get("patientControlNumber", ""),
            document={**claim.document, "origin": self._origin(claim)} if claim.is_owned else None,
        )

    def _told(self, *parts: SharedPart) -> Iterator[SegmentFlaw]:
        """Yield the notes of header, levels and claim that have not been reported yet."""
        for part in (*self._parts, *parts):
            while part.told < len(part.notes):
                note = part.notes[part.told]
                part.told += 1
                yield passed_over(note, self.first)
        self._parts = [self._header, *(level.part for level in self._levels)]

    def _origin(self, claim: _OpenClaim) -> Json:
        said = self.envelope.said
        origin: Json = {
            "interchangeControlNumber": said("isa", 13),
            "groupControlNumber": said("gs", 6),
            "transactionControlNumber": said("st", 2),
            "transactionSegment": self.first,
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
            "groupDate": said("gs", 4),
            "groupTime": said("gs", 5),
            "transactionPurpose": said("bht", 2),
            "transactionReference": said("bht", 3),
            "transactionDate": said("bht", 4),
            "transactionTime": said("bht", 5),
            "transactionType": said("bht", 6),
        }
        if self.encoding:
            origin["encoding"] = self.encoding
        if (delimiters := self._delimiters()) != USUAL:
            origin["delimiters"] = "".join(delimiters)
        parts = (self._header, *(level.part for level in self._levels), claim.part)
        unmapped = [each for part in parts for each in part.unmapped]
        if unmapped:
            origin["unmapped"] = unmapped
        if order := [each for part in parts for each in part.order]:
            origin["order"] = order
        if flaws := [each for part in parts for note in part.notes for each in members(note)]:
            origin["flaws"] = flaws
        return origin

    def _delimiters(self) -> Delimiters:
        """Return the delimiters that are really used; before version 00402 ISA11 held the code U."""
        repetition = self.delimiters.repetition
        return self.delimiters._replace(
            component=self._component, repetition=USUAL.repetition if repetition.isalnum() else repetition
        )

    def _position(self, segment: int) -> int:
        return segment - self.first + 1

    def _flaw(
        self, segment: Segment, level: Level, reason: str, code: str, *, is_passed_over: bool = False
    ) -> SegmentFlaw:
        position = self._position(segment.number)
        return SegmentFlaw(segment.number, level, reason, code, segment.elements[0], position, is_passed_over)


def is_count(text: str) -> bool:
    """Whether a text is a number of plain digits."""
    return text.isascii() and text.isdecimal()


def _leave_with_subscriber(document: Json) -> None:
    """Let what a level says of the subscriber stay there, because the patient is another person."""
    information = dict(document.get("claimInformation", ()))
    said = {name: information.pop(name) for name in _OF_SUBSCRIBER if name in information}
    if said:
        document["claimInformation"] = information
        document["subscriber"] = {**document.get("subscriber", {}), **said}
