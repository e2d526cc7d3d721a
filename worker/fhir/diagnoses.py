"""Diagnoses and procedures of a claim, in the order in which the message has them."""

from dataclasses import dataclass
from typing import Final

from worker.fhir.elements import DamagedError, Element, Json, filled
from worker.fhir.resources import Resolver
from worker.fhir.systems import (
    DIAGNOSIS_TYPES,
    ICD_10_CM,
    ICD_10_PCS,
    ON_ADMISSION,
    PROCEDURE_TYPES,
    code_of,
    needed_code,
)

_PRINCIPAL, _ADMITTING = "principal", "admitting"
_REASON_FOR_VISIT, _EXTERNAL_CAUSE = "patientreasonforvisit", "externalcauseofinjury"
_APART: Final = frozenset({_ADMITTING, _REASON_FOR_VISIT, _EXTERNAL_CAUSE})
_OTHERS: Final = frozenset({"secondary", "other"})
_FIRST: Final = frozenset({"primary", _PRINCIPAL})
_PROCEDURES: Final = _FIRST | _OTHERS
_MOST: Final = 12
"""How many codes one HI segment holds, and one group of the message."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis: its sequence, code without the point, what it is, and whether it was there on admission."""

    sequence: str
    code: str
    kind: str
    on_admission: str


def diagnoses(claim: Element, resolver: Resolver) -> list[Diagnosis]:
    """Return the diagnoses, the principal one first; where none is said to be, the first one is.

    Raises `DamagedError` for one without a code in ICD-10-CM: without it another one would be the principal one.
    """
    found = [_diagnosis(each, resolver) for each in claim.children("diagnosis")]
    in_order = sorted(found, key=lambda each: int(each.sequence or "0"))
    return sorted(in_order, key=lambda each: each.kind != _PRINCIPAL)


def _diagnosis(entry: Element, resolver: Resolver) -> Diagnosis:
    concept = entry.child("diagnosisCodeableConcept")
    if concept is None and (condition := resolver.follow(entry.child("diagnosisReference"), "Condition")):
        concept = condition.child("code")
    kinds = [
        code_of(each, DIAGNOSIS_TYPES, is_plain=True, among={_PRINCIPAL, *_APART, *_OTHERS})
        for each in entry.children("type")
    ]
    return Diagnosis(
        sequence=whole(entry, "sequence"),
        code=needed_code(concept or entry, ICD_10_CM, "ICD-10-CM").replace(".", ""),
        kind=next(filter(None, kinds), ""),
        on_admission=code_of(entry.child("onAdmission"), ON_ADMISSION, is_plain=True).upper(),
    )


def whole(entry: Element, name: str) -> str:
    """Return a sequence; empty when it is no whole number, so that nothing refers to it."""
    number = entry.number(name)
    return number if number.isdecimal() else ""


def pointers(item: Element, known: list[Diagnosis]) -> list[str]:
    """Return where the diagnoses of a line stand, counted from 1, in the order in which the line names them.

    Raises `DamagedError` where it names one that is not there.
    """
    places = {each.sequence: str(place) for place, each in enumerate(known, 1) if each.sequence}
    sequences = item.numbers("diagnosisSequence")
    if not places.keys() >= set(sequences):
        raise DamagedError(f"{item.path}.diagnosisSequence", "no diagnosis of the claim has this sequence.")
    return [places[each] for each in sequences]


def health_care_codes(known: list[Diagnosis]) -> list[Json]:
    """Return `healthCareCodeInformation`."""
    return [
        {"diagnosisTypeCode": "ABF" if place else "ABK", "diagnosisCode": each.code} for place, each in enumerate(known)
    ]


def diagnoses_by_role(known: list[Diagnosis]) -> Json:
    """Return the members for principal, admitting and other diagnoses, reasons for the visit and external causes."""
    plain = [each for each in known if each.kind not in _APART]

    def of(kind: str) -> list[Diagnosis]:
        return [each for each in known if each.kind == kind]

    return filled(
        principalDiagnosis=next((_with_admission("ABK", "principalDiagnosisCode", each) for each in plain[:1]), {}),
        admittingDiagnosis=next(
            ({"qualifierCode": "ABJ", "admittingDiagnosisCode": each.code} for each in of(_ADMITTING)), {}
        ),
        patientReasonForVisits=[
            {"qualifierCode": "APR", "patientReasonForVisitCode": each.code} for each in of(_REASON_FOR_VISIT)
        ],
        externalCauseOfInjuries=[_with_admission("ABN", "externalCauseOfInjury", each) for each in of(_EXTERNAL_CAUSE)],
        otherDiagnosisInformationList=grouped(
            [_with_admission("ABF", "otherDiagnosisCode", each) for each in plain[1:]]
        ),
    )


def _with_admission(qualifier: str, name: str, diagnosis: Diagnosis) -> Json:
    return filled(qualifierCode=qualifier, **{name: diagnosis.code}, presentOnAdmissionIndicator=diagnosis.on_admission)


def grouped(parts: list[Json]) -> list[list[Json]]:
    """Return parts by as many as a segment holds."""
    return [parts[start : start + _MOST] for start in range(0, len(parts), _MOST)]


def procedures(claim: Element) -> Json:
    """Return the members for the procedures of an institutional claim, in ICD-10-PCS."""
    found: list[tuple[bool, str, str]] = []
    for entry in claim.children("procedure"):
        kinds = [code_of(each, PROCEDURE_TYPES, is_plain=True, among=_PROCEDURES) for each in entry.children("type")]
        if code := code_of(entry.child("procedureCodeableConcept"), ICD_10_PCS, is_plain=True):
            entry.pass_over("sequence")
            found.append((_FIRST.isdisjoint(kinds), code, entry.day("date")))
    found.sort(key=lambda each: each[0])
    return filled(
        principalProcedureInformation=next(
            (
                filled(qualifierCode="BBR", principalProcedureCode=code, principalProcedureDate=day)
                for _, code, day in found[:1]
            ),
            {},
        ),
        otherProcedureInformationList=grouped(
            [filled(qualifierCode="BBQ", otherProcedureCode=code, otherProcedureDate=day) for _, code, day in found[1:]]
        ),
    )
