"""Which required elements a claim lacks, by the table of `x12.layout.required`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import astuple

from schemas.claim import ClaimKind
from schemas.records import Claim, Part, attributes
from worker.x12.layout.required import OF_CLAIM, OF_LINE, RequiredElement, RequiredPart

SELF: Final = "18"
"""Relationship of a patient who is the subscriber [SBR02, PAT01]."""
INPATIENT: Final = frozenset({"11", "18", "21", "41"})
"""Facility types whose patients are admitted: hospital, swing bed, skilled nursing, religious nonmedical."""
AMBULANCE: Final = "054"
"""Beginning of the revenue codes of ambulances; transport that is not scheduled needs no attending provider."""
MEDICARE: Final = frozenset({"MA", "MB"})
"""Claim filing codes of Medicare (SBR09)."""
TWO_LETTER_STATES: Final = (None, "", "US", "CA")
"""Countries whose addresses have a state or province and a postal code; an address without a country is American."""


def absent_of_claim(claim: Claim, kind: ClaimKind) -> Iterator[tuple[RequiredElement, str]]:
    """Yield each element that the claim as a whole lacks, with its JSON path."""
    for part in _SHAPES[kind].parts_of(claim):
        yield from _absent(part, claim, claim, "$")


def absent_of_line(claim: Claim, kind: ClaimKind, place: int) -> Iterator[tuple[RequiredElement, str]]:
    """Yield each element that the line lacks, with its JSON path; lines are counted from 0."""
    line = claim.claim_information.service_lines[place]
    for part in OF_LINE[kind]:
        yield from _absent(part, claim, line, f"$.claimInformation.serviceLines[{place}]")


def _absent(part: RequiredPart, claim: Claim, top: object, path: str) -> Iterator[tuple[RequiredElement, str]]:
    for holder, steps in _holders(top, part.steps, ""):
        if holder is None and not (part.is_required and _is_so(part.situation, claim, None)):
            continue
        for element in part.elements:
            if any(_is_given(member_of(holder, name)) for name in element.members):
                continue
            if not _is_so(part.situation, claim, holder) or not _is_so(element.situation, claim, holder):
                continue
            if part.is_required or not _is_empty(holder):
                yield element, f"{path}{steps}.{element.members[0]}"


def _holders(value: object, steps: Sequence[tuple[str, int]], path: str) -> Iterator[tuple[object, str]]:
    """Yield the parts at a path below `value`, None for one that is not sent; nothing below one that is not."""
    if not steps:
        yield value, path
        return
    if value is None:
        return
    (name, lists), *others = steps
    found = member_of(value, name)
    for each, place in _members(found, lists):
        yield from _holders(each, others, f"{path}.{name}{place}")


def _members(value: object, lists: int) -> Iterator[tuple[object, str]]:
    if lists == 0:
        yield value, ""
    elif isinstance(value, (tuple, list)):
        for place, each in enumerate(value):
            for inner, rest in _members(each, lists - 1):
                yield inner, f"[{place}]{rest}"


def member_of(holder: object, name: str) -> Any:  # any JSON value, or what the schema made of it
    """Return the member with this name on the wire, whether the schema knows it or not; None when it is absent."""
    if isinstance(holder, Part):
        attribute = attributes(type(holder)).get(name)
        return getattr(holder, attribute) if attribute else (holder.extra or {}).get(name)
    return holder.get(name) if isinstance(holder, Mapping) else None


def _is_given(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (tuple, list)):
        return any(map(_is_given, value))
    return value is not None


def _is_empty(holder: object) -> bool:
    """Whether a part was sent empty."""
    if isinstance(holder, Part):
        known = (getattr(holder, attribute) for attribute in attributes(type(holder)).values())
        return not any(map(_is_given, (*known, *(holder.extra or {}).values())))
    return not (isinstance(holder, Mapping) and any(map(_is_given, holder.values())))


def _is_so(situation: str, claim: Claim, holder: object) -> bool:
    return not situation or SITUATIONS[situation](claim, holder)


def _is_person(_: Claim, holder: object) -> bool:
    kind = member_of(holder, "entityTypeQualifier")
    return kind != "2" and not (member_of(holder, "organizationName") and not member_of(holder, "lastName"))


def _has_no_dependent_for_relationship(claim: Claim, _: object) -> bool:
    told = claim.subscriber.relationship_to_subscriber_code if claim.subscriber else None
    return bool(told) and told != SELF and claim.dependent is None


def _is_american(_: Claim, holder: object) -> bool:
    return member_of(holder, "countryCode") in TWO_LETTER_STATES


def _has_any(holder: object, *names: str) -> bool:
    return any(_is_given(member_of(holder, name)) for name in names)


def _is_second_medicare(filing: object, level: object) -> bool:
    """Whether a coverage is one of Medicare that is not the primary payer; U says that this is not known."""
    return filing in MEDICARE and level not in (None, "", "P", "U")


def _has_city_line(_: Claim, holder: object) -> bool:
    return _has_any(holder, "city", "state", "postalCode", "countryCode")


def _has_street_line(_: Claim, holder: object) -> bool:
    return _is_given(member_of(holder, "address2"))


def _causes(claim: Claim) -> Sequence[str]:
    told = member_of(claim.claim_information, "relatedCausesCode")
    return [told] if isinstance(told, str) else told if isinstance(told, (list, tuple)) else []


def _needs_state_of_accident(claim: Claim, holder: object) -> bool:
    return "AA" in _causes(claim) and member_of(holder, "autoAccidentCountryCode") in TWO_LETTER_STATES


def _needs_attending(claim: Claim, _: object) -> bool:
    revenue = (
        line.institutional_service and line.institutional_service.service_line_revenue_code
        for line in claim.claim_information.service_lines
    )
    return not all(code and code.startswith(AMBULANCE) for code in revenue)


_OF_CAUSES: Final = frozenset({"accident", "auto-accident", "accident-place-sent"})
"""Situations that only members of the claim information show which the schema does not name: causes and places."""
_BY_VALUE: Final = frozenset({"patient-is-not-subscriber", "inpatient", "medicare-not-primary"})
"""Situations that values of the claim show, and not only which of them were sent."""
_BY_LINES: Final = "attending"
"""The situation that the lines show."""
_PARTS: Final = attrgetter(
    "submitter",
    "billing",
    "subscriber",
    "dependent",
    "claim_information",
    "receiver",
    "rendering",
    "referring",
    "ordering",
    "supervising",
    "attending",
    "operating",
)
_IN_SHAPE: Final = frozenset(
    {
        *("submitter", "billing", "subscriber", "dependent", "claimInformation", "receiver"),
        *("rendering", "referring", "ordering", "supervising", "attending", "operating"),
        *("submitter.contactInformation", "billing.address", "billing.contactInformation"),
        *("subscriber.address", "dependent.address", "claimInformation.claimSupplementalInformation"),
    }
)
"""The parts whose members are in the shape of a claim, by their paths."""
_NUMBERS: Final = range(1000)
_DIAGNOSES: Final = "healthCareCodeInformation"
_DIAGNOSIS: Final = attrgetter("diagnosis_type_code", "diagnosis_code")
MOST_SHAPES: Final = 1024
"""Of claims, by what was sent."""


class _Shapes:
    """The parts of a kind of claims that may lack something, by what was sent."""

    def __init__(self, kind: ClaimKind) -> None:
        self._parts = OF_CLAIM[kind]
        self._by_value = [SITUATIONS[each] for each in sorted(_BY_VALUE) if any(map(_speaks_of(each), self._parts))]
        self._known: dict[tuple[object, ...], Sequence[RequiredPart]] = {}

    def parts_of(self, claim: Claim) -> Sequence[RequiredPart]:
        """Return the parts of a claim that may lack something, in the order in which that is reported."""
        shape = (*_sent(claim), *[is_so(claim, None) for is_so in self._by_value])
        known = self._known.get(shape)
        if known is None:
            if len(self._known) >= MOST_SHAPES:
                self._known.clear()
            known = self._known[shape] = [part for part in self._parts if not _is_whole(part, claim)]
        return known


def _sent(claim: Claim) -> tuple[object, ...]:
    """Return which members were sent of a claim and of its parts, and whether each diagnosis has all of its own.

    The parts that were sent follow one another, so that the members before them show which ones they are.
    """
    parts = _PARTS(claim)
    submitter, billing, subscriber, dependent, information, *_ = parts
    inner = (
        submitter and submitter.contact_information,
        billing and billing.address,
        billing and billing.contact_information,
        subscriber and subscriber.address,
        dependent and dependent.address,
        information.claim_supplemental_information,
    )
    members: list[object] = []
    beyond = []
    for part in filter(None, (claim, *parts, *inner)):
        members += astuple(part)
        if part.extra:
            beyond.append(tuple(part.extra))
    are_whole = all(map(all, map(_DIAGNOSIS, information.health_care_code_information)))
    return tuple(compress(_NUMBERS, members)), are_whole, *beyond


def _is_whole(part: RequiredPart, claim: Claim) -> bool:
    """Whether no claim of the same shape lacks an element of a part."""
    is_by_causes = _speaks_of(*_OF_CAUSES)(part) and claim.claim_information.extra is not None
    if is_by_causes or _speaks_of(_BY_LINES)(part) or any(_absent(part, claim, claim, "$")):
        return False
    return _is_in_shape(claim, part.steps, "")


def _is_in_shape(holder: Part, steps: Sequence[tuple[str, int]], path: str) -> bool:
    """Whether the shape of a claim shows all that decides on the part at the end of the steps."""
    if not steps:
        return holder.extra is None and not getattr(holder, "country_code", None)
    (name, _), *others = steps
    attribute = attributes(type(holder)).get(name)
    if attribute is None:
        return name not in (holder.extra or ())
    found, path = getattr(holder, attribute), f"{path}.{name}" if path else name
    if not found or name == _DIAGNOSES:
        return True
    return path in _IN_SHAPE and _is_in_shape(found, others, path)


def _speaks_of(*situations: str) -> Callable[[RequiredPart], bool]:
    return lambda part: not {part.situation, *(each.situation for each in part.elements)}.isdisjoint(situations)


SITUATIONS: Final[Mapping[str, Callable[[Claim, object], bool]]] = MappingProxyType(
    {
        # A FHIR claim names no submitter: that is whoever turns it into an 837.
        "submitter-is-told": lambda claim, _: claim.fhir_origin is None,
        "patient-is-subscriber": lambda claim, _: claim.dependent is None,
        # A claim as JSON without a dependent is one of the subscriber; an 837 says so.
        "self-in-837": lambda claim, _: claim.dependent is None and claim.origin is not None,
        "subscriber-is-not-patient": lambda claim, holder: holder is None or claim.dependent is not None,
        "patient-is-not-subscriber": _has_no_dependent_for_relationship,
        "person": _is_person,
        "us-address": _is_american,
        "n3-sent": _has_street_line,
        "n4-sent": _has_city_line,
        "us-n4-sent": lambda claim, holder: _has_city_line(claim, holder) and _is_american(claim, holder),
        "n3-sent-of-subscriber": lambda claim, holder: claim.dependent is not None and _has_street_line(claim, holder),
        "n4-sent-of-subscriber": lambda claim, holder: claim.dependent is not None and _has_city_line(claim, holder),
        "us-n4-sent-of-subscriber": lambda claim, holder: (
            claim.dependent is not None and _has_city_line(claim, holder) and _is_american(claim, holder)
        ),
        "auto-accident": _needs_state_of_accident,
        "accident": lambda claim, _: not {"AA", "OA"}.isdisjoint(_causes(claim)),
        "inpatient": lambda claim, _: claim.claim_information.place_of_service_code in INPATIENT,
        "attending": _needs_attending,
        "procedure-sent": lambda _, holder: _is_given(member_of(holder, "procedureCode")),
        "qualifier-sent": lambda _, holder: _is_given(member_of(holder, "procedureIdentifier")),
        "paid-qualifier-sent": lambda _, holder: _is_given(member_of(holder, "serviceIdQualifier")),
        "number-sent": lambda _, holder: _has_any(holder, "secondaryIdentifier", "secondaryIdentifierTypeCode"),
        "accident-place-sent": lambda _, holder: _has_any(holder, "autoAccidentStateCode", "autoAccidentCountryCode"),
        "phone-named": lambda _, holder: _has_any(holder, "phoneName", "phoneExtension"),
        # A FHIR claim has no element for it.
        "medicare-not-primary": lambda claim, _: (
            claim.fhir_origin is None
            and _is_second_medicare(
                claim.claim_information.claim_filing_code,
                claim.subscriber and claim.subscriber.payment_responsibility_level_code,
            )
        ),
        "other-medicare-not-primary": lambda claim, holder: (
            claim.fhir_origin is None
            and _is_second_medicare(
                member_of(holder, "claimFilingIndicatorCode"), member_of(holder, "paymentResponsibilityLevelCode")
            )
        ),
    }
)
"""Whether the claim shows the situation in which an element of a part is required."""
_SHAPES: Final = MappingProxyType({kind: _Shapes(kind) for kind in ClaimKind})
