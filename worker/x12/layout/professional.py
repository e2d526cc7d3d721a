"""The claim of an 837P segment by segment: which element is which member of the claim message.

Sources: ASC X12N 005010X222A1 (professional) and, in `institutional`, 005010X223A2 for loops, segments and their order;
the public v3 professional and institutional claim APIs for the names. Where these have no name for something that the
guides hold, the name is ours. Segments without a row are kept in the message as they came; see `walk`.

The rows are in the order of the guide, so that they can be held beside it; what both guides have is in `parties`,
`other_payers` and `common`.
"""

from typing import Final

from worker.x12.layout.common import (
    ATTACHMENTS_OF_CLAIM,
    ATTACHMENTS_OF_LINE,
    DRUG,
    EPSDT,
    HCP_ENDS,
    NUMBERS_OF_BOTH,
    OTHER_DECISION,
    PROVIDER_NUMBERS,
    address,
    claim_dates,
    claim_segment,
    contract,
    facility,
    notes,
    number_of_line,
    numbers,
    pricing,
    provider,
    site,
)
from worker.x12.layout.hi_codes import HiCodes
from worker.x12.layout.kinds import Contact, Dates, Fields, Indicator, Name, Texts
from worker.x12.layout.loops import Loop
from worker.x12.layout.other_payers import OTHER_COVERAGE_PROFESSIONAL
from worker.x12.layout.rows import Coded, Flag, Many, Parts

_HCP_OF_CLAIM: Final = (
    "pricingMethodologyCode",
    "repricedAllowedAmount",
    "repricedSavingAmount",
    "repricingOrganizationIdentifier",
    "repricingPerDiemOrFlatRateAmount",
    "repricedApprovedAmbulatoryPatientGroupCode",
    "repricedApprovedAmbulatoryPatientGroupAmount",
    None,
    None,
    None,
    None,
    None,
    *HCP_ENDS,
)

_HCP_OF_LINE: Final = (
    *_HCP_OF_CLAIM[:8],
    "serviceIdQualifier",
    "repricedApprovedHCPCSCode",
    "measurementUnitCode",
    "repricedApprovedServiceUnitCount",
    *HCP_ENDS,
)

_TRANSPORT: Final = Fields(
    "CR1",
    Coded("LB", "ambulanceTransportInformation.weightUnit"),
    "ambulanceTransportInformation.patientWeightInPounds",
    None,
    "ambulanceTransportInformation.ambulanceTransportReasonCode",
    Coded("DH", "ambulanceTransportInformation.distanceUnit"),
    "ambulanceTransportInformation.transportDistanceInMiles",
    None,
    None,
    "ambulanceTransportInformation.roundTripPurposeDescription",
    "ambulanceTransportInformation.stretcherPurposeDescription",
)

_AMBULANCE: Final = Fields(
    "CRC*07", Flag("certificationConditionIndicator"), Many("conditionCodes", 5), each="ambulanceCertification"
)

_LINE_DATES: Final = {
    "471": "prescriptionDate",
    "607": "certificationRevisionOrRecertificationDate",
    "463": "beginTherapyDate",
    "461": "lastCertificationDate",
    "304": "treatmentOrTherapyDate",
    "738": "hemoglobinTestDate",
    "739": "serumCreatineTestDate",
    "011": "shippedDate",
    "455": "lastXRayDate",
    "454": "initialTreatmentDate",
}

_LINE: Final = Loop(
    "2400",
    (
        Fields("LX", "assignedNumber"),
        Fields(
            "SV1",
            Parts(
                "professionalService.procedureIdentifier",
                "professionalService.procedureCode",
                Many("professionalService.procedureModifiers", 4),
                "professionalService.description",
            ),
            "professionalService.lineItemChargeAmount",
            "professionalService.measurementUnit",
            "professionalService.serviceUnitCount",
            "professionalService.placeOfServiceCode",
            None,
            Parts(Many("professionalService.compositeDiagnosisCodePointers.diagnosisCodePointers", 4)),
            None,
            Flag("professionalService.emergencyIndicator", no=None),
            None,
            Flag("professionalService.epsdtIndicator", no=None),
            Flag("professionalService.familyPlanningIndicator", no=None),
            None,
            None,
            "professionalService.copayStatusCode",
        ),
        Fields(
            "SV5",
            Parts("durableMedicalEquipmentService.procedureIdentifier", "durableMedicalEquipmentService.procedureCode"),
            Coded("DA", "durableMedicalEquipmentService.measurementUnit"),
            "durableMedicalEquipmentService.days",
            "durableMedicalEquipmentService.rentalPrice",
            "durableMedicalEquipmentService.purchasePrice",
            "durableMedicalEquipmentService.frequencyCode",
        ),
        ATTACHMENTS_OF_LINE,
        Fields("PWK*CT", "durableMedicalEquipmentCertificateOfMedicalNecessity.attachmentTransmissionCode"),
        _TRANSPORT,
        Fields(
            "CR3",
            "durableMedicalEquipmentCertification.certificationTypeCode",
            Coded("MO", "durableMedicalEquipmentCertification.durationUnit"),
            "durableMedicalEquipmentCertification.durableMedicalEquipmentDurationInMonths",
        ),
        _AMBULANCE,
        Indicator("70", "hospiceEmployeeIndicator", "65"),
        Fields(
            "CRC*09",
            Flag("conditionIndicatorDurableMedicalEquipment.certificationConditionIndicator"),
            "conditionIndicatorDurableMedicalEquipment.conditionIndicator",
            "conditionIndicatorDurableMedicalEquipment.conditionIndicatorCode",
        ),
        Dates("472", "serviceDate", "serviceDateEnd"),
        *(Dates(qualifier, f"serviceLineDateInformation.{name}") for qualifier, name in _LINE_DATES.items()),
        Fields("QTY*PT", "ambulancePatientCount"),
        Fields("QTY*FL", "obstetricAnesthesiaAdditionalUnits"),
        Fields(
            "MEA", "measurementReferenceIdentificationCode", "measurementQualifier", "testResults", each="testResults"
        ),
        contract("contractInformation"),
        number_of_line("9B", "repricedLineItemReferenceNumber"),
        number_of_line("9D", "adjustedRepricedLineItemReferenceNumber"),
        Fields(
            "REF*G1",
            "priorAuthorizationOrReferralNumber",
            None,
            Parts(Coded("2U", "otherPayerIdentifierQualifier"), "otherPayerPrimaryIdentifier"),
            each="serviceLineReferenceInformation.priorAuthorization",
        ),
        Fields("REF*6R", "providerControlNumber"),
        number_of_line("EW", "mammographyCertificationNumber"),
        number_of_line("X4", "clinicalLaboratoryImprovementAmendmentNumber"),
        number_of_line("F4", "referringCliaNumber"),
        number_of_line("BT", "immunizationBatchNumber"),
        Texts("REF*9F", "serviceLineReferenceInformation.referralNumber"),
        Fields("AMT*T", "salesTaxAmount"),
        Fields("AMT*F4", "postageTaxAmount"),
        Texts("K3", "fileInformation"),
        *notes({"ADD": "additionalNotes", "DCP": "goalRehabOrDischargePlans", "TPO": "thirdPartyOrganizationNotes"}),
        Fields(
            "PS1",
            "purchasedServiceInformation.purchasedServiceProviderIdentifier",
            "purchasedServiceInformation.purchasedServiceChargeAmount",
        ),
        pricing("linePricingRepricingInformation", _HCP_OF_LINE),
    ),
    "serviceLines",
    each=True,
    loops=(
        DRUG,
        provider("2420A", "82", "renderingProvider", role="PE"),
        provider("2420B", "QB", "purchasedServiceProvider"),
        facility("2420C", "serviceFacilityLocation"),
        provider("2420D", "DQ", "supervisingProvider"),
        Loop(
            "2420E",
            (
                Name("DK", "npi", is_person=True),
                *address(),
                PROVIDER_NUMBERS,
                Contact("contactInformation"),
            ),
            "orderingProvider",
        ),
        provider("2420F", "DN", "referringProvider"),
        provider("2420F", "P3", "primaryCareProvider"),
        site("2420G", "PW", "ambulancePickUpLocation"),
        site("2420H", "45", "ambulanceDropOffLocation"),
        OTHER_DECISION,
        Loop(
            "2440",
            (
                Fields("LQ", "formTypeCode", "formIdentifier"),
                Fields(
                    "FRM",
                    "questionNumber",
                    "questionResponseCode",
                    "questionResponse",
                    "questionResponseAsDate",
                    "questionResponseAsPercent",
                    each="supportingDocumentation",
                ),
            ),
            "formIdentification",
            each=True,
        ),
    ),
)

PROFESSIONAL: Final = Loop(
    "2300",
    (
        claim_segment("B"),
        *claim_dates(
            {
                "431": "symptomDate",
                "454": "initialTreatmentDate",
                "304": "lastSeenDate",
                "453": "acuteManifestationDate",
                "439": "accidentDate",
                "484": "lastMenstrualPeriodDate",
                "455": "lastXRayDate",
                "471": "hearingAndVisionPrescriptionDate",
                "360": "disabilityBeginDate",
                "361": "disabilityEndDate",
                "297": "lastWorkedDate",
                "296": "authorizedReturnToWorkDate",
                "435": "admissionDate",
                "096": "dischargeDate",
                "090": "assumedAndRelinquishedCareBeginDate",
                "091": "assumedAndRelinquishedCareEndDate",
                "444": "firstContactDate",
                "050": "repricerReceivedDate",
            }
        ),
        Dates("314", "claimDateInformation.disabilityPeriodBegin", "claimDateInformation.disabilityPeriodEnd"),
        ATTACHMENTS_OF_CLAIM,
        contract("claimContractInformation"),
        Fields("AMT*F5", "patientAmountPaid"),
        *numbers(
            NUMBERS_OF_BOTH
            | {
                "F5": "medicareCrossoverReferenceId",
                "EW": "mammographyCertificationNumber",
                "X4": "cliaNumber",
                "1J": "carePlanOversightNumber",
            }
        ),
        Texts("K3", "fileInformationList"),
        *notes(
            {
                "ADD": "claimNote.additionalInformation",
                "CER": "claimNote.certificationNarrative",
                "DCP": "claimNote.goalRehabOrDischargePlans",
                "DGN": "claimNote.diagnosisDescription",
                "TPO": "claimNote.thirdPartOrgNotes",
            }
        ),
        _TRANSPORT,
        Fields(
            "CR2",
            *[None] * 7,
            "spinalManipulationServiceInformation.patientConditionCode",
            None,
            "spinalManipulationServiceInformation.patientConditionDescription1",
            "spinalManipulationServiceInformation.patientConditionDescription2",
        ),
        _AMBULANCE,
        Fields(
            "CRC",
            "codeCategory",
            Flag("certificationConditionIndicator"),
            Many("conditionCodes", 5),
            each="patientConditionInformationVision",
        ),
        Indicator("75", "homeboundIndicator", "IH"),
        EPSDT,
        HiCodes(
            ("ABK", "ABF", "BK", "BF"),
            "healthCareCodeInformation",
            "list",
            {1: "diagnosisTypeCode", 2: "diagnosisCode"},
        ),
        HiCodes(("BP", "BO"), "anesthesiaRelatedSurgicalProcedure", "texts", {2: "code"}),
        HiCodes(("BG",), "conditionInformation", "code groups", {2: "code"}),
        pricing("claimPricingRepricingInformation", _HCP_OF_CLAIM),
    ),
    "claimInformation",
    loops=(
        provider("2310A", "DN", "/referring"),
        provider("2310A", "P3", "/primaryCare"),
        provider("2310B", "82", "/rendering", role="PE"),
        facility("2310C", "serviceFacilityLocation", has_contact=True),
        provider("2310D", "DQ", "/supervising"),
        site("2310E", "PW", "ambulancePickUpLocation"),
        site("2310F", "45", "ambulanceDropOffLocation"),
        OTHER_COVERAGE_PROFESSIONAL,
        _LINE,
    ),
)
