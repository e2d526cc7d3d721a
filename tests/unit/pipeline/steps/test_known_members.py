"""Each member is read in one spelling, what nobody reads is named, and what the schema refuses has its place."""

import json
import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.claim import Claim, ClaimKind
from schemas.dead_letter import DeadLetterReason
from schemas.part import without_nulls
from tests.unit.pipeline.claim_members import (
    MARK,
    Steps,
    claim_with,
    in_lists,
    lists_around,
    members_of,
    parts_of,
    path_of,
    whole_claim,
)
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.decode import DecodedClaim, UnreadableClaimError, decode, read_json, write_json
from worker.pipeline.steps.known_members import KNOWN, PUBLISHED, fold, members_of_model
from worker.pipeline.steps.unread import MOST_PATHS
from worker.samples import synthetic

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
CASES = Path(__file__).parents[1] / "claims"
LIMIT = 1024 * 1024
MEMBERS = members_of(PUBLISHED)
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
SPELLINGS: dict[str, Callable[[str], str]] = {
    "snake_case": lambda name: "_".join(WORD.findall(name)).lower(),
    "SCREAMING_SNAKE": lambda name: "_".join(WORD.findall(name)).upper(),
    "kebab-case": lambda name: "-".join(WORD.findall(name)).lower(),
    "PascalCase": lambda name: name[0].upper() + name[1:],
    "lowercase": str.lower,
    "UPPERCASE": str.upper,
    "a wrong capital": lambda name: name[:-1] + name[-1].swapcase(),
    "words apart": lambda name: " ".join(WORD.findall(name)),
    "a blank behind": lambda name: f"{name} ",
    "an unseen character": lambda name: f"{name}\u200b",
}


def read(claim: dict[str, Any]) -> DecodedClaim:
    """The claim as it is read from the wire."""
    return decode(orjson.dumps(claim), LIMIT)


def flaws_of(claim: dict[str, Any]) -> tuple[str, ...]:
    """What is wrong with a claim that is refused; nothing where it is read."""
    try:
        read(claim)
    except UnreadableClaimError as error:
        letter = error.letter
    else:
        return ()
    assert letter.reason is DeadLetterReason.SCHEMA
    return letter.flaws


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_member_is_read_in_another_spelling(spelling: str) -> None:
    """Each name of every part, at every depth: the claim is refused with the path and the name that is read."""
    other = SPELLINGS[spelling]
    twins = {member: (*member[:-1], other(member[-1])) for member in MEMBERS}
    refused = {
        member: flaws_of(claim_with(twin, {} if member == ("claimInformation",) else "1"))
        for member, twin in twins.items()
        if twin != member
    }

    assert len(refused) > len(MEMBERS) / 2
    silent = [member for member, flaws in refused.items() if not any(_names(flaw, member) for flaw in flaws)]
    assert silent == []


def _names(flaw: str, member: Steps) -> bool:
    around = path_of(member).removesuffix(f".{member[-1]}")
    is_there = _without_places(flaw).startswith(_without_places(around))
    return is_there and flaw.endswith(f": this name is read only as {member[-1]}.")


def _without_places(path: str) -> str:
    """A path without places in lists: a single part is read as a list of one."""
    return path.replace("[0]", "")


def test_another_spelling_beside_the_right_one_is_refused() -> None:
    """Nobody has to know which of the two counts."""
    claim = synthetic.claim([synthetic.line("96413")])
    service = claim["claimInformation"]["serviceLines"][0]["professionalService"]
    service["procedure_code"] = "J1745"

    place = "$.claimInformation.serviceLines[0].professionalService.procedure_code"
    assert flaws_of(claim) == (f"{place}: this name is read only as procedureCode.",)


def test_a_claim_in_snake_case_is_told_every_name() -> None:
    """At the depth that is reached: what is in a part with an unknown name is not looked at."""
    claim = {"claim_information": {"service_lines": []}, "trading_partner_name": MARK}

    assert flaws_of(claim) == (
        "$.claim_information: this name is read only as claimInformation.",
        "$.trading_partner_name: this name is read only as tradingPartnerName.",
    )


def test_names_in_one_part_differ_in_more_than_spelling() -> None:
    """Else one of them would be taken for another spelling of the other."""
    for around, part in parts_of(PUBLISHED):
        assert len({fold(name) for name in part.names}) == len(part.names), around


@pytest.mark.parametrize("kind", ClaimKind)
def test_what_nobody_reads_is_named_at_every_depth(kind: ClaimKind) -> None:
    """One more member in each part of each kind of claim."""
    for around, _ in parts_of(KNOWN[kind]):
        member = (*around, "whatNobodyReads")
        claim = claim_with(member, {"secret": MARK})
        if kind is ClaimKind.INSTITUTIONAL:
            lines = claim["claimInformation"].setdefault("serviceLines", [{}])
            lines[0].setdefault("institutionalService", {})

        found = read(claim).not_read
        assert ([*map(_without_places, found.paths)], found.more) == ([_without_places(path_of(member))], 0)


def test_a_member_inside_of_a_value_is_named() -> None:
    """The 837 has one value in this place."""
    claim = claim_with(("claimInformation", "patientSignatureSourceCode", "code"), "P")

    assert read(claim).not_read.paths == ("$.claimInformation.patientSignatureSourceCode.code",)


def test_members_of_the_other_kind_are_named() -> None:
    """A professional claim has no place for the notes of an institutional one."""
    claim = claim_with(("claimInformation", "claimNotes", "medications"), "NOTE")
    institutional = {"claimInformation": {**claim["claimInformation"], "serviceLines": [{"institutionalService": {}}]}}

    assert read(claim).not_read.paths == ("$.claimInformation.claimNotes",)
    assert read(institutional).not_read.paths == ()


@pytest.mark.parametrize("kind", ClaimKind)
def test_a_claim_of_all_known_members_is_read_whole(kind: ClaimKind) -> None:
    """Every member of the schema, and every one that the 837 has a place for."""
    assert read(whole_claim(kind)).not_read == ((), 0)


@given(seed=st.integers(0, 2**32), kind=st.sampled_from(ClaimKind))
def test_a_claim_of_some_known_members_is_read_whole(seed: int, kind: ClaimKind) -> None:
    """Whatever is absent."""
    claim = whole_claim(kind)
    # A draw of hypothesis for each of hundreds of parts takes longer than all the reading.
    _leave_out(claim, random.Random(seed))

    assert read(claim | {"claimInformation": claim.get("claimInformation", {})}).not_read == ((), 0)


def _leave_out(part: Any, chance: random.Random) -> None:
    if isinstance(part, list):
        for entry in part:
            _leave_out(entry, chance)
    elif isinstance(part, dict):
        kept_for_its_kind = {"serviceLines", "institutionalService", "claimInformation"}
        for name in chance.sample(sorted(part), min(len(part), chance.randrange(4))):
            if name not in kept_for_its_kind:
                part.pop(name)
        for member in part.values():
            _leave_out(member, chance)


def test_the_list_of_what_nobody_reads_is_bounded(pipeline: Pipeline) -> None:
    """Some are named, the others counted, and no name is longer than one of a claim."""
    claim = synthetic.claim([synthetic.line("96413")]) | {f"{'x' * 1000}{number}": 1 for number in range(900)}

    outcome = pipeline.scrub(orjson.dumps(claim), RECEIVED).outcome

    assert outcome is not None
    assert (len(outcome.not_read or ()), outcome.more_not_read) == (MOST_PATHS, 900 - MOST_PATHS)
    assert max(map(len, outcome.not_read or ())) < 100


OBJECT, LIST, TRUTH, TEXT = {"x": MARK}, [[[[MARK]]]], True, MARK
SCHEMA_MEMBERS = [member for member in dict.fromkeys(members_of_model(Claim)) if member != ("schemaVersion",)]


def wrong_values(member: Steps) -> list[object]:
    """What does not belong in a place of the schema: other types than its own, in the place and in its list."""
    depth, is_part = lists_around(member)[-1], any(each[: len(member)] == member != each for each in SCHEMA_MEMBERS)
    if member[-1] in ("otherSubscriberInformation", "serviceLineSupplementalInformation", "claimAdjustmentInformation"):
        return [TRUTH, TEXT, in_lists(TEXT, depth), in_lists(TRUTH, depth)]  # a single one is read
    if depth:
        return [OBJECT, TRUTH, TEXT, in_lists(TEXT if is_part else OBJECT, depth), in_lists(TRUTH, depth)]
    if is_part:
        return [LIST, TRUTH, TEXT]
    # To Python, and so to the schema, true is the whole number 1.
    return (
        [OBJECT, LIST]
        if member[-1] in {"isInPart", "segment", "transactionSegment", "moreUnmapped"}
        else [OBJECT, LIST, TRUTH]
    )


def test_every_wrong_type_is_reported_with_its_place() -> None:
    """Each member of the schema at every depth, and no value is shown."""
    for member in SCHEMA_MEMBERS:
        for wrong in wrong_values(member):
            flaws = flaws_of(claim_with(member, wrong))

            assert flaws, (member, wrong)
            for flaw in flaws:
                assert re.fullmatch(re.escape(path_of(member)) + r"(\[0\])*: expected .+, found .+\.", flaw), flaw
                assert (MARK in flaw, "something else" in flaw) == (False, False)


def test_a_claim_without_claim_information_is_told_so() -> None:
    """The one member without which there is no claim; null is absent."""
    flaws = ("$.claimInformation: expected an object, found nothing.",)

    assert (flaws_of({}), flaws_of({"claimInformation": None})) == (flaws, flaws)


def test_all_that_is_wrong_is_told() -> None:
    """Not only the first flaw."""
    claim = {"billing": [], "claimInformation": {"serviceLines": {}, "claimChargeAmount": []}}

    assert sorted(flaws_of(claim)) == [
        "$.billing: expected an object, found a list.",
        "$.claimInformation.claimChargeAmount: expected text or a number, found a list.",
        "$.claimInformation.serviceLines: expected a list, found an object.",
    ]


def test_null_is_absent() -> None:
    """At every member of every kind of claim, known or not."""
    for member in [*MEMBERS, ("unknown",), ("claimInformation", "serviceLines", "unknown")]:
        if member != ("claimInformation",):
            claim = {"claimInformation": {}} | claim_with(member, None)
            there, absent = read(claim), read(without_nulls(claim))

            assert (there.claim, there.not_read) == (absent.claim, absent.not_read)


def test_a_null_in_a_list_is_no_line() -> None:
    """Lines are counted: an entry that is missing is not left out."""
    assert flaws_of({"claimInformation": {"serviceLines": [{}, None]}}) == (
        "$.claimInformation.serviceLines[1]: expected an object, found null.",
    )


def test_a_null_is_kept_in_the_outcome(pipeline: Pipeline) -> None:
    """The claim goes on as it came."""
    claim = synthetic.claim(
        [synthetic.line("96413") | {"drugIdentification": None, "lineAdjudicationInformation": None}]
    )

    done = pipeline.scrub(orjson.dumps(claim), RECEIVED)

    assert done.message is not None
    assert json.loads(done.message)["claim"] == claim


@pytest.mark.parametrize(
    ("name", "member", "flaw"),
    [
        ("b_pa_list", "priorAuthorizationNumber", "expected text or a number, found a list."),
        ("s_reportInformation_list", "reportInformation", "expected an object, found a list."),
    ],
)
def test_claims_in_other_forms_are_refused_with_the_place(name: str, member: str, flaw: str) -> None:
    """The path, what belongs there, and what is there."""
    flaws = flaws_of(json.loads((CASES / f"{name}.json").read_bytes()))

    assert flaws == (f"$.claimInformation.claimSupplementalInformation.{member}: {flaw}",)


def test_a_modifier_under_another_name_is_named_in_the_outcome(pipeline: Pipeline) -> None:
    """Its line is judged without it, so whoever sent it must be able to see that."""
    done = pipeline.scrub((CASES / "v3_modifier_key_unknown.json").read_bytes(), RECEIVED)

    assert done.outcome is not None
    path = "$.claimInformation.serviceLines[0].professionalService.procedureModifier1"
    assert path in (done.outcome.not_read or ())
    assert done.message is not None
    assert path in json.loads(done.message)["notRead"]


def test_numbers_keep_the_digits_of_their_sender() -> None:
    """Money is not a binary float on its way through."""
    text = b'{"a":1.10,"b":[100000000000000.01,{"c":-0}],"d":"1"}'

    assert write_json(read_json(text)) == text
