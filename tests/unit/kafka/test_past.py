"""Dead letters and outcomes, read back as the messages that they were."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schemas import dead_letter as dlq
from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from schemas.topics import TopicNames
from tests.inputs.malformed import sound, with_value, written
from tests.inputs.poison import RECEIVED
from worker.kafka.messages import InboundMessage, first_place
from worker.kafka.past import PastMessage, again, payer_of, read_dead_letter, read_outcome
from worker.kafka.read import Record
from worker.pipeline.scrub import Pipeline
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import OutgoingRecord, Provenance, dead, outgoing

PROVENANCE = Provenance(TopicNames(), "1.2.3", 1_000_000)
MESSAGE = InboundMessage("claims.inbound.v1", 3, 42, 1_700_000_000_123, b"key", b"{}", (("x-own", b"\xff"),))
BROKEN = dead(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, {})


def on_topic(sent: OutgoingRecord | None) -> Record:
    """A record as a reader of its topic sees it."""
    assert sent is not None
    return Record(sent.topic, sent.partition, 7, 1_700_000_100_000, sent.key, sent.value, sent.headers)


@given(
    value=st.binary(max_size=200),
    key=st.none() | st.binary(max_size=20),
    headers=st.lists(st.tuples(st.text("abc-_", min_size=1), st.binary(max_size=8)), max_size=4),
)
def test_a_dead_letter_is_read_back_as_it_was(
    value: bytes, key: bytes | None, headers: list[tuple[str, bytes]]
) -> None:
    """Value, key, headers and place; sent again it counts one replay and keeps its first time."""
    message = replace(MESSAGE, value=value, key=key, headers=tuple(headers))

    past = read_dead_letter(on_topic(outgoing(message, BROKEN, PROVENANCE)[0]))

    assert past is not None
    assert (past.message, past.verdict, past.replays, past.is_kept) == (message, "schema", 0, True)
    sent_again = replace(message, timestamp_ms=1_800_000_000_000, headers=again(past))
    second = read_dead_letter(on_topic(outgoing(sent_again, BROKEN, PROVENANCE)[0]))
    assert second is not None
    assert (second.replays, second.message.headers) == (1, message.headers)
    assert dict(again(second))[dlq.HEADER_RECEIVED_MS] == b"1700000000123"


def test_a_message_that_was_too_large_to_keep_is_known_as_such() -> None:
    """Only its digest is left, so it cannot be sent again."""
    large = replace(MESSAGE, value=b"x" * 900_000)

    past = read_dead_letter(on_topic(outgoing(large, BROKEN, PROVENANCE)[0]))

    assert past is not None
    assert not past.is_kept


def test_records_of_a_stranger_are_left_out() -> None:
    """What others wrote to the topics is neither a dead letter nor an outcome."""
    for value in (b"", b"{}", b"[]", b'{"claim":1}', b"\xff", b'{"disposition":"x","claim":{},"findings":[1]}'):
        record = Record("t", 0, 0, 0, None, value, (("claimscrub-dlq-schema", b"1"),))
        assert read_dead_letter(record) is None
        assert read_outcome(record, "claims.inbound.v1") is None


def test_the_claim_of_an_outcome_is_taken_byte_for_byte(pipeline: Pipeline) -> None:
    """Spelling and numbers of the sender survive, and members of the claim that are called like ours."""
    document = sound() | {"claim": {"findings": [1.50]}, "original": "x", "disposition": "y"}
    for value in (
        written(document).replace(b"1.5", b"1.500"),
        with_value("claimInformation.claimChargeAmount", "1.00"),
    ):
        done = pipeline.scrub(value, RECEIVED)
        record = Record("claims.rejected.v1", 2, 9, 0, b"k", done.message, (("ce_time", b"2023-11-14T22:13:20.123Z"),))

        past = read_outcome(record, "claims.inbound.v1")

        assert past is not None
        assert past.message.value == value
        assert (past.message.partition, past.message.key, past.message.timestamp_ms) == (2, b"k", 1_700_000_000_123)
        assert past.edits == {finding.edit for finding in done.outcome.findings} if done.outcome else False
        assert payer_of(past) == json.loads(value)["tradingPartnerServiceId"]


def test_what_is_in_an_envelope_is_read_without_it(pipeline: Pipeline) -> None:
    """An outcome under CLAIMSCRUB_SCHEMA_IDS=envelope, and the payer of a claim that came from a serializer."""
    done, envelope = pipeline.scrub(written(sound()), RECEIVED), b"\0\0\0\0\7"
    record = Record("claims.rejected.v1", 2, 9, 0, b"k", envelope + (done.message or b""), ())

    past = read_outcome(record, "claims.inbound.v1")
    assert past is not None
    assert past.message.value == written(sound())
    dead = read_dead_letter(
        on_topic(outgoing(replace(MESSAGE, envelope=envelope, value=written(sound())), BROKEN, PROVENANCE)[0])
    )
    assert dead is not None
    assert dead.message.value == envelope + written(sound())
    assert payer_of(dead) == sound()["tradingPartnerServiceId"]


def test_a_replay_says_where_its_claim_was_first_however_often_it_is_replayed(pipeline: Pipeline) -> None:
    """By the headers of the outcome, also where the replay became a dead letter in between; a forged one is dropped."""
    verdict = PipelineScrubber(pipeline).scrub(written(sound()), received_on=RECEIVED)

    def outcome_of(message: InboundMessage) -> PastMessage:
        past = read_outcome(on_topic(outgoing(message, verdict, PROVENANCE)[0]), "claims.inbound.v1")
        assert past is not None
        return past

    first = outcome_of(replace(MESSAGE, part=2, headers=((dlq.HEADER_FIRST, b"claims.inbound.v1/0/1"),)))
    once = replace(MESSAGE, offset=90, headers=again(first))
    dead_again = read_dead_letter(on_topic(outgoing(once, BROKEN, PROVENANCE)[0]))
    assert dead_again is not None
    twice = replace(MESSAGE, offset=95, headers=again(dead_again))

    assert [each.first for each in (first, outcome_of(once), dead_again, outcome_of(twice))] == [
        "claims.inbound.v1/3/42/2"
    ] * 4
    assert first_place(again(first)) == "claims.inbound.v1/3/42/2"


def test_an_outcome_of_an_earlier_release_does_not_say_where_it_was_first(pipeline: Pipeline) -> None:
    """It has no header with its place."""
    verdict = PipelineScrubber(pipeline).scrub(written(sound()), received_on=RECEIVED)
    record = on_topic(outgoing(MESSAGE, verdict, PROVENANCE)[0])
    without = replace(record, headers=tuple(each for each in record.headers if each[0] != dlq.HEADER_OFFSET))

    past = read_outcome(without, "claims.inbound.v1")

    assert past is not None
    assert past.first is None
    assert dlq.HEADER_FIRST not in dict(again(past))
