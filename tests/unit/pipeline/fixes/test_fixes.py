"""Corrections: which are made, in which order, and what the worker makes of them."""

import json
from datetime import date
from typing import Any

import pytest

from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.payers.profile import Profile, Profiles
from worker.pipeline.fixes.fixes import make_fixes
from worker.pipeline.fixes.patch import apply
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import RECEIVED_ON, claim, element, line

DAY = date.fromisoformat(RECEIVED_ON)
NO_WASTE = (element("dose-administered", "400", "mg", 1), element("amount-discarded", "0", "mg", 1))


def infliximab(*modifiers: str, **changes: Any) -> dict[str, Any]:
    """A claim for 400 mg of infliximab by infusion."""
    lines = [line("J1745", units=40, modifiers=modifiers, charge="4000.00"), line("96413")]
    return claim(lines, **({"record": NO_WASTE} | changes))


def modifiers_of(document: dict[str, Any], number: int = 1) -> list[str]:
    """The modifiers of a line."""
    service = document["claimInformation"]["serviceLines"][number - 1]["professionalService"]
    return list(service.get("procedureModifiers", ()))


def fixed(pipeline: Pipeline, document: dict[str, Any], *, unsafe: bool = False) -> tuple[dict[str, Any], list[str]]:
    """The claim after its corrections, and the edits for which they were made."""
    value = json.dumps(document).encode()
    outcome = pipeline.scrub(value, DAY).outcome
    assert outcome is not None
    made = make_fixes(value, outcome.findings, unsafe=unsafe)
    return json.loads(made.value), sorted(finding.edit for finding in made.findings)


@pytest.fixture
def fixing(pipeline: Pipeline) -> Pipeline:
    """The pipeline with one profile that has the safe corrections made."""
    settings = {"name": "fixing", "title": "Fixing", "medicare": True, "apply_fixes": "safe"}
    only = Profile.model_validate(settings | {"applies_to": {"otherwise": True}})
    return Pipeline(
        edits=pipeline.edits,
        profiles=Profiles([only]),
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=MAX_MESSAGE_BYTES,
    )


@pytest.mark.parametrize(
    ("modifiers", "expected"),
    [
        (["JZ", "26", "TC"], ["JZ"]),
        (["26", "JZ", "TC"], ["JZ"]),
        (["JG", "JZ"], ["TB", "JZ"]),
        (["JG", "TB", "JZ"], ["TB", "JZ"]),
        (["26", "JG", "TC"], ["TB", "JZ"]),
        ([], ["JZ"]),
    ],
)
def test_safe_corrections_of_one_line_do_not_hinder_each_other(
    pipeline: Pipeline, modifiers: list[str], expected: list[str]
) -> None:
    """Positions move when a modifier is taken out; the last one is taken first."""
    after, _ = fixed(pipeline, infliximab(*modifiers))

    assert modifiers_of(after) == expected


@pytest.mark.parametrize("record", [None, NO_WASTE[:1]])
def test_jz_is_never_added_where_the_record_does_not_say_that_nothing_was_discarded(
    pipeline: Pipeline, record: object
) -> None:
    """Only the chart knows, and JZ attests it."""
    document = infliximab(record=record)

    assert fixed(pipeline, document, unsafe=True) == (document, [])


def test_the_containers_opened_prove_that_nothing_was_discarded(pipeline: Pipeline) -> None:
    """Four vials of 100 mg for 400 mg leave nothing; five leave a vial."""
    four, five = (
        infliximab(record=[NO_WASTE[0], element("containers-opened", f"{count} x 100", "mg", 1)]) for count in (4, 5)
    )

    assert "WST-01" in fixed(pipeline, four)[1]
    assert "WST-01" not in fixed(pipeline, five)[1]


def test_jz_finds_no_place_behind_four_modifiers(pipeline: Pipeline) -> None:
    """An 837P carries four."""
    document = infliximab("KX", "TB", "GA", "LT")

    assert "WST-01" not in fixed(pipeline, document, unsafe=True)[1]


def test_the_discarded_part_is_split_off_with_its_share_of_the_charge(pipeline: Pipeline) -> None:
    """The new line is sound, and the claim stays in balance."""
    record = [element("dose-administered", "350", "mg", 1), element("amount-discarded", "50", "mg", 1)]

    after, edits = fixed(pipeline, infliximab(record=record), unsafe=True)

    assert "WST-01" in edits
    given, _, wasted = after["claimInformation"]["serviceLines"]
    told = [
        (each["professionalService"]["serviceUnitCount"], each["professionalService"]["lineItemChargeAmount"])
        for each in (given, wasted)
    ]
    assert told == [("35", "3500.00"), ("5", "500.00")]
    assert (wasted["providerControlNumber"], modifiers_of(after, 3)) == ("L1JW", ["JW"])
    assert pipeline.scrub(json.dumps(after).encode(), DAY).outcome.findings == ()  # type: ignore[union-attr]


def test_a_claim_that_writes_the_value_otherwise_is_left_alone(pipeline: Pipeline) -> None:
    """A modifier written as a number is not the text that the patch was made for."""
    document = infliximab("JZ", "26")
    document["claimInformation"]["serviceLines"][0]["professionalService"]["procedureModifiers"][1] = 26

    assert fixed(pipeline, document) == (document, [])


def test_the_worker_changes_no_claim_unless_the_profile_says_so(pipeline: Pipeline) -> None:
    """The finding carries the correction; the claim stays as it came."""
    document = infliximab("JZ", "26")
    message = json.loads(pipeline.scrub(json.dumps(document).encode(), DAY).message or b"")

    assert message["claim"] == document
    assert message["findings"][0]["fix"]["safety"] == "safe"
    assert not message.keys() & {"original", "patch", "fixed"}


def test_a_profile_may_have_safe_corrections_made(fixing: Pipeline) -> None:
    """The outcome is that of the corrected claim, and carries the original and the patch between the two."""
    document = infliximab("26")

    scrubbed = fixing.scrub(json.dumps(document).encode(), DAY)
    message = json.loads(scrubbed.message or b"")

    assert (message["disposition"], message["findings"]) == ("scrubbed", [])
    assert modifiers_of(message["claim"]) == ["JZ"]
    assert message["original"] == document
    assert apply(document, message["patch"]) == message["claim"]
    assert sorted(finding["edit"] for finding in message["fixed"]) == ["MOD-04", "WST-01"]


def test_unsafe_corrections_are_never_made_by_the_worker(fixing: Pipeline) -> None:
    """JZ without a record is for a person to decide."""
    message = json.loads(fixing.scrub(json.dumps(infliximab(record=None)).encode(), DAY).message or b"")

    assert [finding["edit"] for finding in message["findings"] if finding["severity"] == "reject"] == ["WST-01"]
    assert not message.keys() & {"original", "patch", "fixed"}


def test_corrections_that_bring_a_finding_are_not_kept(fixing: Pipeline) -> None:
    """The eleven digits are those of another drug: only a person can tell which of the two is meant."""
    document = infliximab("JZ")
    document["claimInformation"]["serviceLines"][0]["drugIdentification"] = {
        "serviceIdQualifier": "N4",
        "nationalDrugCode": "50242-0040-62",
        "nationalDrugUnitCount": "1",
        "measurementUnitCode": "UN",
    }
    message = json.loads(fixing.scrub(json.dumps(document).encode(), DAY).message or b"")

    assert message["claim"] == document
    assert "NDC-02" in {finding["edit"] for finding in message["findings"]}
    assert "patch" not in message


def test_the_outcome_id_is_that_of_the_claim_as_received(fixing: Pipeline) -> None:
    """The same claim scrubbed twice gives the same id, whatever was corrected."""
    value = json.dumps(infliximab("26")).encode()

    assert fixing.scrub(value, DAY) == fixing.scrub(value, DAY)
