"""Loop 2320 of the 837s: what other payers are known to have paid, with their providers and numbers."""

from dataclasses import replace
from typing import Final

from worker.x12.layout.common import address, insurance
from worker.x12.layout.kinds import Adjustments, Dates, Fields, Name, Numbers
from worker.x12.layout.loops import Loop
from worker.x12.layout.rows import Flag, Many, OneOf

_REMARKS: Final = "medicareInpatientAdjudication.claimPaymentRemarkCode"


def _inpatient(name: str) -> str:
    return f"medicareInpatientAdjudication.{name}"


_MIA: Final = Fields(
    "MIA",
    _inpatient("coveredDaysOrVisitsCount"),
    None,
    _inpatient("lifetimePsychiatricDaysCount"),
    _inpatient("claimDRGAmount"),
    OneOf(_REMARKS, 0, 5),
    _inpatient("claimDisproportionateShareAmount"),
    _inpatient("claimMspPassThroughAmount"),
    _inpatient("claimPpsCapitalAmount"),
    _inpatient("capitalHSPDRGAmount"),
    _inpatient("ppsCapitalHspDrgAmount"),
    _inpatient("ppsCapitalDshDrgAmount"),
    _inpatient("oldCapitalAmount"),
    _inpatient("ppsCapitalImeAmount"),
    _inpatient("ppsOperatingHospitalSpecificDrgAmount"),
    _inpatient("costReportDayCount"),
    _inpatient("ppsOperatingFederalSpecificDrgAmount"),
    _inpatient("claimPpsCapitalOutlierAmmount"),
    _inpatient("claimIndirectTeachingAmount"),
    _inpatient("nonPayableProfessionalComponentBilledAmount"),
    *(OneOf(_REMARKS, place, 5) for place in range(1, 5)),
    _inpatient("capitalExceptionAmount"),
)


def _other_provider(name: str, entity: str, path: str, numbers: str, *, is_person: bool | None) -> Loop:
    """A provider by the number that another payer has for it; `is_person` is None when the guide allows both."""
    opening = Name(entity, usual=None if is_person is None else "XX", is_person=bool(is_person))
    return Loop(name, (opening, Numbers({}, numbers)), path, each=True)


_OTHER_PROVIDERS_PROFESSIONAL: Final = tuple(
    _other_provider(name, entity, f"otherPayer{role}", f"otherPayer{role}{numbers}", is_person=is_person)
    for name, entity, role, numbers, is_person in (
        ("2330C", "DN", "ReferringProvider", "Identifier", True),
        ("2330C", "P3", "PrimaryCareProvider", "Identifier", True),
        ("2330D", "82", "RenderingProvider", "SecondaryIdentifier", None),
        ("2330E", "77", "ServiceFacilityLocation", "SecondaryIdentifier", False),
        ("2330F", "DQ", "SupervisingProvider", "Identifier", True),
        ("2330G", "85", "BillingProvider", "Identifier", None),
    )
)

_OTHER_PROVIDERS_INSTITUTIONAL: Final = tuple(
    _other_provider(name, entity, f"otherPayer{role}", f"otherPayer{role}{numbers}", is_person=is_person)
    for name, entity, role, numbers, is_person in (
        ("2330C", "71", "AttendingProvider", "Identifier", True),
        ("2330D", "72", "OperatingPhysician", "Identifier", True),
        ("2330E", "ZZ", "OtherOperatingPhysician", "Identifier", True),
        ("2330F", "77", "ServiceFacilityLocation", "SecondaryIdentifier", False),
        ("2330G", "82", "RenderingProvider", "SecondaryIdentifier", True),
        ("2330H", "DN", "ReferringProvider", "Identifier", True),
        ("2330I", "85", "BillingProvider", "Identifier", None),
    )
)

OTHER_COVERAGE_PROFESSIONAL: Final = Loop(
    "2320",
    (
        insurance(
            level="paymentResponsibilityLevelCode",
            relationship="individualRelationshipCode",
            group_number="insuranceGroupOrPolicyNumber",
            group_name="otherInsuredGroupName",
            kind="insuranceTypeCode",
            filing="claimFilingIndicatorCode",
        ),
        Adjustments("claimLevelAdjustments"),
        Fields("AMT*D", "payerPaidAmount"),
        Fields("AMT*A8", "nonCoveredChargeAmount"),
        Fields("AMT*EAF", "remainingPatientLiability"),
        Fields(
            "OI",
            None,
            None,
            Flag("benefitsAssignmentCertificationIndicator"),
            Flag("patientSignatureGeneratedForPatient", yes="P", no=None),
            None,
            "releaseOfInformationCode",
        ),
        Fields(
            "MOA",
            "medicareOutpatientAdjudication.reimbursementRate",
            "medicareOutpatientAdjudication.hcpcsPayableAmount",
            Many("medicareOutpatientAdjudication.claimPaymentRemarkCode", 5),
            "medicareOutpatientAdjudication.endStageRenalDiseasePaymentAmount",
            "medicareOutpatientAdjudication.nonPayableProfessionalComponentBilledAmount",
        ),
    ),
    "otherSubscriberInformation",
    each=True,
    order="SBR CAS AMT OI MIA MOA",
    loops=(
        Loop(
            "2330A",
            (
                Name(
                    "IL",
                    "otherInsuredIdentifier",
                    None,
                    is_person=True,
                    person=(
                        "otherInsuredLastName",
                        "otherInsuredFirstName",
                        "otherInsuredMiddleName",
                        "otherInsuredNameSuffix",
                    ),
                    organization="otherInsuredLastName",
                    qualifier="otherInsuredIdentifierTypeCode",
                    kind="otherInsuredQualifier",
                ),
                *address("otherInsuredAddress"),
                Fields("REF*SY", "otherInsuredAdditionalIdentifier"),
            ),
            "otherSubscriberName",
        ),
        Loop(
            "2330B",
            (
                Name(
                    "PR",
                    "otherPayerIdentifier",
                    None,
                    organization="otherPayerOrganizationName",
                    qualifier="otherPayerIdentifierTypeCode",
                ),
                *address("otherPayerAddress"),
                Dates("573", "otherPayerAdjudicationOrPaymentDate"),
                Fields("REF*G1", "otherPayerPriorAuthorizationNumber"),
                Fields("REF*9F", "otherPayerPriorAuthorizationOrReferralNumber"),
                Fields("REF*T4", Flag("otherPayerClaimAdjustmentIndicator", no=None)),
                Fields("REF*F8", "otherPayerClaimControlNumber"),
                Numbers({}, "otherPayerSecondaryIdentifier"),
            ),
            "otherPayerName",
        ),
        *_OTHER_PROVIDERS_PROFESSIONAL,
    ),
)

OTHER_COVERAGE_INSTITUTIONAL: Final = replace(
    OTHER_COVERAGE_PROFESSIONAL,
    rows=(*OTHER_COVERAGE_PROFESSIONAL.rows[:-1], _MIA, OTHER_COVERAGE_PROFESSIONAL.rows[-1]),
    loops=(*OTHER_COVERAGE_PROFESSIONAL.loops[:2], *_OTHER_PROVIDERS_INSTITUTIONAL),
)
