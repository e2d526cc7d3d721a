"""A Claim resource as a claim message."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from schemas.claim import ClaimKind
from worker.fhir.accident import accident
from worker.fhir.bill import bill_type, claim_frequency, previous_claim
from worker.fhir.care_team import CareTeam, care_team
from worker.fhir.codings import ValueSet, code_of, one_of
from worker.fhir.coverage import Insurance, insurances, subscriber_and_patient
from worker.fhir.diagnoses import FhirDiagnosis, diagnoses, diagnoses_by_role, health_care_codes, refuse_doubled
from worker.fhir.elements import FhirElement, Json, ResourceError, ResourceReading, filled
from worker.fhir.identifiers import IdentifierKind, first, identifier
from worker.fhir.lines import LineContext, service_lines
from worker.fhir.other_payers import other_subscribers
from worker.fhir.parties import Payer, address, payer, provider
from worker.fhir.procedures import procedures
from worker.fhir.quantities import amount
from worker.fhir.resources import ClaimResource, Resolver
from worker.fhir.support import Support, supporting_information
from worker.fhir.systems import CLAIM_TYPES, PAYEES

MOST_UNMAPPED: Final = 100
"""How many paths are named that could not be mapped; a resource can hold any number of them."""

_KINDS: Final = ValueSet(
    "claim types", CLAIM_TYPES, is_plain=True, meaning=one_of({kind.value: kind.value for kind in ClaimKind})
)
_ASSIGNED_TO: Final = ValueSet("payees", PAYEES, is_plain=True, meaning=one_of({"provider": "Y", "subscriber": "N"}))
"""Whom the payer shall pay, as CLM08 has it."""

_USES_OF_STU3: Final = frozenset({"complete", "proposed", "exploratory", "other"})
_NO_CLAIM: Final = "it has to be claim: preauthorization and predetermination ask for no payment."
_OTHER_VERSION: Final = (
    "it has to be claim; complete, proposed, exploratory and other are words of FHIR STU3, and FHIR R4 is read here."
)


@dataclass(frozen=True, slots=True)
class _ClaimParts:
    """The parts of a claim that several members of the message are made of."""

    claim: FhirElement
    kind: ClaimKind
    resolver: Resolver
    insurance: Insurance | None
    others: list[Insurance]
    support: Support
    diagnoses: list[FhirDiagnosis]


def message_of(found: ClaimResource) -> tuple[Json, list[str]]:
    """Return the message, and the paths of what has no place in it. Raises `ResourceError`."""
    reading = ResourceReading(as_of=_day(found.value))
    claim = reading.root(found.value, "Claim")
    kind = _kind(claim)
    resolver = Resolver(claim, found.beside)
    insurance, others = insurances(claim, resolver)
    support = supporting_information(claim, kind)
    has_admission = kind is ClaimKind.INSTITUTIONAL
    known = diagnoses(claim, resolver, has_admission=has_admission)
    parts = _ClaimParts(claim, kind, resolver, insurance, others, support, known)
    billing = provider(claim.child("provider"), resolver)
    whom = _payer(parts)
    team = care_team(claim, kind, resolver)
    lines = _lines(parts, team)
    message = filled(
        tradingPartnerServiceId=whom.number,
        tradingPartnerName=whom.name,
        payerAddress=whom.address,
        usageIndicator="T" if _is_test(claim) else "",
        # A FHIR claim names neither submitter nor receiver: the provider sends it to the insurer.
        submitter=filled(organizationName=_name(billing), contactInformation=billing.get("contactInformation")),
        receiver=filled(organizationName=whom.name),
        billing=billing,
        **team.whole,
        **subscriber_and_patient(claim, insurance, others, resolver),
    )
    of_kind = _of_professional(parts, lines) if kind is ClaimKind.PROFESSIONAL else _of_institutional(parts)
    information = _of_both(parts, lines) | of_kind | {"serviceLines": lines}
    return message | {"claimInformation": information}, list(reading.unread())


def _day(claim: Json) -> str:
    """The day of the claim as FHIR writes it: when it was made, else when what it bills was done."""
    period = claim.get("billablePeriod")
    items = claim.get("item")
    served = [each.get("servicedDate") for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    dates = (claim.get("created"), *((period.get("end"), period.get("start")) if isinstance(period, dict) else ()))
    return next((each[:10] for each in (*dates, *served) if isinstance(each, str) and each), "")


def _payer(parts: _ClaimParts) -> Payer:
    """The insurer, or whom the coverage names where that alone has a number."""
    insurer = payer(parts.claim.child("insurer"), parts.resolver)
    if parts.insurance is None:
        return insurer
    of_coverage = parts.insurance.payer()
    if not insurer.number and (of_coverage.number or not insurer.name):
        return of_coverage
    if of_coverage.number != insurer.number:
        parts.insurance.leave_payer()
    return insurer


def _name(party: Json) -> str:
    names = (party.get("organizationName"), " ".join(filter(None, (party.get("firstName"), party.get("lastName")))))
    return next(filter(None, names), "")


def _kind(claim: FhirElement) -> ClaimKind:
    """Whose claim it is. Raises `ResourceError` for what is not an active claim for payment."""
    if claim.text("status") != "active":
        raise ResourceError("Claim.status", "it has to be active: no other claim goes to a payer.")
    if (use := claim.text("use")) != "claim":
        raise ResourceError("Claim.use", _OTHER_VERSION if use in _USES_OF_STU3 else _NO_CLAIM)
    if claim.has("implicitRules"):
        raise ResourceError("Claim.implicitRules", "it changes the meaning of the claim and is not known here.")
    claim.pass_over("priority")
    if not (kind := code_of(claim.child("type"), _KINDS)):
        raise ResourceError(
            "Claim.type", "professional and institutional claims are read, by HL7's code system claim-type."
        )
    return ClaimKind(kind)


def _is_test(claim: FhirElement) -> bool:
    """Whether it is marked as a test (HL7 v3-ActReason, HTEST)."""
    meta = claim.child("meta")
    marks = [*meta.children("security"), *meta.children("tag")] if meta else []
    return any(mark.peek("code") == "HTEST" for mark in marks)


def _lines(parts: _ClaimParts, team: CareTeam) -> list[Json]:
    begin, end = _period(parts.claim)
    only_day = begin if begin == end else ""
    of_claim = LineContext(parts.kind, parts.diagnoses, team, only_day)
    items = parts.claim.children("item")
    refuse_doubled((each.number("sequence") for each in items), f"{parts.claim.path}.item")
    return [line for each in items for line in service_lines(each, of_claim)]


def _of_both(parts: _ClaimParts, lines: list[Json]) -> Json:
    """The parts that both kinds of claims have."""
    claim, insurance, said = parts.claim, parts.insurance, parts.support.said
    patient = parts.resolver.follow(claim.child("patient"), "Patient")
    assignment, release = _assignment(claim), said.get("releaseInformationCode", "")
    return filled(
        patientControlNumber=said.get("patientControlNumber")
        or first(claim.children("identifier"))
        or claim.text("id"),
        claimChargeAmount=_total(claim, lines),
        claimFilingCode=insurance.filing_code if insurance else "",
        claimFrequencyCode=claim_frequency(parts.claim, parts.kind, parts.support),
        signatureIndicator=said.get("signatureIndicator"),
        planParticipationCode=said.get("planParticipationCode"),
        claimSupplementalInformation=filled(
            priorAuthorizationNumber=insurance.authorization if insurance else "",
            claimControlNumber=previous_claim(claim),
            medicalRecordNumber=said.get("medicalRecordNumber"),
            reportInformations=parts.support.reports,
        ),
        serviceFacilityLocation=_facility(claim, parts.resolver),
        benefitsAssignmentCertificationIndicator=assignment,
        releaseInformationCode=release,
        otherSubscriberInformation=other_subscribers(parts.others, patient, assignment, release),
    )


def _of_professional(parts: _ClaimParts, lines: list[Json]) -> Json:
    places = [line["professionalService"].get("placeOfServiceCode") for line in lines]
    causes, day = accident(parts.claim, parts.kind, parts.resolver, parts.support)
    admission, discharge = parts.support.stay or ("", "")
    return filled(
        placeOfServiceCode=next(filter(None, places), ""),
        claimDateInformation=day | filled(admissionDate=admission, dischargeDate=discharge),
        **causes,
        healthCareCodeInformation=health_care_codes(parts.diagnoses),
    )


def _of_institutional(parts: _ClaimParts) -> Json:
    said = parts.support.said
    begin, end = _period(parts.claim)
    accident(parts.claim, parts.kind, parts.resolver, parts.support)
    admission, discharge = parts.support.stay or ("", "")
    codes = {name: said.get(name) for name in ("admissionTypeCode", "admissionSourceCode", "patientStatusCode")}
    return filled(
        placeOfServiceCode=bill_type(parts.claim, parts.support)[:2],
        claimDateInformation=filled(
            statementBeginDate=begin,
            statementEndDate=end,
            admissionDateAndHour=admission,
            dischargeHour=discharge[8:],
        ),
        claimCodeInformation=filled(**codes),
        diagnosisRelatedGroupInformation=filled(drugRelatedGroupCode=said.get("drugRelatedGroupCode")),
        **diagnoses_by_role(parts.diagnoses),
        **procedures(parts.claim),
        **parts.support.lists(),
    )


def _period(claim: FhirElement) -> tuple[str, str]:
    period = claim.child("billablePeriod")
    return (period.day("start"), period.day("end")) if period else ("", "")


def _total(claim: FhirElement, lines: list[Json]) -> str:
    """The total, or the sum of the lines, as which FHIR defines it; empty where a line names no charge."""
    if total := claim.child("total"):
        return amount(total)
    services = [line.get("professionalService") or line.get("institutionalService") or {} for line in lines]
    charges = [service.get("lineItemChargeAmount", "") for service in services]
    return f"{sum(map(Decimal, charges)):f}" if charges and all(charges) else ""


def _assignment(claim: FhirElement) -> str:
    payee = claim.child("payee")
    return code_of(payee.child("type"), _ASSIGNED_TO) if payee else ""


def _facility(claim: FhirElement, resolver: Resolver) -> Json:
    facility = resolver.follow(claim.child("facility"), "Location", "Organization")
    if facility is None:
        return {}
    return filled(
        organizationName=facility.text("name"), npi=identifier(facility, IdentifierKind.NPI), address=address(facility)
    )
