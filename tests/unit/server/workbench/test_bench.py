"""Corrections of the examples, made one after the other as the page offers them."""

from datetime import date
from itertools import islice
from typing import Any

import orjson
import pytest

from schemas.outcome import Outcome
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims
from worker.samples.synthetic import RECEIVED_ON
from worker.server.workbench.changes import OfferedFix, corrected, offered
from worker.server.workbench.examples import EXAMPLES
from worker.server.workbench.filled import filled, placed_findings

DAY = date.fromisoformat(RECEIVED_ON)
BY_CORRECTIONS = ("octreotide", "hospital", "omalizumab", "atezolizumab", "natalizumab", "denosumab")
"""Belimumab with JW and JZ takes a person who knows what was discarded."""


def outcome_of(pipeline: Pipeline, document: Any, day: date = DAY) -> Outcome:  # any JSON
    """The outcome of a claim."""
    outcome = pipeline.scrub(orjson.dumps(document), day).outcome
    assert outcome is not None
    return outcome


def offers(pipeline: Pipeline, document: Any, day: date = DAY) -> list[OfferedFix]:  # any JSON
    """The corrections that can be ticked."""
    return [each for each in offered(document, outcome_of(pipeline, document, day).findings) if not each.waits_for]


@pytest.mark.parametrize("name", BY_CORRECTIONS)
@pytest.mark.parametrize("place", [0, -1])
def test_corrections_lead_to_a_scrubbed_claim_whichever_is_made_first(
    pipeline: Pipeline, name: str, place: int
) -> None:
    """Each alone, with a scrub after it; no unit is counted by the code of another drug on the way."""
    document = orjson.loads(EXAMPLES[name].text)
    units = [line["professionalService" if name != "hospital" else "institutionalService"]["serviceUnitCount"]
             for line in document["claimInformation"]["serviceLines"]]  # fmt: skip
    for _ in range(3):
        if not (fixes := offers(pipeline, document)):
            break
        document = corrected(document, [fixes[place]])
        after = [line["professionalService" if name != "hospital" else "institutionalService"]["serviceUnitCount"]
                 for line in document["claimInformation"]["serviceLines"]]  # fmt: skip
        assert after == units

    assert outcome_of(pipeline, document).disposition == "scrubbed"


@pytest.mark.parametrize("name", ["omalizumab", "atezolizumab"])
def test_a_finding_that_goes_by_a_doubtful_code_comes_after_the_doubt(pipeline: Pipeline, name: str) -> None:
    """In the list of findings and in that of corrections, where it cannot be ticked."""
    document = orjson.loads(EXAMPLES[name].text)
    findings = outcome_of(pipeline, document).findings
    fixes = offered(document, findings)
    placed = placed_findings(filled(document, findings), {id(each.finding): each.waits_for for each in fixes})

    assert [(each.finding.edit, each.waits_for) for each in fixes] == [("NDC-06", ()), ("UNT-02", ("NDC-06",))]
    assert [each.finding.edit for each in placed if each.finding.edit != "DOC-01"] == ["NDC-06", "UNT-02"]
    assert placed[-1].after == ("NDC-06",)
    assert corrected(document, fixes[1:]) == document


def test_safe_corrections_one_by_one_are_those_made_at_once(pipeline: Pipeline) -> None:
    """Over claims of the demo."""
    seen = 0
    for each in islice(demo_claims(300), 300):
        if each.expected in (None, "scrubbed"):
            continue
        document = at_once = orjson.loads(each.value)
        for _ in range(4):
            safe = [fix for fix in offers(pipeline, document, AS_OF) if fix.is_safe]
            document = corrected(document, safe[:1])
            at_once = corrected(at_once, [fix for fix in offers(pipeline, at_once, AS_OF) if fix.is_safe])
            seen += len(safe)
        assert document == at_once
    assert seen > 5
