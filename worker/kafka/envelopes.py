"""How a record names its schema in a registry, before its value or in a header: the wire format of Confluent.

https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from worker.kafka.messages import Headers
from worker.settings import SchemaIdPlace

SCHEMA_ID_HEADER: Final = "__value_schema_id"
"""Where the serializers of Confluent Platform 8 write the id, and those of before look for none."""

_BY_NUMBER: Final = b"\0"
_BY_GUID: Final = b"\1"
_ID_BYTES: Final = 4
_LENGTH: Final = len(_BY_NUMBER) + _ID_BYTES


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """The ids of a schema in a registry: its number, and the GUID that newer registries give it as well."""

    number: int
    guid: UUID | None = None

    @property
    def envelope(self) -> bytes:
        """Return the five bytes that come before a value: zero, and the number, big-endian."""
        return _BY_NUMBER + self.number.to_bytes(_ID_BYTES, "big")

    @property
    def header(self) -> bytes:
        """Return the value of the header: one and the GUID, or without a GUID the envelope."""
        return self.envelope if self.guid is None else _BY_GUID + self.guid.bytes


@dataclass(frozen=True, slots=True)
class SchemaStamp:
    """Where records name their schemas, and the schemas by topic; a topic without one is left as it is."""

    place: SchemaIdPlace = SchemaIdPlace.OFF
    schemas: Mapping[str, RegisteredSchema] | None = None

    def on(self, topic: str, value: bytes, headers: Headers) -> tuple[bytes, Headers]:
        """Return the value and headers of a record to a topic, with the id of its schema where that is wanted."""
        schema = None if self.schemas is None else self.schemas.get(topic)
        if schema is None or self.place is SchemaIdPlace.OFF:
            return value, headers
        if self.place is SchemaIdPlace.ENVELOPE:
            return schema.envelope + value, headers
        return value, (*headers, (SCHEMA_ID_HEADER, schema.header))


NO_STAMP: Final = SchemaStamp()
"""Leaves every record as it is."""


def opened(value: bytes | None) -> tuple[bytes, bytes | None]:
    """Return the envelope before a JSON value, empty when it has none, and the value without it."""
    if value is None or value[:1] != _BY_NUMBER or value[_LENGTH:].lstrip()[:1] not in {b"{", b"["}:
        return b"", value
    return value[:_LENGTH], value[_LENGTH:]


def schema_number(envelope: bytes) -> int:
    """Return the number of the schema that an envelope names."""
    return int.from_bytes(envelope[len(_BY_NUMBER) :], "big")
