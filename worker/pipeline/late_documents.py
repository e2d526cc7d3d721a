"""Reads late documentation, and joins it with the claim that it is about.

A document adds to what the claim has. Where both say something of the same thing and it is not the same, the claim's
word stays and the difference is named: nothing is overwritten.
"""

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson

from schemas.documentation import Element
from schemas.late_documentation import SCHEMA_VERSION, LateDocumentation
from schemas.records import Claim, ReportInformation
from worker.history.pended import ClaimNumbers, Conflict
from worker.history.person import Addressed, AddressedDependent, AddressedMember
from worker.pipeline.beside_claims import read_message
from worker.pipeline.steps.decode import read_json, write_json

_DOCUMENTATION: Final = "documentation"
_LINE: Final = "providerControlNumber"
_SAID: Final = ("value", "unit")

ONE_OF_A_LINE: Final = frozenset(
    {
        Element.ADMINISTRATION_END,
        Element.ADMINISTRATION_START,
        Element.AMOUNT_DISCARDED,
        Element.CONTAINERS_OPENED,
        Element.DISCARD_REASON,
        Element.DOSE_ADMINISTERED,
        Element.DRUG_NAME,
        Element.FORMULATION,
        Element.ROUTE,
        Element.SERVICE_DATE,
    }
)
"""Elements of which a record says one thing for a line; of others, such as earlier therapies, it may say several."""

_TOO_LONG: Final = MappingProxyType(
    {"too_short": "it is empty", "too_long": "it has more elements than one document may"}
)


class ReadDocument(NamedTuple):
    """A document that was read.

    `elements` are those of the message, as they came. `digest` are the 16 bytes under which a copy is known again.
    `whose` says whose claim it is about.
    """

    numbers: ClaimNumbers
    whose: Addressed
    elements: Sequence[dict[str, Any]]  # any JSON
    digest: bytes


class DocumentedClaim(NamedTuple):
    """A claim message with the elements of a document, and those that were left out."""

    value: bytes
    conflicts: tuple[Conflict, ...]


class LateJoin(NamedTuple):
    """What is known of a claim that is judged once more.

    `supersedes` is the id of its last outcome, None when none was published. `joined` is how many documents it has,
    `conflicts` what of them was left out. `waited_days` is set when it is no longer waited for.
    """

    supersedes: str | None = None
    joined: int = 0
    conflicts: tuple[Conflict, ...] = ()
    waited_days: int | None = None


def read_document(value: bytes) -> ReadDocument:
    """Read a message of late documentation. Raises `UnreadableClaimError`, whose letter holds no value of it."""
    document, read = read_message(value, LateDocumentation, SCHEMA_VERSION, _reads, _TOO_LONG)
    numbers = ClaimNumbers(
        read.outcome_id or "",
        read.patient_control_number or "",
        read.billing.npi if read.billing else "",
        (read.attachment_control_number,) if read.attachment_control_number else (),
    )
    digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).digest()[:16]
    return ReadDocument(numbers, _whose(read), document[_DOCUMENTATION], digest)


def _whose(read: LateDocumentation) -> Addressed:
    patient = None
    if read.dependent is not None:
        born, name = read.dependent.date_of_birth, read.dependent.first_name
        patient = AddressedDependent(f"{born:%Y%m%d}", name)
    return Addressed(read.trading_partner_service_id, AddressedMember(read.subscriber.member_id), patient)


def _reads(version: object) -> bool:
    return isinstance(version, str) and version.split(".")[0] == SCHEMA_VERSION


def numbers_of(claim: Claim, outcome_id: str) -> ClaimNumbers:
    """Return the numbers by which a document may name a claim."""
    information = claim.claim_information
    whole = information.claim_supplemental_information
    reports: list[ReportInformation] = []
    if whole is not None:
        reports += [whole.report_information] if whole.report_information else []
        reports += whole.report_informations
    for line in information.service_lines:
        reports += line.service_line_supplemental_information
    attachments = [each.attachment_control_number for each in reports if each.attachment_control_number]
    return ClaimNumbers(
        outcome_id,
        information.patient_control_number or "",
        (claim.billing.npi if claim.billing else None) or "",
        tuple(dict.fromkeys(attachments)),
    )


def joined(claim: bytes, elements: Sequence[dict[str, Any]]) -> DocumentedClaim:  # any JSON
    """Return a claim message with the elements of a document added to its own.

    What it says already is not added again. `claim` was read as a claim before.
    """
    document = read_json(claim)
    known = [each for each in document.get(_DOCUMENTATION) or () if isinstance(each, dict)]
    conflicts: list[Conflict] = []
    for each in elements:
        same = [other for other in known if _about(other) == _about(each)]
        if any(_said(other) == _said(each) for other in same):
            continue
        name, line = _about(each)
        if same and name in ONE_OF_A_LINE:
            conflicts.append(Conflict(name, line))
            continue
        known.append(each)
    document[_DOCUMENTATION] = known
    return DocumentedClaim(write_json(document), tuple(conflicts))


def _about(element: Mapping[str, Any]) -> tuple[str, str]:  # any JSON
    """Return of what and of which line an element speaks."""
    return _text(element.get("element")), _text(element.get(_LINE))


def _said(element: Mapping[str, Any]) -> tuple[str, ...]:  # any JSON
    return tuple(_text(element.get(name)) for name in _SAID)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
