"""Insurances that coordinate with the one that is billed."""

from worker.fhir.coverage import SELF, Insurance
from worker.fhir.elements import FhirElement, Json, filled
from worker.fhir.identifiers import IdentifierKind, identifier
from worker.fhir.parties import person


def other_subscribers(
    others: list[Insurance], patient: FhirElement | None, assignment: str, release: str
) -> list[Json]:
    """Return the coverages with other payers, as loop 2320 has them.

    OI03 and OI06 are the claim's own CLM08 and CLM09, which both guides carry over to other payers (005010X222A1 and
    005010X223A2, loop 2320, notes to OI03 and OI06).
    """
    certified = filled(benefitsAssignmentCertificationIndicator=assignment, releaseOfInformationCode=release)
    return [_other_subscriber(each, patient) | certified for each in others]


def _other_subscriber(other: Insurance, patient: FhirElement | None) -> Json:
    name, number, where = other.payer()
    insured = other.subscriber() or (patient if other.relationship == SELF else None)
    whom = person(insured) if insured else {}
    ssn = identifier(insured, IdentifierKind.SOCIAL_SECURITY) if insured else ""
    return filled(
        paymentResponsibilityLevelCode=other.level,
        individualRelationshipCode=other.relationship,
        insuranceGroupOrPolicyNumber=other.group.get("groupNumber"),
        otherInsuredGroupName=other.group.get("subscriberGroupName"),
        claimFilingIndicatorCode=other.filing_code,
        otherSubscriberName=filled(
            otherInsuredQualifier="1",
            otherInsuredLastName=whom.get("lastName"),
            otherInsuredFirstName=whom.get("firstName"),
            otherInsuredMiddleName=whom.get("middleName"),
            otherInsuredNameSuffix=whom.get("suffix"),
            otherInsuredIdentifierTypeCode="MI",
            otherInsuredIdentifier=other.member_id,
            otherInsuredAdditionalIdentifier=ssn.replace("-", ""),
            otherInsuredAddress=whom.get("address"),
        ),
        otherPayerName=filled(
            otherPayerOrganizationName=name,
            otherPayerIdentifierTypeCode="PI",
            otherPayerIdentifier=number,
            otherPayerAddress=where,
        ),
    )
