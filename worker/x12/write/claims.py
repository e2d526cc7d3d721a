"""Writes claim messages as 837s: what the message knows by the layout, and the segments that it keeps as they came.

Claims that follow each other with the same submitter, billing provider, subscriber and patient share their levels, as
in the file that they may have come from.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

from schemas.claim import ClaimKind
from schemas.part import without_nulls
from worker.x12.layout.guides import BILLING_LEVEL, HEADER, INSTITUTIONAL, PATIENT_LEVEL, PROFESSIONAL, SUBSCRIBER_LEVEL
from worker.x12.layout.loops import Loop, OfPatient, row_of
from worker.x12.layout.rows import Elements, Json, Taken, parts
from worker.x12.layout.versions import USUAL_VERSION, kind_of
from worker.x12.write.envelopes import Address, Cover, interchange

_LOOP_SEGMENTS: Final = frozenset({"NM1", "LX", "SBR", "LIN", "SVD", "LQ"})
_SELF: Final = "18"
_NO_PART_OF_A_CLAIM: Final = ("origin", "fhirOrigin", "schemaVersion", "controlNumber", "usageIndicator")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What stands in the envelope of claims that do not say where they came from.

    Attributes:
        moment: When they are written.
        sender: ISA06 and GS02; the submitter's identification where it is empty.
        receiver: ISA08 and GS03; the receiver's identification, or the payer's, where it is empty.
        usage: P or T.
    """

    moment: datetime
    sender: str = ""
    receiver: str = ""
    usage: str = "P"


@dataclass(slots=True)
class _Written:
    """One claim as the segments of its levels."""

    cover: Cover
    start: tuple[Elements, ...]
    version: str
    header: list[Elements]
    billing: list[Elements]
    subscriber: list[Elements]
    patient: list[Elements]
    claim: list[Elements]


def write_837(
    documents: Iterable[Json], defaults: Defaults, lost: Callable[[int, str], None] = lambda _place, _what: None
) -> Iterator[str]:
    """Yield the text of interchanges that hold the claims, in their order.

    Args:
        documents: Claim messages.
        defaults: For the envelopes of claims without an origin.
        lost: Called with the position of a claim, counted from 1, and the path of what could not be written.
    """
    written = (_write(place, document, defaults, lost) for place, document in enumerate(documents, 1))
    for (cover, version), of_group in groupby(written, key=lambda each: (each.cover, each.version)):
        transactions = (
            _transaction(start, header, claims)
            for (start, header), claims in groupby(of_group, key=lambda each: (each.start, each.header))
        )
        yield from interchange(cover, "HC", version, transactions)


def _transaction(start: tuple[Elements, ...], header: list[Elements], claims: Iterable[_Written]) -> Iterator[Elements]:
    yield from start
    yield from header
    number = 0
    for billing, of_billing in groupby(claims, key=lambda each: each.billing):
        number += 1
        around = number
        yield ["HL", str(number), "", "20", "1"]
        yield from billing
        for subscriber, of_subscriber in groupby(of_billing, key=lambda each: each.subscriber):
            members = list(of_subscriber)
            number += 1
            level = number
            has_patients = "1" if any(each.patient for each in members) else "0"
            yield ["HL", str(level), str(around), "22", has_patients]
            yield from subscriber
            # The guide has the subscriber's own claims before the level of a patient.
            for each in members:
                if not each.patient:
                    yield from each.claim
            of_patients = (each for each in members if each.patient)
            for patient, of_patient in groupby(of_patients, key=lambda each: each.patient):
                number += 1
                yield ["HL", str(number), str(level), "23", "0"]
                yield from patient
                for each in of_patient:
                    yield from each.claim


def _write(place: int, document: Json, defaults: Defaults, lost: Callable[[int, str], None]) -> _Written:
    document = without_nulls(document)
    origin = document.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    kind = kind_of_document(document)
    cover = _cover(document, origin, defaults)
    document = _with_one_list_of_attachments(document)
    if not origin:
        document = _with_what_the_convention_implies(document, cover)
    writer = _Writer(document, parts(origin.get("unmapped")))
    written = _Written(
        cover=cover,
        start=_start(document, origin, kind, defaults),
        version=_version(origin, kind),
        header=writer.level(HEADER),
        billing=writer.level(BILLING_LEVEL),
        subscriber=writer.subscriber(),
        patient=writer.level(PATIENT_LEVEL) if document.get("dependent") else [],
        claim=writer.level(
            Loop("", (), loops=(PROFESSIONAL if kind is ClaimKind.PROFESSIONAL else INSTITUTIONAL,)),
        ),
    )
    for path in writer.left():
        lost(place, path)
    return written


def kind_of_document(document: Json) -> ClaimKind:
    """Return what kind of claim a message is: service lines tell."""
    information = document.get("claimInformation")
    lines = parts(information.get("serviceLines")) if isinstance(information, dict) else []
    return ClaimKind.INSTITUTIONAL if any("institutionalService" in line for line in lines) else ClaimKind.PROFESSIONAL


def _version(origin: Json, kind: ClaimKind) -> str:
    version = str(origin.get("version") or "")
    return version if kind_of(version) is kind else USUAL_VERSION[kind]


def _with_one_list_of_attachments(document: Json) -> Json:
    """The convention has a single attachment and a list of them; both are PWK segments."""
    information = document.get("claimInformation")
    numbers = information.get("claimSupplementalInformation") if isinstance(information, dict) else None
    if not isinstance(information, dict) or not isinstance(numbers, dict) or "reportInformation" not in numbers:
        return document
    attachments = [numbers["reportInformation"], *parts(numbers.get("reportInformations"))]
    others = {name: value for name, value in numbers.items() if name != "reportInformation"}
    numbers = {**others, "reportInformations": attachments}
    return {**document, "claimInformation": {**information, "claimSupplementalInformation": numbers}}


def _with_what_the_convention_implies(document: Json, cover: Cover) -> Json:
    """A claim that came as JSON names the parties of the envelope only, and a patient who is not the subscriber."""
    submitter, receiver, subscriber = (_part(document, name) for name in ("submitter", "receiver", "subscriber"))
    submitter.setdefault("submitterIdentification", cover.sender.id)
    receiver.setdefault("receiverId", cover.receiver.id)
    if not document.get("dependent"):
        subscriber.setdefault("relationshipToSubscriberCode", _SELF)
    return {**document, "submitter": submitter, "receiver": receiver, "subscriber": subscriber}


def _part(document: Json, name: str) -> Json:
    part = document.get(name)
    return dict(part) if isinstance(part, dict) else {}


def _cover(document: Json, origin: Json, defaults: Defaults) -> Cover:
    def said(holder: str, *names: str) -> str:
        part = document.get(holder)
        return next((str(part[name]) for name in names if part.get(name)), "") if isinstance(part, dict) else ""

    sender = defaults.sender or said("submitter", "submitterIdentification") or said("billing", "npi")
    receiver = defaults.receiver or said("receiver", "receiverId") or str(document.get("tradingPartnerServiceId") or "")
    if origin.get("interchangeControlNumber") is None:
        return Cover(
            Address("ZZ", sender, sender),
            Address("ZZ", receiver, receiver),
            defaults.moment,
            control_number=1,
            usage=str(document.get("usageIndicator") or defaults.usage),
        )
    return Cover(
        Address(_text(origin, "senderQualifier", "ZZ"), _text(origin, "sender"), _text(origin, "applicationSender")),
        Address(
            _text(origin, "receiverQualifier", "ZZ"), _text(origin, "receiver"), _text(origin, "applicationReceiver")
        ),
        _moment(origin, defaults.moment),
        control_number=_number(_text(origin, "interchangeControlNumber")),
        usage=_text(document, "usageIndicator", defaults.usage),
        group_number=_text(origin, "groupControlNumber"),
    )


def _text(holder: Json, name: str, otherwise: str = "") -> str:
    value = holder.get(name)
    return str(value) if value not in (None, "") else otherwise


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() else 1


def _moment(origin: Json, otherwise: datetime) -> datetime:
    try:
        return datetime.strptime(  # noqa: DTZ007 - an ISA names no time zone
            _text(origin, "interchangeDate") + _text(origin, "interchangeTime"), "%y%m%d%H%M"
        )
    except ValueError:
        return otherwise


def _start(document: Json, origin: Json, kind: ClaimKind, defaults: Defaults) -> tuple[Elements, ...]:
    number = _text(origin, "transactionControlNumber") or "0001"
    return (
        ["ST", "837", number, _version(origin, kind)],
        [
            "BHT",
            "0019",
            _text(origin, "transactionPurpose", "00"),
            _text(origin, "transactionReference", _text(document, "controlNumber", "0001")),
            _text(origin, "transactionDate", f"{defaults.moment:%Y%m%d}"),
            _text(origin, "transactionTime", f"{defaults.moment:%H%M}"),
            _text(origin, "transactionType", "CH"),
        ],
    )


@dataclass(slots=True)
class _Kept:
    """The segments of one loop that the message keeps as they came."""

    loose: list[Elements] = field(default_factory=list)
    in_part: list[Elements] = field(default_factory=list)
    loops: list[Elements] = field(default_factory=list)
    """What followed a segment that opens a loop of which the message knows nothing."""


class _Writer:
    """Writes one message, and knows in the end what of it was not written."""

    def __init__(self, document: Json, unmapped: list[Json]) -> None:
        self._document = document
        self._taken = Taken()
        self._kept: dict[str, _Kept] = {}
        self._lost: list[str] = []
        self._is_patient = True
        for each in unmapped:
            self._keep(each)
        for name in _NO_PART_OF_A_CLAIM:
            self._taken.note(document, name)

    def _keep(self, entry: Json) -> None:
        elements, loop = entry.get("elements"), entry.get("loop")
        if not isinstance(elements, list) or not elements or not isinstance(loop, str):
            self._lost.append("$.origin.unmapped")
            return
        kept = self._kept.setdefault(loop, _Kept())
        if entry.get("isInPart"):
            kept.in_part.append(elements)
        elif kept.loops or elements[0] in _LOOP_SEGMENTS:
            kept.loops.append(elements)
        else:
            kept.loose.append(elements)

    def level(self, loop: Loop) -> list[Elements]:
        """Return the segments of a level with all loops inside."""
        return self._loop(loop, self._document, (loop.name,))

    def subscriber(self) -> list[Elements]:
        """Return the subscriber's level; what is said of the patient is there only if the two are one person."""
        self._is_patient = not self._document.get("dependent")
        segments = self.level(SUBSCRIBER_LEVEL)
        self._is_patient = True
        return segments

    def left(self) -> Iterator[str]:
        """Yield the paths of what was not written."""
        yield from self._lost
        for loop, kept in self._kept.items():
            for elements in (*kept.loose, *kept.in_part, *kept.loops):
                yield f"$.origin.unmapped ({elements[0]} of loop {loop}, which is not in the claim any more)"
        yield from self._taken.left_in(self._document, "$")

    def _loop(self, loop: Loop, part: Json, names: tuple[str, ...], place: int = 1) -> list[Elements]:
        segments: list[Elements] = []
        for row in loop.rows:
            if isinstance(row, OfPatient) and not self._is_patient:
                continue
            source = self._document if isinstance(row, OfPatient) else part
            segments += row_of(row).write(source, self._taken)
        if loop.name == "2400" and (not segments or segments[0][0] != "LX"):
            segments.insert(0, ["LX", str(place)])
        if len(names) > 1 and loop.rows and (not segments or segments[0][0] != loop.opener.split("*")[0]):
            self._lost.append(f"$ loop {'.'.join(filter(None, names))}, which has nothing for its {loop.opener}")
            return []
        self._add_kept(segments, loop, ".".join(filter(None, names)))
        for inside in loop.loops:
            segments += self._inside(inside, part, names)
        return segments

    def _inside(self, loop: Loop, part: Json, names: tuple[str, ...]) -> Iterator[Elements]:
        if loop.each:
            for place, member in enumerate(parts(part.get(loop.path)), 1):
                yield from self._loop(loop, member, (*names, f"{loop.name}[{place}]"), place)
            return
        around = self._document if loop.path.startswith("/") else part
        path = loop.path.removeprefix("/")
        target = around.get(path) if path else around
        if isinstance(target, dict) and target:
            yield from self._loop(loop, target, (*names, loop.name))

    def _add_kept(self, segments: list[Elements], loop: Loop, name: str) -> None:
        kept = self._kept.pop(name, None)
        if kept is None:
            return
        for elements in kept.in_part:
            self._complete(segments, elements, name)
        order = loop.order.split() or list(dict.fromkeys(row_of(row).key.split("*")[0] for row in loop.rows))
        rank = {identifier: position for position, identifier in enumerate(order)}
        for elements in kept.loose:
            own = rank.get(str(elements[0]), len(rank))
            before = [at for at, each in enumerate(segments, 1) if rank.get(str(each[0]), len(rank)) <= own]
            segments.insert(max(before, default=0), elements)
        segments += kept.loops

    def _complete(self, segments: list[Elements], elements: Elements, name: str) -> None:
        """Put the elements that the message has no place for into the segment that was written from it."""
        for segment in segments:
            if segment[0] == elements[0] and (len(elements) < 2 or segment[1:2] in (elements[1:2], [])):  # noqa: PLR2004
                for at, value in enumerate(elements):
                    if at >= len(segment):
                        segment.append(value)
                    elif not any(segment[at]):
                        segment[at] = value
                return
        self._lost.append(f"$.origin.unmapped ({elements[0]} of loop {name}, which is not in the claim any more)")
