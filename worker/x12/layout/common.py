"""Segments and loops that occur at several places of the 837s."""

from typing import Final

from worker.x12.layout.kinds import Adjustments, Contact, Dates, Fields, Name, Numbers
from worker.x12.layout.loops import Loop
from worker.x12.layout.rows import Coded, Flag, Many, Parts, Row


def address(path: str = "address") -> tuple[Row, ...]:
    """N3 and N4: an address, as the member at `path`, or beside the other members where it is empty."""
    below = f"{path}." if path else ""
    return (
        Fields("N3", f"{below}address1", f"{below}address2"),
        Fields(
            "N4",
            f"{below}city",
            f"{below}state",
            f"{below}postalCode",
            f"{below}countryCode",
            None,
            None,
            f"{below}countrySubDivisionCode",
        ),
    )


PROVIDER_NUMBERS: Final = Numbers(
    {"0B": "stateLicenseNumber", "1G": "providerUpinNumber", "G2": "commercialNumber", "LU": "locationNumber"}
)
_SECONDARY: Final = Numbers({})


def taxonomy(role: str, path: str = "") -> Row:
    """PRV: the taxonomy code of a provider in a role."""
    return Fields(f"PRV*{role}", Coded("PXC", f"{path}taxonomyQualifier"), f"{path}taxonomyCode")


def provider(name: str, entity: str, path: str, *, role: str | None = None) -> Loop:
    """The loop of a provider: name and NPI (NM1), the taxonomy of its role if it has one (PRV), other numbers (REF)."""
    role_rows = (taxonomy(role),) if role else ()
    return Loop(name, (Name(entity, "npi", is_person=True), *role_rows, PROVIDER_NUMBERS), path)


def facility(name: str, path: str, *, has_contact: bool = False) -> Loop:
    """The loop of a service facility: name (NM1), address, numbers (REF), and whom to ask (PER) where it has that."""
    contacts = (Contact(name="phoneName"),) if has_contact else ()
    return Loop(name, (Name("77", "npi"), *address(), _SECONDARY, *contacts), path)


def site(name: str, entity: str, path: str) -> Loop:
    """The loop of a place that is a name and an address, such as where an ambulance picked up the patient."""
    return Loop(name, (Name(entity), *address("")), path)


def insurance(*, level: str, relationship: str, group_number: str, group_name: str, kind: str, filing: str) -> Row:  # noqa: PLR0913 - the elements of an SBR
    """SBR: one coverage; each argument names the member of one element."""
    return Fields("SBR", level, relationship, group_number, group_name, kind, None, None, None, filing)


HCP_ENDS: Final = ("rejectReasonCode", "policyComplianceCode", "exceptionCode")


def pricing(path: str, names: tuple[str | None, ...]) -> Row:
    """HCP: what a repricer decided; `names` are the members in the order of its elements."""
    return Fields("HCP", *(name and f"{path}.{name}" for name in names))


def contract(path: str) -> Row:
    """CN1: the contract with the payer."""
    return Fields(
        "CN1",
        f"{path}.contractTypeCode",
        f"{path}.contractAmount",
        f"{path}.contractPercentage",
        f"{path}.contractCode",
        f"{path}.termsDiscountPercentage",
        f"{path}.contractVersionIdentifier",
    )


def _attachments(path: str) -> Row:
    return Fields(
        "PWK",
        "attachmentReportTypeCode",
        "attachmentTransmissionCode",
        None,
        None,
        Coded("AC", "attachmentControlQualifier"),
        "attachmentControlNumber",
        each=path,
    )


EPSDT: Final = Fields(
    "CRC*ZZ", Flag("epsdtReferral.certificationConditionCodeAppliesIndicator"), Many("epsdtReferral.conditionCodes", 5)
)


def claim_segment(facility_qualifier: str) -> Row:
    """CLM: the claim; CLM05-2 is "B" in an 837P and "A" in an 837I."""
    return Fields(
        "CLM",
        "patientControlNumber",
        "claimChargeAmount",
        None,
        None,
        Parts("placeOfServiceCode", Coded(facility_qualifier, "facilityCodeQualifier"), "claimFrequencyCode"),
        Flag("signatureIndicator"),
        "planParticipationCode",
        Flag("benefitsAssignmentCertificationIndicator"),
        "releaseInformationCode",
        Flag("patientSignatureSourceCode", yes="P", no=None),
        Parts(Many("relatedCausesCode", 3), "autoAccidentStateCode", "autoAccidentCountryCode"),
        "specialProgramCode",
        *[None] * 7,
        "delayReasonCode",
    )


def numbers(names: dict[str, str]) -> tuple[Row, ...]:
    """REF of the claim: the member of each qualifier."""
    return tuple(
        Fields(f"REF*{qualifier}", f"claimSupplementalInformation.{name}") for qualifier, name in names.items()
    )


def claim_dates(names: dict[str, str]) -> tuple[Row, ...]:
    """DTP of the claim: the member of each qualifier."""
    return tuple(Dates(qualifier, f"claimDateInformation.{name}") for qualifier, name in names.items())


def notes(names: dict[str, str]) -> tuple[Row, ...]:
    """NTE: the member of each qualifier."""
    return tuple(Fields(f"NTE*{qualifier}", name) for qualifier, name in names.items())


DRUG: Final = Loop(
    "2410",
    (
        Fields("LIN", None, "serviceIdQualifier", "nationalDrugCode"),
        Fields("CTP", None, None, None, "nationalDrugUnitCount", Parts("measurementUnitCode")),
        Fields("REF*XZ", "pharmacyPrescriptionNumber"),
        Fields("REF*VY", "linkSequenceNumber"),
    ),
    "drugIdentification",
)

OTHER_DECISION: Final = Loop(
    "2430",
    (
        Fields(
            "SVD",
            "otherPayerPrimaryIdentifier",
            "serviceLinePaidAmount",
            Parts("serviceIdQualifier", "procedureCode", Many("procedureModifier", 4), "procedureCodeDescription"),
            "serviceLineRevenueCode",
            "paidServiceUnitCount",
            "bundledOrUnbundledLineNumber",
        ),
        Adjustments("claimAdjustmentInformation"),
        Dates("573", "adjudicationOrPaymentDate"),
        Fields("AMT*EAF", "remainingPatientLiability"),
    ),
    "lineAdjudicationInformation",
    each=True,
)
ATTACHMENTS_OF_CLAIM: Final = _attachments("claimSupplementalInformation.reportInformations")
ATTACHMENTS_OF_LINE: Final = _attachments("serviceLineSupplementalInformation")


def number_of_line(qualifier: str, name: str) -> Row:
    """REF of a service line."""
    return Fields(f"REF*{qualifier}", f"serviceLineReferenceInformation.{name}")


NUMBERS_OF_BOTH: Final = {
    "4N": "serviceAuthorizationExceptionCode",
    "9F": "referralNumber",
    "G1": "priorAuthorizationNumber",
    "F8": "claimControlNumber",
    "9A": "repricedClaimNumber",
    "9C": "adjustedRepricedClaimNumber",
    "LX": "investigationalDeviceExemptionNumber",
    "D9": "claimNumber",
    "EA": "medicalRecordNumber",
    "P4": "demoProjectIdentifier",
}
