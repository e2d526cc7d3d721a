"""What is on the page of a report, and what it says of what is not."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.analysis.conftest import finding, outcome
from worker.analysis import figures as module
from worker.analysis.figures import figures_of
from worker.analysis.page import Breakdown, Page, PageSection
from worker.analysis.report import report_page
from worker.analysis.store import OutcomeStore
from worker.edits.catalogue import load_edits


def page_of(*outcomes: Mapping[str, Any]) -> Page:
    """The page of some outcomes."""
    with OutcomeStore() as store:
        store.read_messages([json.dumps(each).encode() for each in outcomes], lambda: "here")
        store.count()
        return report_page("Title", "a file", figures_of(store, load_edits()), ["A note."])


def test_the_first_sentence_says_how_much_of_what_is_held() -> None:
    """With the days of receipt."""
    one = page_of(outcome(1), outcome(2, "rejected", finding()))
    two = page_of(outcome(1), outcome(2) | {"receivedOn": "2026-03-21"})

    assert one.sentence == ("2 claims received on 2026-03-20, $200.00 billed; $100.00 of 1 claim held. From a file.")
    assert two.sentence.startswith("2 claims received from 2026-03-20 to 2026-03-21,")


def test_every_dimension_has_its_part_and_every_edit_its_explanation() -> None:
    """Those that had no data too."""
    page = page_of(outcome(1, "rejected", finding("WST-01")))

    assert [each.dimension for each in page.sections if isinstance(each, Breakdown)] == [
        "edit",
        "payer",
        "npi",
        "drug",
        "disposition",
        "week",
        "finding",
    ]
    assert [each.title for each in page.sections if isinstance(each, PageSection)] == [
        "What had no data",
        "What the verdicts rest on",
    ]
    assert page.edits == {"WST-01", "UNT-03"}


@pytest.mark.parametrize(
    ("cells", "said"),
    [(40_000, "beyond the 60 that hold most are together as others"), (3, "services are by year")],
)
def test_what_is_put_together_is_said(monkeypatch: pytest.MonkeyPatch, cells: int, said: str) -> None:
    """And where all of it is."""
    monkeypatch.setattr(module, "MOST_CELLS", cells)
    notes = page_of(*(outcome(number, payer=f"P{number}") for number in range(70))).notes

    assert notes[0] == "A note."
    assert said in notes[1]
    assert "--format parquet" in notes[1]


def test_claims_without_a_charge_and_rows_left_out_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cut without a word."""
    monkeypatch.setattr(module, "MOST_GAPS", 1)
    gaps = {"coverage": {"noData": [{"edit": "UNT-03", "missing": "a"}, {"edit": "UNT-03", "missing": "b"}]}}
    page = page_of(outcome(1, charge="x") | gaps)

    assert page.notes[1].startswith("1 claim without a charge that can be read")
    assert "1 rarer row left out." in page.sections[-2].sentence
