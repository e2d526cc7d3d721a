"""A finding that rests on a table carried forward does no more than the profile lets it."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import worker.edits
from schemas.outcome import Finding, Outcome, Severity
from tests.unit.pipeline.steps.test_check import under
from worker.edits.catalogue import load_edits
from worker.edits.edit import AnyEdit
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.carry import milder
from worker.samples.synthetic import claim, line

LAST, AFTER = date(2026, 9, 30), date(2026, 10, 1)
ASKS_CARRIED = re.compile(
    r"snapshot\.(mue|container|containers_of|products?_of|product)\(|\bsiblings\(|\.marketed|code\.(mue|containers)\b"
)
RESTS_ON_NONE = {
    "HCP-05": "a limit in force makes it step back; a carried one does not",
    "WST-07": "without a record of the containers opened it only warns",
    "ADM-06": "it only warns",
}


def scrubbed(pipeline: Pipeline, on: date, *lines: Any) -> Outcome:
    """The outcome of a claim for services of one day."""
    dated = [each | {"serviceDate": f"{on:%Y%m%d}"} for each in lines]
    outcome = pipeline.scrub(json.dumps(claim(dated)).encode(), on).outcome
    assert outcome is not None
    return outcome


def of(edit: str, outcome: Outcome) -> Finding:
    """The one finding of an edit."""
    (finding,) = [each for each in outcome.findings if each.edit == edit]
    return finding


@pytest.mark.parametrize(
    ("on", "carried", "expected"),
    [(LAST, "warn", "pend"), (AFTER, "warn", "warn"), (AFTER, "pend", "pend"), (AFTER, "reject", "pend")],
)
def test_the_profile_caps_what_rests_on_an_earlier_edition(
    pipeline: Pipeline, on: date, carried: str, expected: str
) -> None:
    """Too many units of J1745 (MAI 3) are held on the last day of the edition; a cap never makes it worse."""
    outcome = scrubbed(under(pipeline, carried=carried), on, line("J1745", units=151, modifiers=["JZ"]), line("96413"))

    assert of("UNT-03", outcome).severity.value == expected


def test_the_finding_tells_edition_and_age(pipeline: Pipeline) -> None:
    """On the last day that the edition covers it says nothing."""
    told = [
        of("UNT-03", scrubbed(under(pipeline), on, line("J1745", units=151, modifiers=["JZ"]), line("96413"))).carried
        for on in (LAST, AFTER)
    ]

    assert [[(each.edition, each.ended, each.age_days) for each in carried] for carried in told] == [
        [],
        [("mue@2026q3", LAST, 1)],
    ]


def test_the_enrichment_tells_what_is_carried(pipeline: Pipeline) -> None:
    """The crosswalk of January to March 2026, and the limit of July to September."""
    (entry,) = scrubbed(under(pipeline), AFTER, line("J1745", units=40, modifiers=["JZ"])).enrichment

    assert [each.edition for each in entry.carried] == ["containers@2026q1", "mue@2026q3"]
    assert entry.mue is not None


def test_the_milder_of_two_does_less() -> None:
    """Reject, pend, warn."""
    assert milder(Severity.REJECT, Severity.PEND) is milder(Severity.PEND, Severity.REJECT) is Severity.PEND
    assert milder(Severity.PEND, Severity.WARN) is Severity.WARN


def _asks_a_carried_table(edit: AnyEdit) -> bool:
    path = Path(worker.edits.__file__).parent.joinpath(*edit.module.split(".")[2:]).with_suffix(".py")
    return bool(ASKS_CARRIED.search(path.read_text(encoding="utf-8")))


def test_every_edit_that_asks_a_carried_table_says_so() -> None:
    """Else what it finds would hold claims by an edition that has ended."""
    silent = {edit.id for edit in load_edits() if _asks_a_carried_table(edit) and not edit.tables}

    assert silent == set(RESTS_ON_NONE)
