"""Which edits look again at what they have seen the like of."""

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest

from schemas.outcome import Citation, Coverage, Severity
from worker.edits.edit import Context, Edit, Flaw, NoData, Scope, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.payers.profile import Profile, Profiles
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
drug = partial(synthetic.line, "J1745", units=40, charge="4000.00", modifiers=["JZ"])
other = partial(synthetic.line, "J2357", units=30, charge="1500.00", modifiers=["JZ"])


def silent(_: LineFacts, __: Context) -> list[Verdict]:
    """Nothing to say."""
    return []


def silent_of_the_claim(_: LineFacts, context: Context) -> list[Verdict]:
    """Nothing to say, after a look at the claim."""
    assert context.claim.lines
    return []


def undecided(line: LineFacts, _: Context) -> list[Verdict]:
    """Something is missing."""
    return [NoData("a table", line.number)]


def flawed(line: LineFacts, _: Context) -> list[Verdict]:
    """Something is wrong."""
    return [Flaw("wrong", "mend it", in_line(line, "procedureCode"))]


class Observed:
    """A scrubber of one edit that notes at which lines the edit looks."""

    def __init__(
        self,
        pipeline: Pipeline,
        says: Callable[[LineFacts, Context], list[Verdict]],
        module: str = "worker.edits.family.zz_01",
    ) -> None:
        self.looks: list[tuple[str, int]] = []

        def observed(line: LineFacts, context: Context) -> Iterator[Verdict]:
            self.looks.append((line.hcpcs, line.number))
            yield from says(line, context)

        observed.__module__ = module
        declare = drug_line_edit(
            "ZZ-01",
            severity=Severity.WARN,
            predicted=predicts(category="A7", status=("21",)),
            citation=Citation(source="test"),
        )
        edit: Edit[LineFacts] = declare(observed)
        settings = {"name": "one", "title": "One", "medicare": True, "applies_to": {"otherwise": True}}
        profile = Profile.model_validate(settings)
        self._pipeline = Pipeline(
            edits=[edit],
            profiles=Profiles([profile]),
            guides={},
            snapshot=pipeline.snapshot,
            ruleset="test",
            clock=lambda: 0.0,
            max_bytes=10**6,
        )

    def coverage(self, *lines: dict[str, Any], received_on: date = RECEIVED) -> Coverage:
        """What is said of a claim with these lines."""
        claim = json.dumps(synthetic.claim(list(lines), diagnoses=["M0579"])).encode()
        outcome = self._pipeline.scrub(claim, received_on).outcome
        assert outcome is not None
        return outcome.coverage


@pytest.mark.parametrize(
    ("says", "looks"),
    [(silent, 1), (undecided, 1), (silent_of_the_claim, 2), (flawed, 2)],
    ids=["silent", "undecided", "silent of the claim", "flawed"],
)
def test_an_edit_looks_once_at_lines_alike_unless_it_asks_for_the_claim_or_finds_a_flaw(
    pipeline: Pipeline, says: Callable[[LineFacts, Context], list[Verdict]], looks: int
) -> None:
    """Either way it says the same of both claims."""
    observed = Observed(pipeline, says)

    first, second = observed.coverage(drug()), observed.coverage(drug())

    assert first == second
    assert len(observed.looks) == looks


def test_what_is_missing_is_told_of_the_line_that_lacks_it(pipeline: Pipeline) -> None:
    """The number is the line's own, not that of the one that was looked at."""
    observed = Observed(pipeline, undecided)
    observed.coverage(drug())

    told = observed.coverage(other(), drug()).no_data

    assert sorted((gap.edit, gap.line) for gap in told) == [("ZZ-01", 1), ("ZZ-01", 2)]
    assert observed.looks == [("J1745", 1), ("J2357", 1)]


@pytest.mark.parametrize(
    "unlike",
    [
        {"units": 41},
        {"units": "40.0"},
        {"modifiers": ["JW"]},
        {"modifiers": ["jz"]},
        {"place": "22"},
        {"on": "20260303"},
        {"until": "20260303"},
        {"ndc": "57894003001", "ndc_units": "4"},
        {"description": "infliximab"},
    ],
    ids=str,
)
def test_whatever_stands_on_a_line_tells_it_from_others(pipeline: Pipeline, unlike: dict[str, Any]) -> None:
    """Units, how they are written, modifiers, place, day, package, text."""
    observed = Observed(pipeline, silent)
    observed.coverage(drug())

    observed.coverage(drug(**unlike))

    assert len(observed.looks) == 2


@pytest.mark.parametrize("alike", [{"charge": "1.00"}, {"pointers": ["2"]}], ids=str)
def test_charge_and_pointers_do_not(pipeline: Pipeline, alike: dict[str, Any]) -> None:
    """An edit that wants them asks the claim."""
    observed = Observed(pipeline, silent)
    observed.coverage(drug())

    observed.coverage(drug(**alike))

    assert len(observed.looks) == 1


def test_a_line_with_a_text_is_like_no_other(pipeline: Pipeline) -> None:
    """Not even like itself: what people write is not kept."""
    observed = Observed(pipeline, silent)

    for _ in range(2):
        observed.coverage(drug(description="infliximab"))

    assert len(observed.looks) == 2


def test_another_day_of_receipt_is_another_question(pipeline: Pipeline) -> None:
    """Filing limits and dates in the future hang on it."""
    observed = Observed(pipeline, silent)

    for day in (RECEIVED, RECEIVED.replace(day=RECEIVED.day + 1)):
        observed.coverage(drug(), received_on=day)

    assert len(observed.looks) == 2


def test_an_edit_of_a_user_always_looks(pipeline: Pipeline) -> None:
    """It may read from a line what lines are not known by."""
    observed = Observed(pipeline, silent, module="own.zz_01")

    for _ in range(2):
        observed.coverage(drug())

    assert len(observed.looks) == 2


def test_the_shipped_edits_ask_the_claim_for_what_lines_are_not_known_by(pipeline: Pipeline) -> None:
    """No edit that looks at a line or a drug and day reads charge, pointers or number from the line itself."""
    unknown = re.compile(
        r"line_item_charge_amount|composite_diagnosis_code_pointers|line\.line\.provider_control_number"
    )
    local = [edit for edit in pipeline.edits if edit.scope in {Scope.LINE, Scope.DRUG_LINE, Scope.DRUG_DAY}]

    assert local
    assert all(edit.is_shipped for edit in local)
    assert [edit.id for edit in local if unknown.search(inspect.getsource(sys.modules[edit.module]))] == []
