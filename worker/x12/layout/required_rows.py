"""The rows of `required`: loop by loop the elements that a claim message has to hold, with their members and words.

`required` explains the notation.
"""

from typing import Final


def _address(loop: str, path: str, words: str, usage: str = "") -> str:
    return f"""
@ {path}{usage}
{loop} N301 address1 : {words} street address
{loop} N401 city : {words} city
{loop} N402 state ?us-address : {words} state
{loop} N403 postalCode ?us-address : {words} ZIP code
"""


def _partial_address(loop: str, path: str, words: str) -> str:
    return f"""
@ {path}
{loop} N301 address1 ?n3-sent : {words} street address
{loop} N401 city ?n4-sent : {words} city
{loop} N402 state ?us-n4-sent : {words} state
{loop} N403 postalCode ?us-n4-sent : {words} ZIP code
"""


def _numbers(loop: str, path: str, words: str) -> str:
    return f"""
@ {path}[]
{loop} REF01 qualifier : qualifier of a number of the {words}
{loop} REF02 identifier : number of the {words}
"""


def _person(loop: str, path: str, words: str) -> str:
    return f"""
@ {path}
{loop} NM103 lastName|organizationName : {words} name
{_numbers(loop, f"{path}.secondaryIdentifier", words)}"""


def _facility(loop: str, path: str, words: str) -> str:
    return f"""
@ {path}
{loop} NM103 organizationName : {words} name
{_address(loop, f"{path}.address", words, " required")}
{_numbers(loop, f"{path}.secondaryIdentifier", words)}"""


def _contact(loop: str, path: str, words: str) -> str:
    return f"""
@ {path}
{loop} PER04 phoneNumber|faxNumber|email : {words} contact number
"""


def _other_provider(loop: str, role: str, words: str, *, has_kind: bool = False, secondary: str = "") -> str:
    path = f"{_OTHER}.otherPayer{role}[]"
    numbers = f"otherPayer{role}{secondary}Identifier"
    kind = f"{loop} NM102 entityTypeQualifier : entity type of the other payer's {words}" if has_kind else ""
    return f"""
@ {path}
{kind}
{loop} REF {numbers} : number that the other payer has for the {words}
{_numbers(loop, f"{path}.{numbers}", f"other payer's {words}")}"""


def _attachment(loop: str, path: str) -> str:
    return f"""
@ {path}
{loop} PWK01 attachmentReportTypeCode : attachment report type
{loop} PWK02 attachmentTransmissionCode : attachment transmission code
"""


def _adjustments(loop: str, path: str) -> str:
    return f"""
@ {path}[]
{loop} CAS01 adjustmentGroupCode : adjustment group code
{loop} CAS02 adjustmentDetails : adjustment reason code
@ {path}[].adjustmentDetails[]
{loop} CAS02 adjustmentReasonCode : adjustment reason code
{loop} CAS03 adjustmentAmount : adjustment amount
"""


_OTHER: Final = "claimInformation.otherSubscriberInformation[]"

_HEAD: Final = f"""
@ $ required
2010BB NM109 tradingPartnerServiceId : payer id
2010BB NM103 tradingPartnerName|tradingPartnerLastName : payer name
@ submitter required
1000A NM1*41 organizationName|lastName : submitter name
@ submitter.contactInformation required ?submitter-is-told
1000A PER*IC phoneNumber|faxNumber|email : submitter contact number
@ receiver required
1000B NM1*40 organizationName|lastName : receiver name
@ billing required
2010AA NM1*85 organizationName|lastName : billing provider name
2010AA NM109 npi : billing provider NPI
2010AA REF*EI employerId|ssn : billing provider tax id
{_address("2010AA", "billing.address", "billing provider", " required")}
{_address("2010AB", "payToAddress", "pay-to")}
@ payToPlan
2010AC NM103 organizationName : pay-to plan name
2010AC NM109 primaryIdentifier : pay-to plan id
2010AC REF*EI taxIdentificationNumber : pay-to plan tax id
{_address("2010AC", "payToPlan.address", "pay-to plan", " required")}
@ payToPlan ?number-sent
2010AC REF01 secondaryIdentifierTypeCode : qualifier of the pay-to plan's second number
2010AC REF02 secondaryIdentifier : second number of the pay-to plan
{_contact("2010AA", "billing.contactInformation", "billing provider")}
@ subscriber required
2000B SBR01 paymentResponsibilityLevelCode : payment responsibility level
2000B SBR02 relationshipToSubscriberCode ?self-in-837 : relationship of the patient to the subscriber
2010BA NM103 lastName|organizationName ?subscriber-is-not-patient : subscriber name
2010BA NM109 memberId ?person : subscriber member id
2010BA DMG03 gender ?patient-is-subscriber : subscriber gender
{_address("2010BA", "subscriber.address", "subscriber", " required ?patient-is-subscriber")}
{_partial_address("2010BA", "subscriber.address", "subscriber").replace("-sent", "-sent-of-subscriber")}
@ $ required
2000C PAT01 dependent ?patient-is-not-subscriber : patient
{_partial_address("2010BB", "payerAddress", "payer")}
@ dependent
2000C PAT01 relationshipToSubscriberCode : patient relationship to the subscriber
2010CA DMG03 gender : patient gender
{_address("2010CA", "dependent.address", "patient", " required")}
@ claimInformation required
2300 CLM01 patientControlNumber : patient control number
2300 CLM02 claimChargeAmount : total charge
2300 CLM05-3 claimFrequencyCode : claim frequency code
2000B SBR09 claimFilingCode : claim filing code
2300 CLM07 planParticipationCode : assignment or plan participation code
2300 CLM08 benefitsAssignmentCertificationIndicator : benefits assignment indicator
2300 CLM09 releaseInformationCode : release of information code
2400 LX serviceLines : service line
{_attachment("2300", "claimInformation.claimSupplementalInformation.reportInformation")}
{_attachment("2300", "claimInformation.claimSupplementalInformation.reportInformations[]")}
@ claimInformation.claimContractInformation
2300 CN101 contractTypeCode : contract type
"""

_OTHER_COVERAGE: Final = f"""
@ {_OTHER}
2320 SBR01 paymentResponsibilityLevelCode : payment responsibility level of the other payer
2320 SBR02 individualRelationshipCode : patient relationship to the other insured
2320 OI03 benefitsAssignmentCertificationIndicator : benefits assignment indicator of the other coverage
2320 OI06 releaseOfInformationCode : release of information code of the other coverage
@ {_OTHER}.otherSubscriberName required
2330A NM102 otherInsuredQualifier : entity type of the other insured
2330A NM103 otherInsuredLastName : other insured name
2330A NM108 otherInsuredIdentifierTypeCode : other insured id qualifier
2330A NM109 otherInsuredIdentifier : other insured id
@ {_OTHER}.otherPayerName required
2330B NM103 otherPayerOrganizationName : other payer name
2330B NM108 otherPayerIdentifierTypeCode : other payer id qualifier
2330B NM109 otherPayerIdentifier : other payer id
{_adjustments("2320", f"{_OTHER}.claimLevelAdjustments")}
{_partial_address("2330A", f"{_OTHER}.otherSubscriberName.otherInsuredAddress", "other insured")}
{_partial_address("2330B", f"{_OTHER}.otherPayerName.otherPayerAddress", "other payer")}
{_numbers("2330B", f"{_OTHER}.otherPayerName.otherPayerSecondaryIdentifier", "other payer")}
"""

_OTHER_PROVIDERS_P: Final = (
    _other_provider("2330C", "ReferringProvider", "referring provider")
    + _other_provider("2330C", "PrimaryCareProvider", "primary care provider")
    + _other_provider("2330D", "RenderingProvider", "rendering provider", has_kind=True, secondary="Secondary")
    + _other_provider("2330E", "ServiceFacilityLocation", "service facility", secondary="Secondary")
    + _other_provider("2330F", "SupervisingProvider", "supervising provider")
    + _other_provider("2330G", "BillingProvider", "billing provider", has_kind=True)
)
_OTHER_PROVIDERS_I: Final = (
    _other_provider("2330C", "AttendingProvider", "attending provider")
    + _other_provider("2330D", "OperatingPhysician", "operating physician")
    + _other_provider("2330E", "OtherOperatingPhysician", "other operating physician")
    + _other_provider("2330F", "ServiceFacilityLocation", "service facility", secondary="Secondary")
    + _other_provider("2330G", "RenderingProvider", "rendering provider", secondary="Secondary")
    + _other_provider("2330H", "ReferringProvider", "referring provider")
    + _other_provider("2330I", "BillingProvider", "billing provider")
)

_PRICING: Final = """
@ {path}
{loop} HCP01 pricingMethodologyCode : pricing methodology
{loop} HCP02 repricedAllowedAmount : repriced allowed amount
"""


def _ambulance(loop: str, path: str) -> str:
    return f"""
@ {path}ambulanceTransportInformation
{loop} CR104 ambulanceTransportReasonCode : ambulance transport reason
{loop} CR106 transportDistanceInMiles : transport distance
@ {path}ambulanceCertification[]
{loop} CRC02 certificationConditionIndicator : answer to the ambulance certification
{loop} CRC03 conditionCodes : ambulance condition
"""


_EPSDT: Final = """
@ claimInformation.epsdtReferral
2300 CRC02 certificationConditionCodeAppliesIndicator : answer to the EPSDT referral
2300 CRC03 conditionCodes : EPSDT referral condition
"""

_PROFESSIONAL: Final = f"""
@ claimInformation required
2300 CLM05-1 placeOfServiceCode : place of service
2300 CLM06 signatureIndicator : provider signature indicator
2300 CLM11-1 relatedCausesCode ?accident-place-sent : cause of the accident
2300 CLM11-4 autoAccidentStateCode ?auto-accident : state of the auto accident
@ claimInformation.claimDateInformation required ?accident
2300 DTP*439 accidentDate : accident date
@ claimInformation.healthCareCodeInformation[]
2300 HI01-1 diagnosisTypeCode : diagnosis type
2300 HI01-2 diagnosisCode : diagnosis code
@ subscriber required ?medicare-not-primary
2000B SBR05 insuranceTypeCode : insurance type of a Medicare that pays second
{_contact("2010BA", "subscriber.contactInformation", "subscriber")}
{_contact("2010CA", "dependent.contactInformation", "patient")}
{_ambulance("2300", "claimInformation.")}
@ claimInformation.spinalManipulationServiceInformation
2300 CR208 patientConditionCode : patient condition code
@ claimInformation.patientConditionInformationVision[]
2300 CRC01 codeCategory : category of the vision condition
2300 CRC02 certificationConditionIndicator : answer to the vision condition
2300 CRC03 conditionCodes : vision condition
{_EPSDT}
{_person("2310A", "referring", "referring provider")}
{_person("2310A", "primaryCare", "primary care provider")}
{_person("2310B", "rendering", "rendering provider")}
{_person("2310D", "supervising", "supervising provider")}
{_person("2420E", "ordering", "ordering provider")}
{_facility("2310C", "claimInformation.serviceFacilityLocation", "service facility")}
@ claimInformation.serviceFacilityLocation
2310C PER04 phoneNumber ?phone-named : service facility contact number
{_address("2310E", "claimInformation.ambulancePickUpLocation", "pick-up")}
{_address("2310F", "claimInformation.ambulanceDropOffLocation", "drop-off")}
{_PRICING.format(loop="2300", path="claimInformation.claimPricingRepricingInformation")}
"""

_INSTITUTIONAL: Final = f"""
@ claimInformation required
2300 CLM05-1 placeOfServiceCode : facility type
2300 HI*ABJ admittingDiagnosis ?inpatient : admitting diagnosis
@ claimInformation.claimDateInformation required
2300 DTP*434 statementBeginDate : statement date
2300 DTP*434 statementEndDate : last day of the statement
2300 DTP*435 admissionDateAndHour ?inpatient : admission date
@ claimInformation.claimCodeInformation required
2300 CL101 admissionTypeCode : admission type
2300 CL103 patientStatusCode : patient status code
@ claimInformation.principalDiagnosis required
2300 HI*ABK principalDiagnosisCode : principal diagnosis
@ claimInformation.admittingDiagnosis
2300 HI*ABJ admittingDiagnosisCode : admitting diagnosis
@ claimInformation.patientReasonForVisits[]
2300 HI*APR patientReasonForVisitCode : patient's reason for the visit
@ claimInformation.externalCauseOfInjuries[]
2300 HI*ABN externalCauseOfInjury : external cause of injury
@ claimInformation.principalProcedureInformation
2300 HI*BBR principalProcedureCode : principal procedure
2300 HI*BBR principalProcedureDate : date of the principal procedure
@ claimInformation.otherProcedureInformationList[][]
2300 HI*BBQ otherProcedureCode : other procedure
2300 HI*BBQ otherProcedureDate : date of the other procedure
{_EPSDT}
@ claimInformation.otherDiagnosisInformationList[][]
2300 HI*ABF otherDiagnosisCode : other diagnosis
@ claimInformation.valueInformationList[][]
2300 HI*BE valueCode : value code
2300 HI*BE valueCodeAmount : value code amount
@ claimInformation.occurrenceInformationList[][]
2300 HI*BH occurrenceSpanCode : occurrence code
2300 HI*BH occurrenceSpanCodeDate : occurrence date
@ claimInformation.occurrenceSpanInformations[][]
2300 HI*BI occurrenceSpanCode : occurrence span code
2300 HI*BI occurrenceSpanCodeStartDate : first day of the occurrence span
2300 HI*BI occurrenceSpanCodeEndDate : last day of the occurrence span
@ claimInformation.conditionCodesList[][]
2300 HI*BG conditionCode : condition code
@ attending required ?attending
2310A NM103 lastName|organizationName : attending provider name
{_numbers("2310A", "attending.secondaryIdentifier", "attending provider")}
{_person("2310B", "operating", "operating physician")}
{_person("2310C", "otherOperating", "other operating physician")}
{_person("2310D", "rendering", "rendering provider")}
{_person("2310F", "referring", "referring provider")}
{_facility("2310E", "claimInformation.serviceFacilityLocation", "service facility")}
{_PRICING.format(loop="2300", path="claimInformation.claimPricingInformation")}
"""

_COVERAGE_P: Final = f"""
{_OTHER_COVERAGE}
@ {_OTHER} ?other-medicare-not-primary
2320 SBR05 insuranceTypeCode : insurance type of another Medicare that pays second
{_OTHER_PROVIDERS_P}
"""
_COVERAGE_I: Final = f"""
{_OTHER_COVERAGE}
@ {_OTHER}.medicareInpatientAdjudication
2320 MIA01 coveredDaysOrVisitsCount : covered days or visits of the other payer
{_OTHER_PROVIDERS_I}
"""

_LINE_OF_BOTH: Final = f"""
@ lineAdjudicationInformation[]
2430 SVD01 otherPayerPrimaryIdentifier : id of the other payer
2430 SVD02 serviceLinePaidAmount : amount paid by the other payer
2430 SVD05 paidServiceUnitCount : unit count paid by the other payer
2430 DTP*573 adjudicationOrPaymentDate : payment date of the other payer
{_adjustments("2430", "lineAdjudicationInformation[].claimAdjustmentInformation")}
{_attachment("2400", "serviceLineSupplementalInformation[]")}
"""

PROFESSIONAL_LINE: Final = f"""
@ $ required
2400 DTP*472 serviceDate : date of service
@ professionalService required
2400 SV101-1 procedureIdentifier : procedure code qualifier
2400 SV101-2 procedureCode : procedure code
2400 SV102 lineItemChargeAmount : line charge
2400 SV103 measurementUnit : unit of measure
2400 SV104 serviceUnitCount : unit count
@ professionalService.compositeDiagnosisCodePointers required
2400 SV107 diagnosisCodePointers : diagnosis pointer
{_LINE_OF_BOTH}
@ lineAdjudicationInformation[]
2430 SVD03-1 serviceIdQualifier : procedure code qualifier of the other payer
2430 SVD03-2 procedureCode : procedure code of the other payer
{_person("2420A", "renderingProvider", "rendering provider")}
{_person("2420F", "primaryCareProvider", "primary care provider")}
{_numbers("2420B", "purchasedServiceProvider.secondaryIdentifier", "purchased service provider")}
{_contact("2420E", "orderingProvider.contactInformation", "ordering provider")}
{_ambulance("2400", "")}
{_facility("2420C", "serviceFacilityLocation", "service facility")}
{_person("2420D", "supervisingProvider", "supervising provider")}
{_person("2420E", "orderingProvider", "ordering provider")}
{_person("2420F", "referringProvider", "referring provider")}
{_address("2420G", "ambulancePickUpLocation", "pick-up")}
{_address("2420H", "ambulanceDropOffLocation", "drop-off")}
{_partial_address("2420E", "orderingProvider.address", "ordering provider")}
{_PRICING.format(loop="2400", path="linePricingRepricingInformation")}
@ contractInformation
2400 CN101 contractTypeCode : contract type
@ purchasedServiceInformation
2400 PS101 purchasedServiceProviderIdentifier : purchased service provider id
2400 PS102 purchasedServiceChargeAmount : purchased service charge
@ durableMedicalEquipmentCertification
2400 CR301 certificationTypeCode : certification type of the equipment
2400 CR303 durableMedicalEquipmentDurationInMonths : duration of the equipment's use
@ conditionIndicatorDurableMedicalEquipment
2400 CRC02 certificationConditionIndicator : answer to the equipment condition
2400 CRC03 conditionIndicator : equipment condition
@ testResults[]
2400 MEA01 measurementReferenceIdentificationCode : kind of test
2400 MEA02 measurementQualifier : measure of the test
2400 MEA03 testResults : test result
@ serviceLineReferenceInformation.priorAuthorization[]
2400 REF*G1 priorAuthorizationOrReferralNumber : prior authorization number
@ durableMedicalEquipmentService
2400 SV501-1 procedureIdentifier : equipment procedure code qualifier
2400 SV501-2 procedureCode : equipment procedure code
2400 SV503 days : length of medical necessity
2400 SV504 rentalPrice : equipment rental price
2400 SV505 purchasePrice : equipment purchase price
2400 SV506 frequencyCode : rental unit price indicator
@ formIdentification[]
2440 LQ01 formTypeCode : form type
2440 LQ02 formIdentifier : form identifier
2440 FRM01 supportingDocumentation : form question
@ formIdentification[].supportingDocumentation[]
2440 FRM01 questionNumber : question number
"""

INSTITUTIONAL_LINE: Final = f"""
@ institutionalService required
2400 SV201 serviceLineRevenueCode : revenue code
2400 SV202-1 procedureIdentifier ?procedure-sent : procedure code qualifier
2400 SV202-2 procedureCode ?qualifier-sent : procedure code
2400 SV203 lineItemChargeAmount : line charge
2400 SV204 measurementUnit : unit of measure
2400 SV205 serviceUnitCount : unit count
{_LINE_OF_BOTH}
@ lineAdjudicationInformation[]
2430 SVD03-1 serviceIdQualifier ?procedure-sent : procedure code qualifier of the other payer
2430 SVD03-2 procedureCode ?paid-qualifier-sent : procedure code of the other payer
2430 SVD04 serviceLineRevenueCode : revenue code of the other payer
{_person("2420A", "operatingPhysician", "operating physician")}
{_person("2420B", "otherOperatingPhysician", "other operating physician")}
{_person("2420C", "renderingProvider", "rendering provider")}
{_person("2420D", "referringProvider", "referring provider")}
{_PRICING.format(loop="2400", path="linePricingInformation")}
"""

PROFESSIONAL: Final = _HEAD + _PROFESSIONAL + _COVERAGE_P
INSTITUTIONAL: Final = _HEAD + _INSTITUTIONAL + _COVERAGE_I
