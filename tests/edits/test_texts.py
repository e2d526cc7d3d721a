"""The texts of all findings, as the cases of the edits, the claims of billers and the worked examples produce them."""

import json
import re
from collections.abc import Iterator
from typing import Final

import pytest

from schemas.outcome import Finding
from tests.edits.scrubbed_cases import ScrubbedCases
from tests.edits.test_billing import CASES as OF_BILLERS
from tests.edits.test_billing import RECEIVED_ON
from worker.edits.catalogue import load_edits
from worker.edits.edit import EditStatus, Scope
from worker.pipeline.scrub import Pipeline

COUNTED: Final = (
    r"(?:billing )?(?:unit|line|container|day|diagnosis|character|decimal|hour|minute|injection|vial|dose|code|claim)"
)
# "-" and "." before the number: part of another number, or of a range.
ONE_OF_MANY: Final = re.compile(rf"(?<![\d.,-])1 {COUNTED}(?:es|s)\b(?!')", re.IGNORECASE)
MANY_AS_ONE: Final = re.compile(rf"(?<![\d.,/-])(?:0|[2-9]|[1-9]\d+) {COUNTED}\b(?!s|es|-)", re.IGNORECASE)
ONE_ARE: Final = re.compile(rf"(?<![\d.,-])1 {COUNTED} (?:are|were|have|do)\b", re.IGNORECASE)
MANY_IS: Final = re.compile(rf"(?<![\d.,-])(?:[2-9]|[1-9]\d+) {COUNTED}s (?:is|was|has|does)\b", re.IGNORECASE)
WORDS: Final = re.compile(r"[\w./]+")


@pytest.fixture(scope="module")
def findings(pipeline: Pipeline, scrubbed_cases: ScrubbedCases) -> tuple[Finding, ...]:
    """Every finding, each text once."""
    return tuple({(each.edit, each.message, each.hint): each for each in _all(pipeline, scrubbed_cases)}.values())


def _all(pipeline: Pipeline, scrubbed_cases: ScrubbedCases) -> Iterator[Finding]:
    yield from scrubbed_cases.findings()
    for claim in OF_BILLERS.values():
        outcome = pipeline.scrub(json.dumps(claim["claim"]).encode(), RECEIVED_ON).outcome
        yield from outcome.findings if outcome else ()


def test_every_edit_speaks(findings: tuple[Finding, ...]) -> None:
    """So that all of their texts are looked at; the planned ones and those on messages have none."""
    silent = {
        edit.id for edit in load_edits() if edit.scope is not Scope.MESSAGE and edit.status is not EditStatus.PLANNED
    } - {finding.edit for finding in findings}

    assert silent == set(), "no case has these edits find anything; write one in tests/edits/cases"


@pytest.mark.parametrize(
    "wrong", [ONE_OF_MANY, MANY_AS_ONE, ONE_ARE, MANY_IS], ids=["1 units", "2 unit", "1 are", "2 is"]
)
def test_numbers_agree_with_what_they_count(findings: tuple[Finding, ...], wrong: re.Pattern[str]) -> None:
    """One unit is, two units are."""
    texts = {text for finding in findings for text in (finding.message, finding.hint)}

    assert sorted(text for text in texts if wrong.search(text)) == []


def test_a_hint_is_a_sentence_that_says_more_than_the_message(findings: tuple[Finding, ...]) -> None:
    """It says what to do, not again what was found."""
    assert [finding.hint for finding in findings if not finding.hint.endswith((".", ")"))] == []
    assert [finding.hint for finding in findings if _words(finding.hint) <= _words(finding.message)] == []


def _words(text: str) -> set[str]:
    return {word.strip(".").lower() for word in WORDS.findall(text)}
