from collections.abc import Iterator
from typing import Final

from schemas.claim import Claim, ClaimKind, InstitutionalService, Organization, Provider, ServiceLine
from schemas.outcome import Citation, Location, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.elements import status_of
from worker.edits.facts import ClaimFacts
from worker.edits.locate import in_claim, in_line

_PLACE: Final = {ClaimKind.PROFESSIONAL: "place of service", ClaimKind.INSTITUTIONAL: "facility type"}


def _name(party: Organization | Provider | None) -> str | None:
    return (party.organization_name or party.last_name) if party else None


def _of_claim(claim: Claim) -> Iterator[tuple[str, str, object]]:
    information = claim.claim_information
    yield "payer", "payer id", claim.trading_partner_service_id
    yield "submitter", "submitter name", _name(claim.submitter)
    yield "receiver", "receiver name", _name(claim.receiver)
    yield "billing", "billing provider name", _name(claim.billing)
    yield "billing.npi", "billing provider NPI", claim.billing and claim.billing.npi
    yield "subscriber.memberId", "subscriber member id", claim.subscriber and claim.subscriber.member_id
    yield "patientControlNumber", "patient control number", information.patient_control_number
    yield "claimChargeAmount", "total charge", information.claim_charge_amount
    yield "placeOfServiceCode", _PLACE[claim.kind], information.place_of_service_code
    yield "claimFrequencyCode", "claim frequency code", information.claim_frequency_code
    yield "claimFilingCode", "claim filing code", information.claim_filing_code
    if claim.kind is ClaimKind.PROFESSIONAL:
        yield "signatureIndicator", "provider signature indicator", information.signature_indicator
    else:
        dates = information.claim_date_information
        yield "statementBeginDate", "statement date", dates and dates.statement_begin_date
        yield "principalDiagnosis", "principal diagnosis", information.principal_diagnosis
    yield "planParticipationCode", "assignment or plan participation code", information.plan_participation_code
    yield (
        "benefitsAssignmentCertificationIndicator",
        "benefits assignment indicator",
        information.benefits_assignment_certification_indicator,
    )
    yield "releaseInformationCode", "release of information code", information.release_information_code
    yield "serviceLines", "service line", information.service_lines or None


def _of_institutional_line(service: InstitutionalService) -> Iterator[tuple[str, str, object]]:
    yield "serviceLineRevenueCode", "revenue code", service.service_line_revenue_code
    yield "lineItemChargeAmount", "line charge", service.line_item_charge_amount
    yield "measurementUnit", "unit of measure", service.measurement_unit
    yield "serviceUnitCount", "unit count", service.service_unit_count


def _of_line(line: ServiceLine) -> Iterator[tuple[str, str, object]]:
    if line.institutional_service is not None:
        yield from _of_institutional_line(line.institutional_service)
        return
    service = line.professional_service
    pointers = service.composite_diagnosis_code_pointers
    yield "serviceDate", "date of service", line.service_date
    yield "procedureIdentifier", "procedure code qualifier", service.procedure_identifier
    yield "procedureCode", "procedure code", service.procedure_code
    yield "lineItemChargeAmount", "line charge", service.line_item_charge_amount
    yield "measurementUnit", "unit of measure", service.measurement_unit
    yield "serviceUnitCount", "unit count", service.service_unit_count
    yield "diagnosisCodePointers", "diagnosis pointer", (pointers and any(pointers.diagnosis_code_pointers)) or None


@claim_edit(
    "FMT-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("21",), carc=("16",), rarc=("MA130",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P) and 005010X223A2 (837I), elements with usage Required"),
    kinds=BOTH_KINDS,
)
def required_element_missing(claim: ClaimFacts, _: Context) -> Iterator[Verdict]:
    """An element is absent or empty that every claim of its kind must carry.

    Why: a payer cannot take a claim in without them; it is returned unprocessed and was never filed.

    Flagged: no patient control number; a line without a date of service; a total charge sent as "".

    Accepted: all present. Absent and empty mean the same; 0 and N are values. A missing principal diagnosis is told
    by DX-03, an unreadable value by FMT-03.
    """
    for element, words, value in _of_claim(claim.claim):
        if value is None or value == "":
            yield _missing(words, in_claim(element))
    for line in claim.lines:
        for element, words, value in _of_line(line.line):
            if value is None or value == "":
                yield _missing(words, in_line(line, element))


def _missing(words: str, at: Location) -> Flaw:
    status, entity = status_of(at.json_path)
    return Flaw(
        message=f"Line {at.line} has no {words}." if at.line else f"The claim has no {words}.",
        hint=f"Send the {words} in {at.x12}.",
        at=at,
        facts={"element": at.x12},
        predicted=predicts(category="A6", status=("21", *status), carc=("16",), rarc=("MA130",), entity=entity),
    )
