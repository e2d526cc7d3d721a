"""The outcome message holds the claim in its own bytes."""

import json
from datetime import date

import orjson
import pytest

from schemas.outcome import Outcome
from worker.pipeline.scrub import Pipeline, encode
from worker.samples.synthetic import RECEIVED_ON, claim, line


@pytest.fixture
def outcome(pipeline: Pipeline) -> Outcome:
    """An outcome without its claim."""
    made = pipeline.scrub(json.dumps(claim([line("96413")])).encode(), date.fromisoformat(RECEIVED_ON)).outcome
    assert made is not None
    return made.model_copy(update={"claim": {}})


def test_the_bytes_of_the_claim_take_the_place_of_an_empty_one(outcome: Outcome) -> None:
    """Nothing of it is written anew; what was received is beside what was corrected."""
    message = encode(outcome, b'{"charge": 1.10}', b'{"charge": 1.1}')

    assert message.endswith(b',"original":{"charge": 1.1},"claim":{"charge": 1.10}}')
    assert orjson.loads(message)["claim"] == {"charge": 1.1}


def test_an_outcome_that_holds_a_claim_already_is_not_written(outcome: Outcome) -> None:
    """The message would hold two, and readers would differ in which one they take."""
    holding = outcome.model_copy(update={"claim": {"charge": "1.10"}})

    with pytest.raises(ValueError, match="ends with a claim without members"):
        encode(holding, b"{}")
