"""The elements of a claim as they are written: which text could not be read, how long it may be, how it is reported.

Lengths: ASC X12 005010X222A1 (CLM01 38, REF02 of REF*6R 30, NM109 80, SV101-2 and LIN03 48, HI01-2 30, REF02 50).
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, TypeAlias, get_args, get_type_hints

from schemas.records import Claim, Organization, Part, Person, Provider, ServiceLine, attributes
from schemas.values import Unreadable

# The 277CA status (code list 508) that names an element, and the entity (code list 98) where the status needs one.
STATUS: Final[dict[str, tuple[str, str | None]]] = {
    "tradingPartnerServiceId": ("755", "PR"),
    "submitter": ("125", "41"),
    "receiver": ("125", "40"),
    "billing": ("125", "85"),
    "rendering": ("125", "82"),
    "referring": ("125", "DN"),
    "ordering": ("125", "DK"),
    "supervising": ("125", "DQ"),
    "subscriber": ("125", "IL"),
    "dependent": ("125", "QC"),
    "billing.npi": ("562", "85"),
    "rendering.npi": ("562", "82"),
    "referring.npi": ("562", "DN"),
    "ordering.npi": ("562", "DK"),
    "supervising.npi": ("562", "DQ"),
    "renderingProvider.npi": ("562", "82"),
    "referringProvider.npi": ("562", "DN"),
    "orderingProvider.npi": ("562", "DK"),
    "supervisingProvider.npi": ("562", "DQ"),
    "subscriber.memberId": ("164", "IL"),
    "subscriber.dateOfBirth": ("158", "IL"),
    "dependent.memberId": ("164", "QC"),
    "dependent.dateOfBirth": ("158", "QC"),
    "patientControlNumber": ("478", None),
    "claimChargeAmount": ("178", None),
    "placeOfServiceCode": ("249", None),
    "claimFrequencyCode": ("535", None),
    "claimFilingCode": ("480", "IL"),
    "signatureIndicator": ("466", "85"),
    "planParticipationCode": ("589", None),
    "benefitsAssignmentCertificationIndicator": ("360", None),
    "releaseInformationCode": ("333", None),
    "priorAuthorizationNumber": ("252", "PR"),
    "referralNumber": ("761", "PR"),
    "claimControlNumber": ("464", None),
    "diagnosisCode": ("255", None),
    "principalDiagnosis": ("254", None),
    "principalDiagnosisCode": ("254", None),
    "admittingDiagnosis": ("232", None),
    "admittingDiagnosisCode": ("232", None),
    "admissionTypeCode": ("231", None),
    "patientStatusCode": ("234", None),
    "gender": ("157", None),
    "relationshipToSubscriberCode": ("156", None),
    "employerId": ("128", None),
    "address1": ("126", None),
    "city": ("126", None),
    "state": ("126", None),
    "postalCode": ("126", None),
    "statementBeginDate": ("188", None),
    "serviceLineRevenueCode": ("455", None),
    "serviceLines": ("247", None),
    "providerControlNumber": ("584", None),
    "serviceDate": ("187", None),
    "serviceDateEnd": ("187", None),
    "procedureIdentifier": ("745", None),
    "procedureCode": ("454", None),
    "procedureModifiers": ("453", None),
    "lineItemChargeAmount": ("583", None),
    "measurementUnit": ("659", None),
    "serviceUnitCount": ("476", None),
    "diagnosisCodePointers": ("477", None),
    "nationalDrugCode": ("218", None),
    "nationalDrugUnitCount": ("724", None),
    "firstName": ("505", None),
    "lastName": ("504", None),
    "organizationName": ("125", None),
}
STATUS_CODES: Final = tuple(sorted({status for status, _ in STATUS.values() if status}))
"""The 277CA status codes of all elements that have one of their own."""
INDEX: Final = re.compile(r"\[\d+\]")


Written: TypeAlias = tuple[str, str, int | None, int | None]
"""An identifier or a code as it is in the claim: its value, its path, its longest length, its place in a list.

Paths are put together for what is found only: see `path_of`.
"""


def path_of(written: Written) -> str:
    """The path from the top of the claim message."""
    _, path, _, place = written
    return path if place is None else path.replace("[]", f"[{place}]", 1)


def status_of(path: str) -> tuple[tuple[str, ...], str | None]:
    """The 277CA status codes and the entity for the element at a JSON path; no code when there is none of its own."""
    holder, _, element = INDEX.sub("", path).rpartition(".")
    holder = holder.removesuffix(".address").rpartition(".")[2]
    status, entity = STATUS.get(f"{holder}.{element}") or STATUS.get(element) or (None, None)
    return (status,) if status else (), entity or STATUS.get(holder, (None, None))[1]


def unreadable(claim: Claim) -> Iterator[tuple[str, str]]:
    """All text in place of an amount, a count or a date that cannot be read as one, after its path."""
    return _unreadable_in(claim, "$")


def _unreadable_in(part: Part, path: str) -> Iterator[tuple[str, str]]:
    for attribute, name, read in _measured(type(part)):
        value = getattr(part, attribute)
        if value:
            yield from _unreadable_value(value, read, f"{path}.{name}")


def _unreadable_value(value: object, read: "TextReader | None", path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if read and isinstance(read(value), Unreadable):
            yield path, value
    elif isinstance(value, Part):
        yield from _unreadable_in(value, path)
    elif isinstance(value, tuple):
        for place, member in enumerate(value):
            yield from _unreadable_value(member, read, f"{path}[{place}]")


TextReader: TypeAlias = Callable[[str], object]


@cache
def _measured(kind: type[Part]) -> tuple[tuple[str, str, TextReader | None], ...]:
    """The fields of a part, with their names on the wire, that hold an amount, a count or a date, or parts that do.

    Each has what reads its text; None when it holds parts.
    """
    hints = get_type_hints(kind, include_extras=True)
    found = []
    for name, attribute in attributes(kind).items():
        reads = [each for each in getattr(hints[attribute], "__metadata__", ()) if callable(each)]
        inside = [each for each in _types_in(hints[attribute]) if isinstance(each, type) and issubclass(each, Part)]
        if reads or any(map(_measured, inside)):
            found.append((attribute, name, reads[0] if reads else None))
    return tuple(found)


def _types_in(annotation: Any) -> Iterator[Any]:  # a type, a union or a tuple of them
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for each in inner:
        yield from _types_in(each)


DIAGNOSIS: Final = "$.claimInformation.healthCareCodeInformation[].diagnosisCode"
LINE: Final = "$.claimInformation.serviceLines[]"
_NPI: Final = {role: f"$.{role}.npi" for role in ("billing", "rendering", "referring", "ordering", "supervising")}
_LINE_NPI: Final = {
    role: f"{LINE}.{role}.npi"
    for role in ("renderingProvider", "referringProvider", "orderingProvider", "supervisingProvider")
}


def identifiers(claim: Claim) -> Iterator[Written]:
    """The identifiers and codes that a payer stores; other codes are short lists of their own."""
    yield from _identifiers_of_parties(claim)
    information = claim.claim_information
    if information.patient_control_number:
        yield information.patient_control_number, "$.claimInformation.patientControlNumber", 38, None
    if numbers := information.claim_supplemental_information:
        for name, number in (
            ("priorAuthorizationNumber", numbers.prior_authorization_number),
            ("referralNumber", numbers.referral_number),
            ("claimControlNumber", numbers.claim_control_number),
        ):
            if number:
                yield number, f"$.claimInformation.claimSupplementalInformation.{name}", 50, None
    for place, entry in enumerate(information.health_care_code_information):
        if entry.diagnosis_code:
            yield entry.diagnosis_code, DIAGNOSIS, 30, place
    for place, line in enumerate(information.service_lines):
        yield from _identifiers_of_line(line, place)


def _identifiers_of_parties(claim: Claim) -> Iterator[Written]:
    if claim.trading_partner_service_id:
        yield claim.trading_partner_service_id, "$.tradingPartnerServiceId", 80, None
    for role, provider in providers_of_claim(claim):
        if provider and provider.npi:
            yield provider.npi, _NPI[role], 80, None
    if claim.subscriber and claim.subscriber.member_id:
        yield claim.subscriber.member_id, "$.subscriber.memberId", 80, None
    if claim.dependent and claim.dependent.member_id:
        yield claim.dependent.member_id, "$.dependent.memberId", 80, None


def _identifiers_of_line(line: ServiceLine, place: int) -> Iterator[Written]:
    service, drug = line.service, line.drug_identification
    if line.provider_control_number:
        yield line.provider_control_number, f"{LINE}.providerControlNumber", 30, place
    if service.procedure_code:
        yield service.procedure_code, f"{LINE}.professionalService.procedureCode", 48, place
    for position, modifier in enumerate(service.procedure_modifiers):
        if modifier:
            path = f"{LINE}.professionalService.procedureModifiers[{position}]"
            yield modifier, path, None, place
    if drug and drug.national_drug_code:
        yield drug.national_drug_code, f"{LINE}.drugIdentification.nationalDrugCode", 48, place
    for role, provider in providers_of_line(line):
        if provider and provider.npi:
            yield provider.npi, _LINE_NPI[role], 80, place


def providers_of_claim(claim: Claim) -> Iterator[tuple[str, Provider | None]]:
    """The providers of the claim as a whole, each with the name of its element."""
    yield "billing", claim.billing
    yield "rendering", claim.rendering
    yield "referring", claim.referring
    yield "ordering", claim.ordering
    yield "supervising", claim.supervising


def providers_of_line(line: ServiceLine) -> Iterator[tuple[str, Provider | None]]:
    """The providers of one line, each with the name of its element."""
    yield "renderingProvider", line.rendering_provider
    yield "referringProvider", line.referring_provider
    yield "orderingProvider", line.ordering_provider
    yield "supervisingProvider", line.supervising_provider


def names(claim: Claim) -> Iterator[tuple[str, str]]:
    """The names of the persons and organizations on the claim, each after its path."""
    parties: list[tuple[str, Organization | Provider | Person | None]] = [
        ("submitter", claim.submitter),
        ("receiver", claim.receiver),
        ("subscriber", claim.subscriber),
        ("dependent", claim.dependent),
        *providers_of_claim(claim),
    ]
    for party, holder in parties:
        if holder is None:
            continue
        for part, name in (
            ("lastName", holder.last_name),
            ("firstName", holder.first_name),
            ("organizationName", holder.organization_name),
        ):
            if name:
                yield f"$.{party}.{part}", name
