"""The results for the claims of each submitted transaction, as a 277CA (ASC X12N 005010X214).

A clean claim is answered A2:20. A rejected one gets the status of each finding at the level where it belongs, the claim
or the line. A pended claim was received and is held: its statuses come with A1, since the 277CA has no category for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from pydantic import ValidationError

from schemas.claim import Claim, ClaimKind, Person, Provider, ServiceLine
from schemas.outcome import Disposition, Finding, Outcome, Severity
from schemas.part import without_nulls
from worker.x12.layout.rows import Json
from worker.x12.write.envelopes import TradingPartner, usage_of

UNKNOWN: Final = "UNKNOWN"
"""Takes the place of a name or an identifier that the guide wants and the claim does not have."""

RECEIVED, ACCEPTED, REJECTED_AS_WRONG = "A1", "A2", "A7"
ACCEPTED_FOR_PROCESSING, LINE_INFORMATION, SUPPORTING_DOCUMENTATION = "20", "247", "294"
RETURNED_AS_UNPROCESSABLE, INVALID_INFORMATION = "A3", "21"
_COMPOSITES: Final = 3
"""How many statuses an STC holds: STC01, STC10, STC11."""

_REJECTIONS: Final = frozenset({"A3", "A4", "A6", "A7", "A8"})
"""The categories with which a 277CA sends a claim back; a prediction may name one of a later step."""


@dataclass(frozen=True, slots=True)
class StatusCodes:
    """One STC: a category with up to three status codes, and the entity that they speak of."""

    category: str
    codes: tuple[str, ...]
    entity: str | None = None

    def composites(self) -> list[list[str]]:
        """Return STC01, STC10 and STC11; the entity goes with the last code, which is the one that needs it."""
        codes = self.codes[:_COMPOSITES]
        last = len(codes) - 1
        return [[self.category, code, self.entity or "" if place == last else ""] for place, code in enumerate(codes)]


@dataclass(frozen=True, slots=True)
class LineStatus:
    """A line with what it is rejected for."""

    service: list[str]
    charge: str
    revenue_code: str
    units: str
    control_number: str
    service_date: str
    statuses: tuple[StatusCodes, ...]


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """One claim with what became of it."""

    patient: tuple[str, str, str, str]
    """Last name, first name, middle name, identifier."""
    control_number: str
    charge: Decimal
    disposition: Disposition
    received_on: date
    statuses: tuple[StatusCodes, ...]
    lines: tuple[LineStatus, ...]
    clearinghouse_number: str
    bill_type: str
    service_dates: str

    @property
    def is_rejected(self) -> bool:
        """Whether the claim goes back."""
        return self.disposition is Disposition.REJECTED


@dataclass(slots=True)
class Submission:
    """The claims of one submitted transaction, by billing provider in the order of their first claims."""

    cover: tuple[TradingPartner, TradingPartner, str]
    """The sender and the receiver of the answer, and whether it is a test."""
    source: tuple[str, str]
    submitter: tuple[str, str, str, str]
    """NM102, name or last name, first name, identifier."""
    reference: str
    trace: str
    received_on: date
    providers: dict[tuple[str, ...], list[ClaimStatus]] = field(default_factory=dict)

    def claims(self) -> list[ClaimStatus]:
        """Return all claims."""
        return [claim for claims in self.providers.values() for claim in claims]


class Submissions:
    """Brings the claims of each submitted transaction together, in whatever order their outcomes come."""

    def __init__(self) -> None:
        self._of_transaction: dict[tuple[str | None, ...], Submission] = {}

    def add(self, outcome: Outcome) -> None:
        """Take what became of a claim."""
        claim = Claim.model_validate(without_nulls(outcome.claim))
        submission = self._submission(claim, outcome.received_on)
        submission.providers.setdefault(_provider(claim.billing), []).append(_status_of(claim, outcome))

    def add_refused(self, document: Json, received_on: date) -> None:
        """Take a claim that was refused for its structure, as far as it was read; `received_on` if it is the first."""
        try:
            claim = Claim.model_validate(document)
        except ValidationError:
            return  # the 999 names it
        submission = self._submission(claim, received_on)
        status = StatusCodes(RETURNED_AS_UNPROCESSABLE, (INVALID_INFORMATION,))
        held = _claim_status(claim, submission.received_on, Disposition.REJECTED, (status,), ())
        submission.providers.setdefault(_provider(claim.billing), []).append(held)

    def _submission(self, claim: Claim, received_on: date) -> Submission:
        key = _key(claim)
        submission = self._of_transaction.get(key)
        if submission is None:
            submission = self._of_transaction[key] = _submission(claim, received_on)
        return submission

    def all(self) -> list[Submission]:
        """Return what was submitted, in the order of the first outcomes, each with a trace of its own."""
        submissions = list(self._of_transaction.values())
        times: Counter[str] = Counter()
        for submission in submissions:
            times[submission.trace] += 1
            # Transactions may have the same control numbers; each is answered by itself (X12 RFI 2145).
            if times[submission.trace] > 1:
                submission.trace = f"{submission.trace}-{times[submission.trace]}"
        return submissions


def submissions_of(outcomes: Iterable[Outcome]) -> list[Submission]:
    """Return what was submitted, in the order of the first outcomes."""
    submissions = Submissions()
    for outcome in outcomes:
        submissions.add(outcome)
    return submissions.all()


def _key(claim: Claim) -> tuple[str | None, ...]:
    """The transaction that a claim came in; claims that came as JSON are one for each submitter."""
    origin, submitter = claim.origin, claim.submitter
    if origin is None:
        return (submitter.organization_name, submitter.last_name) if submitter else ()
    interchange_and_group = (origin.sender, origin.interchange_control_number, origin.group_control_number)
    transaction = (origin.transaction_control_number, origin.transaction_reference, str(origin.transaction_segment))
    return (*interchange_and_group, *transaction)


def _submission(claim: Claim, received_on: date) -> Submission:
    origin = claim.origin
    extra = (claim.receiver.model_extra if claim.receiver else None) or {}
    receiver_id = str(extra.get("receiverId") or claim.trading_partner_service_id or UNKNOWN)
    extra = (claim.submitter.model_extra if claim.submitter else None) or {}
    submitter_id = str(extra.get("submitterIdentification") or UNKNOWN)
    if origin and origin.sender:
        us = TradingPartner(origin.receiver_qualifier or "ZZ", origin.receiver or "", origin.application_receiver or "")
        them = TradingPartner(origin.sender_qualifier or "ZZ", origin.sender, origin.application_sender or "")
    else:
        us, them = TradingPartner("ZZ", receiver_id, receiver_id), TradingPartner("ZZ", submitter_id, submitter_id)
    name = claim.receiver.organization_name if claim.receiver else None
    submitter = claim.submitter
    is_organization = submitter is None or not submitter.last_name
    numbers = (
        (origin.interchange_control_number, origin.group_control_number, origin.transaction_control_number)
        if origin
        else (claim.control_number,)
    )
    return Submission(
        cover=(us, them, usage_of(claim.usage_indicator)),
        source=(name or UNKNOWN, receiver_id),
        submitter=(
            "2" if is_organization else "1",
            ((submitter.organization_name or submitter.last_name) if submitter else None) or UNKNOWN,
            ((submitter.first_name if submitter else None) or "") if not is_organization else "",
            submitter_id,
        ),
        reference=(origin.transaction_reference if origin else None) or claim.control_number or "0",
        trace="-".join(number for number in numbers if number) or "0",
        received_on=received_on,
    )


def _provider(billing: Provider | None) -> tuple[str, ...]:
    """NM102 to NM109 of the billing provider."""
    if billing is None:
        return ("2", UNKNOWN, "", "", "", "", "XX", UNKNOWN)
    is_person = bool(billing.last_name) and not billing.organization_name
    identifier = ("XX", billing.npi) if billing.npi else ("FI", billing.employer_id or billing.ssn or UNKNOWN)
    name = billing.organization_name or billing.last_name or UNKNOWN
    first = (billing.first_name or "") if is_person else ""
    return ("1" if is_person else "2", name, first, "", "", "", *identifier)


def _status_of(claim: Claim, outcome: Outcome) -> ClaimStatus:
    wanted = Severity.REJECT if outcome.disposition is Disposition.REJECTED else Severity.PEND
    findings = [finding for finding in outcome.findings if finding.severity is wanted]
    of_lines = tuple(_lines(claim, findings)) if outcome.disposition is Disposition.REJECTED else ()
    told = {id(finding) for _, each in of_lines for finding in each}
    of_claim = [_status(finding, outcome.disposition) for finding in findings if id(finding) not in told]
    line_statuses = []
    for place, each in of_lines:
        fitting, others = _fitting(dict.fromkeys(_status(finding, outcome.disposition) for finding in each))
        line_statuses.append(_line_status(*place, fitting))
        # The guide has one STC per line; what it has no room for goes to the claim.
        of_claim += others
    statuses = tuple(dict.fromkeys(of_claim))
    if not statuses:
        statuses = (_status_without_finding(outcome.disposition),)
    return _claim_status(claim, outcome.received_on, outcome.disposition, statuses, tuple(line_statuses))


def _claim_status(
    claim: Claim,
    received_on: date,
    disposition: Disposition,
    statuses: tuple[StatusCodes, ...],
    lines: tuple[LineStatus, ...],
) -> ClaimStatus:
    information = claim.claim_information
    charge = information.claim_charge_amount
    numbers = information.claim_supplemental_information
    extra = (numbers.model_extra if numbers else None) or {}
    is_facility = claim.kind is ClaimKind.INSTITUTIONAL
    bill_type = f"{information.place_of_service_code or ''}{information.claim_frequency_code or ''}"
    return ClaimStatus(
        patient=_patient(claim),
        control_number=information.patient_control_number or "0",
        charge=charge if isinstance(charge, Decimal) else Decimal(0),
        disposition=disposition,
        received_on=received_on,
        statuses=statuses,
        lines=lines,
        clearinghouse_number=str(extra.get("claimNumber") or ""),
        bill_type=bill_type if is_facility else "",
        service_dates=_service_dates(claim, information.service_lines),
    )


def _status_without_finding(disposition: Disposition) -> StatusCodes:
    """Clean claims are accepted; one whose findings are all on its lines is rejected for these."""
    match disposition:
        case Disposition.SCRUBBED:
            return StatusCodes(ACCEPTED, (ACCEPTED_FOR_PROCESSING,))
        case Disposition.PENDED:
            return StatusCodes(RECEIVED, (SUPPORTING_DOCUMENTATION,))
        case Disposition.REJECTED:
            return StatusCodes(REJECTED_AS_WRONG, (LINE_INFORMATION,))


def _status(finding: Finding, disposition: Disposition) -> StatusCodes:
    predicted = finding.predicted
    is_rejected = disposition is Disposition.REJECTED
    if predicted is None or not predicted.claim_status:
        return _status_without_finding(disposition)
    category = predicted.claim_status_category if predicted.claim_status_category in _REJECTIONS else REJECTED_AS_WRONG
    return StatusCodes(category if is_rejected else RECEIVED, predicted.claim_status, predicted.entity)


def _lines(claim: Claim, findings: list[Finding]) -> Iterator[tuple[tuple[int, ServiceLine], list[Finding]]]:
    lines = claim.claim_information.service_lines
    for place, line in enumerate(lines, 1):
        own = [finding for finding in findings if finding.at.line == place]
        if own and _service(line):
            yield (place, line), own


def _fitting(statuses: Iterable[StatusCodes]) -> tuple[tuple[StatusCodes, ...], list[StatusCodes]]:
    """Split statuses into those that one STC holds with its three composites, and the others."""
    fitting: list[StatusCodes] = []
    others: list[StatusCodes] = []
    room = _COMPOSITES
    for status in statuses:
        count = len(status.composites())
        (fitting if count <= room else others).append(status)
        room -= count if count <= room else 0
    return tuple(fitting), others


def _line_status(place: int, line: ServiceLine, statuses: tuple[StatusCodes, ...]) -> LineStatus:
    service = line.service
    facility = line.institutional_service
    revenue_code = (facility.service_line_revenue_code if facility else None) or ""
    units = service.service_unit_count
    return LineStatus(
        service=_service(line),
        charge=_amount(service.line_item_charge_amount),
        revenue_code=revenue_code if service.procedure_code else "",
        units=f"{units:f}" if isinstance(units, Decimal) else "",
        control_number=line.provider_control_number or str(place),
        service_date=day_of(line.service_date),
        statuses=statuses,
    )


def _service(line: ServiceLine) -> list[str]:
    """SVC01: the procedure with its modifiers, or the revenue code of a line without one."""
    service, facility = line.service, line.institutional_service
    if service.procedure_code:
        modifiers = [modifier or "" for modifier in service.procedure_modifiers[:4]]
        return [service.procedure_identifier or "HC", service.procedure_code, *modifiers]
    if facility is not None and facility.service_line_revenue_code:
        return ["NU", facility.service_line_revenue_code]
    return []


def _patient(claim: Claim) -> tuple[str, str, str, str]:
    person: Person | None = claim.dependent or claim.subscriber
    identifier = (claim.subscriber.member_id if claim.subscriber else None) or UNKNOWN
    if person is None:
        return UNKNOWN, "", "", identifier
    middle = str((person.model_extra or {}).get("middleName") or "")
    return person.last_name or person.organization_name or UNKNOWN, person.first_name or "", middle, identifier


def _service_dates(claim: Claim, lines: tuple[ServiceLine, ...]) -> str:
    dates = claim.claim_information.claim_date_information
    begins = [line.service_date for line in lines if isinstance(line.service_date, date)]
    ends = [line.service_date_end for line in lines if isinstance(line.service_date_end, date)]
    begin = dates.statement_begin_date if dates else None
    end = dates.statement_end_date if dates else None
    first = begin if isinstance(begin, date) else min(begins, default=None)
    last = end if isinstance(end, date) else max([*begins, *ends], default=None)
    if first is None:
        return ""
    return day_of(first) if last is None or last <= first else f"{day_of(first)}-{day_of(last)}"


def day_of(value: object) -> str:
    """Return a day as X12 writes it; empty for what is none."""
    return f"{value:%Y%m%d}" if isinstance(value, date) else ""


def _amount(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else "0"
