"""Which required elements a claim lacks, by the table of `x12.layout.required`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_args, get_type_hints

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
    for part, first_look in _CLAIM_LOOKS[kind]:
        if first_look is None or not first_look(claim):
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


Look: TypeAlias = Callable[[Claim], bool]
"""Sees quickly, for most claims, that a part lacks nothing."""


_OF_CAUSES: Final = frozenset({"accident", "auto-accident", "accident-place-sent"})
"""Situations that only members of the claim information show which the schema does not name: causes and places."""

_OF_CLAIM: Final = frozenset(
    {
        "submitter-is-told",
        "patient-is-subscriber",
        "patient-is-not-subscriber",
        "inpatient",
        "self-in-837",
        "medicare-not-primary",
    }
)
"""Situations that the claim shows whatever is in the part."""


def _first_look(part: RequiredPart) -> Look | None:
    """Return how to see that a part is not sent or lacks nothing; None when only a closer look shows it."""
    kind: type[Part] | None = Claim
    path: list[str] = []
    for name, depth in part.steps:
        attribute = attributes(kind).get(name) if kind else None
        if attribute is None or kind is None:
            break
        path.append(attribute)
        if depth:
            return _are_whole(path, part, is_last=len(path) == len(part.steps))
        kind = _part_of(kind, attribute)
    beyond = [name for name, _ in part.steps[len(path) :]]
    if part.situation in _OF_CAUSES:
        return lambda claim: claim.claim_information.extra is None
    if part.situation == "medicare-not-primary":
        return lambda claim: not SITUATIONS[part.situation](claim, None)
    if beyond and (len(beyond) > 1 or not part.is_required):
        return _has_no(attrgetter(".".join(path)) if path else None, beyond[0])
    needed = [element for element in part.elements if element.situation not in _OF_CAUSES]
    known = attributes(kind) if kind and not beyond else {}
    if not needed or any(element.members[0] not in known for element in needed):
        return None
    members = {known[element.members[0]]: element.situation for element in needed}
    return _has_all(path, members, part, with_causes=len(needed) < len(part.elements))


def _part_of(kind: type[Part], attribute: str) -> type[Part] | None:
    """Return the kind of a field that holds one part."""
    annotation = get_type_hints(kind)[attribute]
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, Part):
            return each
    return None


def _has_all(path: Sequence[str], members: Mapping[str, str], part: RequiredPart, *, with_causes: bool) -> Look:
    """All members are given, or the claim does not show their situations; or the part is not sent and need not be."""
    values_of = attrgetter(*(".".join([*path, member]) for member in members))
    around = attrgetter(".".join(path[:-1])) if len(path) > 1 else None
    is_one = len(members) == 1
    situations = [each if each in _OF_CLAIM else "" for each in members.values()]

    def look(claim: Claim) -> bool:
        if with_causes and claim.claim_information.extra is not None:
            return False
        try:
            found = values_of(claim)
        except AttributeError:  # the part itself, or one around it, is not sent
            return not part.is_required or _is_absent(around, claim)
        values = (found,) if is_one else found
        return all(values) or not any(
            not value and (not situation or SITUATIONS[situation](claim, None))
            for value, situation in zip(values, situations, strict=True)
        )

    return look


def _is_absent(holder_of: Callable[[Claim], Any] | None, claim: Claim) -> bool:
    try:
        return holder_of is not None and holder_of(claim) is None
    except AttributeError:  # one around it is not sent
        return True


def _has_no(holder_of: Callable[[Claim], Any] | None, name: str) -> Look:
    """The part around has no such member, which the schema does not name."""

    def look(claim: Claim) -> bool:
        try:
            holder = holder_of(claim) if holder_of else claim
        except AttributeError:  # one around it is not sent
            return True
        return holder is None or (isinstance(holder, Part) and name not in (holder.extra or ()))

    return look


def _are_whole(path: Sequence[str], part: RequiredPart, *, is_last: bool) -> Look:
    """There is no entry in a list; or every entry has all members, where they are what the part is about."""
    entries_of = attrgetter(".".join(path))
    members = [element.members[0] for element in part.elements]

    def look(claim: Claim) -> bool:
        try:
            entries = entries_of(claim)
        except AttributeError:  # one around it is not sent
            return True
        return not entries or (is_last and all(all(map(partial(member_of, each), members)) for each in entries))

    return look


_CLAIM_LOOKS: Final = MappingProxyType(
    {kind: tuple((part, _first_look(part)) for part in parts) for kind, parts in OF_CLAIM.items()}
)
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
