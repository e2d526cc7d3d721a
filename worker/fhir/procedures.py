"""Procedures of an institutional claim, in ICD-10-PCS."""

from typing import Final

from worker.fhir.codings import ValueSet, code_of, codes_of, one_of
from worker.fhir.diagnoses import grouped, refuse_doubled, whole
from worker.fhir.elements import FhirElement, Json, ResourceError, filled
from worker.fhir.systems import ICD_10_PCS, PROCEDURE_TYPES, PROCEDURES

_PRINCIPAL, _OTHER = "principal", "other"
_CODES: Final = ValueSet("ICD-10-PCS", ICD_10_PCS, is_plain=True, meaning=str.strip)
_OF_SERVICES: Final = ValueSet("HCPCS or CPT", PROCEDURES)
_TYPES: Final = ValueSet(
    "types of procedures",
    PROCEDURE_TYPES,
    is_plain=True,
    meaning=one_of({"primary": _PRINCIPAL, "principal": _PRINCIPAL, "secondary": _OTHER, "other": _OTHER}),
)


def procedures(claim: FhirElement) -> Json:
    """Return the members for procedures, the principal one first: the one that is said to be it, else the first.

    One in HCPCS or CPT is left unread: an 837I has it at its line. Raises `ResourceError` for one in another code
    system, and where it is uncertain which one is the principal one.
    """
    path = f"{claim.path}.procedure"
    found = [each for each in map(_procedure, claim.children("procedure")) if each]
    refuse_doubled((sequence for sequence, *_ in found), path)
    if len([None for _, kinds, _ in found if _PRINCIPAL in kinds]) > 1:
        raise ResourceError(path, "two procedures are marked as principal.")
    if found and all(kinds == [_OTHER] for _, kinds, _ in found):
        raise ResourceError(path, "no procedure is marked as principal.")
    found.sort(key=lambda each: (_PRINCIPAL not in each[1], each[1] == [_OTHER]))
    coded = [part for *_, part in found]
    return filled(
        principalProcedureInformation=_named("BBR", "principal", coded[0]) if coded else {},
        otherProcedureInformationList=grouped([_named("BBQ", "other", each) for each in coded[1:]]),
    )


def _procedure(entry: FhirElement) -> tuple[str, list[str], tuple[str, str]] | None:
    """The sequence, what it is said to be, and the code with its day; None for one that its line has."""
    concept = entry.child("procedureCodeableConcept")
    code = code_of(concept, _CODES)
    if not code:
        codings = concept.children("coding") if concept else []
        if any(each.peek("system") in _OF_SERVICES.systems for each in codings):
            return None
        raise ResourceError(f"{entry.path}.procedureCodeableConcept", "no code of ICD-10-PCS is here.")
    kinds = [kind for each in entry.children("type") for kind in codes_of(each, _TYPES)]
    return whole(entry, "sequence"), kinds, (code, entry.day("date"))


def _named(qualifier: str, prefix: str, coded: tuple[str, str]) -> Json:
    code, day = coded
    return filled(qualifierCode=qualifier, **{f"{prefix}ProcedureCode": code, f"{prefix}ProcedureDate": day})
