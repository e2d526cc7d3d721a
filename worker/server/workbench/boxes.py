"""Which member of a claim is in which box of the CMS-1500 (02/12) or the UB-04. Labels are our own short words."""

from dataclasses import dataclass
from typing import Final

LINE: Final = "claimInformation.serviceLines"
_CLAIM: Final = "claimInformation"
_SUPPLEMENT: Final = f"{_CLAIM}.claimSupplementalInformation"


@dataclass(frozen=True, slots=True)
class BoxLayout:
    """A box: its number on the form, a label, the members that it shows, and those whose flaws it shows besides.

    `width` is in twelfths of the form.
    """

    number: str
    label: str
    paths: tuple[str, ...]
    width: int = 3
    beside: tuple[str, ...] = ()


def _box(number: str, label: str, *paths: str, width: int = 3, beside: tuple[str, ...] = ()) -> BoxLayout:
    return BoxLayout(number, label, paths, width, beside)


def _names(person: str) -> tuple[str, ...]:
    return (f"{person}.lastName", f"{person}.firstName")


def _place(party: str) -> tuple[str, ...]:
    return tuple(f"{party}.address.{part}" for part in ("address1", "city", "state", "postalCode"))


PROFESSIONAL: Final = (
    _box("carrier", "payer", "tradingPartnerName", "tradingPartnerServiceId", width=6),
    _box("1", "kind of coverage", f"{_CLAIM}.claimFilingCode", width=3),
    _box("1a", "insured's id", "subscriber.memberId", width=3),
    _box("2", "patient", *_names("dependent"), width=4, beside=("dependent",)),
    _box("3", "born, sex", "dependent.dateOfBirth", "dependent.gender", width=3),
    _box("4", "insured", *_names("subscriber"), width=5, beside=("subscriber",)),
    _box("6", "relationship", "dependent.relationshipToSubscriberCode", width=2),
    _box("7", "insured's address", *_place("subscriber"), width=7, beside=("subscriber.address",)),
    _box("11a", "insured born, sex", "subscriber.dateOfBirth", "subscriber.gender", width=3),
    _box("9", "other insured", width=2, beside=(f"{_CLAIM}.otherSubscriberInformation",)),
    _box("12", "release", f"{_CLAIM}.releaseInformationCode", width=2),
    _box("13", "benefits", f"{_CLAIM}.benefitsAssignmentCertificationIndicator", width=2),
    _box("17", "referring or ordering", *_names("referring"), width=6, beside=("referring", "ordering", "supervising")),
    _box("17b", "their NPI", "referring.npi", "ordering.npi", "supervising.npi", width=6),
    _box("19", "additional information", f"{_CLAIM}.claimNote.additionalInformation", width=6,
         beside=(f"{_CLAIM}.claimNote",)),
    _box("21", "diagnoses", width=6, beside=(f"{_CLAIM}.healthCareCodeInformation",)),
    _box("22", "frequency, original", f"{_CLAIM}.claimFrequencyCode", f"{_SUPPLEMENT}.claimControlNumber", width=3),
    _box("23", "prior authorization", f"{_SUPPLEMENT}.priorAuthorizationNumber", width=3,
         beside=(f"{_SUPPLEMENT}.cliaNumber", f"{_SUPPLEMENT}.referralNumber")),
)  # fmt: skip
PROFESSIONAL_END: Final = (
    _box("25", "tax id", "billing.employerId", "billing.ssn", width=3),
    _box("26", "patient control number", f"{_CLAIM}.patientControlNumber", width=3),
    _box("27", "assignment", f"{_CLAIM}.planParticipationCode", width=2),
    _box("28", "total charge", f"{_CLAIM}.claimChargeAmount", width=2),
    _box("24B", "place of service", f"{_CLAIM}.placeOfServiceCode", width=2),
    _box("31", "signature", f"{_CLAIM}.signatureIndicator", width=2),
    _box("24J", "rendering NPI", "rendering.npi", width=3, beside=("rendering",)),
    _box("33", "billing provider", "billing.organizationName", *_place("billing"), width=7, beside=("billing",)),
    _box("33a", "NPI", "billing.npi", width=6),
    _box("33b", "taxonomy", "billing.taxonomyCode", width=6),
)
PROFESSIONAL_LINE: Final = (
    _box("24A", "from", "serviceDate"),
    _box("24A", "to", "serviceDateEnd"),
    _box("24B", "place", "professionalService.placeOfServiceCode"),
    _box("24D", "code", "professionalService.procedureCode", beside=("professionalService.procedureIdentifier",)),
    _box("24D", "modifiers", "professionalService.procedureModifiers"),
    _box("24E", "pointers", "professionalService.compositeDiagnosisCodePointers.diagnosisCodePointers"),
    _box("24F", "charge", "professionalService.lineItemChargeAmount"),
    _box("24G", "units", "professionalService.serviceUnitCount", beside=("professionalService.measurementUnit",)),
    _box("24J", "rendering NPI", "renderingProvider.npi", beside=("renderingProvider",)),
    _box("24 shaded", "NDC", "drugIdentification.nationalDrugCode", beside=("drugIdentification.serviceIdQualifier",)),
    _box("24 shaded", "quantity", "drugIdentification.nationalDrugUnitCount"),
    _box("24 shaded", "unit", "drugIdentification.measurementUnitCode"),
    _box("24 shaded", "description", "professionalService.description", beside=("additionalNotes",)),
)
INSTITUTIONAL: Final = (
    _box("1", "billing provider", "billing.organizationName", *_place("billing"), width=6, beside=("billing",)),
    _box("3a", "patient control number", f"{_CLAIM}.patientControlNumber", width=3),
    _box("4", "type of bill", f"{_CLAIM}.placeOfServiceCode", f"{_CLAIM}.claimFrequencyCode", width=3),
    _box("5", "tax id", "billing.employerId", width=3),
    _box("6", "statement", f"{_CLAIM}.claimDateInformation.statementBeginDate",
         f"{_CLAIM}.claimDateInformation.statementEndDate", width=4, beside=(f"{_CLAIM}.claimDateInformation",)),
    _box("8", "patient", *_names("dependent"), width=5, beside=("dependent",)),
    _box("10, 11", "born, sex", "dependent.dateOfBirth", "dependent.gender", width=3),
    _box("12, 13", "admitted", f"{_CLAIM}.claimDateInformation.admissionDateAndHour", width=3),
    _box("14", "type", f"{_CLAIM}.claimCodeInformation.admissionTypeCode", width=2),
    _box("15", "source", f"{_CLAIM}.claimCodeInformation.admissionSourceCode", width=2),
    _box("17", "status", f"{_CLAIM}.claimCodeInformation.patientStatusCode", width=2),
    _box("18 to 28", "conditions", width=3, beside=(f"{_CLAIM}.conditionCodesList",)),
    _box("31 to 36", "occurrences", width=3,
         beside=(f"{_CLAIM}.occurrenceInformationList", f"{_CLAIM}.occurrenceSpanInformations")),
    _box("39 to 41", "values", width=6, beside=(f"{_CLAIM}.valueInformationList",)),
)  # fmt: skip
INSTITUTIONAL_END: Final = (
    _box("50", "payer", "tradingPartnerName", "tradingPartnerServiceId", width=5),
    _box("SBR09", "filing code", f"{_CLAIM}.claimFilingCode", width=2),
    _box("56", "NPI", "billing.npi", width=3),
    _box("81", "taxonomy", "billing.taxonomyCode", width=2),
    _box("58", "insured", *_names("subscriber"), width=4, beside=("subscriber",)),
    _box("59", "relationship", "dependent.relationshipToSubscriberCode", width=2),
    _box("60", "insured's id", "subscriber.memberId", width=3),
    _box("DMG", "insured born, sex", "subscriber.dateOfBirth", "subscriber.gender", width=3),
    _box("54", "other payers", width=3, beside=(f"{_CLAIM}.otherSubscriberInformation",)),
    _box("63", "prior authorization", f"{_SUPPLEMENT}.priorAuthorizationNumber", width=3),
    _box("64", "original number", f"{_SUPPLEMENT}.claimControlNumber", width=3),
    _box("47 total", "total charge", f"{_CLAIM}.claimChargeAmount", width=3),
    _box("67", "diagnoses", f"{_CLAIM}.principalDiagnosis.principalDiagnosisCode", width=4,
         beside=(f"{_CLAIM}.principalDiagnosis", f"{_CLAIM}.otherDiagnosisInformationList")),
    _box("69", "admitting", f"{_CLAIM}.admittingDiagnosis.admittingDiagnosisCode", width=2,
         beside=(f"{_CLAIM}.admittingDiagnosis",)),
    _box("76", "attending", *_names("attending"), "attending.npi", width=6, beside=("attending",)),
    _box("77", "operating", "operating.npi", width=6, beside=("operating",)),
    _box("53, 52", "benefits, release", f"{_CLAIM}.benefitsAssignmentCertificationIndicator",
         f"{_CLAIM}.releaseInformationCode", f"{_CLAIM}.planParticipationCode", width=6),
)  # fmt: skip
INSTITUTIONAL_LINE: Final = (
    _box("42", "revenue", "institutionalService.serviceLineRevenueCode"),
    _box("44", "code", "institutionalService.procedureCode", beside=("institutionalService.procedureIdentifier",)),
    _box("44", "modifiers", "institutionalService.procedureModifiers"),
    _box("45", "date", "serviceDate", beside=("serviceDateEnd",)),
    _box("46", "units", "institutionalService.serviceUnitCount", beside=("institutionalService.measurementUnit",)),
    _box("47", "charge", "institutionalService.lineItemChargeAmount"),
    _box("48", "not covered", "institutionalService.nonCoveredChargeAmount"),
    _box("43", "NDC", "drugIdentification.nationalDrugCode", beside=("drugIdentification.serviceIdQualifier",)),
    _box("43", "quantity", "drugIdentification.nationalDrugUnitCount"),
    _box("43", "unit", "drugIdentification.measurementUnitCode"),
    _box("43", "description", "institutionalService.description", beside=("additionalNotes",)),
)
RECORD: Final = _box("record", "medical record", width=12, beside=("documentation",))
ELECTRONIC: Final = _box("837 only", "not on the paper form", width=12)
"""Where a flaw is shown whose element the paper form does not have."""
