"""The outcome message holds the claim in its own bytes."""

import json
from datetime import date

import orjson

from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import RECEIVED_ON, claim, line


def test_the_claim_is_in_its_outcome_byte_for_byte(pipeline: Pipeline) -> None:
    """Nothing of it is written anew, however it is spelled; only line breaks between its members are left out."""
    value = json.dumps(claim([line("96413")]), indent=1).encode() + b"\n"

    message = pipeline.scrub(value, date.fromisoformat(RECEIVED_ON)).message

    assert message is not None
    assert message.endswith(b',"claim":%b}' % value.replace(b"\n", b""))
    assert orjson.loads(message)["claim"] == orjson.loads(value)


def test_the_outcome_is_read_from_its_message(pipeline: Pipeline) -> None:
    """With the same id, disposition and findings as are told beside it."""
    done = pipeline.scrub(json.dumps(claim([line("J1745", units=40)])).encode(), date.fromisoformat(RECEIVED_ON))

    outcome = done.outcome

    assert outcome is not None
    assert (outcome.outcome_id, outcome.disposition) == (done.outcome_id, done.disposition)
    assert [each.edit for each in outcome.findings] == [each.edit for each in done.findings]
