"""Patients, subscribers, providers and payers as parts of the message."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from worker.fhir.codings import ValueSet, code_of
from worker.fhir.current import NAMES, OF_PERSONS, OF_PROVIDERS, TELECOMS, best, best_address, by_use
from worker.fhir.elements import FhirElement, Json, filled
from worker.fhir.identifiers import IdentifierKind, identifier, number_of, payer_id, value
from worker.fhir.resources import Resolver
from worker.fhir.systems import TAXONOMY

_GENDERS: Final = {"male": "M", "female": "F", "other": "U", "unknown": "U"}
_WAYS: Final = {"phone": "phoneNumber", "fax": "faxNumber", "email": "email"}
_TEN: Final = 10
_HOME: Final = frozenset({"", "US", "USA"})
_PEOPLE: Final = ("Patient", "RelatedPerson", "Practitioner")
_PROVIDERS: Final = ("Organization", "Practitioner", "PractitionerRole")
_TAXONOMIES: Final = ValueSet("provider taxonomy", TAXONOMY)


def provider(reference: FhirElement | None, resolver: Resolver) -> Json:
    """Return a provider: what a reference leads to, or what it says itself; empty when there is none.

    A PractitionerRole is the organization that it names, which is the one that bills, else its practitioner.
    """
    return _of_reference(reference, resolver, ("organization", "practitioner"), has_taxonomy=True)


def rendering(reference: FhirElement | None, resolver: Resolver, *, has_taxonomy: bool) -> Json:
    """Return who gave the service: of a PractitionerRole the practitioner, else the organization.

    The taxonomy stays unread where an 837 has no PRV segment for the role.
    """
    return _of_reference(reference, resolver, ("practitioner", "organization"), has_taxonomy=has_taxonomy)


def _of_reference(
    reference: FhirElement | None, resolver: Resolver, names: tuple[str, str], *, has_taxonomy: bool
) -> Json:
    if reference is None:
        return {}
    found = resolver.follow(reference, *_PROVIDERS)
    if found is None:
        return _named_only(reference)
    if found.peek("resourceType") != "PractitionerRole":
        return _provider(found, has_taxonomy=has_taxonomy)
    # Another party must not bill because the one that is named is not here.
    named = next((child for child in map(found.child, names) if child is not None), None)
    party = resolver.follow(named, "Organization", "Practitioner")
    specialties = [*found.children("specialty"), *found.children("code")] if has_taxonomy else []
    taxonomy = filled(taxonomyCode=_taxonomy(specialties))
    return (_provider(party, has_taxonomy=has_taxonomy) if party else _named_only(named)) | taxonomy


def _taxonomy(concepts: Iterable[FhirElement | None]) -> str:
    return next(filter(None, (code_of(each, _TAXONOMIES) for each in concepts)), "")


def _provider(party: FhirElement, *, has_taxonomy: bool) -> Json:
    names = _person(party) if party.peek("resourceType") in _PEOPLE else filled(organizationName=party.text("name"))
    qualifications = by_use(party.children("qualification"), [""]) if has_taxonomy else []
    qualified = [each.child("code") for each in qualifications]
    return names | filled(
        npi=identifier(party, IdentifierKind.NPI),
        employerId=identifier(party, IdentifierKind.EMPLOYER).replace("-", ""),
        ssn=identifier(party, IdentifierKind.SOCIAL_SECURITY).replace("-", ""),
        taxonomyCode=_taxonomy(qualified),
        address=address(party),
        contactInformation=contact(party),
    )


def contact(party: FhirElement) -> Json:
    """Return how to reach a provider: the best telephone, fax and mail address."""
    ways: Json = {}
    for each in by_use(party.children("telecom"), TELECOMS):
        name = _WAYS.get(each.peek("system"), "")
        if name and name not in ways:
            each.pass_over("system", "use", "rank", "period")
            written = each.text("value")
            ways[name] = written if name == "email" else _digits(written)
    return filled(**ways)


def _digits(number: str) -> str:
    """A telephone number as PER04 has it: ten digits without the country's."""
    digits = re.sub(r"\D", "", number, flags=re.ASCII)
    return digits[1:] if len(digits) > _TEN and digits.startswith("1") else digits


def _named_only(reference: FhirElement | None) -> Json:
    """A party of which only the reference is here: its NPI, and its name in words unless it is a person.

    The words that display a person do not say which of them is the last name.
    """
    if reference is None:
        return {}
    number = reference.child("identifier")
    npi = ""
    if number is not None and number_of(number, of_person=False) is IdentifierKind.NPI:
        npi = value(number)
    kind = reference.peek("type") or reference.peek("reference").partition("/")[0]
    return filled(organizationName="" if kind in _PEOPLE else reference.text("display"), npi=npi)


def person(party: FhirElement) -> Json:
    """Return a patient or a subscriber."""
    gender = _GENDERS.get(party.text("gender"), "")
    if not gender:
        party.leave("gender")
    return _person(party) | filled(
        dateOfBirth=party.day("birthDate"),
        gender=gender,
        ssn=identifier(party, IdentifierKind.SOCIAL_SECURITY).replace("-", ""),
        address=address(party),
    )


def _person(party: FhirElement) -> Json:
    name = best(party.children("name"), NAMES)
    if name is None:
        return {}
    family = name.text("family")
    name.pass_over("prefix")
    if family:
        name.pass_over("text")
    first, *others = name.texts("given") or [""]
    return filled(
        lastName=family,
        firstName=first,
        middleName=" ".join(others),
        suffix=" ".join(name.texts("suffix")),
    )


class Payer(NamedTuple):
    """A payer as the message names it; what is not reported is empty."""

    name: str = ""
    number: str = ""
    address: Json = {}  # noqa: RUF012 - nobody writes into it


def payer(reference: FhirElement | None, resolver: Resolver) -> Payer:
    """Return the payer that a reference leads to, or what the reference says itself."""
    if reference is None:
        return Payer()
    party = resolver.follow(reference, "Organization")
    if party is None:
        number = reference.child("identifier")
        is_payer = number is not None and number_of(number, of_person=False) in {
            None,
            IdentifierKind.PAYER,
            IdentifierKind.OTHER,
        }
        return Payer(reference.text("display"), value(number) if is_payer else "")
    return Payer(party.text("name"), payer_id(party), address(party))


def address(party: FhirElement) -> Json:
    """Return the current address of a party; a Location has one, all others a list of them."""
    if party.peek("resourceType") == "Location":
        place = party.child("address")
    else:
        is_person = party.peek("resourceType") in {"Patient", "RelatedPerson"}
        place = best_address(party.children("address"), OF_PERSONS if is_person else OF_PROVIDERS)
    if place is None:
        return {}
    lines = place.texts("line")
    if lines:
        place.pass_over("text")
    country = place.text("country")
    first, *others = lines or [""]
    return filled(
        address1=first,
        address2=" ".join(filter(None, others)),
        city=place.text("city"),
        state=place.text("state"),
        postalCode=place.text("postalCode").replace("-", ""),
        countryCode="" if country.upper() in _HOME else country,
    )
