"""What the outcome says was checked: passed, failed, lifted, undecided, and what may therefore not be called clean."""

import json
from datetime import date
from typing import Any

from schemas.outcome import Coverage, Outcome
from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.payers.profile import Profile, Profiles
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import RECEIVED_ON, claim, line

DAY = date.fromisoformat(RECEIVED_ON)
OWNED = {"reason": "agreed with the plan", "owner": "billing"}


def under(pipeline: Pipeline, **settings: Any) -> Pipeline:
    """The pipeline with one profile."""
    base = {"name": "one", "title": "One", "medicare": True, "applies_to": {"otherwise": True}}
    return Pipeline(
        edits=pipeline.edits,
        profiles=Profiles([Profile.model_validate(base | settings)]),
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=MAX_MESSAGE_BYTES,
    )


def scrubbed(pipeline: Pipeline, *lines: Any, **changes: Any) -> Outcome:
    """The outcome of a claim with these lines."""
    outcome = pipeline.scrub(json.dumps(claim(lines, **changes)).encode(), DAY).outcome
    assert outcome is not None
    return outcome


def lifted(coverage: Coverage, edit: str) -> list[tuple[str, int | None, str | None]]:
    """By what an edit was lifted, where and why."""
    return [(entry.by, entry.line, entry.reason) for entry in coverage.bypassed if entry.edit == edit]


def suppressed(edit: str, **when: Any) -> dict[str, Any]:
    """A profile setting with one suppression."""
    return {"suppressions": [{"edit": edit, "when": when} | OWNED]}


def test_a_modifier_that_lifts_an_edit_is_named(pipeline: Pipeline) -> None:
    """EM-01 neither passed nor failed: 25 says that the visit was apart."""
    coverage = scrubbed(pipeline, line("96413"), line("99213", modifiers=["25"])).coverage

    assert lifted(coverage, "EM-01") == [("modifier 25", 2, None)]
    assert "EM-01" not in {*coverage.passed, *coverage.failed}


def test_a_suppression_lifts_an_edit_for_the_lines_it_describes(pipeline: Pipeline) -> None:
    """The other line keeps its finding."""
    silenced = under(pipeline, **suppressed("WST-01", codes=["J1745"]))

    outcome = scrubbed(silenced, line("J1745", units=40), line("J9271", units=200), line("96413"))

    assert lifted(outcome.coverage, "WST-01") == [("suppression", 1, "agreed with the plan")]
    assert [finding.at.line for finding in outcome.findings if finding.edit == "WST-01"] == [2]
    assert "WST-01" in outcome.coverage.failed


def test_all_that_a_suppression_says_must_hold(pipeline: Pipeline) -> None:
    """Code, diagnosis and place together."""
    when = {"codes": ["J1700-J1799"], "diagnoses": ["M05"], "places": ["11"]}
    drug = (line("J1745", units=40), line("96413"))

    for changes, is_silent in (
        ({}, True),
        ({"diagnoses": ["L4050"]}, False),
        ({"place": "49"}, False),
        ({"diagnoses": ["M05.79"]}, True),
    ):
        outcome = scrubbed(under(pipeline, **suppressed("WST-01", **when)), *drug, **changes)
        assert ("WST-01" not in outcome.coverage.failed) is is_silent, changes


def test_a_suppression_of_a_finding_on_the_whole_claim_needs_one_line(pipeline: Pipeline) -> None:
    """The flaw names no line, so any line that is described counts."""
    drug = (line("J1745", units=40, modifiers=["JZ"]), line("96413"))

    for code, is_silent in (("96413", True), ("J9271", False)):
        outcome = scrubbed(under(pipeline, **suppressed("FMT-04", codes=[code])), *drug, total="1.00")
        assert ("FMT-04" not in outcome.coverage.failed) is is_silent


def test_an_edit_that_finds_nothing_passes_in_spite_of_a_suppression(pipeline: Pipeline) -> None:
    """Only what was silenced is told as silenced."""
    silenced = under(pipeline, **suppressed("WST-01", codes=["J1745"]))

    coverage = scrubbed(silenced, line("J1745", units=40, modifiers=["JZ"]), line("96413")).coverage

    assert "WST-01" in coverage.passed
    assert lifted(coverage, "WST-01") == []


def test_what_could_hold_the_claim_and_had_no_data_is_unverified(pipeline: Pipeline) -> None:
    """UNT-03 rejects and no MUE covers the day; taken as a warning it is not told. UNT-02 had no record to compare."""
    drug = (line("J1745", units=40, modifiers=["JZ"]), line("96413"))

    holding = scrubbed(under(pipeline), *drug).coverage
    warning = scrubbed(under(pipeline, edits={"UNT-03": {"severity": "warn"}}), *drug).coverage

    assert holding.unverified == ("UNT-03",)
    assert warning.unverified == ()
    assert {"UNT-02", "UNT-03"} <= {entry.edit for entry in warning.no_data}


def test_a_suppressed_lack_of_data_is_not_unverified(pipeline: Pipeline) -> None:
    """Whoever suppressed the edit has answered for it."""
    silenced = under(pipeline, **suppressed("UNT-03", codes=["J1745"]))

    coverage = scrubbed(silenced, line("J1745", units=40, modifiers=["JZ"]), line("96413")).coverage

    assert coverage.unverified == ()
    assert lifted(coverage, "UNT-03") == [("suppression", 1, "agreed with the plan")]
