"""Which identifier is which number: by its system, else by its type, as far as it is current."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from worker.fhir import systems
from worker.fhir.current import NUMBERS, by_use
from worker.fhir.elements import FhirElement, ResourceError


class IdentifierKind(StrEnum):
    """The kinds of identifiers of a party; the value is the name in a reason for refusing a claim."""

    NPI = "NPI"
    EMPLOYER = "EIN"
    SOCIAL_SECURITY = "SSN"
    MEMBER = "member id"
    PAYER = "payer id"
    OTHER = "other"


_BY_SYSTEM: Final = {
    uri: number
    for uris, number in (
        (systems.NPI, IdentifierKind.NPI),
        (systems.EMPLOYER, IdentifierKind.EMPLOYER),
        (systems.SOCIAL_SECURITY, IdentifierKind.SOCIAL_SECURITY),
        (systems.MEDICARE_BENEFICIARY, IdentifierKind.MEMBER),
        (systems.PAYERS, IdentifierKind.PAYER),
        (systems.NO_MEMBER_IDS, IdentifierKind.OTHER),
    )
    for uri in uris
}
_TAX: Final = "TAX"
_BY_TYPE: Final = {
    "NPI": IdentifierKind.NPI,
    _TAX: IdentifierKind.EMPLOYER,
    "EN": IdentifierKind.EMPLOYER,
    "SS": IdentifierKind.SOCIAL_SECURITY,
    "MB": IdentifierKind.MEMBER,
    "MC": IdentifierKind.MEMBER,
    "SN": IdentifierKind.MEMBER,
    "NIIP": IdentifierKind.PAYER,
    "payerid": IdentifierKind.PAYER,
}
"""HL7 v2 table 0203 and C4BB identifier types."""

_PERSONS: Final = frozenset({"Practitioner", "Patient", "RelatedPerson"})


def number_of(identifier: FhirElement, *, of_person: bool) -> IdentifierKind | None:
    """Return what an identifier is; None when neither its system nor its type says it.

    A TAX number of a person can be an SSN as well as an EIN: its hyphens say which. Where system and type contradict
    each other it is neither.
    """
    by_type = _by_type(identifier, of_person=of_person)
    by_system = _BY_SYSTEM.get(identifier.peek("system"))
    if by_system is None or by_type in {None, IdentifierKind.OTHER, by_system}:
        return by_system or by_type
    return IdentifierKind.OTHER


def _by_type(identifier: FhirElement, *, of_person: bool) -> IdentifierKind | None:
    concept = identifier.child("type")
    codings = concept.children("coding") if concept else []
    codes = [each.peek("code") for each in codings if each.peek("system") in systems.IDENTIFIER_TYPES | {""}]
    known = {_BY_TYPE.get(code, IdentifierKind.OTHER) for code in codes if not (of_person and code == _TAX)}
    if of_person and _TAX in codes and (number := _tax_number(identifier.peek("value"))):
        known.add(number)
    sure = known - {IdentifierKind.OTHER}
    if len(sure) == 1:
        return sure.pop()
    return IdentifierKind.OTHER if codes else None


def _tax_number(value: str) -> IdentifierKind | None:
    hyphens = tuple(map(len, value.split("-")))
    return {(2, 7): IdentifierKind.EMPLOYER, (3, 2, 4): IdentifierKind.SOCIAL_SECURITY}.get(hyphens)


def identifier(party: FhirElement, number: IdentifierKind) -> str:
    """Return a number of a party; empty when it has none that is current.

    Raises `ResourceError` when two different ones have an equal claim to be it.
    """
    of_person = party.peek("resourceType") in _PERSONS
    found = [each for each in party.children("identifier") if number_of(each, of_person=of_person) is number]
    return _chosen(party, found, number)


def _chosen(party: FhirElement, found: list[FhirElement], number: IdentifierKind) -> str:
    current = by_use(found, NUMBERS)
    if not current:
        return ""
    equal = [each for each in current if each.peek("use") == current[0].peek("use")]
    values = {each.text("value").replace("-", ""): each for each in reversed(equal)}
    if len(values) > 1:
        raise ResourceError(
            f"{party.path}.identifier",
            f"two different values are a current {number}; `use` or `period` has to say which one counts.",
        )
    for each in equal:
        value(each)
    return current[0].text("value")


def member_id(coverage: FhirElement) -> str:
    """Return the member id among the identifiers of a coverage; the only one of an unknown system and type counts."""
    if found := identifier(coverage, IdentifierKind.MEMBER):
        return found
    unknown = _unknown(coverage)
    return value(unknown[0]) if len(unknown) == 1 else ""


def payer_id(payer: FhirElement) -> str:
    """Return the payer id: one that says so, else the first by which the sender knows the payer.

    Payers have no numbers in common, but no claim reaches a payer by an NPI or EIN.
    """
    if found := identifier(payer, IdentifierKind.PAYER):
        return found
    others = (
        each
        for each in payer.children("identifier")
        if number_of(each, of_person=False) in {None, IdentifierKind.OTHER}
    )
    return first(others)


def first(identifiers: Iterable[FhirElement]) -> str:
    """Return the value of the current identifier whose use comes first; empty when there is none."""
    return next((value(each) for each in by_use([*identifiers], NUMBERS)), "")


def value(identifier: FhirElement | None) -> str:
    """Return the value of one identifier; empty when there is none."""
    if identifier is None:
        return ""
    identifier.pass_over("system", "type", "use", "period")
    return identifier.text("value")


def _unknown(party: FhirElement) -> list[FhirElement]:
    found = [each for each in party.children("identifier") if number_of(each, of_person=False) is None]
    return by_use(found, NUMBERS)
