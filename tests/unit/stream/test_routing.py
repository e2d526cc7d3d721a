"""A claim goes to the partition of its patient, and is there the message that it came from."""

from dataclasses import replace

import pytest

from schemas.dead_letter import HEADER_FORGET, HEADER_ORIGIN, HEADER_REPLAYS, HEADER_ROUTED_KEY
from worker.history.key import HistoryKey
from worker.kafka.messages import Headers, InboundMessage
from worker.stream.records import OutgoingRecord
from worker.stream.routing import Placement, as_it_came
from worker.stream.scrubber import ReadMessage

KEY = HistoryKey(bytes(32), bytes(32))
TOPIC = "claims.by-patient.v1"
PLACEMENT = Placement(TOPIC, 24)
PATIENT = ReadMessage(None, KEY.person("payer\0member"))
NOBODY = ReadMessage(None)


def message(headers: Headers = (), *, part: int | None = None, key: bytes | None = b"k") -> InboundMessage:
    """A message of the inbound topic."""
    is_part = part is not None
    return InboundMessage("claims.inbound.v1", 2, 7, 1_774_000_000_000, key, b"{}", headers, None, part, is_part)


def arrived(record: OutgoingRecord) -> InboundMessage:
    """A record as it is read where it was sent."""
    return InboundMessage(
        record.topic, record.partition, 99, 1_774_000_009_999, record.key, record.value, record.headers
    )


@pytest.mark.parametrize("part", [None, 0, 3])
@pytest.mark.parametrize("key", [None, b"k"])
def test_a_routed_claim_is_the_message_that_it_came_from(part: int | None, key: bytes | None) -> None:
    """Place, key, time and headers; so its outcome is the same as if it had not been routed."""
    origin = message((("traceparent", b"t"), ("content-type", b"application/json")), part=part, key=key)

    assert as_it_came(arrived(PLACEMENT.routed(origin, b"{}", PATIENT))) == origin


@pytest.mark.parametrize(("part", "value"), [(None, b"\0\0\0\0\7{}"), (0, b"{}")])
def test_an_envelope_goes_where_its_message_goes(part: int | None, value: bytes) -> None:
    """So that what turns out not to be a claim is a dead letter as it came; one of several claims has none."""
    origin = replace(message(part=part), envelope=b"\0\0\0\0\7")

    assert PLACEMENT.routed(origin, b"{}", PATIENT).value == value


def test_claims_of_a_patient_are_in_one_partition_under_one_key() -> None:
    """Whatever message they come from; the key of the message says nothing about it."""
    first, second = (PLACEMENT.routed(message(key=key), b"{}", PATIENT) for key in (b"a", b"b"))

    assert (first.topic, first.partition, first.key) == (TOPIC, KEY.partition("payer\0member", 24), PATIENT.person)
    assert (second.partition, second.key) == (first.partition, first.key)


def test_a_claim_of_nobody_is_placed_by_where_it_came_from() -> None:
    """The same each time, and claims of nobody are not all in one place."""
    found = [PLACEMENT.routed(message(part=part), b"{}", NOBODY) for part in (1, 1, 2)]

    assert found[0] == found[1]
    assert found[0].key != found[2].key
    assert all(0 <= each.partition < 24 for each in found)


def test_a_part_of_an_interchange_is_json() -> None:
    """It was X12 when it came."""
    origin = message((("Content-Type", b"application/edi-x12"), ("x", b"1")), part=0)

    headers = PLACEMENT.routed(origin, b"{}", PATIENT).headers
    assert [each for each in headers if not each[0].startswith("claimscrub-")] == [
        ("x", b"1"),
        ("content-type", b"application/json"),
    ]


def test_what_a_sender_claims_to_be_ours_is_not() -> None:
    """A forged place would give a claim the outcome of another; how often it was replayed is handed on."""
    forged = tuple((name, b"a/1/2/3/4/0") for name in (HEADER_ORIGIN, HEADER_ROUTED_KEY, HEADER_FORGET))
    origin = message((*forged, (HEADER_REPLAYS, b"1")))

    assert as_it_came(arrived(PLACEMENT.routed(origin, b"{}", PATIENT))) == message(((HEADER_REPLAYS, b"1"),))


@pytest.mark.parametrize("origin", [b"", b"a/1/2/3/4", b"a/1/2/3/4/x", b"a/1/2/3/4/0/5"])
def test_what_nobody_routed_stays_what_it_is(origin: bytes) -> None:
    """Somebody wrote to the topic himself."""
    found = InboundMessage(TOPIC, 0, 1, 0, b"k", b"{}", ((HEADER_ORIGIN, origin),))

    assert as_it_came(found) is found
