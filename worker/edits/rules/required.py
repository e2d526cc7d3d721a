"""Which required elements a claim lacks, by the table of `x12.layout.required`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    for part in _CLAIM_LOOKS[kind].parts_of(claim):
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
_UNUSUAL: Final = frozenset({"patient-is-not-subscriber", "self-in-837", "inpatient", "attending"})
"""Situations in which few claims are: the elements are mostly absent, and rightly so."""
_BEYOND: Final = "extra"
MOST_SHAPES: Final = 1024
"""Of claims, by the parts that are sent."""


class _FirstLook:
    """What the first look at a part needs.

    `below` are the attribute of the claim and that of its part without which nothing can be missing; None for a part
    that can be missing itself. `values` are the paths of its elements, if the schema names all of them.
    """

    def __init__(self, place: int, part: RequiredPart) -> None:
        self.place, self.part = place, part
        self.below: tuple[str, str] | None = None
        self.values: frozenset[str] | None = None
        self.look: Look | None = None
        path, kind, lists = _known_path(part)
        beyond = [name for name, _ in part.steps[len(path) :]]
        if part.situation in _OF_CAUSES:
            self.below = ("claim_information", _BEYOND)
        elif part.situation == "medicare-not-primary":
            self.look = lambda claim: not SITUATIONS[part.situation](claim, None)
        elif lists:
            self.below = (path[0], path[1])
            self.look = _are_whole(path, part) if len(path) == len(part.steps) else None
        elif beyond and (len(beyond) > 1 or not part.is_required):
            self.below = (path[0], _BEYOND if len(path) == 1 else path[1]) if path else ("", _BEYOND)
            name = beyond[0]
            self.look = lambda claim: name not in _extra_of(path, claim)
        elif kind is not None and not beyond:
            self._look_at_members(part, path, attributes(kind))

    def _look_at_members(self, part: RequiredPart, path: Sequence[str], known: Mapping[str, str]) -> None:
        above = path[:-1] if part.is_required else path
        if above:
            self.below = (above[0], above[1] if len(above) > 1 else "")
        needed = [element for element in part.elements if element.situation not in _OF_CAUSES]
        if not needed or any(element.members[0] not in known for element in needed):
            return
        members = {known[element.members[0]]: element.situation for element in needed}
        self.look = _has_all(path, members, part, with_causes=len(needed) < len(part.elements))
        if _UNUSUAL.isdisjoint({part.situation, *members.values()}):
            self.values = frozenset(".".join([*path, member]) for member in members)


class _ClaimLooks:
    """The parts of a kind of claims, in the order in which what they lack is reported."""

    def __init__(self, parts: Sequence[RequiredPart]) -> None:
        looks = [_FirstLook(place, part) for place, part in enumerate(parts)]
        required = [each for each in looks if each.part.is_required and each.values]
        roots = {each.part.steps[0] for each in required if len(each.part.steps) == 1}
        usual = frozenset[str]().union(
            *(each.values or () for each in required if roots.issuperset(each.part.steps[:1]))
        )
        self._usual = attrgetter(*sorted(usual))
        self._with_usual = [each for each in looks if each.values and each.values <= usual]
        others = [each for each in looks if each not in self._with_usual]
        self._always = [each for each in others if each.below is None]
        below: dict[str, dict[str, list[_FirstLook]]] = {"": {}}
        for each in others:
            if each.below is not None:
                below.setdefault(each.below[0], {}).setdefault(each.below[1], []).append(each)
        self._holders = attrgetter(*list(below)[1:])
        # Of two attributes at least it gets a tuple.
        self._members = [attrgetter(_BEYOND, _BEYOND, *(name or _BEYOND for name in names)) for names in below.values()]
        self._below = list(below.values())
        self._by_shape: dict[tuple[bool, tuple[Any, ...]], Sequence[_FirstLook]] = {}

    def parts_of(self, claim: Claim) -> Iterable[RequiredPart]:
        """Return the parts of a claim that may lack something; of most claims none."""
        holders = zip((claim, *self._holders(claim)), self._members, strict=True)
        sent = tuple([holder and tuple(map(bool, members(holder))) for holder, members in holders])
        shape = (self._has_usual(claim), sent)
        looks = self._by_shape.get(shape)
        if looks is None:
            if len(self._by_shape) >= MOST_SHAPES:
                self._by_shape.clear()
            looks = self._by_shape[shape] = sorted(self._looks_at(*shape), key=attrgetter("place"))
        return [each.part for each in looks if each.look is None or not each.look(claim)]

    def _looks_at(self, has_usual: object, sent: Iterable[Sequence[bool] | None]) -> Iterator[_FirstLook]:
        """Yield the looks at claims with such parts; of a part that is not sent there is None."""
        yield from self._always if has_usual else [*self._with_usual, *self._always]
        for are_sent, below in zip(sent, self._below, strict=True):
            for is_sent, (name, looks) in zip((are_sent or ())[2:], below.items(), strict=are_sent is not None):
                if is_sent or not name:
                    yield from looks

    def _has_usual(self, claim: Claim) -> bool:
        """Whether a claim has what nearly every claim has: then most parts lack nothing."""
        try:
            return claim.claim_information.extra is None and all(self._usual(claim))
        except AttributeError:  # a part is not sent
            return False


def _known_path(part: RequiredPart) -> tuple[list[str], type[Part] | None, int]:
    """Return the attributes on the way to a part as far as the schema names them, what is there, and in how many lists.

    The way ends at the first list.
    """
    kind: type[Part] | None = Claim
    path: list[str] = []
    for name, depth in part.steps:
        attribute = attributes(kind).get(name) if kind else None
        if attribute is None or kind is None:
            break
        path.append(attribute)
        if depth:
            return path, None, depth
        kind = _part_of(kind, attribute)
    return path, kind, 0


def _part_of(kind: type[Part], attribute: str) -> type[Part] | None:
    """Return the kind of a field that holds one part."""
    annotation = get_type_hints(kind)[attribute]
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, Part):
            return each
    return None


def _extra_of(path: Sequence[str], claim: Claim) -> Mapping[str, Any]:  # any JSON
    """Return the members of a part that the schema does not name; none of one that is not sent."""
    holder: Any = claim  # Any: a part
    for name in path:
        holder = getattr(holder, name, None)
    return getattr(holder, _BEYOND, None) or {}


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


def _are_whole(path: Sequence[str], part: RequiredPart) -> Look:
    """Every entry of a list has all members."""
    entries_of = attrgetter(".".join(path))
    members = [element.members[0] for element in part.elements]

    def look(claim: Claim) -> bool:
        return all(member_of(each, name) for each in entries_of(claim) or () for name in members)

    return look


_CLAIM_LOOKS: Final = MappingProxyType({kind: _ClaimLooks(parts) for kind, parts in OF_CLAIM.items()})
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
