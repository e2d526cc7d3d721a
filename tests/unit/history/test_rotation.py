"""What is remembered is named anew as if it had been remembered under the next key."""

from collections.abc import Sequence

import orjson
import pytest

from worker.history.decisions import decision_id, encode_decision
from worker.history.entry import DamagedEntryError
from worker.history.key import HistoryKey
from worker.history.rotation import renamed, renamed_waiting
from worker.history.store import HistoryRecord
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims
from worker.samples.synthetic import decision_on

BEFORE = HistoryKey(bytes(32), bytes(range(32)))
AFTER = HistoryKey(bytes(32), bytes(range(32)), [bytes([7]) * 32])
ROTATION = AFTER.rotation_from(BEFORE)
CLAIM = b"c" * 16


def records(pipeline: Pipeline, values: Sequence[bytes], key: HistoryKey) -> list[HistoryRecord]:
    """What is remembered of claims under a key, each as the first one of its patient."""
    remembering = pipeline.remembering(key)
    results, read = remembering.read_many([(value, AS_OF) for value in values])
    judged = remembering.judge_many([(each, None) for each in read])
    assert len(results) == len(values)
    return [
        HistoryRecord(each.person, CLAIM, 3, AS_OF, result.remember)
        for each, result in zip(read, judged, strict=True)
        if each.person is not None
    ]


def test_claims_are_named_anew_as_the_next_key_names_them(pipeline: Pipeline) -> None:
    """Byte for byte, of all that the demo has, taken out or not; nothing else of them changes."""
    assert ROTATION is not None
    values = [each.value for each in demo_claims(300)]
    before, after = records(pipeline, values, BEFORE), records(pipeline, values, AFTER)

    assert [renamed(each, ROTATION) for each in before] == after
    assert sum(each.entry is not None for each in after) > 100
    assert not {each.person for each in before} & {each.person for each in after}


def test_a_decision_is_named_anew_and_known_when_it_comes_again(pipeline: Pipeline) -> None:
    """By its own bytes, which are made of its entry."""
    assert ROTATION is not None
    claim = orjson.loads(next(each.value for each in demo_claims(20) if b'"claimInformation"' in (each.value or b"")))
    value = orjson.dumps(decision_on(claim, "denied", AS_OF))
    found = []
    for key in (BEFORE, AFTER):
        read = pipeline.remembering(key).read_decision(value)
        entry = encode_decision(read.decision)
        found.append(HistoryRecord(read.person, decision_id(entry), 5, AS_OF, entry))

    assert renamed(found[0], ROTATION) == found[1]


def test_what_waits_keeps_its_content(pipeline: Pipeline) -> None:
    """Its numbers are in the clear, and so is what it is known by."""
    assert ROTATION is not None
    waits = HistoryRecord(BEFORE.person("A"), CLAIM, 1, AS_OF, b"\1c whatever")

    assert renamed_waiting(waits, ROTATION) == waits._replace(person=AFTER.person("A"))
    assert renamed(waits._replace(entry=None), ROTATION) == waits._replace(entry=None, person=AFTER.person("A"))


def test_a_damaged_entry_is_not_named_anew() -> None:
    """It would be whole again by its sum."""
    assert ROTATION is not None
    with pytest.raises(DamagedEntryError):
        renamed(HistoryRecord(BEFORE.person("A"), CLAIM, 1, AS_OF, b"\3 damaged"), ROTATION)
