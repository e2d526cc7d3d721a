"""The claim of an 837I segment by segment, as `professional` for the 837P; source: ASC X12N 005010X223A2."""

from typing import Final

from worker.x12.layout.common import (
    ATTACHMENTS_OF_CLAIM,
    ATTACHMENTS_OF_LINE,
    DRUG,
    EPSDT,
    HCP_ENDS,
    NUMBERS_OF_BOTH,
    OTHER_DECISION,
    claim_dates,
    claim_segment,
    contract,
    facility,
    notes,
    number_of_line,
    numbers,
    pricing,
    provider,
)
from worker.x12.layout.hi_codes import HiCodes
from worker.x12.layout.kinds import Dates, Fields, Texts
from worker.x12.layout.loops import Loop
from worker.x12.layout.other_payers import OTHER_COVERAGE_INSTITUTIONAL
from worker.x12.layout.rows import Many, Parts

_HCP_OF_CLAIM: Final = (
    "pricingMethodologyCode",
    "repricedAllowedAmount",
    "repricedSavingAmount",
    "repricedOrgIdentifier",
    "repricedPerDiem",
    "repricedApprovedDRGCode",
    "repricedApprovedAmount",
    "repricedApprovedRevenueCode",
    "productOrServiceIDQualifier",
    "repricedApprovedHCPCSCode",
    "repricedApprovedServiceUnitCode",
    "repricedApprovedServiceUnitCount",
    *HCP_ENDS,
)

_HCP_OF_LINE: Final = (
    "pricingMethodologyCode",
    "repricedAllowedAmount",
    "repricedSavingAmount",
    "repricedOrganizationIdentifier",
    "flatRateAmount",
    "apgCode",
    "apgAmount",
    "repricedApprovedRevenueCode",
    "serviceIdQualifier",
    "repricedApprovedHCPCSCode",
    "measurementUnitCode",
    "repricedApprovedServiceUnitCount",
    *HCP_ENDS,
)

_LINE: Final = Loop(
    "2400",
    (
        Fields("LX", "assignedNumber"),
        Fields(
            "SV2",
            "institutionalService.serviceLineRevenueCode",
            Parts(
                "institutionalService.procedureIdentifier",
                "institutionalService.procedureCode",
                Many("institutionalService.procedureModifiers", 4),
                "institutionalService.description",
            ),
            "institutionalService.lineItemChargeAmount",
            "institutionalService.measurementUnit",
            "institutionalService.serviceUnitCount",
            None,
            "institutionalService.nonCoveredChargeAmount",
        ),
        ATTACHMENTS_OF_LINE,
        Dates("472", "serviceDate", "serviceDateEnd"),
        Fields("REF*6R", "providerControlNumber"),
        number_of_line("9B", "repricedLineItemReferenceNumber"),
        number_of_line("9D", "adjustedRepricedLineItemReferenceNumber"),
        Fields("AMT*GT", "serviceTaxAmount"),
        Fields("AMT*N8", "facilityTaxAmount"),
        *notes({"TPO": "thirdPartyOrganizationNotes"}),
        pricing("linePricingInformation", _HCP_OF_LINE),
    ),
    "serviceLines",
    each=True,
    loops=(
        DRUG,
        provider("2420A", "72", "operatingPhysician"),
        provider("2420B", "ZZ", "otherOperatingPhysician"),
        provider("2420C", "82", "renderingProvider"),
        provider("2420D", "DN", "referringProvider"),
        OTHER_DECISION,
    ),
)
_DIAGNOSIS_PLACES: Final = {1: "qualifierCode", 9: "presentOnAdmissionIndicator"}

_NOTES: Final = {
    "ALG": "allergies",
    "DCP": "goalRehabOrDischargePlans",
    "DGN": "diagnosisDescription",
    "DME": "dme",
    "MED": "medications",
    "NTR": "nutritionalRequirments",
    "ODT": "ordersForDiscipLinesAndTreatments",
    "RHB": "functionalLimitsOrReasonHomebound",
    "RLH": "reasonsPatientLeavesHome",
    "RNH": "timesAndReasonsPatientNotAtHome",
    "SET": "unusualHomeOrSocialEnv",
    "SFM": "safetyMeasures",
    "SPT": "supplementalPlanOfTreatment",
    "UPI": "updatedInformation",
}
"""NTE01 of an institutional claim; the institutional API spells the names so."""

INSTITUTIONAL: Final = Loop(
    "2300",
    (
        claim_segment("A"),
        *claim_dates({"096": "dischargeHour"}),
        Dates("434", "claimDateInformation.statementBeginDate", "claimDateInformation.statementEndDate"),
        *claim_dates({"435": "admissionDateAndHour", "050": "repricerReceivedDate"}),
        Fields(
            "CL1",
            "claimCodeInformation.admissionTypeCode",
            "claimCodeInformation.admissionSourceCode",
            "claimCodeInformation.patientStatusCode",
        ),
        ATTACHMENTS_OF_CLAIM,
        contract("claimContractInformation"),
        Fields("AMT*F3", "patientEstimatedAmountDue"),
        *numbers(NUMBERS_OF_BOTH | {"LU": "autoAccidentState", "G4": "peerReviewAuthorizationNumber"}),
        Texts("K3", "fileInformation"),
        *(Texts(f"NTE*{qualifier}", f"claimNotes.{name}") for qualifier, name in _NOTES.items()),
        Fields("NTE*ADD", "billingNote"),
        EPSDT,
        HiCodes(("ABK", "BK"), "principalDiagnosis", "one", {**_DIAGNOSIS_PLACES, 2: "principalDiagnosisCode"}),
        HiCodes(("ABJ", "BJ"), "admittingDiagnosis", "one", {1: "qualifierCode", 2: "admittingDiagnosisCode"}),
        HiCodes(("APR", "PR"), "patientReasonForVisits", "list", {1: "qualifierCode", 2: "patientReasonForVisitCode"}),
        HiCodes(("ABN", "BN"), "externalCauseOfInjuries", "list", {**_DIAGNOSIS_PLACES, 2: "externalCauseOfInjury"}),
        HiCodes(("DR",), "diagnosisRelatedGroupInformation", "one", {2: "drugRelatedGroupCode"}),
        HiCodes(
            ("ABF", "BF"), "otherDiagnosisInformationList", "groups", {**_DIAGNOSIS_PLACES, 2: "otherDiagnosisCode"}
        ),
        HiCodes(
            ("BBR", "BR", "CAH"),
            "principalProcedureInformation",
            "one",
            {1: "qualifierCode", 2: "principalProcedureCode", 4: "principalProcedureDate"},
        ),
        HiCodes(
            ("BBQ", "BQ"),
            "otherProcedureInformationList",
            "groups",
            {1: "qualifierCode", 2: "otherProcedureCode", 4: "otherProcedureDate"},
        ),
        HiCodes(
            ("BI",),
            "occurrenceSpanInformations",
            "groups",
            {2: "occurrenceSpanCode"},
            period=("occurrenceSpanCodeStartDate", "occurrenceSpanCodeEndDate"),
        ),
        HiCodes(("BH",), "occurrenceInformationList", "groups", {2: "occurrenceSpanCode", 4: "occurrenceSpanCodeDate"}),
        HiCodes(("BE",), "valueInformationList", "groups", {2: "valueCode", 5: "valueCodeAmount"}),
        HiCodes(("BG",), "conditionCodesList", "groups", {2: "conditionCode"}),
        HiCodes(("TC",), "treatmentCodeInformationList", "text groups", {2: "code"}),
        pricing("claimPricingInformation", _HCP_OF_CLAIM),
    ),
    "claimInformation",
    loops=(
        provider("2310A", "71", "/attending", role="AT"),
        provider("2310B", "72", "/operating"),
        provider("2310C", "ZZ", "/otherOperating"),
        provider("2310D", "82", "/rendering"),
        facility("2310E", "serviceFacilityLocation"),
        provider("2310F", "DN", "/referring"),
        OTHER_COVERAGE_INSTITUTIONAL,
        _LINE,
    ),
)
