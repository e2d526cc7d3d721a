"""Whose claims come out of a file."""

from collections.abc import Iterable
from typing import Any

from worker.x12.read.events import ClaimRead, Read

_PARTIES = ("subscriber", "billing", "dependent")
Document = dict[str, Any]  # a claim as JSON


def claims(reads: Iterable[Read]) -> list[Document]:
    """The claims that came out."""
    return [each.document for each in reads if isinstance(each, ClaimRead)]


def number(document: Document) -> str:
    """CLM01."""
    return str(document["claimInformation"].get("patientControlNumber", ""))


def owner(document: Document) -> tuple[object, ...]:
    """Whose claim it is: subscriber, payer, billing provider, and the patient where that is another person."""
    return (*identity(document), *(document.get(name, {}).get("firstName") for name in _PARTIES), _npi(document))


def identity(document: Document) -> tuple[object, ...]:
    """The same by what the guide requires of each of them; given names and an NPI may be absent."""
    return (
        document.get("subscriber", {}).get("memberId"),
        document.get("tradingPartnerServiceId"),
        document.get("tradingPartnerName"),
        *(document.get(name, {}).get(last) for name in _PARTIES for last in ("lastName", "organizationName")),
    )


def _npi(document: Document) -> object:
    return document.get("billing", {}).get("npi")
