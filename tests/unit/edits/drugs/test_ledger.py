"""The waste ledger of the outcome, with the worked examples of Medicare's discarded drug policy."""

import json
from typing import Any

import pytest

from tests.edits.worked_examples.build import EXAMPLES, RECEIVED_ON
from worker.pipeline.scrub import Pipeline

BY_NUMBER = {example.number: example for example in EXAMPLES}


def ledger(pipeline: Pipeline, number: str) -> dict[str, Any] | None:  # any JSON
    """The first entry of the ledger in the message about a worked example."""
    example = BY_NUMBER[number]
    message = pipeline.scrub(json.dumps(example.claim).encode(), RECEIVED_ON[example.file]).message
    entries = json.loads(message or b"{}").get("wasteLedger")
    return entries[0] if entries else None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("01", {"expectedGiven": "35", "expectedDiscarded": "5", "unavoidableDiscarded": "5", "modifiers": ["JW"]}),
        ("02", {"expectedGiven": "40", "expectedDiscarded": "0", "unavoidableDiscarded": "0", "modifiers": ["JZ"]}),
        ("04", {"expectedGiven": "1", "expectedDiscarded": "0", "withinOneUnit": True, "billedGiven": "1"}),
        ("05", {"expectedGiven": "1", "expectedDiscarded": "0", "withinOneUnit": True, "billedDiscarded": "1"}),
        (
            "06",
            {"containersOpened": [{"units": "40", "count": 1}], "containersLeastWaste": [{"units": "10", "count": 3}]},
        ),
        ("07", {"expectedGiven": "31", "expectedDiscarded": "9", "billedGiven": "31", "billedDiscarded": "9"}),
        ("08", {"expectedDiscarded": "9", "billedDiscarded": "10", "unavoidableDiscarded": "9"}),
        ("09", {"doseGiven": {"amount": "77", "unit": "mg"}, "doseDiscarded": {"amount": "23", "unit": "mg"}}),
        ("10", {"expectedGiven": "1", "expectedDiscarded": "0", "withinOneUnit": True}),
        ("11", {"containersOpened": [{"units": "50", "count": 1}, {"units": "10", "count": 3}], "lines": [1, 2]}),
        ("13", {"containersMarketed": ["80", "200", "400"], "unavoidableDiscarded": "29"}),
        ("18", {"containersLeastWaste": [{"units": "20", "count": 1}], "unavoidableDiscarded": "0"}),
        ("20", {"expectedGiven": "30", "billedGiven": "150"}),
        ("21", {"expectedGiven": "45", "expectedDiscarded": "5", "containersMarketed": ["50"]}),
        ("24A", {"expectedGiven": "230", "containersOpened": [{"units": "10", "count": 23}], "containersMarketed": []}),
        ("25A", {"expectedGiven": "2", "containersMarketed": ["2"], "serviceDate": "2026-03-02"}),
    ],
)
def test_the_ledger_of_a_worked_example(pipeline: Pipeline, number: str, expected: dict[str, Any]) -> None:
    """Doses, units and containers as the source works them out."""
    entry = ledger(pipeline, number)

    assert entry is not None
    assert expected == {key: entry.get(key) for key in expected}


def test_a_claim_that_tells_nothing_of_waste_has_no_ledger(pipeline: Pipeline) -> None:
    """Example 14: neither JW nor JZ existed, and nothing is recorded."""
    assert ledger(pipeline, "14") is None


def test_what_is_not_known_is_absent(pipeline: Pipeline) -> None:
    """Example 27: JZ without a record, under a code without container that fits."""
    entry = ledger(pipeline, "27")

    assert entry is not None
    assert {"doseGiven", "doseDiscarded", "expectedGiven", "expectedDiscarded", "withinOneUnit"}.isdisjoint(entry)
