"""`Claim.supportingInfo`: what is said of the claim as a whole, known by its code system."""

from dataclasses import dataclass, field
from typing import Final

from worker.fhir import systems
from worker.fhir.diagnoses import grouped
from worker.fhir.elements import Element, Json, filled
from worker.fhir.systems import SUPPORT, Systems, code_of

_SINGLE: Final[dict[str, Systems]] = {
    "claimFrequencyCode": systems.FREQUENCY,
    "signatureIndicator": systems.YES_OR_NO,
    "planParticipationCode": systems.ASSIGNMENT,
    "releaseInformationCode": systems.RELEASE,
    "typeOfBill": systems.TYPE_OF_BILL,
    "admissionTypeCode": systems.ADMISSION_TYPE,
    "admissionSourceCode": systems.POINT_OF_ORIGIN,
    "patientStatusCode": systems.PATIENT_STATUS,
    "drugRelatedGroupCode": systems.DRG,
}
"""What a code of a system says. The claim form has CLM06 (a signature on file), CLM07 and CLM09; FHIR has no element
for them, so that they are taken from X12's own code lists."""

_NUMBERS: Final = {"patientaccountnumber": "patientControlNumber", "medicalrecordnumber": "medicalRecordNumber"}
"""What a text under a category of the C4BB profile says."""


@dataclass(slots=True)
class Support:
    """What the entries say.

    Attributes:
        said: Codes and numbers by the member of the message.
        values: Value codes with their amounts.
        occurrences: Occurrence codes with their days.
        spans: Occurrence span codes with their periods.
        conditions: Condition codes.
        reports: Attachments that are announced.
    """

    said: dict[str, str] = field(default_factory=dict)
    values: list[Json] = field(default_factory=list)
    occurrences: list[Json] = field(default_factory=list)
    spans: list[Json] = field(default_factory=list)
    conditions: list[Json] = field(default_factory=list)
    reports: list[Json] = field(default_factory=list)

    def lists(self) -> Json:
        """Return the members that are lists of an institutional claim."""
        return filled(
            valueInformationList=grouped(self.values),
            occurrenceInformationList=grouped(self.occurrences),
            occurrenceSpanInformations=grouped(self.spans),
            conditionCodesList=grouped(self.conditions),
        )


def supporting_information(claim: Element) -> Support:
    """Return what the entries say that are known."""
    support = Support()
    for entry in claim.children("supportingInfo"):
        if _single(entry, support) or _number(entry, support) or _listed(entry, support):
            entry.pass_over("sequence")
            code_of(entry.child("category"), SUPPORT, is_plain=True)
    return support


def _single(entry: Element, support: Support) -> bool:
    for name, system in _SINGLE.items():
        if name not in support.said and (code := code_of(entry.child("code"), system)):
            support.said[name] = code
            return True
    return False


def _number(entry: Element, support: Support) -> bool:
    category = entry.child("category")
    codes = [each.peek("code") for each in category.children("coding")] if category else []
    name = next((_NUMBERS[code] for code in codes if isinstance(code, str) and code in _NUMBERS), None)
    if name is None or name in support.said or not (value := entry.text("valueString")):
        return False
    support.said[name] = value
    return True


def _listed(entry: Element, support: Support) -> bool:
    concept = entry.child("code")
    period = entry.child("timingPeriod")
    if code := code_of(concept, systems.VALUE_CODES):
        amount = entry.child("valueQuantity")
        if amount:
            amount.pass_over("unit", "code", "system")
        support.values.append(filled(valueCode=code, valueCodeAmount=amount.number("value") if amount else ""))
    elif code := code_of(concept, systems.OCCURRENCE_SPANS):
        support.spans.append(
            filled(
                occurrenceSpanCode=code,
                occurrenceSpanCodeStartDate=period.day("start") if period else "",
                occurrenceSpanCodeEndDate=period.day("end") if period else "",
            )
        )
    elif code := code_of(concept, systems.OCCURRENCES):
        support.occurrences.append(filled(occurrenceSpanCode=code, occurrenceSpanCodeDate=entry.day("timingDate")))
    elif code := code_of(concept, systems.CONDITIONS):
        support.conditions.append({"conditionCode": code})
    elif code := code_of(concept, systems.REPORT_TYPES):
        support.reports.append(_report(entry, code))
    return bool(code)


def _report(entry: Element, code: str) -> Json:
    reference = entry.child("valueReference")
    number = reference.child("identifier") if reference else None
    return filled(
        attachmentReportTypeCode=code,
        attachmentTransmissionCode=code_of(entry.child("reason"), systems.TRANSMISSION),
        attachmentControlNumber=number.text("value") if number else "",
    )
