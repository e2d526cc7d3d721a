"""Whose claim it is: the payer and the member, and which dependent of the member."""

from datetime import date
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from schemas.records import Claim
from schemas.values import Text, as_day
from worker.payers.profile import Profiles

_IGNORED: Final = str.maketrans("", "", " -\t\N{NO-BREAK SPACE}")
"""What is in a number for the eye only."""
NO_PAYER: Final = "the payer's id"
NO_MEMBER: Final = "the member id of the subscriber"
NO_DEPENDENT: Final = "birth date and first name of the dependent"


class PatientIdentity(Struct, frozen=True, gc=False):
    """A patient as a payer knows one.

    `text` is what the identity is made of, None when the claim does not say enough; then `missing` names what lacks,
    and the claim is judged without a memory. It holds health data and is never written: a `HistoryKey` turns it into
    the bytes under which the person is known.
    """

    text: str | None
    missing: str = ""


def normalized(number: str | None) -> str:
    """Return a payer's or member's number as all spellings of it have it.

    Cards print Medicare numbers with dashes and the 837 wants none (CMS, MBI format, 2018); blanks and small letters
    come from typing. Nothing else is taken away: a leading zero is part of the number.
    """
    return (number or "").translate(_IGNORED).upper()


_payer: Final = lru_cache(maxsize=1024)(normalized)


class AddressedMember(Struct, frozen=True, rename="camel", gc=False):
    """The number of a subscriber; `standard_health_id` is another name of it where there is no member id."""

    member_id: Text = None
    standard_health_id: Text = None


class AddressedDependent(Struct, frozen=True, rename="camel", gc=False):
    """What tells a dependent from the subscriber."""

    date_of_birth: Text = None
    first_name: Text = None


class Addressed(Struct, frozen=True, rename="camel", gc=False):
    """What of a claim says whose it is."""

    trading_partner_service_id: Text = None
    subscriber: AddressedMember | None = None
    dependent: AddressedDependent | None = None


_DECODER: Final = msgspec.json.Decoder(Addressed)


def addressed(value: bytes) -> Addressed | None:
    """Return what of a claim message says whose it is, without reading the rest.

    None for what has to be read whole: whose claim it is follows from more than these members, or it is not a claim.
    What is returned of a message that is a claim names the patient that the whole of it names; a message that is not
    one may name somebody as well.
    """
    try:
        found = _DECODER.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    member, dependent = found.subscriber, found.dependent
    if member is None:
        return None
    if member.member_id is None and member.standard_health_id is not None:
        found = Addressed(found.trading_partner_service_id, AddressedMember(member.standard_health_id), dependent)
    texts = [found.trading_partner_service_id, found.subscriber and found.subscriber.member_id]
    if dependent is not None:
        texts += (dependent.date_of_birth, dependent.first_name)
    # The whole claim is read without the blanks around a text, and not all of them are taken out of a number.
    return found if all(each and each.isprintable() and each.strip() == each for each in texts) else None


def identity_of(claim: Claim | Addressed, profiles: Profiles) -> PatientIdentity:
    """Return whose claim it is.

    Dependents share the number of the subscriber [2010BA NM109], so that birth date and first name are part of theirs.
    """
    payer = _payer(profiles.payer_of(claim.trading_partner_service_id))
    if not payer:
        return _UNKNOWN_PAYER
    member = normalized(claim.subscriber.member_id if claim.subscriber else None)
    if not member:
        return _UNKNOWN_MEMBER
    if claim.dependent is None:
        return PatientIdentity(_text(payer, member))
    born, name = as_day(claim.dependent.date_of_birth), normalized(claim.dependent.first_name)
    if not (isinstance(born, date) and name):
        return _UNKNOWN_DEPENDENT
    return PatientIdentity(_text(payer, member, born, name))


def identity_text(payer: str, member: str, born: date | None = None, first_name: str | None = None) -> str:
    """Return what the identity of a subscriber is made of, or with a birth date and first name that of a dependent."""
    return _text(normalized(payer), normalized(member), born, normalized(first_name))


def _text(payer: str, member: str, born: date | None = None, name: str = "") -> str:
    return f"{payer}\0{member}" if born is None else f"{payer}\0{member}\0{born}\0{name}"


_UNKNOWN_PAYER: Final = PatientIdentity(None, NO_PAYER)
_UNKNOWN_MEMBER: Final = PatientIdentity(None, NO_MEMBER)
_UNKNOWN_DEPENDENT: Final = PatientIdentity(None, NO_DEPENDENT)
