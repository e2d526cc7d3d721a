"""The required elements of a claim message: those of `structure`, each with its member and the words for it.

One table, in a notation of its own:

    @ billing.address required ?situation   the part that the rows below it speak of, by its path in the message
    2010AA N301 address1 : words            loop, element, members (any one of several is enough), what to call it
    2010AA N402 state ?us-address : words   required only in a situation that the claim itself shows

`[]` after a member of a path means each part of the list. A part that is not `required` is looked at when it is sent.
Left out are elements that a writer derives or that an interchange brings along (BHT, HL, LX, qualifiers with one
usual value, the identifications of submitter and receiver), and what edits of its own report: names and date of birth
of the patient (IDN-06), the principal diagnosis of an 837P (DX-03), the package of a drug (NDC-01 to NDC-05).
"""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schemas.claim import ClaimKind

_ROW: Final = re.compile(r"(\S+ \S+) (\S+)(?: \?([a-z0-9-]+))? : (.+)")
_PART: Final = re.compile(r"@ (\S+)( required)?(?: \?([a-z0-9-]+))?")


@dataclass(frozen=True, slots=True)
class RequiredElement:
    """One element. `x12` is its loop and element; `members` hold it, the first one by its usual name."""

    x12: str
    members: tuple[str, ...]
    situation: str
    words: str


@dataclass(frozen=True, slots=True)
class RequiredPart:
    """The elements of one part of the message.

    Attributes:
        steps: The path to the part: each member, and how many lists it is inside of (0 for a part of its own).
        is_required: Whether its elements are missing too when the part is.
        situation: The name of the situation in which that is so; empty for always.
        elements: What it has to hold.
    """

    steps: tuple[tuple[str, int], ...]
    is_required: bool
    situation: str
    elements: tuple[RequiredElement, ...]


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


def _person(loop: str, path: str, words: str) -> str:
    return f"""
@ {path}
{loop} NM103 lastName|organizationName : {words} name
"""


def _facility(loop: str, path: str, words: str) -> str:
    return f"""
@ {path}
{loop} NM103 organizationName : {words} name
{_address(loop, f"{path}.address", words, " required")}"""


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
@ subscriber required
2000B SBR01 paymentResponsibilityLevelCode : payment responsibility level
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

_OTHER: Final = "claimInformation.otherSubscriberInformation[]"
_OTHER_COVERAGE: Final = f"""
@ {_OTHER}
2320 SBR01 paymentResponsibilityLevelCode : payment responsibility level of the other payer
2320 SBR02 individualRelationshipCode : patient relationship to the other insured
2320 OI03 benefitsAssignmentCertificationIndicator : benefits assignment indicator of the other coverage
2320 OI06 releaseOfInformationCode : release of information code of the other coverage
@ {_OTHER}.otherSubscriberName required
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
"""

_PRICING: Final = """
@ {path}
{loop} HCP01 pricingMethodologyCode : pricing methodology
{loop} HCP02 repricedAllowedAmount : repriced allowed amount
"""

_PROFESSIONAL: Final = f"""
@ claimInformation required
2300 CLM05-1 placeOfServiceCode : place of service
2300 CLM06 signatureIndicator : provider signature indicator
2300 CLM11-4 autoAccidentStateCode ?auto-accident : state of the auto accident
@ claimInformation.claimDateInformation required ?accident
2300 DTP*439 accidentDate : accident date
@ claimInformation.healthCareCodeInformation[]
2300 HI01-1 diagnosisTypeCode : diagnosis type
2300 HI01-2 diagnosisCode : diagnosis code
{_person("2310A", "referring", "referring provider")}
{_person("2310B", "rendering", "rendering provider")}
{_person("2310D", "supervising", "supervising provider")}
{_person("2420E", "ordering", "ordering provider")}
{_facility("2310C", "claimInformation.serviceFacilityLocation", "service facility")}
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
2300 DTP*435 admissionDateAndHour ?inpatient : admission date
@ claimInformation.claimCodeInformation required
2300 CL101 admissionTypeCode ?inpatient : admission type
2300 CL103 patientStatusCode : patient status code
@ claimInformation.principalDiagnosis required
2300 HI*ABK principalDiagnosisCode : principal diagnosis
@ claimInformation.admittingDiagnosis
2300 HI*ABJ admittingDiagnosisCode : admitting diagnosis
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
{_person("2310B", "operating", "operating physician")}
{_person("2310C", "otherOperating", "other operating physician")}
{_person("2310D", "rendering", "rendering provider")}
{_person("2310F", "referring", "referring provider")}
{_facility("2310E", "claimInformation.serviceFacilityLocation", "service facility")}
{_PRICING.format(loop="2300", path="claimInformation.claimPricingInformation")}
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

_LINE_P: Final = f"""
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
@ durableMedicalEquipmentService
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

_LINE_I: Final = f"""
@ institutionalService required
2400 SV201 serviceLineRevenueCode : revenue code
2400 SV202-1 procedureIdentifier ?procedure-sent : procedure code qualifier
2400 SV202-2 procedureCode ?qualifier-sent : procedure code
2400 SV203 lineItemChargeAmount : line charge
2400 SV204 measurementUnit : unit of measure
2400 SV205 serviceUnitCount : unit count
{_LINE_OF_BOTH}
{_person("2420A", "operatingPhysician", "operating physician")}
{_person("2420B", "otherOperatingPhysician", "other operating physician")}
{_person("2420C", "renderingProvider", "rendering provider")}
{_person("2420D", "referringProvider", "referring provider")}
{_PRICING.format(loop="2400", path="linePricingInformation")}
"""


def _parsed(table: str) -> tuple[RequiredPart, ...]:
    parts: list[tuple[re.Match[str], list[RequiredElement]]] = []
    for line in filter(None, map(str.strip, table.split("\n"))):
        if part := _PART.fullmatch(line):
            parts.append((part, []))
        elif row := _ROW.fullmatch(line):
            x12, members, situation, words = row.groups()
            parts[-1][1].append(RequiredElement(x12, tuple(members.split("|")), situation or "", words))
        else:
            raise ValueError(f"{line} is neither a part nor an element.")
    return tuple(
        RequiredPart(_steps(part[1]), bool(part[2]), part[3] or "", tuple(elements)) for part, elements in parts
    )


def _steps(path: str) -> tuple[tuple[str, int], ...]:
    names = [] if path == "$" else path.split(".")
    return tuple((name.replace("[]", ""), name.count("[]")) for name in names)


OF_CLAIM: Final = MappingProxyType(
    {
        ClaimKind.PROFESSIONAL: _parsed(_HEAD + _PROFESSIONAL + _OTHER_COVERAGE),
        ClaimKind.INSTITUTIONAL: _parsed(_HEAD + _INSTITUTIONAL + _OTHER_COVERAGE),
    }
)
"""The required elements of a claim as a whole; paths count from the top of the message."""
OF_LINE: Final = MappingProxyType({ClaimKind.PROFESSIONAL: _parsed(_LINE_P), ClaimKind.INSTITUTIONAL: _parsed(_LINE_I)})
"""The required elements of each line; paths count from the line."""
