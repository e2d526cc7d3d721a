"""A paste is read whatever it is wrapped in, and what it was wrapped in is said."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.dead_letter import HEADER_REASON, DeadLetterReason
from worker.samples.synthetic import claim, line
from worker.server.workbench.pasted import read_paste

EXAMPLES = Path(__file__).parents[4] / "schemas" / "examples"
CLAIM = claim([line("J9050", units=3, modifiers=("JZ",))])


def example(name: str) -> Any:  # any JSON
    """An example of the message of a topic."""
    return json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", ["scrubbed", "rejected", "pended"])
def test_an_outcome_gives_its_claim_and_its_day(kind: str) -> None:
    """As `claimscrub demo` prints one, on one line, or as `claimscrub tail` shows the record."""
    outcome = example(f"outcome-{kind}")
    record = {"topic": "x", "partition": 0, "offset": 3, "key": None, "headers": {"a": "b"}, "value": outcome}
    for text in (json.dumps(outcome, indent=2), json.dumps(outcome), json.dumps(record, indent=2)):
        read = read_paste(text)
        (pasted,) = read.claims

        assert orjson.loads(pasted.value or b"") == outcome["claim"] == json.loads(read.text)
        assert read.day == date.fromisoformat(outcome["receivedOn"])
        assert read.said == (
            f"This is an outcome ({kind}, received on {outcome['receivedOn']}); its claim is shown, scrubbed anew.",
        )
        assert read_paste(read.text).said == ()


def test_numbers_of_the_claim_keep_their_digits() -> None:
    """Also where the whole claim is shown indented."""
    text = '{"outcomeId": "a", "disposition": "scrubbed", "claim": {"claimInformation": {"claimChargeAmount": 30.00}}}'
    read = read_paste(text)

    assert read.claims[0].value == b'{"claimInformation":{"claimChargeAmount":30.00}}'
    assert "30.00" in read.text
    assert read.day is None


def test_lines_may_be_wrapped_or_not() -> None:
    """Each keeps its place; the text is then of claims alone. A day holds only where all say the same."""
    outcome = example("outcome-rejected")
    other = outcome | {"receivedOn": "2026-03-21"}
    read = read_paste("\n".join(map(json.dumps, (outcome, CLAIM, outcome))))
    texts = read.text.splitlines()

    assert [each.place for each in read.claims] == ["Line 1", "Line 2", "Line 3"]
    assert [json.loads(each) for each in texts] == [outcome["claim"], CLAIM, outcome["claim"]]
    assert read.said == ("These are 2 outcomes; their claims are shown, scrubbed anew.",)
    assert read.day == date(2026, 3, 20)
    assert read_paste("\n".join(map(json.dumps, (outcome, other)))).day is None


def test_a_dead_letter_says_what_it_is_and_gives_its_message() -> None:
    """As `claimscrub tail` and `claimscrub dead-letters show --reveal` show it."""
    record = example("dead-letter")
    shown = {"place": "0/1", "verdict": "not-json", "original": {}, "message": {"value": record["value"]}}
    for text in (json.dumps(record, indent=2), json.dumps(shown)):
        read = read_paste(text)

        assert [each.value for each in read.claims] == [record["value"].encode()]
        assert read.text == record["value"]
        (said,) = read.said
        assert said.startswith("This is a dead letter (not-json: it is not JSON, or it breaks off in the middle); ")
        assert said.endswith("; its message is shown, scrubbed anew.")


@pytest.mark.parametrize("message", [None, {"value": None}, {"value": ""}, {"value": []}])
def test_a_dead_letter_without_its_message_says_where_it_is(message: object) -> None:
    """Nothing is judged then."""
    shown = {"place": "0/1", "verdict": "schema", "original": {}, "message": message}
    (pasted,) = read_paste(json.dumps(shown)).claims

    assert pasted.value is None
    assert "dead-letters show PLACE --reveal" in pasted.problem
    assert "shown" not in read_paste(json.dumps(shown)).said[0]


def test_the_message_of_a_dead_letter_may_have_any_form() -> None:
    """X12 is read as X12, an object is a claim; every reason has its words."""
    for reason in DeadLetterReason:
        record = {"headers": {HEADER_REASON: reason.value}, "value": CLAIM}
        assert reason.value in read_paste(json.dumps(record)).said[0]
    broken = json.dumps({"headers": {HEADER_REASON: "x12-envelope"}, "value": "ISA*00*"})

    assert [each.value for each in read_paste(broken).claims] == [None]
    assert read_paste(broken).claims[0].problem.startswith("Segment 1")


@pytest.mark.parametrize(
    "document",
    [
        {"outcomeId": 1},
        {"outcomeId": "a", "claim": "x"},
        {"outcomeId": "a", "claim": None},
        {"headers": {HEADER_REASON: "nothing-known"}, "value": "x"},
        {"headers": [HEADER_REASON], "value": "x"},
        {"verdict": "schema"},
        {"verdict": ["schema"], "original": {}},
        CLAIM | {"verdict": "rejected"},
    ],
)
def test_what_only_looks_wrapped_is_left_as_it_is(document: dict[str, object]) -> None:
    """And refused, or judged, for what it is."""
    text = json.dumps(document)
    read = read_paste(text)

    assert ([each.value for each in read.claims], read.said, read.text) == ([text.encode()], (), text)


@pytest.mark.parametrize("text", ['{"outcomeId":1,"outcomeId":2,"claim":{}}', '{"outcomeId":NaN,"claim":{}}', "[" * 99])
def test_what_no_outcome_can_be_is_not_taken_apart(text: str) -> None:
    """Members that come twice, numbers that are none, nesting without end."""
    assert read_paste(text).said == ()


def test_an_outcome_says_nothing_of_itself_that_is_not_known() -> None:
    """A day that is none, a disposition that is none: neither is repeated."""
    said = read_paste(json.dumps({"outcomeId": "a", "disposition": "<b>", "receivedOn": "<i>", "claim": {}})).said

    assert said == ("This is an outcome (of another kind); its claim is shown, scrubbed anew.",)


@pytest.mark.parametrize("text", ["", " \r\n", "\x00", "null", "3"])
def test_whatever_is_pasted_is_read(text: str) -> None:
    """What is blank has no claims."""
    assert bool(read_paste(text).claims) is bool(text.strip())
