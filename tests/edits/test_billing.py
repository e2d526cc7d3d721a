"""Claims as billers meet them, right and wrong ones, come out as the people who do this work say."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.outcome import Outcome, Severity
from worker.pipeline.scrub import Pipeline

DIRECTORY = Path(__file__).parent / "billing"
RECEIVED_ON = date(2026, 3, 20)
SEVERITIES = {"scrubbed": Severity.WARN, "pended": Severity.PEND, "rejected": Severity.REJECT}
ORDER = tuple(SEVERITIES.values())


def read_cases() -> dict[str, Mapping[str, Any]]:
    """The cases by id; a `Mapping` of JSON as `billing/README.md` describes it."""
    cases = [
        json.loads(line) for file in sorted(DIRECTORY.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    return {case["id"]: case for case in cases}


def read_not_yet_right() -> set[str]:
    """The ids of the cases that are not right yet; "#" begins a comment."""
    text = (DIRECTORY / "not_yet_right.txt").read_text("utf-8")
    return {line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")}


CASES = read_cases()
NOT_YET_RIGHT = read_not_yet_right()


def differences(case: Mapping[str, Any], outcome: Outcome) -> list[str]:
    """What is other than the case says: a finding too mild, missing or false, or the disposition of a right claim."""
    worst: dict[str, Severity] = {}
    for finding in outcome.findings:
        worst[finding.edit] = max(worst.get(finding.edit, Severity.WARN), finding.severity, key=ORDER.index)
    false = worst.keys() & set(case.get("mustNot", ()))
    if "mayFind" in case:
        false |= worst.keys() - set(case["mayFind"])
    said = [f"{edit} is a false alarm" for edit in sorted(false)]
    if case["kind"] == "right":
        if outcome.disposition.value != case["disposition"]:
            said.append(f"{outcome.disposition.value}, not {case['disposition']}: {sorted(worst)}")
        return said
    wanted = SEVERITIES[case["disposition"]]
    for edit in case["must"]:
        if edit not in worst:
            said.append(f"{edit} is silent; found: {sorted(worst)}")
        elif ORDER.index(worst[edit]) < ORDER.index(wanted):
            said.append(f"{edit} is {worst[edit].value}, not {wanted.value}")
    return said


@pytest.mark.parametrize(
    "case_id",
    [
        pytest.param(each, marks=pytest.mark.xfail(strict=True, reason="not right yet"))
        if each in NOT_YET_RIGHT
        else each
        for each in CASES
    ],
)
def test_a_claim_of_a_biller_comes_out_right(case_id: str, pipeline: Pipeline) -> None:
    """A right claim without the false alarms named, a wrong one with the findings named, severe enough."""
    case = CASES[case_id]

    received_on = date.fromisoformat(case["receivedOn"]) if "receivedOn" in case else RECEIVED_ON

    outcome = pipeline.scrub(json.dumps(case["claim"]).encode(), received_on).outcome

    assert outcome is not None
    assert differences(case, outcome) == []


def test_the_list_of_what_is_not_right_yet_names_cases() -> None:
    """An id that is misspelled would excuse nothing, and hide that its case is right."""
    assert NOT_YET_RIGHT - CASES.keys() == set()


def test_no_two_cases_share_an_id() -> None:
    """A second case of the same id would hide the first."""
    lines = sum(len(file.read_text("utf-8").splitlines()) for file in DIRECTORY.glob("*.jsonl"))
    assert len(CASES) == lines
