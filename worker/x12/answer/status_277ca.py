"""Writes what became of submitted claims as a 277CA (ASC X12N 005010X214), or the same as a document."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from worker.x12.answer.claim_status import (
    ACCEPTED_FOR_PROCESSING,
    RECEIVED,
    ClaimStatus,
    StatusCodes,
    Submission,
    day_of,
)
from worker.x12.layout.rows import Elements
from worker.x12.write.envelopes import Cover, interchange

VERSION: Final = "005010X214"


def write_277ca(submissions: Iterable[Submission], moment: datetime) -> Iterator[str]:
    """Yield an interchange for each pair of parties, with a transaction for each one submitted."""
    for place, (cover, group) in enumerate(groupby(submissions, key=lambda each: each.cover), 1):
        us, them, usage = cover
        transactions = (_transaction(each, number, moment) for number, each in enumerate(group, 1))
        yield from interchange(Cover(us, them, moment, str(place), usage), "HN", VERSION, transactions)


def _transaction(submission: Submission, number: int, moment: datetime) -> Iterator[Elements]:
    claims = submission.claims()
    name, identifier = submission.source
    yield ["ST", "277", f"{number:04}", VERSION]
    yield ["BHT", "0085", "08", submission.trace, f"{moment:%Y%m%d}", f"{moment:%H%M}", "TH"]
    yield ["HL", "1", "", "20", "1"]
    yield ["NM1", "AY", "2", name, "", "", "", "", "46", identifier]
    yield ["TRN", "1", submission.trace]
    yield ["DTP", "050", "D8", day_of(submission.received_on)]
    yield ["DTP", "009", "D8", f"{moment:%Y%m%d}"]
    yield ["HL", "2", "1", "21", "1"]
    kind, name, first, identifier = submission.submitter
    yield ["NM1", "41", kind, name, first, "", "", "", "46", identifier]
    yield ["TRN", "2", submission.reference]
    yield from _totals(claims, day_of(submission.received_on), accepted="90", rejected="AA")
    level = 2
    for provider, of_provider in submission.providers.items():
        level += 1
        around = level
        yield ["HL", str(level), "2", "19", "1"]
        yield ["NM1", "85", *provider]
        yield ["TRN", "1", "0"]
        # At this level the guide has no date in the STC.
        yield from _totals(of_provider, "", accepted="QA", rejected="QC")
        for claim in of_provider:
            level += 1
            yield ["HL", str(level), str(around), "PT"]
            yield from _claim(claim)


def _totals(claims: list[ClaimStatus], day: str, *, accepted: str, rejected: str) -> Iterator[Elements]:
    taken = [claim.charge for claim in claims if not claim.is_rejected]
    back = [claim.charge for claim in claims if claim.is_rejected]
    total = f"{sum(taken + back, Decimal(0)):f}"
    yield _stc([[RECEIVED, ACCEPTED_FOR_PROCESSING]], day, "WQ", total)
    for qualifier, charges in ((accepted, taken), (rejected, back)):
        if charges:
            yield ["QTY", qualifier, str(len(charges))]
    for qualifier, charges in (("YU", taken), ("YY", back)):
        if charges:
            yield ["AMT", qualifier, f"{sum(charges, Decimal(0)):f}"]


def _claim(claim: ClaimStatus) -> Iterator[Elements]:
    last, first, middle, identifier = claim.patient
    yield ["NM1", "QC", "1", last, first, middle, "", "", "MI", identifier]
    yield ["TRN", "2", claim.control_number]
    action = "U" if claim.is_rejected else "WQ"
    for status in claim.statuses:
        yield _stc(status.composites(), day_of(claim.received_on), action, f"{claim.charge:f}")
    if claim.clearinghouse_number:
        yield ["REF", "D9", claim.clearinghouse_number]
    if claim.bill_type:
        yield ["REF", "BLT", claim.bill_type]
    if claim.service_dates:
        yield ["DTP", "472", "RD8" if "-" in claim.service_dates else "D8", claim.service_dates]
    for line in claim.lines:
        yield ["SVC", line.service, line.charge, "", line.revenue_code, "", "", line.units]
        composites = [composite for status in line.statuses for composite in status.composites()]
        yield _stc(composites, day_of(claim.received_on), "U", "")
        yield ["REF", "FJ", line.control_number]
        if line.service_date:
            yield ["DTP", "472", "D8", line.service_date]


def _stc(composites: list[list[str]], day: str, action: str, charge: str) -> Elements:
    first, *others = composites
    return ["STC", first, day, action, charge, "", "", "", "", "", *others]


def as_json(submissions: Iterable[Submission]) -> dict[str, Any]:  # any JSON: our own answer, written out
    """Return the same as a document."""
    return {"transactions": [_as_json(each) for each in submissions]}


def _as_json(submission: Submission) -> dict[str, Any]:  # likewise
    claims = submission.claims()
    back = [claim for claim in claims if claim.is_rejected]
    total = sum((claim.charge for claim in claims), Decimal(0))
    rejected = sum((claim.charge for claim in back), Decimal(0))
    return {
        "trace": submission.trace,
        "reference": submission.reference,
        "submitter": submission.submitter[3],
        "receivedOn": submission.received_on.isoformat(),
        "acceptedCount": len(claims) - len(back),
        "acceptedAmount": f"{total - rejected:f}",
        "rejectedCount": len(back),
        "rejectedAmount": f"{rejected:f}",
        "claims": [
            {
                "patientControlNumber": claim.control_number,
                "disposition": claim.disposition.value,
                "chargeAmount": f"{claim.charge:f}",
                "statuses": [_status_json(each) for each in claim.statuses],
                "lines": [
                    {
                        "controlNumber": line.control_number,
                        "service": ":".join(line.service),
                        "statuses": [_status_json(each) for each in line.statuses],
                    }
                    for line in claim.lines
                ],
            }
            for claim in claims
        ],
    }


def _status_json(status: StatusCodes) -> dict[str, Any]:  # likewise
    document: dict[str, Any] = {"category": status.category, "codes": list(status.codes)}
    return document | {"entity": status.entity} if status.entity else document
