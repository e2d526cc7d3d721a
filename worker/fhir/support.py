"""`Claim.supportingInfo`: what is said of the claim as a whole, known by its code system or its category."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from schemas.claim import ClaimKind
from worker.fhir import systems
from worker.fhir.codings import ValueSet, code_of, codes_of, one_of
from worker.fhir.diagnoses import grouped
from worker.fhir.elements import FhirElement, Json, ResourceError, filled
from worker.fhir.quantities import count

_OF_BOTH: Final = {
    "claimFrequencyCode": ValueSet("claim frequency", systems.FREQUENCY),
    "planParticipationCode": ValueSet("assignment", systems.ASSIGNMENT),
    "releaseInformationCode": ValueSet("release of information", systems.RELEASE),
}
_OF_PROFESSIONAL: Final = {"signatureIndicator": ValueSet("signature on file", systems.YES_OR_NO)}
_OF_INSTITUTIONAL: Final = {
    "typeOfBill": ValueSet("types of bill", systems.TYPE_OF_BILL, meaning=lambda code: code.removeprefix("0")),
    "admissionTypeCode": ValueSet("types of admission", systems.ADMISSION_TYPE),
    "admissionSourceCode": ValueSet("points of origin", systems.POINT_OF_ORIGIN),
    "patientStatusCode": ValueSet("patient status", systems.PATIENT_STATUS),
    "drugRelatedGroupCode": ValueSet("DRG", systems.DRG),
}
"""The meaning of a code of a system. The claim form has CLM06 (a signature on file), CLM07 and CLM09; FHIR has no
element for them, so that they are taken from X12's own code lists. An 837I has no CLM06."""

_SINGLE: Final = {
    ClaimKind.PROFESSIONAL: _OF_BOTH | _OF_PROFESSIONAL,
    ClaimKind.INSTITUTIONAL: _OF_BOTH | _OF_INSTITUTIONAL,
}
_CATEGORIES: Final = ValueSet(
    "categories of supporting information",
    systems.SUPPORT,
    is_plain=True,
    meaning=one_of(
        {
            "patientaccountnumber": "patientControlNumber",
            "medicalrecordnumber": "medicalRecordNumber",
            "admissionperiod": "stay",
            "hospitalized": "stay",
        }
    ),
)
"""Categories that say by themselves what a text or a period is (C4BB, HL7)."""

_ANY_CATEGORY: Final = ValueSet("categories of supporting information", systems.SUPPORT, is_plain=True)
_VALUES: Final = ValueSet("value codes", systems.VALUE_CODES)
_OCCURRENCES: Final = ValueSet("occurrence codes", systems.OCCURRENCES)
_SPANS: Final = ValueSet("occurrence span codes", systems.OCCURRENCE_SPANS)
_CONDITIONS: Final = ValueSet("condition codes", systems.CONDITIONS)
_REPORTS: Final = ValueSet("report types", systems.REPORT_TYPES)
_TRANSMISSIONS: Final = ValueSet("report transmission", systems.TRANSMISSION)
_MOMENT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d).*", re.ASCII)


@dataclass(slots=True)
class Support:
    """The content of the entries.

    Attributes:
        said: Codes and numbers by the member of the message.
        stay: The period in a hospital: begin and end as YYYYMMDD or YYYYMMDDHHMM.
        values: Value codes with their amounts.
        occurrences: Occurrence codes with their days.
        spans: Occurrence span codes with their periods.
        conditions: Condition codes.
        reports: Attachments that are announced.
    """

    said: dict[str, str] = field(default_factory=dict)
    stay: tuple[str, str] | None = None
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


def supporting_information(claim: FhirElement, kind: ClaimKind) -> Support:
    """Return what the entries say that are known.

    Raises `ResourceError` where two entries say different things of which a claim says one, or the same one twice.
    """
    support = Support()
    seen: list[Json] = []
    for entry in claim.children("supportingInfo"):
        if entry.value in seen:
            raise ResourceError(entry.path, "it is here twice.")
        seen.append(entry.value)
        ways = (_single, _by_category, _report, *((_listed,) if kind is ClaimKind.INSTITUTIONAL else ()))
        if any(way(entry, support, kind) for way in ways):
            entry.pass_over("sequence")
            codes_of(entry.child("category"), _ANY_CATEGORY)
    return support


def _say(entry: FhirElement, support: Support, name: str, code: str) -> None:
    if support.said.setdefault(name, code) != code:
        raise ResourceError(entry.path, "another entry says something else of the same.")


def _single(entry: FhirElement, support: Support, kind: ClaimKind) -> bool:
    for name, codes in _SINGLE[kind].items():
        if code := code_of(entry.child("code"), codes):
            _say(entry, support, name, code)
            return True
    return False


def _by_category(entry: FhirElement, support: Support, kind: ClaimKind) -> bool:
    name = code_of(entry.child("category"), _CATEGORIES)
    if name == "stay":
        return _stay(entry, support, kind)
    if not name or not (value := entry.text("valueString")):
        return False
    _say(entry, support, name, value)
    return True


def _stay(entry: FhirElement, support: Support, kind: ClaimKind) -> bool:
    period = entry.child("timingPeriod")
    if period is None:
        return False
    is_institutional = kind is ClaimKind.INSTITUTIONAL
    read: Callable[[FhirElement, str], str] = _moment if is_institutional else FhirElement.day
    stay = (read(period, "start"), read(period, "end"))
    if support.stay not in {None, stay}:
        raise ResourceError(entry.path, "another entry says something else of the same.")
    support.stay = stay
    return True


def _moment(period: FhirElement, name: str) -> str:
    """A date as YYYYMMDD, with hour and minute where it has them."""
    found = _MOMENT.fullmatch(period.text(name))
    return "".join(found.groups()) if found else period.day(name)


def _listed(entry: FhirElement, support: Support, _: ClaimKind) -> bool:
    concept = entry.child("code")
    period = entry.child("timingPeriod")
    if code := code_of(concept, _VALUES):
        quantity = entry.child("valueQuantity")
        if quantity:
            quantity.pass_over("unit", "code", "system")
        support.values.append(filled(valueCode=code, valueCodeAmount=count(quantity)))
    elif code := code_of(concept, _SPANS):
        support.spans.append(
            filled(
                occurrenceSpanCode=code,
                occurrenceSpanCodeStartDate=period.day("start") if period else "",
                occurrenceSpanCodeEndDate=period.day("end") if period else "",
            )
        )
    elif code := code_of(concept, _OCCURRENCES):
        support.occurrences.append(filled(occurrenceSpanCode=code, occurrenceSpanCodeDate=entry.day("timingDate")))
    elif code := code_of(concept, _CONDITIONS):
        support.conditions.append({"conditionCode": code})
    return bool(code)


def _report(entry: FhirElement, support: Support, _: ClaimKind) -> bool:
    code = code_of(entry.child("code"), _REPORTS)
    if not code:
        return False
    reference = entry.child("valueReference")
    number = reference.child("identifier") if reference else None
    if number:
        number.pass_over("system", "type", "use", "period")
    support.reports.append(
        filled(
            attachmentReportTypeCode=code,
            attachmentTransmissionCode=code_of(entry.child("reason"), _TRANSMISSIONS),
            attachmentControlNumber=number.text("value") if number else entry.text("valueString"),
        )
    )
    return True
