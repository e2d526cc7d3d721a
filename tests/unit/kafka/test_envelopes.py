"""How a record names its schema: the five bytes before a value, and the header."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.kafka.envelopes import NO_STAMP, SCHEMA_ID_HEADER, RegisteredSchema, SchemaStamp, opened, schema_number
from worker.settings import SchemaIdPlace

TOPIC = "claims.scrubbed.v1"
SCHEMA = RegisteredSchema(7)


@given(number=st.integers(0, 2**32 - 1), content=st.sampled_from([b"{}", b"[]", b' \n{"a": 1}']))
def test_what_is_put_into_an_envelope_comes_out_of_it(number: int, content: bytes) -> None:
    """Every number that four bytes hold, and whatever blanks are before the JSON."""
    stamp = SchemaStamp(SchemaIdPlace.ENVELOPE, {TOPIC: RegisteredSchema(number)})

    value, headers = stamp.on(TOPIC, content, ())

    assert (len(value), headers) == (len(content) + 5, ())
    assert opened(value) == (value[:5], content)
    assert schema_number(value[:5]) == number


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\0",
        b"\0\0\0\0",
        b"\0\0\0\0\7",
        b"\0\0\0\0\7 ",
        b"\0\0\0\7{}",
        b"{}",
        b"\1\0\0\0\7{}",
        b"\0\0\0\0\7\2\6abc",
        '{"a": "b"}'.encode("utf-16-be"),
        '{"a": "b"}'.encode("utf-32-be"),
    ],
)
def test_what_is_no_envelope_around_json_stays_as_it_is(value: bytes | None) -> None:
    """Too short, another magic byte, Avro behind it, or JSON in another encoding."""
    assert opened(value) == (b"", value)


@given(st.binary(max_size=40))
def test_no_byte_is_lost(value: bytes) -> None:
    """Envelope and content are the value."""
    envelope, content = opened(value)
    assert envelope + (content or b"") == value
    assert len(envelope) in (0, 5)


def test_the_header_holds_the_guid_where_the_registry_has_one() -> None:
    """Seventeen bytes with a GUID, five without, and the value as it was."""
    guid = UUID("89791762-2336-4186-9674-299b90a802e2")
    own = (("content-type", b"application/json"),)
    by_guid = SchemaStamp(SchemaIdPlace.HEADER, {TOPIC: RegisteredSchema(7, guid)}).on(TOPIC, b"{}", own)
    by_number = SchemaStamp(SchemaIdPlace.HEADER, {TOPIC: SCHEMA}).on(TOPIC, b"{}", own)

    assert by_guid == (b"{}", (*own, (SCHEMA_ID_HEADER, b"\1" + guid.bytes)))
    assert by_number == (b"{}", (*own, (SCHEMA_ID_HEADER, b"\0\0\0\0\7")))


@pytest.mark.parametrize(
    "stamp", [NO_STAMP, SchemaStamp(SchemaIdPlace.ENVELOPE, {"other": SCHEMA}), SchemaStamp(schemas={TOPIC: SCHEMA})]
)
def test_a_record_without_a_schema_keeps_its_bytes(stamp: SchemaStamp) -> None:
    """Nothing is wanted, or the topic has none."""
    assert stamp.on(TOPIC, b"{}", ()) == (b"{}", ())
