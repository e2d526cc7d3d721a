"""Writes claim messages as 837s: what the message knows by the layout, and the segments that it keeps as they came.

Claims that follow each other with the same submitter, billing provider, subscriber and patient share their levels, as
in the file that they may have come from. A claim is written whole, or it is refused: a value that has a place and does
not fit there is never changed, cut or left out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby
from typing import Final

from schemas.part import without_nulls
from schemas.shapes import in_one_shape
from worker.x12.layout.levels import levels_of
from worker.x12.layout.loops import Loop
from worker.x12.layout.rows import Elements, Json, parts
from worker.x12.read.segments import Delimiters
from worker.x12.write import envelopes
from worker.x12.write.covers import (
    Defaults,
    bht_of,
    cover_of,
    delimiters_of,
    kind_of_document,
    origin_of,
    version_of,
)
from worker.x12.write.delimiters import element_with, fitting, text_of
from worker.x12.write.envelopes import Cover
from worker.x12.write.levels import Levels
from worker.x12.write.numbers import suppress_zeros

_SELF: Final = "18"
_ENCODINGS: Final = ("utf-8", "windows-1252")
_Encoded = tuple[Elements, str]
"""A segment with the encoding in which its claim came."""

Report = Callable[[int, str], None]
"""Called with the position of a claim, counted from 1, and what is to say of it."""


@dataclass(slots=True)
class _ClaimSegments:
    """One claim as the segments of its levels, and what is around it."""

    cover: Cover
    delimiters: Delimiters
    encoding: str
    version: str
    number: str
    bht: Elements
    header: list[Elements]
    billing: list[Elements]
    subscriber: list[Elements]
    patient: list[Elements]
    claim: list[Elements]

    def segments(self) -> list[Elements]:
        """Return all of its segments."""
        around = envelopes.gs(self.cover, "HC", self.version)
        names: Elements = [self.cover.sender.id, self.cover.receiver.id]
        start = [["ISA", *names], around, self.bht, *self.header]
        return [*start, *self.billing, *self.subscriber, *self.patient, *self.claim]


def _nothing(_place: int, _what: str) -> None:
    """Take no note."""


def write_837(
    documents: Iterable[Json], defaults: Defaults, lost: Report = _nothing, refused: Report = _nothing
) -> Iterator[bytes]:
    """Yield interchanges that hold the claims, in their order, in the encoding in which each claim came.

    Claims of one interchange are one interchange again, with its groups. An interchange ends before a claim in which
    its delimiters occur, and goes on with others.

    Args:
        documents: Claim messages.
        defaults: For the envelopes of claims without an origin.
        lost: Called with the path of what an 837 has no place for.
        refused: Called with the path of what has a place and does not fit there; nothing of that claim is written.
    """
    written = _all(documents, defaults, lost, refused)
    of_interchanges = groupby(written, key=lambda each: (_without_group(each.cover), each.delimiters))
    for made, ((cover, delimiters), claims) in enumerate(of_interchanges, 1):
        numbered = cover if cover.control_number else replace(cover, control_number=f"{made:09}")
        yield from _interchange(numbered, delimiters, claims)


def _all(documents: Iterable[Json], defaults: Defaults, lost: Report, refused: Report) -> Iterator[_ClaimSegments]:
    for place, document in enumerate(documents, 1):
        reasons: list[str] = []
        written = _write(in_one_shape(without_nulls(document)), defaults, partial(lost, place), reasons)
        for reason in reasons:
            refused(place, reason)
        if not reasons:
            yield written


def _without_group(cover: Cover) -> Cover:
    """Return what is in the ISA alone."""
    sender, receiver = (replace(each, application="") for each in (cover.sender, cover.receiver))
    return replace(cover, sender=sender, receiver=receiver, group_number="", group_day="", group_time="")


def _interchange(cover: Cover, delimiters: Delimiters, claims: Iterable[_ClaimSegments]) -> Iterator[bytes]:
    yield envelopes.isa(cover, delimiters).encode()
    groups = 0
    for (of_group, version), of_one in groupby(claims, key=lambda each: (each.cover, each.version)):
        groups += 1
        group = replace(of_group, control_number=cover.control_number)
        if not group.group_number and groups > 1:
            group = replace(group, group_number=f"{cover.control_number.lstrip('0')}{groups:02}")
        for segment, encoding in _group(group, version, of_one):
            yield envelopes.written(segment, delimiters).encode(encoding)
    yield envelopes.iea(cover, groups, delimiters).encode()


def _group(cover: Cover, version: str, claims: Iterable[_ClaimSegments]) -> Iterator[_Encoded]:
    made = 0
    for start, of_transaction in groupby(claims, key=lambda each: (each.number, each.bht, each.header)):
        number, bht, header = start
        members = iter(of_transaction)
        first = next(members)
        if not made:
            yield envelopes.gs(cover, "HC", version), first.encoding
        made += 1
        begin: list[Elements] = [["ST", "837", number or f"{made:04}", version], bht, *header]
        count = 0
        for segment, encoding in _transaction(begin, first.encoding, chain([first], members)):
            count += 1
            yield segment, encoding
        yield envelopes.se(begin[0], count), first.encoding
    yield ["GE", str(made), envelopes.group_number(cover)], "ascii"


def _transaction(begin: list[Elements], encoding: str, claims: Iterable[_ClaimSegments]) -> Iterator[_Encoded]:
    yield from ((segment, encoding) for segment in begin if segment)
    number = 0
    for billing, of_billing in groupby(claims, key=lambda each: each.billing):
        number += 1
        around = number
        yield ["HL", str(number), "", "20", "1"], encoding
        is_told = False
        for subscriber, of_subscriber in groupby(of_billing, key=lambda each: each.subscriber):
            members = list(of_subscriber)
            if not is_told:
                yield from ((segment, members[0].encoding) for segment in billing)
                is_told = True
            number += 1
            yield ["HL", str(number), str(around), "22", str(int(any(each.patient for each in members)))], encoding
            yield from ((segment, members[0].encoding) for segment in subscriber)
            level = number
            for segments, of_claim in _of_subscriber(members):
                if segments is None:
                    number += 1
                    yield ["HL", str(number), str(level), "23", "0"], encoding
                else:
                    yield from ((segment, of_claim) for segment in segments)


def _of_subscriber(members: list[_ClaimSegments]) -> Iterator[tuple[list[Elements] | None, str]]:
    """Yield what is below a subscriber, and None when the level of a patient begins.

    The guide has the subscriber's own claims before the levels of patients.
    """
    for each in members:
        if not each.patient:
            yield each.claim, each.encoding
    for patient, of_patient in groupby((each for each in members if each.patient), key=lambda each: each.patient):
        yield None, ""
        for place, each in enumerate(of_patient):
            if not place:
                yield patient, each.encoding
            yield each.claim, each.encoding


def _write(document: Json, defaults: Defaults, lost: Callable[[str], None], reasons: list[str]) -> _ClaimSegments:
    """Return a claim as segments; what does not fit is added to the reasons to refuse it."""
    origin = origin_of(document)
    kind = kind_of_document(document)
    cover = cover_of(document, origin, defaults)
    document = _with_one_list_of_attachments(document)
    if not origin:
        document = _with_what_the_convention_implies(document, cover)
    of_kind = levels_of(kind)
    levels = Levels(document, origin, None if origin else kind)
    written = _ClaimSegments(
        cover=cover,
        delimiters=delimiters_of(origin),
        encoding=str(origin.get("encoding") or "utf-8"),
        version=version_of(origin, kind),
        number=str(origin.get("transactionControlNumber") or ""),
        bht=bht_of(document, origin, defaults),
        header=levels.level(of_kind.header),
        billing=levels.level(of_kind.billing),
        subscriber=levels.subscriber(of_kind.subscriber),
        patient=levels.level(of_kind.patient) if document.get("dependent") else [],
        claim=levels.level(Loop("", (), loops=(of_kind.claim,))),
    )
    for path in levels.without_place(kind):
        lost(path)
    reasons += _contradictions(document, written)
    reasons += levels.unwritten(kind)
    if not origin:
        for segment in (*written.subscriber, *written.patient, *written.claim):
            suppress_zeros(segment)
    _fit(written, reasons)
    return written


def _contradictions(document: Json, written: _ClaimSegments) -> Iterator[str]:
    """Yield why a claim cannot be written as one: its kind, its owner or its encoding is not certain."""
    information = document.get("claimInformation")
    lines = parts(information.get("serviceLines")) if isinstance(information, dict) else []
    if all(any(name in line for line in lines) for name in ("professionalService", "institutionalService")):
        yield "$.claimInformation.serviceLines has professional and institutional services, and an 837 has one kind"
    owners = [("billing", "85", written.billing), ("subscriber", "IL", written.subscriber)]
    owners += [("dependent", "QC", written.patient)] if document.get("dependent") else []
    for name, entity, segments in owners:
        if not any(segment[:2] == ["NM1", entity] and any(segment[3:4]) for segment in segments):
            yield f"$.{name} has no name for NM1*{entity}, without which nobody can say whose claim it is"
    if written.encoding not in _ENCODINGS:
        yield f"$.origin.encoding is {written.encoding}, and X12 is written in {' or '.join(_ENCODINGS)}"
        written.encoding = _ENCODINGS[0]


def _fit(written: _ClaimSegments, reasons: list[str]) -> None:
    """Choose the delimiters of a claim; add to the reasons what no delimiters, and no encoding, can write."""
    segments = written.segments()
    text = text_of(segments)
    if not (text.isascii() and text.isprintable()) and (reason := element_with(segments, written.encoding)):
        reasons.append(reason)
    reasons.extend(envelopes.unfit(written.cover))
    written.delimiters = fitting(text, written.delimiters)


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
