"""The records that leave the worker."""

import json
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from schemas import dead_letter as dlq
from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from schemas.topics import TopicNames
from tests.unit.x12.files import FILES
from worker.kafka.messages import InboundMessage
from worker.settings import Settings
from worker.stream.records import Provenance, dead, form_of, outgoing, received_on, refusal, size, trace_id
from worker.stream.scrubber import ClaimVerdict, Form

LIMIT = 10_000
PROVENANCE = Provenance(TopicNames(), "1.2.3", LIMIT)
MESSAGE = InboundMessage("claims.inbound.v1", 3, 42, 1_700_000_000_123, b"key", b"{}", ())
CLEAN = ClaimVerdict("scrubbed", value=b"{}", outcome_id="id-1")
NEW_YORK = ZoneInfo("America/New_York")


TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ((("traceparent", TRACE),), "4bf92f3577b34da6a3ce929d0e0e4736"),
        ((("Traceparent", TRACE),), "4bf92f3577b34da6a3ce929d0e0e4736"),
        ((("traceparent", TRACE), ("traceparent", TRACE)), None),
        ((("traceparent", b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01"),), None),
        ((("traceparent", TRACE + b"-x"),), None),
        ((("traceparent", b"Jane Doe"),), None),
        ((), None),
    ],
)
def test_only_a_well_formed_trace_context_goes_on(headers: tuple[tuple[str, bytes], ...], told: str | None) -> None:
    """The outcome and the exemplar have it, unchanged; anything else in that header goes no further."""
    message = replace(MESSAGE, headers=headers)
    record, _ = outgoing(message, CLEAN, PROVENANCE)

    assert record is not None
    assert trace_id(message) == told
    assert dict(record.headers).get("traceparent") == (TRACE if told else None)


def _results_headers(*headers: tuple[str, bytes], passed: str = "", part: int | None = None) -> dict[str, bytes]:
    provenance = replace(PROVENANCE, forwarded_headers=Settings(forward_headers=passed).forwarded_headers)
    record, _ = outgoing(replace(MESSAGE, headers=headers, part=part), CLEAN, provenance)
    assert record is not None
    return dict(record.headers)


def test_an_outcome_says_where_its_message_is() -> None:
    """Topic, partition and offset; which claim of it only where it may hold several."""
    place = {dlq.HEADER_TOPIC: b"claims.inbound.v1", dlq.HEADER_PARTITION: b"3", dlq.HEADER_OFFSET: b"42"}

    assert place.items() <= _results_headers().items()
    assert dlq.HEADER_PART not in _results_headers()
    assert _results_headers(part=0)[dlq.HEADER_PART] == b"0"


def test_a_place_that_a_sender_made_up_is_not_taken_for_ours() -> None:
    """Headers under our prefix are written by us alone."""
    assert _results_headers((dlq.HEADER_OFFSET, b"7"), (dlq.HEADER_PART, b"7"))[dlq.HEADER_OFFSET] == b"42"
    assert dlq.HEADER_PART not in _results_headers((dlq.HEADER_PART, b"7"))


def test_an_outcome_of_an_event_names_its_cause() -> None:
    """As in the correlation extension of CloudEvents; the id of the outcome stays its own."""
    found = _results_headers(("ce_id", b"event-9"), ("ce_correlationid", b"flow-4"), ("ce_subject", b"Jane Doe"))

    assert (found["ce_causationid"], found["ce_correlationid"], found["ce_id"]) == (b"event-9", b"flow-4", b"id-1")
    assert "ce_subject" not in found


def test_only_the_headers_that_an_operator_names_are_passed_on() -> None:
    """By any spelling, and as often as they came; without the setting none is."""
    headers = (("X-Flow", b"1"), ("x-flow", b"2"), ("x-other", b"3"))

    assert {"X-Flow": b"1", "x-flow": b"2"}.items() <= _results_headers(*headers, passed="x-FLOW, x-absent").items()
    assert "x-other" not in _results_headers(*headers, passed="x-flow")
    assert not {"X-Flow", "x-flow", "x-other"} & set(_results_headers(*headers))


def test_the_same_message_gives_the_same_record() -> None:
    """A record is a pure function of the message and the verdict."""
    assert outgoing(MESSAGE, CLEAN, PROVENANCE) == outgoing(MESSAGE, CLEAN, PROVENANCE)
    broken = dead(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, {})
    assert outgoing(MESSAGE, broken, PROVENANCE) == outgoing(MESSAGE, broken, PROVENANCE)


@pytest.mark.parametrize(
    ("timestamp_ms", "day"),
    [
        (1_700_000_000_123, date(2023, 11, 14)),
        (1_700_020_799_999, date(2023, 11, 14)),
        (1_700_024_400_000, date(2023, 11, 15)),
        (-1, None),
        (0, None),
        (None, None),
        (10**18, None),
    ],
)
def test_the_day_of_receipt_is_the_timestamps_day_in_the_zone(timestamp_ms: int | None, day: date | None) -> None:
    """Midnight is New York's; a timestamp that is missing or absurd has no day."""
    assert received_on(replace(MESSAGE, timestamp_ms=timestamp_ms), NEW_YORK) == day


@pytest.mark.parametrize("content_type", [b"application/json", b"Application/JSON; charset=utf-8", b"a/fhir+json"])
def test_json_is_looked_into(content_type: bytes) -> None:
    """JSON by any of its names is read as a claim."""
    assert refusal(replace(MESSAGE, headers=(("Content-Type", content_type),)), 100) is None


@pytest.mark.parametrize("content_type", [b"application/edi-x12", b"application/EDI-X12; charset=us-ascii"])
def test_x12_is_an_interchange(content_type: bytes) -> None:
    """The registered content type, in any spelling, says that a message is X12; JSON and none say that it is not."""
    message = replace(MESSAGE, headers=(("Content-Type", content_type),))

    assert refusal(message, 100) is None
    assert form_of(message) is Form.INTERCHANGE
    assert form_of(MESSAGE) is Form.CLAIM
    assert form_of(replace(MESSAGE, headers=(("content-type", b"application/json"),))) is Form.CLAIM


@pytest.mark.parametrize("before", [b"", b"\r\n", b"\xef\xbb\xbf"])
def test_x12_without_a_content_type_is_known_by_its_isa(before: bytes) -> None:
    """As in files; a content type that says otherwise is believed."""
    message = replace(MESSAGE, value=before + FILES["many"].encode(), headers=())

    assert refusal(message, 1_000_000) is None
    assert form_of(message) is Form.INTERCHANGE
    assert form_of(replace(message, headers=(("content-type", b"application/json"),))) is Form.CLAIM
    assert form_of(replace(message, value=b"ISABEL")) is Form.CLAIM


def test_the_message_goes_before_what_is_wrong_with_it() -> None:
    """Where both do not fit into a record, the sentences are counted instead."""
    letter = DeadLetter(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, tuple("x" * 500 for _ in range(12)))
    provenance = replace(PROVENANCE, record_limit=8192)

    record, _ = outgoing(
        replace(MESSAGE, value=b"1" * 3000), ClaimVerdict("dead-lettered", dead_letter=letter), provenance
    )

    assert record is not None
    assert json.loads(dict(record.headers)[dlq.HEADER_FLAWS]) == ["12 flaws, too long to be listed here."]
    assert (len(record.value), size(record) <= 8192) == (3000, True)


@pytest.mark.parametrize(
    ("content_type", "value", "form"),
    [
        (b"application/fhir+json; fhirVersion=4.0", b"{}", Form.RESOURCE),
        (b"application/json", b'{"resourceType": "Claim"}', Form.RESOURCE),
        (b"application/json", b'{"resourceType": "Claim", "claimInformation": {}}', Form.CLAIM),
        (b"application/json", b'{"note": {"resourceType": "Claim"}}', Form.CLAIM),
        (b"application/json", b'["resourceType"]', Form.CLAIM),
        (b"application/json", b'{"resourceType": ', Form.CLAIM),
        (b"application/edi-x12", b'{"resourceType": "Claim"}', Form.INTERCHANGE),
    ],
)
def test_fhir_is_known_by_its_type_or_by_its_own_word(content_type: bytes, value: bytes, form: Form) -> None:
    """The content type decides; JSON is FHIR if it names its type of resource itself, and is not a claim message."""
    message = replace(MESSAGE, value=value, headers=(("content-type", content_type),))

    assert refusal(message, 100) is None
    assert form_of(message) is form


def test_two_content_types_that_contradict_each_other_are_refused() -> None:
    """Nobody knows how to read such a message."""
    headers = (("content-type", b"application/json"), ("content-type", b"application/edi-x12"))

    found = refusal(replace(MESSAGE, headers=headers), 100)

    assert found is not None
    assert found.reason is DeadLetterReason.UNSUPPORTED_CONTENT_TYPE


def test_a_dead_letter_says_what_is_wrong_in_an_interchange() -> None:
    """The sentences are in one header, twenty of them and how many more; other dead letters do not have it."""
    sentences = tuple(f"Segment {number}: The claim has no end." for number in range(1, 31))
    letter = DeadLetter(DeadLetterReason.X12_CLAIM, DeadLetterStage.DECODE, sentences)

    record, _ = outgoing(MESSAGE, ClaimVerdict("dead-lettered", dead_letter=letter), PROVENANCE)
    other, _ = outgoing(MESSAGE, dead(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, {}), PROVENANCE)

    assert record is not None
    assert other is not None
    assert json.loads(dict(record.headers)[dlq.HEADER_FLAWS]) == [*sentences[:20], "10 more."]
    assert dlq.HEADER_FLAWS not in dict(other.headers)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (replace(MESSAGE, value=b"x" * 101), "too-large"),
        (replace(MESSAGE, key=b"k" * 1025), "key-invalid"),
        (replace(MESSAGE, headers=(("content-type", b"text/xml"),)), "unsupported-content-type"),
        (
            replace(MESSAGE, headers=(("content-type", b"application/cloudevents+json"),)),
            "unsupported-content-type",
        ),
    ],
)
def test_some_messages_are_not_even_looked_into(message: InboundMessage, reason: str) -> None:
    """Size, key and content type are judged before anything is parsed."""
    verdict = refusal(message, 100)

    assert verdict is not None
    assert verdict.reason == reason


def test_json_in_an_envelope_is_read_where_that_is_accepted() -> None:
    """Else its dead letter says what it looks like, and what would accept it; it holds the value as it came."""
    message = replace(MESSAGE, envelope=b"\0\0\0\1\2")

    verdict = refusal(message, 100)

    assert refusal(message, 100, accepts_envelopes=True) is None
    assert verdict is not None
    assert verdict.reason is DeadLetterReason.SCHEMA_ENVELOPE
    assert verdict.flaws == (
        (
            "It begins with five bytes, zero and a schema's number (258), as serializers of a schema registry write; "
            "CLAIMSCRUB_ACCEPT_ENVELOPES=true accepts them."
        ),
    )
    record, _ = outgoing(message, ClaimVerdict("dead-lettered", dead_letter=verdict), PROVENANCE)
    assert record is not None
    assert record.value == b"\0\0\0\1\2{}"
    assert dict(record.headers)[dlq.HEADER_VALUE_BYTES] == b"7"


@pytest.mark.parametrize(("limit", "is_read"), [(7, True), (6, False)])
def test_an_envelope_counts_as_a_part_of_its_message(limit: int, is_read: bool) -> None:  # noqa: FBT001 -- a parameter
    """Both sides of the limit."""
    found = refusal(replace(MESSAGE, envelope=b"\0\0\0\0\7"), limit, accepts_envelopes=True)
    assert (found is None) is is_read


def test_the_limits_themselves_are_allowed() -> None:
    """A message of the largest size, with the longest key, is read."""
    assert refusal(replace(MESSAGE, value=b"x" * 100, key=b"k" * 1024), 100) is None


@pytest.mark.parametrize(
    "headers",
    [
        (("traceparent", b"00-00000000000000000000000000000000-b7ad6b7169203331-01"),),
        (("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),),
        (("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),) * 2,
        (("tracestate", b"vendor=Doe"),),
    ],
)
def test_a_trace_that_is_malformed_or_doubled_stays_behind(headers: tuple[tuple[str, bytes], ...]) -> None:
    """Only one well-formed traceparent goes through."""
    record, _ = outgoing(replace(MESSAGE, headers=headers), CLEAN, PROVENANCE)

    assert record is not None
    assert not {"traceparent", "tracestate"} & {name for name, _ in record.headers}


def test_an_outcome_that_is_too_large_is_a_dead_letter() -> None:
    """A record that the broker would refuse is replaced by the message itself, with the reason."""
    record, verdict = outgoing(MESSAGE, replace(CLEAN, value=b"x" * LIMIT), PROVENANCE)

    assert record is not None
    assert record.topic == "claims.dead-letter.v1"
    assert verdict.dead_letter is not None
    assert verdict.dead_letter.reason == "output-too-large"


@pytest.mark.parametrize(
    "scrubbed", [ClaimVerdict("pended"), ClaimVerdict("dead-lettered", value=b"{}", outcome_id="x")]
)
def test_a_verdict_that_breaks_its_promise_loses_no_claim(scrubbed: ClaimVerdict) -> None:
    """A verdict without what it needs is a dead letter for an internal error."""
    record, verdict = outgoing(MESSAGE, scrubbed, PROVENANCE)

    assert record is not None
    assert verdict.disposition == "dead-lettered"
    assert dict(record.headers)[dlq.HEADER_REASON] == b"internal-error"


def test_what_is_too_large_to_copy_is_left_out_and_said_so() -> None:
    """A dead letter always fits: digest and place stand for what does not."""
    huge = replace(
        MESSAGE, value=b"x" * 100_000, key=b"k" * 9000, headers=tuple((f"h{i}", b"y" * 100) for i in range(100))
    )
    record, _ = outgoing(huge, dead(DeadLetterReason.TOO_LARGE, DeadLetterStage.SIZE, {}), PROVENANCE)

    assert record is not None
    headers = dict(record.headers)
    assert size(record) <= LIMIT
    assert (record.value, record.key) == (b"", None)
    assert headers[dlq.HEADER_VALUE] == headers[dlq.HEADER_KEY] == headers[dlq.HEADER_HEADERS] == b"omitted"
    assert headers[dlq.HEADER_VALUE_BYTES] == b"100000"


def test_a_skipped_message_has_no_record() -> None:
    """A tombstone leaves nothing behind."""
    assert outgoing(replace(MESSAGE, value=None), ClaimVerdict("skipped"), PROVENANCE)[0] is None


def test_a_replay_keeps_its_count_and_the_day_on_which_the_message_first_came() -> None:
    """Both travel into outcome and dead letter; filing limits are judged by the first day."""
    headers = ((dlq.HEADER_REPLAYS, b"2"), (dlq.HEADER_RECEIVED_MS, b"1600000000000"))
    message = replace(MESSAGE, headers=headers)

    outcome, _ = outgoing(message, CLEAN, PROVENANCE)
    letter, _ = outgoing(message, dead(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, {}), PROVENANCE)

    assert outcome is not None
    assert letter is not None
    assert dict(outcome.headers)[dlq.HEADER_REPLAYS] == dict(letter.headers)[dlq.HEADER_REPLAYS] == b"2"
    assert dict(outcome.headers)["ce_time"].startswith(b"2020-09-13")
    assert received_on(message, NEW_YORK) == date(2020, 9, 13)


@pytest.mark.parametrize("value", [b"", b"-1", b"0", b"x", b"9" * 40, b"\xff"])
def test_a_count_of_replays_that_cannot_be_counts_as_none(value: bytes) -> None:
    """Headers are a stranger's: without a count the day is the record's own."""
    headers = ((dlq.HEADER_REPLAYS, value), (dlq.HEADER_RECEIVED_MS, b"1600000000000"))
    message = replace(MESSAGE, headers=headers)

    record, _ = outgoing(message, CLEAN, PROVENANCE)

    assert record is not None
    assert dlq.HEADER_REPLAYS not in dict(record.headers)
    assert received_on(message, NEW_YORK) == date(2023, 11, 14)
