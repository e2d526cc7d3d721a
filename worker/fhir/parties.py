"""Patients, subscribers, providers and payers as parts of the message."""

import re
from typing import Final, NamedTuple

from worker.fhir.elements import Element, Json, filled
from worker.fhir.resources import Resolver
from worker.fhir.systems import EMPLOYER, NPI, SOCIAL_SECURITY, TAXONOMY, Systems, code_of

_GENDERS: Final = {"male": "M", "female": "F", "other": "U", "unknown": "U"}
_WAYS: Final = {"phone": "phoneNumber", "fax": "faxNumber", "email": "email"}
_TEN: Final = 10
_HOME: Final = frozenset({"", "US", "USA"})
_PEOPLE: Final = ("Patient", "RelatedPerson", "Practitioner")
_PROVIDERS: Final = ("Organization", "Practitioner", "PractitionerRole")


def provider(reference: Element | None, resolver: Resolver) -> Json:
    """Return a provider: what a reference leads to, or what it says itself; empty when there is none.

    A PractitionerRole is its organization where it has one that is here, as the one who bills, else its practitioner.
    """
    if reference is None:
        return {}
    found = resolver.follow(reference, *_PROVIDERS)
    if found is None:
        return _named_only(reference)
    if found.peek("resourceType") != "PractitionerRole":
        return _provider(found)
    specialties = [code_of(each, TAXONOMY) for each in (*found.children("specialty"), *found.children("code"))]
    taxonomy = filled(taxonomyCode=next(filter(None, specialties), ""))
    for name, kind in (("organization", "Organization"), ("practitioner", "Practitioner")):
        if party := resolver.follow(found.child(name), kind):
            return _provider(party) | taxonomy
    return _named_only(found.child("organization") or found.child("practitioner")) | taxonomy


def rendering(reference: Element | None, resolver: Resolver) -> Json:
    """Return who gave the service: of a PractitionerRole the practitioner."""
    found = resolver.follow(reference, "PractitionerRole")
    if found is None:
        return provider(reference, resolver)
    return provider(found.child("practitioner"), resolver) or provider(reference, resolver)


def _provider(party: Element) -> Json:
    names = _person(party) if party.peek("resourceType") in _PEOPLE else filled(organizationName=party.text("name"))
    qualified = (code_of(each.child("code"), TAXONOMY) for each in party.children("qualification"))
    return names | filled(
        npi=identifier(party, NPI),
        employerId=identifier(party, EMPLOYER).replace("-", ""),
        ssn=identifier(party, SOCIAL_SECURITY).replace("-", ""),
        taxonomyCode=next(filter(None, qualified), ""),
        address=address(party),
        contactInformation=contact(party),
    )


def contact(party: Element) -> Json:
    """Return how to reach a provider: the first telephone, fax and mail address."""
    ways: Json = {}
    for each in party.children("telecom"):
        name = _WAYS.get(each.peek("system"), "")
        if name and name not in ways:
            each.pass_over("system", "use", "rank")
            value = each.text("value")
            ways[name] = value if name == "email" else _digits(value)
    return filled(**ways)


def _digits(number: str) -> str:
    """A telephone number as PER04 has it: ten digits without the country's."""
    digits = re.sub(r"\D", "", number, flags=re.ASCII)
    return digits[1:] if len(digits) > _TEN and digits.startswith("1") else digits


def _named_only(reference: Element | None) -> Json:
    """A party of which only the reference is here: its identifier, and its name in words."""
    if reference is None:
        return {}
    names = reference.child("identifier")
    npi = ""
    if names is not None and names.peek("system") in NPI:
        names.pass_over("system")
        npi = names.text("value")
    return filled(organizationName=reference.text("display"), npi=npi)


def person(party: Element) -> Json:
    """Return a patient or a subscriber."""
    return _person(party) | filled(
        dateOfBirth=party.day("birthDate"),
        gender=_GENDERS.get(party.text("gender"), ""),
        ssn=identifier(party, SOCIAL_SECURITY).replace("-", ""),
        address=address(party),
    )


def _person(party: Element) -> Json:
    names = party.children("name")
    name = next((each for each in names if each.peek("use") == "official"), names[0] if names else None)
    if name is None:
        return {}
    name.pass_over("use", "prefix", "text")
    first, *others = name.texts("given") or [""]
    return filled(
        lastName=name.text("family") or name.text("text"),
        firstName=first,
        middleName=" ".join(others),
        suffix=" ".join(name.texts("suffix")),
    )


class Payer(NamedTuple):
    """A payer as the message names it; what is not told is empty."""

    name: str = ""
    number: str = ""
    address: Json = {}  # noqa: RUF012 - nobody writes into it


def payer(reference: Element | None, resolver: Resolver) -> Payer:
    """Return the payer that a reference leads to, or what the reference says itself.

    Payers have no identifiers in common: the first one, by which the sender knows them, is taken whatever its system.
    """
    if reference is None:
        return Payer()
    party = resolver.follow(reference, "Organization")
    if party is None:
        return Payer(reference.text("display"), identifier_value(reference.child("identifier")))
    return Payer(party.text("name"), identifier_value(party.first("identifier")), address(party))


def identifier_value(number: Element | None) -> str:
    """Return the value of an identifier, whatever its system; empty when there is none."""
    if number is None:
        return ""
    number.pass_over("system", "type", "use")
    return number.text("value")


def identifier(party: Element, systems: Systems) -> str:
    """Return the identifier of a system; empty when there is none."""
    for each in party.children("identifier"):
        if each.peek("system") in systems:
            each.pass_over("system", "type", "use")
            return each.text("value")
    return ""


def address(party: Element) -> Json:
    """Return the address of a party; a Location has one, all others a list of them."""
    is_location = party.peek("resourceType") == "Location"
    place = party.child("address") if is_location else party.first("address")
    if place is None:
        return {}
    place.pass_over("use", "type", "text")
    lines = [*place.texts("line"), "", ""]
    country = place.text("country")
    return filled(
        address1=lines[0],
        address2=" ".join(filter(None, lines[1:])),
        city=place.text("city"),
        state=place.text("state"),
        postalCode=place.text("postalCode").replace("-", ""),
        countryCode="" if country.upper() in _HOME else country,
    )
