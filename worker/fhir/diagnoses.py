"""Diagnoses of a claim, in the order in which the message has them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from worker.fhir.codings import ICD_SHAPE, ValueSet, code_of, codes_of, needed_code, one_of
from worker.fhir.elements import FhirElement, Json, ResourceError, filled
from worker.fhir.resources import Resolver
from worker.fhir.systems import DIAGNOSIS_TYPES, ICD_10_CM, ON_ADMISSION, VERIFICATION

_PRINCIPAL, _ADMITTING, _OTHER = "principal", "admitting", "other"
_REASON_FOR_VISIT, _EXTERNAL_CAUSE = "patientreasonforvisit", "externalcauseofinjury"
_APART: Final = frozenset({_ADMITTING, _REASON_FOR_VISIT, _EXTERNAL_CAUSE})
_MOST: Final = 12
"""How many codes one HI segment holds, and one group of the message."""

_CODES: Final = ValueSet(
    "ICD-10-CM", ICD_10_CM, is_plain=True, meaning=lambda code: code.replace(".", "").strip(), shape=ICD_SHAPE
)
_NO_ROLE: Final = (
    *("clinical", "differential", "discharge", "laboratory", "nursing"),
    *("prenatal", "radiology", "remote", "retrospective", "self"),
)
"""Types of HL7's ex-diagnosistype for which an 837 has no place of its own."""

_TYPES: Final = ValueSet(
    "types of diagnoses",
    DIAGNOSIS_TYPES,
    is_plain=True,
    meaning=one_of(
        {each: each for each in (_PRINCIPAL, _OTHER, *_APART)} | dict.fromkeys(("secondary", *_NO_ROLE), _OTHER)
    ),
)
_ADMISSIONS: Final = ValueSet("present-on-admission indicators", ON_ADMISSION, is_plain=True, meaning=str.upper)
_REFUTED: Final = "refuted"
_VERIFICATIONS: Final = ValueSet(
    "verification",
    VERIFICATION,
    meaning=one_of({_REFUTED: _REFUTED, "entered-in-error": _REFUTED, "confirmed": "confirmed"}),
)


@dataclass(frozen=True, slots=True)
class FhirDiagnosis:
    """One diagnosis.

    Attributes:
        sequence: By which lines refer to it; empty when it is not a whole number.
        code: Its code without the point.
        kinds: What it is: principal, admitting and the like; empty when that is not said, or not understood.
        has_unknown_kind: Whether a kind is said that is not understood.
        on_admission: Whether it was present on admission.
    """

    sequence: str
    code: str
    kinds: frozenset[str]
    has_unknown_kind: bool
    on_admission: str

    @property
    def is_plain(self) -> bool:
        """Whether it can be the principal or another diagnosis."""
        return not self.kinds or bool(self.kinds & {_PRINCIPAL, _OTHER})


def diagnoses(claim: FhirElement, resolver: Resolver, *, has_admission: bool) -> list[FhirDiagnosis]:
    """Return the diagnoses, the principal one first: the one that is said to be it, else the first that may be it.

    Raises `ResourceError` for one without a code in ICD-10-CM, and where it is uncertain which one is the principal one
    or, in an institutional claim, which place one belongs in.
    """
    entries = claim.children("diagnosis")
    found = [_diagnosis(each, resolver, has_admission=has_admission) for each in entries]
    refuse_doubled((each.sequence for each in found), f"{claim.path}.diagnosis")
    if has_admission and any(each.has_unknown_kind for each in found):
        raise ResourceError(f"{claim.path}.diagnosis", "one of them has a type that is not known here.")
    in_order = sorted(found, key=lambda each: int(each.sequence or "0"))
    principal = _principal(in_order, f"{claim.path}.diagnosis")
    return sorted(in_order, key=lambda each: each is not principal)


def _principal(known: list[FhirDiagnosis], path: str) -> FhirDiagnosis | None:
    said = [each for each in known if _PRINCIPAL in each.kinds]
    if said[1:]:
        raise ResourceError(path, "two diagnoses are marked as principal.")
    if said:
        return said[0]
    if any(each.has_unknown_kind for each in known):
        raise ResourceError(path, "no diagnosis is marked as principal, and the type of one is not known here.")
    possible = [each for each in known if not each.kinds]
    has_others = any(_OTHER in each.kinds for each in known)
    if has_others and len(possible) != 1 and possible != known[: len(possible)]:
        raise ResourceError(path, "no diagnosis is marked as principal.")
    if has_others and not possible:
        raise ResourceError(path, "no diagnosis is marked as principal.")
    return next(iter(possible), None)


def refuse_doubled(sequences: Iterable[str], path: str) -> None:
    """Raise `ResourceError` where two entries of a list have one sequence: what refers to it could mean either."""
    if any(count > 1 for sequence, count in Counter(sequences).items() if sequence):
        raise ResourceError(path, "two of them have the same sequence.")


def _diagnosis(entry: FhirElement, resolver: Resolver, *, has_admission: bool) -> FhirDiagnosis:
    concept = entry.child("diagnosisCodeableConcept")
    if concept is None and (condition := resolver.follow(entry.child("diagnosisReference"), "Condition")):
        if _REFUTED in codes_of(condition.child("verificationStatus"), _VERIFICATIONS):
            raise ResourceError(f"{condition.path}.verificationStatus", "a refuted condition is not a diagnosis.")
        concept = condition.child("code")
    types = entry.children("type")
    kinds = [codes_of(each, _TYPES) for each in types]
    return FhirDiagnosis(
        sequence=whole(entry, "sequence"),
        code=needed_code(concept or entry, _CODES),
        kinds=frozenset(kind for each in kinds for kind in each),
        has_unknown_kind=not all(kinds),
        # Only an institutional claim says it; of another one it stays unread.
        on_admission=code_of(entry.child("onAdmission"), _ADMISSIONS) if has_admission else "",
    )


def whole(entry: FhirElement, name: str) -> str:
    """Return a sequence; empty when it is not a whole number, so that nothing refers to it."""
    number = entry.number(name)
    return number if number.isdecimal() else ""


def pointers(item: FhirElement, known: list[FhirDiagnosis]) -> list[str]:
    """Return the places of the diagnoses of a line, counted from 1, in the order in which the line names them.

    Raises `ResourceError` where the claim has no diagnosis with a sequence that the line names.
    """
    places = {each.sequence: str(place) for place, each in enumerate(known, 1) if each.sequence}
    sequences = item.numbers("diagnosisSequence")
    if not places.keys() >= set(sequences):
        raise ResourceError(f"{item.path}.diagnosisSequence", "no diagnosis of the claim has this sequence.")
    return [places[each] for each in dict.fromkeys(sequences)]


def health_care_codes(known: list[FhirDiagnosis]) -> list[Json]:
    """Return `healthCareCodeInformation`."""
    return [
        {"diagnosisTypeCode": "ABF" if place else "ABK", "diagnosisCode": each.code} for place, each in enumerate(known)
    ]


def diagnoses_by_role(known: list[FhirDiagnosis]) -> Json:
    """Return the members for principal, admitting and other diagnoses, reasons for the visit and external causes.

    Raises `ResourceError` where two are said to be the admitting diagnosis.
    """
    plain = [each for each in known if each.is_plain]

    def of(kind: str) -> list[FhirDiagnosis]:
        return [each for each in known if kind in each.kinds]

    admitting = of(_ADMITTING)
    if admitting[1:]:
        raise ResourceError("Claim.diagnosis", "two diagnoses are marked as admitting.")
    return filled(
        principalDiagnosis=next((_with_admission("ABK", "principalDiagnosisCode", each) for each in plain[:1]), {}),
        admittingDiagnosis=next(
            ({"qualifierCode": "ABJ", "admittingDiagnosisCode": each.code} for each in admitting), {}
        ),
        patientReasonForVisits=[
            {"qualifierCode": "APR", "patientReasonForVisitCode": each.code} for each in of(_REASON_FOR_VISIT)
        ],
        externalCauseOfInjuries=[_with_admission("ABN", "externalCauseOfInjury", each) for each in of(_EXTERNAL_CAUSE)],
        otherDiagnosisInformationList=grouped(
            [_with_admission("ABF", "otherDiagnosisCode", each) for each in plain[1:]]
        ),
    )


def _with_admission(qualifier: str, name: str, diagnosis: FhirDiagnosis) -> Json:
    return filled(qualifierCode=qualifier, **{name: diagnosis.code}, presentOnAdmissionIndicator=diagnosis.on_admission)


def grouped(parts: list[Json]) -> list[list[Json]]:
    """Return parts by as many as a segment holds."""
    return [parts[start : start + _MOST] for start in range(0, len(parts), _MOST)]
