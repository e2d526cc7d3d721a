"""Every required element that a full claim has is missed by FMT-02 when it is deleted, at its own place."""

import copy
from typing import Any, Final

import orjson
import pytest

from schemas.claim import ClaimKind
from worker.edits.rules.required import absent_of_claim, absent_of_line
from worker.pipeline.steps.decode import decode
from worker.x12.layout.required import OF_CLAIM, OF_LINE, RequiredElement, RequiredPart
from worker.x12.layout.structure import loops_of

KINDS: Final = tuple(ClaimKind)
PARTS: Final = {"dependent", "serviceLines", "admittingDiagnosis", "adjustmentDetails", "supportingDocumentation"}
"""Elements that are parts themselves: an element of the part is deleted instead."""
SITUATIONS: Final[dict[str, Any]] = {  # values that bring about a situation
    "inpatient": {"claimInformation.placeOfServiceCode": "11"},
    "auto-accident": {"claimInformation.relatedCausesCode": ["AA"]},
    "accident": {"claimInformation.relatedCausesCode": ["OA"]},
    "patient-is-not-subscriber": {"subscriber.relationshipToSubscriberCode": "01"},
}


def elements(kind: ClaimKind) -> list[tuple[RequiredPart, RequiredElement, bool]]:
    """Return all elements, each with its part and whether it is one of a line."""
    of_claim = [(part, element, False) for part in OF_CLAIM[kind] for element in part.elements]
    return of_claim + [(part, element, True) for part in OF_LINE[kind] for element in part.elements]


def put(holder: Any, steps: list[tuple[str, int]], value: Any) -> None:
    """Set the member at the end of the steps, making the parts and lists on the way."""
    (name, lists), *others = steps
    if not others:
        holder.setdefault(name, value) if isinstance(value, (dict, list)) else holder.update({name: value})
        return
    if lists:
        inner = holder.setdefault(name, [[{}]] if lists > 1 else [{}])
        put(inner[0][0] if lists > 1 else inner[0], others, value)
    else:
        put(holder.setdefault(name, {}), others, value)


def full(kind: ClaimKind, *, with_dependent: bool) -> dict[str, Any]:
    """Return a claim of a kind with every required element in it."""
    document: dict[str, Any] = {"claimInformation": {"serviceLines": [{}]}}
    for part, element, is_line in elements(kind):
        top = document["claimInformation"]["serviceLines"][0] if is_line else document
        if element.members[0] in PARTS:
            continue
        if part.steps and part.steps[0][0] == "dependent" and not with_dependent:
            continue
        value: Any = ["1"] if element.members[0] == "diagnosisCodePointers" else "1"
        put(top, [*part.steps, (element.members[0], 0)], value)
        if part.steps and not part.is_required:
            put(top, [*part.steps, ("besides", 0)], "1")  # a part with nothing in it counts as not sent
    document["billing"]["entityTypeQualifier"] = "2"
    return document


def missing(document: dict[str, Any], kind: ClaimKind) -> list[tuple[str, str]]:
    """Return place and path of all that is found to be missing."""
    claim = decode(orjson.dumps(document), 10**6).claim
    found = [*absent_of_claim(claim, kind), *absent_of_line(claim, kind, 0)]
    return [(element.x12, path) for element, path in found]


def without(document: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the document without the member at a JSON path."""
    changed = copy.deepcopy(document)
    names = path.removeprefix("$.").replace("[0]", ".0").split(".")
    holder: Any = changed
    for name in names[:-1]:
        holder = holder[int(name)] if isinstance(holder, list) else holder[name]
    del holder[names[-1]]
    return changed


def situated(document: dict[str, Any], *situations: str) -> dict[str, Any]:
    """Return the document with the values that bring about the situations."""
    changed = copy.deepcopy(document)
    for situation in situations:
        for path, value in SITUATIONS.get(situation, {}).items():
            put(changed, [(name, 0) for name in path.split(".")], value)
            if isinstance(value, list):
                changed["claimInformation"]["relatedCausesCode"] = value
    return changed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("with_dependent", [True, False])
def test_a_full_claim_lacks_nothing(kind: ClaimKind, *, with_dependent: bool) -> None:
    """The other side: nothing is missed on a claim that has it all."""
    assert missing(full(kind, with_dependent=with_dependent), kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_required_element_is_missed_at_its_place(kind: ClaimKind) -> None:
    """Every element of the table is deleted from a full claim in turn, in the situation that requires it."""
    tried = 0
    for part, element, is_line in elements(kind):
        member = element.members[0]
        situation = element.situation or part.situation
        needs_dependent = (part.steps[:1] == (("dependent", 0),)) or situation in {
            "subscriber-is-not-patient",
            "n4-sent-of-subscriber",
            "us-n4-sent-of-subscriber",
        }
        if member in PARTS:
            continue  # parts, of which an element is deleted instead
        if situation.startswith("n3-sent"):
            continue  # N302 without N301 has its own test
        document = situated(full(kind, with_dependent=needs_dependent), situation)
        steps = ".".join(f"{name}{'[0]' * lists}" for name, lists in part.steps)
        top = "$.claimInformation.serviceLines[0]" if is_line else "$"
        path = ".".join(filter(None, (top, steps, member)))

        assert (element.x12, path) in missing(without(document, path), kind), path
        tried += 1
    assert tried > 60


def test_a_second_street_line_needs_the_first() -> None:
    """N301 is required in an N3 that is sent, although the N3 of a payer is not."""
    document = full(ClaimKind.PROFESSIONAL, with_dependent=True)
    document["payerAddress"] = {"address2": "SUITE 1"}

    assert ("2010BB N301", "$.payerAddress.address1") in missing(document, ClaimKind.PROFESSIONAL)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"countryCode": "MX", "state": "", "postalCode": ""}, None),
        ({"countryCode": "CA", "state": ""}, "2010AA N402"),
        ({"state": ""}, "2010AA N402"),
    ],
)
def test_a_foreign_address_needs_no_state(change: dict[str, str], place: str | None) -> None:
    """N402 and N403 belong to addresses in the United States and Canada."""
    document = full(ClaimKind.PROFESSIONAL, with_dependent=False)
    document["billing"]["address"] |= change

    assert [x12 for x12, _ in missing(document, ClaimKind.PROFESSIONAL)] == ([place] if place else [])


def test_an_employer_as_subscriber_has_no_member_id() -> None:
    """NM108 and NM109 belong to persons (RFI 1990)."""
    document = full(ClaimKind.PROFESSIONAL, with_dependent=True)
    del document["subscriber"]["memberId"]
    del document["subscriber"]["lastName"]
    document["subscriber"]["organizationName"] = "HAMMER WORKS INC"

    assert missing(document, ClaimKind.PROFESSIONAL) == []


@pytest.mark.parametrize(("revenue", "found"), [("0540", []), ("0636", [("2310A NM103", "$.attending.lastName")])])
def test_only_transport_needs_no_attending_provider(revenue: str, found: list[tuple[str, str]]) -> None:
    """2310A is required unless the claim is for transport that is not scheduled."""
    document = full(ClaimKind.INSTITUTIONAL, with_dependent=False)
    del document["attending"]
    document["claimInformation"]["serviceLines"][0]["institutionalService"]["serviceLineRevenueCode"] = revenue

    assert missing(document, ClaimKind.INSTITUTIONAL) == found


_PLACES = {"2010AB NM1", "2310E NM1", "2310F NM1", "2420B NM1", "2420G NM1", "2420H NM1"}
_PROVIDERS_OF_OTHER_PAYER = {f"2330{letter} {segment}" for letter in "CDEFGHI" for segment in ("NM1", "REF")}
LEFT: Final = (
    _PLACES  # an NM1 that holds qualifiers only
    | _PROVIDERS_OF_OTHER_PAYER  # no member of the message; a file that lacks them has a structure flaw
    | {"2010CA NM1"}  # IDN-06
    | {"2410 LIN", "2410 CTP"}  # NDC-01 to NDC-05
)
"""Required segments that no row of the table is about."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_required_segment_with_a_member_is_in_the_table(kind: ClaimKind) -> None:
    """A segment that the structure requires is in the table, unless it holds nothing that a claim message says."""
    known = {element.x12.split("-")[0] for _, element, _ in elements(kind)}
    left = set()
    for name, loop in loops_of(kind).items():
        for segment in loop.segments:
            if segment.is_required and segment.identifier not in {"HL", "BHT", "LX"} and name != "header":
                places = {x12 for x12 in known if x12.startswith(f"{name} {segment.identifier}")}
                if not places:
                    left.add(f"{name} {segment.identifier}")

    assert left - LEFT == set()
