"""Reads a FHIR document: claims as messages, and what is wrong, each with its place.

A damaged claim leaves the others of its Bundle alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from worker.fhir.claims import MOST_UNMAPPED, message_of
from worker.fhir.elements import Json, ResourceError, filled
from worker.fhir.resources import ClaimNotFoundError, find_claims


@dataclass(frozen=True, slots=True)
class ResourceRead:
    """A claim as a message, with its place in the document: `entry 3`, or empty where it is the document."""

    place: str
    document: Json


@dataclass(frozen=True, slots=True)
class Damage:
    """An unreadable part: where, and why in one sentence that holds nothing of the document but element names.

    `is_claim` says that the others of the document were read all the same.
    """

    place: str
    reason: str
    is_claim: bool


def read_resource(document: Json) -> Iterator[ResourceRead | Damage]:
    """Yield the claims of a resource as messages, and what is not a claim; at least one of both."""
    try:
        for found in find_claims(document):
            try:
                message, unmapped = message_of(found)
            except ResourceError as error:
                yield Damage(found.place, str(error), is_claim=True)
                continue
            number = found.value.get("id")
            origin = filled(resourceId=number if isinstance(number, str) else "", place=found.place)
            if unmapped[MOST_UNMAPPED:]:
                origin["moreUnmapped"] = len(unmapped) - MOST_UNMAPPED
            yield ResourceRead(
                found.place, message | {"fhirOrigin": origin | filled(unmapped=unmapped[:MOST_UNMAPPED])}
            )
    except ClaimNotFoundError as error:
        yield Damage("", str(error), is_claim=False)
