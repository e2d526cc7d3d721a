"""What is kept of an outcome until the payer answers: its findings, and what an answer is known again by.

Nothing of it is a name or a member number; the patient control number is, and so it is never written out.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from schemas.outcome import Disposition, Severity
from schemas.records import Claim, ServiceLine
from schemas.values import Unreadable, as_day, as_money
from worker.errors import ClaimscrubError
from worker.pipeline.steps.decode import UnreadableClaimError, decode

_MOST_BYTES: Final = 64 * 1024 * 1024
"""An outcome that could be published is smaller; its claim is read again however large it is."""


class NotAnOutcomeError(ClaimscrubError):
    """A line is not an outcome, or its claim cannot be read; the text holds nothing of it."""


class SentFinding(NamedTuple):
    """A finding with what it predicted.

    Attributes:
        edit: Its id.
        severity: As the outcome has it.
        line: The service line, counted from 1; None for one of the claim as a whole.
        reasons, remarks: The CARCs and RARCs that it predicted.
        category, statuses: The 277CA status that it predicted.
    """

    edit: str
    severity: Severity
    line: int | None
    reasons: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset()
    category: str = ""
    statuses: frozenset[str] = frozenset()


class SentLine(NamedTuple):
    """A service line by what an answer may name of it. `charge` is in US dollars."""

    control_number: str
    code: str
    modifiers: tuple[str, ...]
    revenue_code: str
    charge: Decimal | None
    begin: date | None
    end: date | None


class SentClaim(NamedTuple):
    """A claim by what an answer may name of it, with what was found in it.

    Attributes:
        outcome_id, supersedes: As in the outcome.
        content: A hash of the claim: the same claim judged twice has the same one.
        received_on: The day on which it was judged.
        disposition, profile: As in the outcome.
        payer: The payer's id in the claim.
        npi: That of the billing provider.
        control_number: CLM01.
        charge: US dollars.
        lines: Its service lines, in their order.
        findings: What was found in it.
    """

    outcome_id: str
    supersedes: str
    content: bytes
    received_on: date
    disposition: Disposition
    profile: str
    payer: str
    npi: str
    control_number: str
    charge: Decimal | None
    lines: tuple[SentLine, ...]
    findings: tuple[SentFinding, ...]

    @property
    def begin(self) -> date | None:
        """The first day of service."""
        return min((each.begin for each in self.lines if each.begin), default=None)

    @property
    def end(self) -> date | None:
        """The last day of service."""
        return max((each.end for each in self.lines if each.end), default=None)

    def charge_of(self, finding: SentFinding) -> Decimal:
        """What is charged for that which a finding is about, US dollars; 0 where that cannot be read."""
        line = self.lines[finding.line - 1] if finding.line and finding.line <= len(self.lines) else None
        return (line.charge if line else self.charge) or Decimal(0)


class _FindingPlace(msgspec.Struct):
    line: int | None = None


class _PredictedCodes(msgspec.Struct, rename="camel"):
    carc: frozenset[str] = frozenset()
    rarc: frozenset[str] = frozenset()
    claim_status_category: str = ""
    claim_status: frozenset[str] = frozenset()


class _PublishedFinding(msgspec.Struct):
    edit: str
    severity: Severity
    at: _FindingPlace
    predicted: _PredictedCodes | None = None


class _ProfileName(msgspec.Struct):
    profile: str


class _PublishedOutcome(msgspec.Struct, rename="camel"):
    outcome_id: str
    disposition: Disposition
    received_on: date
    findings: tuple[_PublishedFinding, ...]
    versions: _ProfileName
    claim: msgspec.Raw
    supersedes: str | None = None


_DECODER: Final = msgspec.json.Decoder(_PublishedOutcome)


def sent_claim(value: bytes) -> SentClaim:
    """Return what is kept of an outcome as it was published. Raises `NotAnOutcomeError`."""
    try:
        judged = _DECODER.decode(value)
    except msgspec.DecodeError as error:
        # Its text names a member and a type; what comes behind a quote may be of the claim.
        raise NotAnOutcomeError(f"it is not an outcome: {_without_values(str(error))}") from None
    try:
        decoded = decode(bytes(judged.claim), _MOST_BYTES)
    except UnreadableClaimError as error:
        raise NotAnOutcomeError(f"the claim of the outcome cannot be read ({error.letter.reason})") from None
    claim = decoded.claim
    information = claim.claim_information
    return SentClaim(
        judged.outcome_id,
        judged.supersedes or "",
        sha256(decoded.canonical).digest()[:16],
        judged.received_on,
        judged.disposition,
        judged.versions.profile,
        claim.trading_partner_service_id or "",
        (claim.billing.npi if claim.billing else None) or "",
        information.patient_control_number or "",
        _amount(information.claim_charge_amount),
        tuple(_lines(claim)),
        tuple(map(_finding, judged.findings)),
    )


def _without_values(text: str) -> str:
    place = text.rpartition(" - at ")
    return f"{place[2]} is missing or of another type" if place[1] else "it is not the JSON of one"


def _finding(found: _PublishedFinding) -> SentFinding:
    if found.predicted is None:
        return SentFinding(found.edit, found.severity, found.at.line)
    said = found.predicted
    return SentFinding(
        found.edit,
        found.severity,
        found.at.line,
        said.carc,
        said.rarc,
        said.claim_status_category,
        said.claim_status,
    )


def _lines(claim: Claim) -> Iterator[SentLine]:
    dates = claim.claim_information.claim_date_information
    begin = _day(dates.statement_begin_date) if dates else None
    end = _day(dates.statement_end_date) if dates else None
    for line in claim.claim_information.service_lines:
        yield _line(line, begin, end)


def _line(line: ServiceLine, begin: date | None, end: date | None) -> SentLine:
    """A facility's line without a day of its own is of the days of its statement."""
    service, facility = line.service, line.institutional_service
    own = _day(line.service_date)
    return SentLine(
        line.provider_control_number or "",
        service.procedure_code or "",
        tuple(each for each in service.procedure_modifiers if each),
        (facility.service_line_revenue_code if facility else None) or "",
        _amount(service.line_item_charge_amount),
        own or begin,
        _day(line.service_date_end) or own or end,
    )


def _amount(text: str | None) -> Decimal | None:
    found = as_money(text)
    return None if isinstance(found, Unreadable) else found


def _day(text: str | None) -> date | None:
    found = as_day(text)
    return None if isinstance(found, Unreadable) else found
