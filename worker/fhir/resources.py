"""Finds the claims of a document, and what they refer to: resources contained in them, or beside them in a Bundle."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from worker.errors import ClaimscrubError
from worker.fhir.elements import FhirElement, Json, ResourceError, ResourceReading

_REFERRED_TO: Final = frozenset(
    {
        "Condition",
        "Coverage",
        "Location",
        "Organization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "RelatedPerson",
    }
)
"""The types of resources that claims refer to, each of which is the path of its own elements."""


class ClaimNotFoundError(ClaimscrubError):
    """A document holds no claim; the message says in one sentence what it is."""


Resource: TypeAlias = tuple[Json, str]
"""A resource with its path."""

Known: TypeAlias = dict[str, Resource | None]
"""Resources by the ways in which one can refer to them; None when two answer to one."""

_ADDRESS: Final = re.compile(r"https?://.+/([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})", re.ASCII)
"""The address of a resource on a server, with the part by which its neighbors refer to it (FHIR R4, 2.3.4.1)."""


def _know(known: Known, key: str, resource: Resource) -> None:
    before = known.setdefault(key, resource)
    if before and before[0] != resource[0]:
        known[key] = None


@dataclass(frozen=True, slots=True)
class ClaimResource:
    """A Claim resource with its place in the document; the place is empty where it is the document."""

    place: str
    value: Json
    beside: Known


def is_resource(document: object) -> bool:
    """Whether a document says that it is a FHIR resource. One that is a claim message as well is the message."""
    return isinstance(document, dict) and "resourceType" in document and "claimInformation" not in document


def find_claims(document: Json) -> Iterator[ClaimResource]:
    """Yield the claims of a Claim or a Bundle. Raises `ClaimNotFoundError` for anything else."""
    match document.get("resourceType"):
        case "Claim":
            yield ClaimResource("", document, {})
        case "Bundle":
            yield from _claims_of(document)
        case str(_):
            raise ClaimNotFoundError(
                "A FHIR resource has to be a Claim or a Bundle with claims; this one has another type."
            )
        case _:
            raise ClaimNotFoundError("A FHIR resource names its type in resourceType, as text.")


def _claims_of(bundle: Json) -> Iterator[ClaimResource]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ClaimNotFoundError("Bundle.entry: a list of objects belongs here.")
    beside: Known = {}
    claims = []
    for place, entry in enumerate(entries):
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            continue
        kind = str(resource.get("resourceType"))
        path = kind if kind in _REFERRED_TO else "Bundle.entry"
        for key in _keys(kind, resource.get("id"), entry.get("fullUrl")):
            _know(beside, key, (resource, path))
        if kind == "Claim":
            claims.append((place, resource))
    if not claims:
        raise ClaimNotFoundError("There is no Claim in this Bundle.")
    for place, resource in claims:
        yield ClaimResource(f"entry {place + 1}", resource, beside)


def _keys(kind: str, number: object, url: object) -> set[str]:
    """The ways to refer to an entry: by type and id, by its full URL, and by that URL without the server's own part."""
    keys = {f"{kind}/{number}"} if isinstance(number, str) else set()
    if isinstance(url, str) and url:
        keys.add(url)
        if found := _ADDRESS.fullmatch(url):
            keys.add(found[1])
    return keys


class Resolver:
    """Follows the references of one claim."""

    def __init__(self, claim: FhirElement, beside: Known) -> None:
        self._reading: ResourceReading = claim.reading
        self._beside = beside
        self._contained: Known = {}
        for each in claim.children("contained"):
            _know(self._contained, f"#{each.value.get('id')}", (each.value, each.path))

    def follow(self, reference: FhirElement | None, *kinds: str) -> FhirElement | None:
        """Return the resource that a reference names; None when it is not here or its type does not belong there.

        A reference that leads nowhere stays unread, so that it is named. Raises `ResourceError` where two resources
        answer to it.
        """
        if reference is None:
            return None
        key = reference.peek("reference").partition("/_history/")[0]
        resources = self._contained if key.startswith("#") else self._beside
        if key not in resources:
            return None
        known = resources[key]
        if known is None:
            raise ResourceError(reference.path, "two resources answer to this reference.")
        if known[0].get("resourceType") not in kinds:
            return None
        reference.pass_over("reference", "type")
        return self._reading.root(*known)
