"""`Claim.accident`: the cause of what was treated, as CLM11 or as an occurrence code has it."""

from typing import Final

from schemas.claim import ClaimKind
from worker.fhir.codings import ValueSet, code_of, one_of
from worker.fhir.elements import FhirElement, Json, ResourceError, filled
from worker.fhir.resources import Resolver
from worker.fhir.support import Support
from worker.fhir.systems import ACCIDENTS, RELATED_CAUSES

_AUTO, _EMPLOYMENT, _OTHER = "AA", "EM", "OA"
_KINDS: Final = ValueSet(
    "accidents",
    ACCIDENTS | RELATED_CAUSES,
    is_plain=True,
    meaning=one_of(
        {
            "mva": _AUTO,
            "wpa": _EMPLOYMENT,
            "school": _OTHER,
            "spt": _OTHER,
            "aa": _AUTO,
            "em": _EMPLOYMENT,
            "oa": _OTHER,
        }
    ),
)
"""HL7 v3-ActCode (ActIncidentCode) and X12 1362."""

_OCCURRENCE_OF_EMPLOYMENT: Final = "04"
_OCCURRENCES: Final = frozenset({"01", "02", "03", _OCCURRENCE_OF_EMPLOYMENT, "05", "06"})
"""NUBC occurrence codes of accidents, by who is liable and whether insurance covers it."""


def accident(claim: FhirElement, kind: ClaimKind, resolver: Resolver, support: Support) -> tuple[Json, Json]:
    """Return the members of `claimInformation` and `claimDateInformation` that report an accident.

    Those of an institutional claim are put among the occurrences of `support`. Raises `ResourceError` where the claim
    cannot report it: a claim that does not say so is another one.
    """
    entry = claim.child("accident")
    if entry is None:
        return {}, {}
    cause = code_of(entry.child("type"), _KINDS)
    if not cause:
        raise ResourceError(f"{entry.path}.type", "no known kind of accident is here.")
    day = entry.day("date")
    if kind is ClaimKind.INSTITUTIONAL:
        _among_occurrences(entry, cause, day, support)
        return {}, {}
    state = _state(entry, resolver) if cause == _AUTO else ""
    return filled(relatedCausesCode=[cause], autoAccidentStateCode=state), filled(accidentDate=day)


def _among_occurrences(entry: FhirElement, cause: str, day: str, support: Support) -> None:
    reported = [each for each in support.occurrences if each.get("occurrenceSpanCode") in _OCCURRENCES]
    if any(each.get("occurrenceSpanCodeDate") == day for each in reported):
        return
    if reported or cause != _EMPLOYMENT:
        raise ResourceError(
            entry.path, "an institutional claim reports an accident by its occurrence code, which is missing."
        )
    support.occurrences.append(
        filled(occurrenceSpanCode=_OCCURRENCE_OF_EMPLOYMENT, occurrenceSpanCodeDate=day),
    )


def _state(entry: FhirElement, resolver: Resolver) -> str:
    place = entry.child("locationAddress")
    if place is None and (location := resolver.follow(entry.child("locationReference"), "Location")):
        place = location.child("address")
    return place.text("state") if place else ""
