"""The 837 segment by segment: which element is which member of the claim message.

Sources: ASC X12N 005010X222A1 (professional) and 005010X223A2 (institutional) for loops, segments and their order; the
public v3 professional and institutional claim APIs for the names. Where these have no name for something that the
guides hold, the name is ours. Segments without a row are kept in the message as they came; see `walk`.

It is one long table, in the order of the guides, so that it can be held beside them.
"""

from dataclasses import replace
from typing import Final

from worker.x12.layout.hi_codes import HiCodes
from worker.x12.layout.kinds import Adjustments, Contact, Dates, Fields, Indicator, Name, Numbers, Texts
from worker.x12.layout.loops import Loop, PatientRow
from worker.x12.layout.rows import Coded, Flag, Many, OneOf, Parts, Row


def _address(path: str = "address") -> tuple[Row, ...]:
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


_PROVIDER_NUMBERS: Final = Numbers(
    {"0B": "stateLicenseNumber", "1G": "providerUpinNumber", "G2": "commercialNumber", "LU": "locationNumber"}
)
_SECONDARY: Final = Numbers({})


def _taxonomy(role: str, path: str = "") -> Row:
    return Fields(f"PRV*{role}", Coded("PXC", f"{path}taxonomyQualifier"), f"{path}taxonomyCode")


def _provider(name: str, entity: str, path: str, *, role: str | None = None) -> Loop:
    taxonomy = (_taxonomy(role),) if role else ()
    return Loop(name, (Name(entity, "npi", is_person=True), *taxonomy, _PROVIDER_NUMBERS), path)


def _facility(name: str, path: str) -> Loop:
    contact = Contact(name="phoneName")
    return Loop(name, (Name("77", "npi"), *_address(), _SECONDARY, contact), path)


def _site(name: str, entity: str, path: str) -> Loop:
    return Loop(name, (Name(entity), *_address("")), path)


def _insurance(*, level: str, relationship: str, group_number: str, group_name: str, kind: str, filing: str) -> Row:  # noqa: PLR0913 - the elements of an SBR
    return Fields("SBR", level, relationship, group_number, group_name, kind, None, None, None, filing)


_HCP_ENDS: Final = ("rejectReasonCode", "policyComplianceCode", "exceptionCode")
_HCP_OF_CLAIM_P: Final = (
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
    *_HCP_ENDS,
)
_HCP_OF_LINE_P: Final = (
    *_HCP_OF_CLAIM_P[:8],
    "serviceIdQualifier",
    "repricedApprovedHCPCSCode",
    "measurementUnitCode",
    "repricedApprovedServiceUnitCount",
    *_HCP_ENDS,
)
_HCP_OF_CLAIM_I: Final = (
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
    *_HCP_ENDS,
)
_HCP_OF_LINE_I: Final = (
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
    *_HCP_ENDS,
)


def _pricing(path: str, names: tuple[str | None, ...]) -> Row:
    return Fields("HCP", *(name and f"{path}.{name}" for name in names))


def _contract(path: str) -> Row:
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
_EPSDT: Final = Fields(
    "CRC*ZZ", Flag("epsdtReferral.certificationConditionCodeAppliesIndicator"), Many("epsdtReferral.conditionCodes", 5)
)

HEADER: Final = Loop(
    "header",
    (),
    loops=(
        Loop(
            "1000A",
            (Name("41", "submitterIdentification", "46"), Contact("contactInformation")),
            "submitter",
        ),
        Loop("1000B", (Name("40", "receiverId", "46"),), "receiver"),
    ),
)

BILLING_LEVEL: Final = Loop(
    "2000A",
    (_taxonomy("BI", "billing."),),
    loops=(
        Loop(
            "2010AA",
            (
                Name("85", "npi"),
                *_address(),
                Fields("REF*EI", "employerId"),
                Fields("REF*SY", "ssn"),
                Fields("REF*0B", "stateLicenseNumber"),
                Fields("REF*1G", "providerUpinNumber"),
                Contact("contactInformation"),
            ),
            "billing",
        ),
        Loop("2010AB", (Name("87"), *_address("")), "payToAddress"),
        Loop(
            "2010AC",
            (
                Name("PE", "primaryIdentifier", "PI", qualifier="primaryIdentifierTypeCode"),
                *_address(),
                Fields("REF*EI", "taxIdentificationNumber"),
                Fields("REF", "secondaryIdentifierTypeCode", "secondaryIdentifier"),
            ),
            "payToPlan",
        ),
    ),
)

_OF_PATIENT: Final = (
    None,
    None,
    None,
    Coded("D8", "claimInformation.deathDateFormat"),
    "claimInformation.deathDate",
    Coded("01", "claimInformation.patientWeightUnit"),
    "claimInformation.patientWeight",
    Flag("claimInformation.pregnancyIndicator", no=None),
)
_BIRTH: Final = Fields("DMG", Coded("D8", "dateOfBirthFormat"), "dateOfBirth", "gender")
_OF_SUBSCRIBER: Final = (
    None,
    None,
    None,
    None,
    Coded("D8", "subscriber.deathDateFormat"),
    "subscriber.deathDate",
    Coded("01", "subscriber.patientWeightUnit"),
    "subscriber.patientWeight",
    "subscriber.pregnancyIndicator",
)
_CASUALTY: Final = PatientRow(Fields("REF*Y4", "claimInformation.propertyCasualtyClaimNumber"))

SUBSCRIBER_LEVEL: Final = Loop(
    "2000B",
    (
        _insurance(
            level="subscriber.paymentResponsibilityLevelCode",
            relationship="subscriber.relationshipToSubscriberCode",
            group_number="subscriber.groupNumber",
            group_name="subscriber.subscriberGroupName",
            kind="subscriber.insuranceTypeCode",
            filing="claimInformation.claimFilingCode",
        ),
        PatientRow(Fields("PAT", None, *_OF_PATIENT)),
        # What is said of a subscriber who is not the patient.
        Fields("PAT", *_OF_SUBSCRIBER),
    ),
    loops=(
        Loop(
            "2010BA",
            (
                Name("IL", "memberId", "MI", is_person=True),
                *_address(),
                _BIRTH,
                Fields("REF*SY", "ssn"),
                _CASUALTY,
                Fields("REF*Y4", "propertyCasualtyClaimNumber"),
                Contact("contactInformation"),
            ),
            "subscriber",
        ),
        Loop(
            "2010BB",
            (
                Name(
                    "PR",
                    "tradingPartnerServiceId",
                    "PI",
                    person=(
                        "tradingPartnerLastName",
                        "tradingPartnerFirstName",
                        "tradingPartnerMiddleName",
                        "tradingPartnerSuffix",
                    ),
                    organization="tradingPartnerName",
                    qualifier="tradingPartnerServiceIdQualifier",
                    kind="tradingPartnerEntityTypeQualifier",
                ),
                *_address("payerAddress"),
                Fields("REF*2U", "tradingPartnerSecondaryIdentifiers.payerIdentificationNumber"),
                Fields("REF*EI", "tradingPartnerSecondaryIdentifiers.employerIdentificationNumber"),
                Fields("REF*FY", "tradingPartnerSecondaryIdentifiers.claimOfficeNumber"),
                Fields("REF*NF", "tradingPartnerSecondaryIdentifiers.naic"),
                Fields("REF*G2", "billing.commercialNumber"),
                Fields("REF*LU", "billing.locationNumber"),
            ),
        ),
    ),
)

RELATIONSHIP: Final = PatientRow(Fields("PAT", "dependent.relationshipToSubscriberCode"))
"""The PAT of an 837I, which says nothing else of the patient."""

PATIENT_LEVEL: Final = Loop(
    "2000C",
    (PatientRow(Fields("PAT", "dependent.relationshipToSubscriberCode", *_OF_PATIENT)),),
    loops=(
        Loop(
            "2010CA",
            (
                Name("QC", is_person=True),
                *_address(),
                _BIRTH,
                _CASUALTY,
                Fields("REF*1W", "memberId"),
                Fields("REF*SY", "ssn"),
                Contact("contactInformation"),
            ),
            "dependent",
        ),
    ),
)


def _claim_segment(facility_qualifier: str) -> Row:
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


def _numbers(names: dict[str, str]) -> tuple[Row, ...]:
    return tuple(
        Fields(f"REF*{qualifier}", f"claimSupplementalInformation.{name}") for qualifier, name in names.items()
    )


def _claim_dates(names: dict[str, str]) -> tuple[Row, ...]:
    return tuple(Dates(qualifier, f"claimDateInformation.{name}") for qualifier, name in names.items())


def _notes(names: dict[str, str]) -> tuple[Row, ...]:
    return tuple(Fields(f"NTE*{qualifier}", name) for qualifier, name in names.items())


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


_OTHER_PROVIDERS_P: Final = tuple(
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
_OTHER_PROVIDERS_I: Final = tuple(
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

_OTHER_COVERAGE_P: Final = Loop(
    "2320",
    (
        _insurance(
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
                *_address("otherInsuredAddress"),
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
                *_address("otherPayerAddress"),
                Dates("573", "otherPayerAdjudicationOrPaymentDate"),
                Fields("REF*G1", "otherPayerPriorAuthorizationNumber"),
                Fields("REF*9F", "otherPayerPriorAuthorizationOrReferralNumber"),
                Fields("REF*T4", Flag("otherPayerClaimAdjustmentIndicator", no=None)),
                Fields("REF*F8", "otherPayerClaimControlNumber"),
                Numbers({}, "otherPayerSecondaryIdentifier"),
            ),
            "otherPayerName",
        ),
        *_OTHER_PROVIDERS_P,
    ),
)
_OTHER_COVERAGE_I: Final = replace(
    _OTHER_COVERAGE_P,
    rows=(*_OTHER_COVERAGE_P.rows[:-1], _MIA, _OTHER_COVERAGE_P.rows[-1]),
    loops=(*_OTHER_COVERAGE_P.loops[:2], *_OTHER_PROVIDERS_I),
)


_DRUG: Final = Loop(
    "2410",
    (
        Fields("LIN", None, "serviceIdQualifier", "nationalDrugCode"),
        Fields("CTP", None, None, None, "nationalDrugUnitCount", Parts("measurementUnitCode")),
        Fields("REF*XZ", "pharmacyPrescriptionNumber"),
        Fields("REF*VY", "linkSequenceNumber"),
    ),
    "drugIdentification",
)

_OTHER_DECISION: Final = Loop(
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

_ATTACHMENTS_OF_CLAIM: Final = _attachments("claimSupplementalInformation.reportInformations")
_ATTACHMENTS_OF_LINE: Final = _attachments("serviceLineSupplementalInformation")


def _number_of_line(qualifier: str, name: str) -> Row:
    return Fields(f"REF*{qualifier}", f"serviceLineReferenceInformation.{name}")


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

_LINE_P: Final = Loop(
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
        _ATTACHMENTS_OF_LINE,
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
        _contract("contractInformation"),
        _number_of_line("9B", "repricedLineItemReferenceNumber"),
        _number_of_line("9D", "adjustedRepricedLineItemReferenceNumber"),
        Fields(
            "REF*G1",
            "priorAuthorizationOrReferralNumber",
            None,
            Parts(Coded("2U", "otherPayerIdentifierQualifier"), "otherPayerPrimaryIdentifier"),
            each="serviceLineReferenceInformation.priorAuthorization",
        ),
        Fields("REF*6R", "providerControlNumber"),
        _number_of_line("EW", "mammographyCertificationNumber"),
        _number_of_line("X4", "clinicalLaboratoryImprovementAmendmentNumber"),
        _number_of_line("F4", "referringCliaNumber"),
        _number_of_line("BT", "immunizationBatchNumber"),
        Texts("REF*9F", "serviceLineReferenceInformation.referralNumber"),
        Fields("AMT*T", "salesTaxAmount"),
        Fields("AMT*F4", "postageTaxAmount"),
        Texts("K3", "fileInformation"),
        *_notes({"ADD": "additionalNotes", "DCP": "goalRehabOrDischargePlans", "TPO": "thirdPartyOrganizationNotes"}),
        Fields(
            "PS1",
            "purchasedServiceInformation.purchasedServiceProviderIdentifier",
            "purchasedServiceInformation.purchasedServiceChargeAmount",
        ),
        _pricing("linePricingRepricingInformation", _HCP_OF_LINE_P),
    ),
    "serviceLines",
    each=True,
    loops=(
        _DRUG,
        _provider("2420A", "82", "renderingProvider", role="PE"),
        _provider("2420B", "QB", "purchasedServiceProvider"),
        _facility("2420C", "serviceFacilityLocation"),
        _provider("2420D", "DQ", "supervisingProvider"),
        Loop(
            "2420E",
            (
                Name("DK", "npi", is_person=True),
                *_address(),
                _PROVIDER_NUMBERS,
                Contact("contactInformation"),
            ),
            "orderingProvider",
        ),
        _provider("2420F", "DN", "referringProvider"),
        _provider("2420F", "P3", "primaryCareProvider"),
        _site("2420G", "PW", "ambulancePickUpLocation"),
        _site("2420H", "45", "ambulanceDropOffLocation"),
        _OTHER_DECISION,
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

_NUMBERS_OF_BOTH: Final = {
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

PROFESSIONAL: Final = Loop(
    "2300",
    (
        _claim_segment("B"),
        *_claim_dates(
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
        _ATTACHMENTS_OF_CLAIM,
        _contract("claimContractInformation"),
        Fields("AMT*F5", "patientAmountPaid"),
        *_numbers(
            _NUMBERS_OF_BOTH
            | {
                "F5": "medicareCrossoverReferenceId",
                "EW": "mammographyCertificationNumber",
                "X4": "cliaNumber",
                "1J": "carePlanOversightNumber",
            }
        ),
        Texts("K3", "fileInformationList"),
        *_notes(
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
        _EPSDT,
        HiCodes(
            ("ABK", "ABF", "BK", "BF"),
            "healthCareCodeInformation",
            "list",
            {1: "diagnosisTypeCode", 2: "diagnosisCode"},
        ),
        HiCodes(("BP", "BO"), "anesthesiaRelatedSurgicalProcedure", "texts", {2: "code"}),
        HiCodes(("BG",), "conditionInformation", "code groups", {2: "code"}),
        _pricing("claimPricingRepricingInformation", _HCP_OF_CLAIM_P),
    ),
    "claimInformation",
    loops=(
        _provider("2310A", "DN", "/referring"),
        _provider("2310A", "P3", "/primaryCare"),
        _provider("2310B", "82", "/rendering", role="PE"),
        _facility("2310C", "serviceFacilityLocation"),
        _provider("2310D", "DQ", "/supervising"),
        _site("2310E", "PW", "ambulancePickUpLocation"),
        _site("2310F", "45", "ambulanceDropOffLocation"),
        _OTHER_COVERAGE_P,
        _LINE_P,
    ),
)

_LINE_I: Final = Loop(
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
        _ATTACHMENTS_OF_LINE,
        Dates("472", "serviceDate", "serviceDateEnd"),
        Fields("REF*6R", "providerControlNumber"),
        _number_of_line("9B", "repricedLineItemReferenceNumber"),
        _number_of_line("9D", "adjustedRepricedLineItemReferenceNumber"),
        Fields("AMT*GT", "serviceTaxAmount"),
        Fields("AMT*N8", "facilityTaxAmount"),
        *_notes({"TPO": "thirdPartyOrganizationNotes"}),
        _pricing("linePricingInformation", _HCP_OF_LINE_I),
    ),
    "serviceLines",
    each=True,
    loops=(
        _DRUG,
        _provider("2420A", "72", "operatingPhysician"),
        _provider("2420B", "ZZ", "otherOperatingPhysician"),
        _provider("2420C", "82", "renderingProvider"),
        _provider("2420D", "DN", "referringProvider"),
        _OTHER_DECISION,
    ),
)

_DIAGNOSIS_PLACES: Final = {1: "qualifierCode", 9: "presentOnAdmissionIndicator"}

_NOTES_I: Final = {
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
        _claim_segment("A"),
        *_claim_dates({"096": "dischargeHour"}),
        Dates("434", "claimDateInformation.statementBeginDate", "claimDateInformation.statementEndDate"),
        *_claim_dates({"435": "admissionDateAndHour", "050": "repricerReceivedDate"}),
        Fields(
            "CL1",
            "claimCodeInformation.admissionTypeCode",
            "claimCodeInformation.admissionSourceCode",
            "claimCodeInformation.patientStatusCode",
        ),
        _ATTACHMENTS_OF_CLAIM,
        _contract("claimContractInformation"),
        Fields("AMT*F3", "patientEstimatedAmountDue"),
        *_numbers(_NUMBERS_OF_BOTH | {"LU": "autoAccidentState", "G4": "peerReviewAuthorizationNumber"}),
        Texts("K3", "fileInformation"),
        *(Texts(f"NTE*{qualifier}", f"claimNotes.{name}") for qualifier, name in _NOTES_I.items()),
        Fields("NTE*ADD", "billingNote"),
        _EPSDT,
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
        _pricing("claimPricingInformation", _HCP_OF_CLAIM_I),
    ),
    "claimInformation",
    loops=(
        _provider("2310A", "71", "/attending", role="AT"),
        _provider("2310B", "72", "/operating"),
        _provider("2310C", "ZZ", "/otherOperating"),
        _provider("2310D", "82", "/rendering", role="PE"),
        _facility("2310E", "serviceFacilityLocation"),
        _provider("2310F", "DN", "/referring"),
        _OTHER_COVERAGE_I,
        _LINE_I,
    ),
)
