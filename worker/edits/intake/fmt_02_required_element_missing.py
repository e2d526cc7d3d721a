from collections.abc import Iterator
from typing import Final, TypeAlias

from schemas.claim import Claim, Organization, Provider, ServiceLine
from schemas.outcome import Citation, Location, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.elements import status_of
from worker.edits.facts.locate import in_claim, in_line
from worker.edits.facts.traits import Trait


def _name(party: Organization | Provider | None) -> str | None:
    return (party.organization_name or party.last_name) if party else None


OF_CLAIM: Final = (
    ("payer", "payer id"),
    ("submitter", "submitter name"),
    ("receiver", "receiver name"),
    ("billing", "billing provider name"),
    ("billing.npi", "billing provider NPI"),
    ("subscriber.memberId", "subscriber member id"),
    ("patientControlNumber", "patient control number"),
    ("claimChargeAmount", "total charge"),
    ("claimFrequencyCode", "claim frequency code"),
    ("claimFilingCode", "claim filing code"),
    ("planParticipationCode", "assignment or plan participation code"),
    ("benefitsAssignmentCertificationIndicator", "benefits assignment indicator"),
    ("releaseInformationCode", "release of information code"),
    ("serviceLines", "service line"),
)
OF_PROFESSIONAL_CLAIM: Final = (
    ("placeOfServiceCode", "place of service"),
    ("signatureIndicator", "provider signature indicator"),
)
OF_INSTITUTIONAL_CLAIM: Final = (
    ("placeOfServiceCode", "facility type"),
    ("statementBeginDate", "statement date"),
    ("principalDiagnosis", "principal diagnosis"),
)
OF_PROFESSIONAL_LINE: Final = (
    ("serviceDate", "date of service"),
    ("procedureIdentifier", "procedure code qualifier"),
    ("procedureCode", "procedure code"),
    ("lineItemChargeAmount", "line charge"),
    ("measurementUnit", "unit of measure"),
    ("serviceUnitCount", "unit count"),
    ("diagnosisCodePointers", "diagnosis pointer"),
)
OF_INSTITUTIONAL_LINE: Final = (
    ("serviceLineRevenueCode", "revenue code"),
    ("lineItemChargeAmount", "line charge"),
    ("measurementUnit", "unit of measure"),
    ("serviceUnitCount", "unit count"),
)
Elements: TypeAlias = tuple[tuple[str, str], ...]
"""Names of elements, with the words for them."""


def _of_claim(claim: Claim) -> tuple[object, ...]:
    """The values of `OF_CLAIM`, in its order."""
    information = claim.claim_information
    return (
        claim.trading_partner_service_id,
        _name(claim.submitter),
        _name(claim.receiver),
        _name(claim.billing),
        claim.billing and claim.billing.npi,
        claim.subscriber and claim.subscriber.member_id,
        information.patient_control_number,
        information.claim_charge_amount,
        information.claim_frequency_code,
        information.claim_filing_code,
        information.plan_participation_code,
        information.benefits_assignment_certification_indicator,
        information.release_information_code,
        information.service_lines or None,
    )


def _of_kind(claim: ClaimFacts) -> tuple[Elements, tuple[object, ...]]:
    """What only claims of one kind carry, and the values."""
    information = claim.claim.claim_information
    place = information.place_of_service_code
    if not claim.is_institutional:
        return OF_PROFESSIONAL_CLAIM, (place, information.signature_indicator)
    dates = information.claim_date_information
    return OF_INSTITUTIONAL_CLAIM, (place, dates and dates.statement_begin_date, information.principal_diagnosis)


def _of_line(line: ServiceLine) -> tuple[Elements, tuple[object, ...]]:
    if service := line.institutional_service:
        return OF_INSTITUTIONAL_LINE, (
            service.service_line_revenue_code,
            service.line_item_charge_amount,
            service.measurement_unit,
            service.service_unit_count,
        )
    professional = line.professional_service
    return OF_PROFESSIONAL_LINE, (
        line.service_date,
        professional.procedure_identifier,
        professional.procedure_code,
        professional.line_item_charge_amount,
        professional.measurement_unit,
        professional.service_unit_count,
        any(professional.diagnosis_pointers) or None,
    )


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
    for elements, values in ((OF_CLAIM, _of_claim(claim.claim)), _of_kind(claim)):
        if not all(values):  # rare, and a zero takes the closer look too
            for element, words in _absent(elements, values):
                yield _missing(words, in_claim(element))
    for line, charge, pointers in zip(claim.lines, claim.charges, claim.pointers, strict=True):
        if charge is None or line.traits & Trait.INCOMPLETE or not any(pointers):
            for element, words in _absent(*_of_line(line.line)):
                yield _missing(words, in_line(line, element))


def _absent(elements: Elements, values: tuple[object, ...]) -> Elements:
    return tuple(element for element, value in zip(elements, values, strict=True) if value is None or value == "")


def _missing(words: str, at: Location) -> Flaw:
    status, entity = status_of(at.json_path)
    return Flaw(
        message=f"Line {at.line} has no {words}." if at.line else f"The claim has no {words}.",
        hint=f"Send the {words} in {at.x12}.",
        at=at,
        facts={"element": at.x12},
        predicted=predicts(category="A6", status=("21", *status), carc=("16",), rarc=("MA130",), entity=entity),
    )
