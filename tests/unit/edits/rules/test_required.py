"""Every required element that a full claim has is missed by FMT-02 when it is deleted, at its own place."""

import copy
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any, Final

import orjson
import pytest

from schemas.claim import ClaimKind
from worker.edits.rules.required import _absent, absent_of_claim, absent_of_line
from worker.pipeline.steps.decode import UnreadableClaimError, decode
from worker.x12.layout.levels import levels_of
from worker.x12.layout.loops import Loop, PatientRow, keys_of, row_of
from worker.x12.layout.required import OF_CLAIM, OF_LINE, RequiredElement, RequiredPart
from worker.x12.layout.rows import Row
from worker.x12.layout.structure import ElementUse, SegmentUse, loops_of

KINDS: Final = tuple(ClaimKind)
PARTS: Final = {"dependent", "serviceLines", "admittingDiagnosis", "adjustmentDetails", "supportingDocumentation"}
"""Elements that are parts themselves: an element of the part is deleted instead."""
LISTS: Final = frozenset(
    part.steps[-1][0]
    for parts in (*OF_CLAIM.values(), *OF_LINE.values())
    for part in parts
    if part.steps and part.steps[-1][0].startswith("otherPayer") and part.steps[-1][0].endswith("Identifier")
)
"""Elements that are lists, which the rows below them fill."""
SITUATIONS: Final[dict[str, Any]] = {  # values that bring about a situation
    "inpatient": {"claimInformation.placeOfServiceCode": "11"},
    "auto-accident": {"claimInformation.relatedCausesCode": ["AA"]},
    "accident": {"claimInformation.relatedCausesCode": ["OA"]},
    "patient-is-not-subscriber": {"subscriber.relationshipToSubscriberCode": "01"},
    "phone-named": {"claimInformation.serviceFacilityLocation.phoneName": "1"},
    "self-in-837": {"origin.segment": 7},
    "medicare-not-primary": {
        "claimInformation.claimFilingCode": "MB",
        "subscriber.paymentResponsibilityLevelCode": "S",
    },
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
        if element.members[0] not in LISTS:
            put(top, [*part.steps, (element.members[0], 0)], value)
        if part.steps and not part.is_required:
            put(top, [*part.steps, ("besides", 0)], "1")  # a part with nothing in it counts as not sent
    document["billing"]["entityTypeQualifier"] = "2"
    document["subscriber"]["relationshipToSubscriberCode"] = "" if with_dependent else "18"
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
        if situation == "other-medicare-not-primary":
            document["claimInformation"]["otherSubscriberInformation"][0]["claimFilingIndicatorCode"] = "MA"
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


def built(use: SegmentUse, key: str, left_out: ElementUse | None) -> list[str]:
    """Return a segment with a value in every element that the guide has, but for one."""
    identifier, _, qualifier = key.partition("*")
    elements = [""] * max((each.place for each in use.elements), default=1)
    if qualifier and identifier != "HI":
        elements[0] = qualifier
    composites = {each.place for each in use.elements if each.component}
    for each in use.elements:
        value = min(each.codes, default=f"V{each.place}-{each.component or 0}")
        if identifier == "HI" and (each.place, each.component) == (1, 1):
            value = qualifier
        if each == left_out or (each.component is None and each.place in composites):
            continue
        if each.component:
            values = [*elements[each.place - 1].split(":"), *[""] * 12]
            values[each.component - 1] = value
            elements[each.place - 1] = ":".join(values).rstrip(":")
        else:
            elements[each.place - 1] = value
    if left_out is not None and left_out.component is None:
        elements[left_out.place - 1] = ""
    return [identifier, *elements]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every value in a part, each as often as it occurs; lists add nothing to a path."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list):
        for member in value:
            yield from leaves(member, path)
    elif value != "":
        yield path


def held(loop: Loop, around: tuple[str, ...], kind: ClaimKind) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each required element of a loop and those inside with the member that holds it, by the rows of the layout.

    Nothing is yielded for an element that a claim message cannot lack: a qualifier that is the usual one when it is
    absent, and the only value of a segment that need not be sent.
    """
    path = loop.path.removeprefix("/")
    start = () if loop.path.startswith("/") else around
    inside = (*start, path) if path else start
    rows = {key: row for row in reversed(loop.rows) for key in keys_of(row_of(row))}
    use = loops_of(kind).get(loop.name)
    for segment in use.segments if use else ():
        for key in segment.keys:
            row = rows.get(key) or rows.get(segment.identifier)
            if row is None:
                continue
            part = () if isinstance(row, PatientRow) else inside
            for element in segment.elements:
                if element.is_required:
                    for member in lacking(row_of(row), segment, key, element):
                        yield f"{loop.name} {key} {element.place}-{element.component or 0}", (*part, *member)
    for each in loop.loops:
        yield from held(each, inside, kind)


def lacking(row: Row, segment: SegmentUse, key: str, element: ElementUse) -> set[tuple[str, ...]]:
    """Return the members that are gone when an element is."""
    whole: dict[str, Any] = {}
    less: dict[str, Any] = {}
    row.read(built(segment, key, None), whole, ":")
    row.read(built(segment, key, element), less, ":")
    left = Counter(leaves(less))
    if not left and not segment.is_required:
        return set()
    return {path for path, count in Counter(leaves(whole)).items() if left[path] < count}


OTHERWISE: Final = {
    "submitter.submitterIdentification": "implied by the envelope; a file without it has a structure flaw",
    "receiver.receiverId": "likewise",
    "claimInformation.ambulanceDropOffLocation.organizationName": "an organization without NM102 is read as a person",
    "claimInformation.serviceLines.ambulanceDropOffLocation.organizationName": "likewise",
    "claimInformation.otherSubscriberInformation.otherPayerBillingProvider.entityTypeQualifier": "derived in an 837I",
    "payToAddress.entityTypeQualifier": "derived: an organization unless it is said",
    "claimInformation.anesthesiaRelatedSurgicalProcedure": "a list of texts: an empty one is not sent",
    "claimInformation.conditionInformation.conditionCodes": "likewise",
    "claimInformation.treatmentCodeInformationList": "likewise",
    "subscriber.dateOfBirth": "IDN-06",
    "dependent.dateOfBirth": "IDN-06",
    "dependent.lastName": "IDN-06",
    "claimInformation.healthCareCodeInformation.diagnosisTypeCode": "the usual qualifier is implied",
    "claimInformation.serviceLines.assignedNumber": "the place of the line is implied",
    "claimInformation.serviceLines.drugIdentification.serviceIdQualifier": "NDC-01 to NDC-05",
    "claimInformation.serviceLines.drugIdentification.nationalDrugCode": "NDC-01 to NDC-05",
    "claimInformation.serviceLines.drugIdentification.nationalDrugUnitCount": "NDC-01 to NDC-05",
    "claimInformation.serviceLines.drugIdentification.measurementUnitCode": "NDC-01 to NDC-05",
}
"""Members of required elements that the table has no row for, each with the reason."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_has_every_required_element_that_a_message_can_lack(kind: ClaimKind) -> None:
    """Each element of usage Required, of every segment of the guide, has a row, or a reason to have none."""
    tops: dict[bool, tuple[str, ...]] = {True: ("claimInformation", "serviceLines"), False: ()}
    known = {
        (*tops[is_line], *(name for name, _ in part.steps), *member.split("."))
        for part, element, is_line in elements(kind)
        for member in element.members
    }

    required: dict[str, set[tuple[str, ...]]] = {}
    for level in levels_of(kind).all():
        for x12, member in held(level, (), kind):
            required.setdefault(x12, set()).add(member)

    assert len(required) > 150
    lacks = {x12: {".".join(member) for member in members} for x12, members in required.items() if not members & known}
    assert {x12: paths for x12, paths in lacks.items() if not all(map(is_otherwise, paths))} == {}


def is_otherwise(path: str) -> bool:
    """Whether a member has a reason, is a qualifier that is implied, or in a composite that need not be sent."""
    optional = (".qualifierCode", ".otherIdentifier", ".priorAuthorization.otherPayerPrimaryIdentifier")
    return path in OTHERWISE or path.endswith(optional)


def test_no_reason_is_given_for_what_the_table_has() -> None:
    """Else the list of reasons would grow old."""
    required = {
        ".".join(member) for kind in KINDS for level in levels_of(kind).all() for _, member in held(level, (), kind)
    }

    assert set(OTHERWISE) - required == set()


def thinned(value: Any, share: float, chance: Random) -> Any:  # any JSON
    """Return a document without a share of its members, at any depth, or with texts that were sent empty."""
    if isinstance(value, dict):
        kept = {name: thinned(each, share, chance) for name, each in value.items() if chance.random() > share}
        return {name: "" if isinstance(each, str) and chance.random() < share else each for name, each in kept.items()}
    return [thinned(each, share, chance) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_look_hides_nothing_that_a_closer_one_finds(kind: ClaimKind) -> None:
    """Claims of which more and more is missing: what is found is what a closer look at every part finds."""
    chance, found = Random(1), Counter[int]()
    for number in range(600):
        document = full(kind, with_dependent=number % 2 == 0)
        damaged = thinned(document, chance.choice([0.002, 0.01, 0.05]), chance)
        try:
            claim = decode(orjson.dumps(damaged), 10**6).claim
        except UnreadableClaimError:  # what is left of the lines says no kind
            continue
        every = [lack for part in OF_CLAIM[kind] for lack in _absent(part, claim, claim, "$")]
        assert list(absent_of_claim(claim, kind)) == every
        found[min(len(every), 3)] += 1

    assert min(found[number] for number in range(4)) > 10


VALUES: Final[dict[str, tuple[Any, ...]]] = {  # members whose value brings about a situation, or makes one of it
    "subscriber.relationshipToSubscriberCode": ("18", "01", ""),
    "subscriber.address.countryCode": ("US", "MX"),
    "billing.address.countryCode": ("US", "MX"),
    "claimInformation.placeOfServiceCode": ("11", "22"),
    "claimInformation.claimFilingCode": ("MB", "CI"),
    "claimInformation.relatedCausesCode": (["AA"], ["OA"], ["EM"]),
    "subscriber.paymentResponsibilityLevelCode": ("P", "S"),
    "subscriber.entityTypeQualifier": ("1", "2"),
    "claimInformation.healthCareCodeInformation": ([{"diagnosisTypeCode": "ABK", "diagnosisCode": "M05"}], [{}], []),
    "claimInformation.otherSubscriberInformation": ([{}], [{"claimFilingIndicatorCode": "MB"}], []),
}


@pytest.mark.parametrize("kind", KINDS)
def test_claims_of_one_shape_are_told_apart_by_what_else_decides(kind: ClaimKind) -> None:
    """The same members with other values, each as first and after the others."""
    chance = Random(2)
    for number in range(300):
        document = full(kind, with_dependent=number % 3 == 0)
        if chance.random() < 0.5:
            del document["subscriber"]["address"]
        for path, values in VALUES.items():
            if chance.random() < 0.7:
                *around, name = path.split(".")
                holder = document
                for each in around:
                    holder = holder.setdefault(each, {})
                holder[name] = chance.choice(values)
        claim = decode(orjson.dumps(document), 10**6).claim

        every = [lack for part in OF_CLAIM[kind] for lack in _absent(part, claim, claim, "$")]

        assert list(absent_of_claim(claim, kind)) == every
