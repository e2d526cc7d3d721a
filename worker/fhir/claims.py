"""A Claim resource as a claim message."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from schemas.claim import ClaimKind
from worker.fhir.coverage import Insurance, insurances, other_subscribers, subscriber_and_patient
from worker.fhir.diagnoses import Diagnosis, diagnoses, diagnoses_by_role, health_care_codes, procedures
from worker.fhir.elements import DamagedError, Element, Json, Reading, filled
from worker.fhir.lines import OfClaim, amount, service_line
from worker.fhir.parties import Payer, address, identifier, identifier_value, payer, provider, rendering
from worker.fhir.resources import ClaimFound, Resolver
from worker.fhir.support import Support, supporting_information
from worker.fhir.systems import CARE_TEAM_ROLES, CLAIM_TYPES, NPI, PAYEES, RELATED_CLAIMS, TYPE_OF_BILL, code_of

MOST_UNMAPPED: Final = 100
"""How many paths are named that could not be mapped; a resource can hold as many as its sender likes."""

_KINDS: Final = {kind.value: kind for kind in ClaimKind}
_ASSIGNED_TO: Final = {"provider": "Y", "subscriber": "N"}
"""Whom the payer shall pay, as CLM08 has it."""

_ROLES: Final = {
    "primary": "rendering",
    "performing": "rendering",
    "rendering": "rendering",
    "referring": "referring",
    "ordering": "ordering",
    "prescribing": "ordering",
    "supervisor": "supervising",
    "supervising": "supervising",
    "attending": "attending",
    "operating": "operating",
    "otheroperating": "otherOperating",
}
_ON_CLAIMS: Final = {
    ClaimKind.PROFESSIONAL: frozenset({"rendering", "referring", "supervising", "ordering"}),
    ClaimKind.INSTITUTIONAL: frozenset({"rendering", "referring", "attending", "operating", "otherOperating"}),
}
_ON_LINES: Final = {
    ClaimKind.PROFESSIONAL: frozenset({"rendering", "referring", "supervising", "ordering"}),
    ClaimKind.INSTITUTIONAL: frozenset({"rendering", "referring"}),
}
_ORDERING: Final = "ordering"
"""The 837P names who ordered at the line only (2420E)."""

_ORIGINAL: Final = "1"

Team = dict[str, tuple[str, Json]]
"""Members of a care team by sequence: role and party."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What of a claim several members of the message are made of."""

    claim: Element
    kind: ClaimKind
    resolver: Resolver
    insurance: Insurance | None
    others: list[Insurance]
    support: Support
    diagnoses: list[Diagnosis]


def message_of(found: ClaimFound) -> tuple[Json, list[str]]:
    """Return the message, and the paths of what has no place in it. Raises `DamagedError`."""
    reading = Reading()
    claim = reading.root(found.value, "Claim")
    kind = _kind(claim)
    resolver = Resolver(claim, found.beside)
    insurance, others = insurances(claim, resolver)
    support = supporting_information(claim)
    parts = _Parts(claim, kind, resolver, insurance, others, support, diagnoses(claim, resolver))
    billing = provider(claim.child("provider"), resolver)
    whom = _payer(parts)
    team, of_lines = _team(claim, kind, resolver)
    lines = _lines(parts, of_lines)
    message = filled(
        tradingPartnerServiceId=whom.number,
        tradingPartnerName=whom.name,
        payerAddress=whom.address,
        usageIndicator="T" if _is_test(claim) else "",
        # A FHIR claim names neither submitter nor receiver: the provider sends it to the insurer.
        submitter=filled(organizationName=_name(billing), contactInformation=billing.get("contactInformation")),
        receiver=filled(organizationName=whom.name),
        billing=billing,
        **team,
        **subscriber_and_patient(claim, insurance, resolver),
    )
    of_kind = _of_professional(parts, lines) if kind is ClaimKind.PROFESSIONAL else _of_institutional(parts)
    information = _of_both(parts, lines) | of_kind | {"serviceLines": lines}
    return message | {"claimInformation": information}, list(reading.unread())


def _payer(parts: _Parts) -> Payer:
    """The insurer, else whom the coverage names."""
    of_coverage = parts.insurance.payer() if parts.insurance else Payer()
    insurer = payer(parts.claim.child("insurer"), parts.resolver)
    return insurer if any(insurer) else of_coverage


def _name(party: Json) -> str:
    names = (party.get("organizationName"), " ".join(filter(None, (party.get("firstName"), party.get("lastName")))))
    return next(filter(None, names), "")


def _kind(claim: Element) -> ClaimKind:
    """Whose claim it is. Raises `DamagedError` for what is no claim for payment that stands."""
    if claim.text("status") != "active":
        raise DamagedError("Claim.status", "it has to be active: no other claim goes to a payer.")
    if claim.text("use") != "claim":
        raise DamagedError("Claim.use", "it has to be claim: preauthorization and predetermination ask for no payment.")
    claim.pass_over("priority")
    kind = code_of(claim.child("type"), CLAIM_TYPES)
    if kind not in _KINDS:
        raise DamagedError(
            "Claim.type", "professional and institutional claims are read, by HL7's code system claim-type."
        )
    return _KINDS[kind]


def _is_test(claim: Element) -> bool:
    """Whether it is marked as a test (HL7 v3-ActReason, HTEST)."""
    meta = claim.child("meta")
    marks = [*meta.children("security"), *meta.children("tag")] if meta else []
    return any(mark.peek("code") == "HTEST" for mark in marks)


def _team(claim: Element, kind: ClaimKind, resolver: Resolver) -> tuple[Json, Team]:
    """The parties of the whole claim, and the members that lines refer to because another one has their role."""
    linked = {sequence for item in claim.children("item") for sequence in item.numbers("careTeamSequence")}
    known = {code for code, role in _ROLES.items() if role in _ON_CLAIMS[kind] | _ON_LINES[kind]}
    whole: Json = {}
    of_lines: Team = {}
    for member in claim.children("careTeam"):
        role = _ROLES.get(code_of(member.child("role"), CARE_TEAM_ROLES, is_plain=True, among=known), "")
        sequence = member.number("sequence")
        member.pass_over("responsible")
        is_linked = sequence in linked and role in _ON_LINES[kind]
        if role in _ON_CLAIMS[kind] and role not in whole and not (role == _ORDERING and is_linked):
            whole[role] = rendering(member.child("provider"), resolver)
        elif is_linked:
            of_lines[sequence] = (role, rendering(member.child("provider"), resolver))
    return whole, of_lines


def _lines(parts: _Parts, team: Team) -> list[Json]:
    begin, end = _period(parts.claim)
    only_day = begin if end in {"", begin} else ""
    of_claim = OfClaim(parts.kind, parts.diagnoses, team, only_day)
    return [service_line(each, of_claim) for each in parts.claim.children("item")]


def _of_both(parts: _Parts, lines: list[Json]) -> Json:
    """What the claims of both kinds have."""
    claim, insurance, said = parts.claim, parts.insurance, parts.support.said
    return filled(
        patientControlNumber=said.get("patientControlNumber")
        or identifier_value(claim.first("identifier"))
        or claim.text("id"),
        claimChargeAmount=_total(claim, lines),
        claimFilingCode=insurance.filing_code if insurance else "",
        claimFrequencyCode=_frequency(parts),
        signatureIndicator=said.get("signatureIndicator"),
        planParticipationCode=said.get("planParticipationCode"),
        benefitsAssignmentCertificationIndicator=_assignment(claim),
        releaseInformationCode=said.get("releaseInformationCode"),
        claimSupplementalInformation=filled(
            priorAuthorizationNumber=insurance.authorization if insurance else "",
            claimControlNumber=_previous_claim(claim),
            medicalRecordNumber=said.get("medicalRecordNumber"),
            reportInformations=parts.support.reports,
        ),
        serviceFacilityLocation=_facility(claim, parts.resolver),
        otherSubscriberInformation=other_subscribers(parts.others),
    )


def _of_professional(parts: _Parts, lines: list[Json]) -> Json:
    places = [line["professionalService"].get("placeOfServiceCode") for line in lines]
    return filled(
        placeOfServiceCode=next(filter(None, places), ""),
        healthCareCodeInformation=health_care_codes(parts.diagnoses),
    )


def _of_institutional(parts: _Parts) -> Json:
    said = parts.support.said
    begin, end = _period(parts.claim)
    codes = {name: said.get(name) for name in ("admissionTypeCode", "admissionSourceCode", "patientStatusCode")}
    return filled(
        placeOfServiceCode=_bill_type(parts)[:2],
        claimDateInformation=filled(statementBeginDate=begin, statementEndDate=end or begin),
        claimCodeInformation=filled(**codes),
        diagnosisRelatedGroupInformation=filled(drugRelatedGroupCode=said.get("drugRelatedGroupCode")),
        **diagnoses_by_role(parts.diagnoses),
        **procedures(parts.claim),
        **parts.support.lists(),
    )


def _bill_type(parts: _Parts) -> str:
    """The type of bill without its leading zero."""
    told = parts.support.said.get("typeOfBill") or code_of(parts.claim.child("subType"), TYPE_OF_BILL)
    return told.removeprefix("0")


def _frequency(parts: _Parts) -> str:
    """What is said; original for a claim that follows no other, as FHIR says nothing of how one follows another."""
    told = _bill_type(parts)[2:] if parts.kind is ClaimKind.INSTITUTIONAL else ""
    is_first = not parts.claim.children("related")
    return told or parts.support.said.get("claimFrequencyCode") or (_ORIGINAL if is_first else "")


def _period(claim: Element) -> tuple[str, str]:
    period = claim.child("billablePeriod")
    return (period.day("start"), period.day("end")) if period else ("", "")


def _total(claim: Element, lines: list[Json]) -> str:
    """The total, or the sum of the lines, as which FHIR defines it; empty where a line names no charge."""
    if total := claim.child("total"):
        return amount(total)
    services = [line.get("professionalService") or line.get("institutionalService") or {} for line in lines]
    charges = [service.get("lineItemChargeAmount", "") for service in services]
    return f"{sum(map(Decimal, charges)):f}" if charges and all(charges) else ""


def _assignment(claim: Element) -> str:
    payee = claim.child("payee")
    concept = payee.child("type") if payee else None
    return _ASSIGNED_TO.get(code_of(concept, PAYEES, is_plain=True, among=_ASSIGNED_TO), "")


def _previous_claim(claim: Element) -> str:
    """The payer's number of the claim that this one follows; FHIR does not say whether it replaces or voids it."""
    for related in claim.children("related"):
        if code_of(related.child("relationship"), RELATED_CLAIMS, is_plain=True, among={"prior"}):
            return identifier_value(related.child("reference"))
    return ""


def _facility(claim: Element, resolver: Resolver) -> Json:
    facility = resolver.follow(claim.child("facility"), "Location", "Organization")
    if facility is None:
        return {}
    return filled(organizationName=facility.text("name"), npi=identifier(facility, NPI), address=address(facility))
