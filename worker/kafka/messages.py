"""A message as it came in, and the facts in its headers."""

import re
from dataclasses import dataclass
from typing import Final

from schemas import dead_letter as dlq

Headers = tuple[tuple[str, bytes], ...]

MAX_REPLAYS: Final = 99
_DIGITS: Final = re.compile(rb"\d{1,15}")
_PLACE: Final = re.compile(rb"[A-Za-z0-9._-]{1,249}(/\d{1,19}){2,3}")

X12_CONTENT_TYPE: Final = b"application/edi-x12"
"""As registered in RFC 1767."""

FHIR_CONTENT_TYPE: Final = b"application/fhir+json"
"""As FHIR R4 has it (3.1.0.1.10)."""

JSON_CONTENT_TYPE: Final = b"application/json"


class Mark(str):
    """The name of a header that our own reader put in, by its type: what comes off the wire are plain strings."""

    __slots__ = ()


UNREADABLE: Final = Mark("unreadable")
"""Marks a record of which only the offset is known."""

HEADER_NAMES: Final = Mark("header-names")
"""Marks a record with a header name that is not UTF-8; the name is there with its bytes escaped."""


def without_marks(headers: Headers) -> tuple[Headers, Mark | None]:
    """Return headers as they were sent, and the mark that our reader put in, or None when it read everything."""
    mark = next((name for name, _ in headers if isinstance(name, Mark)), None)
    return (headers, None) if mark is None else (tuple(each for each in headers if each[0] is not mark), mark)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message as it came in."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers
    mark: Mark | None = None
    """What our reader could not read of it."""
    part: int | None = None
    """Which claim of its message it is, from 0 on; None of a whole message."""
    is_of_interchange: bool = False
    """Whether it is a claim that came in an X12 interchange."""
    judged_before: int = 0
    """How often its claim was judged before, with less documentation."""
    envelope: bytes = b""
    """The bytes of a registry's serializer that came before the value; empty when there were none."""

    @property
    def place(self) -> str:
        """Return where it was read first: no other message, and no other claim of its message, has this place."""
        whole = f"{self.topic}/{self.partition}/{self.offset}"
        return whole if self.part is None else f"{whole}/{self.part}"

    @property
    def header_bytes(self) -> int:
        """Return how long all headers are together; a sender may put anything into them."""
        return sum(len(name) + len(value or b"") for name, value in self.headers)

    @property
    def whole_value(self) -> bytes:
        """Return the value as it came, with its envelope; empty where there is none."""
        return self.envelope + (self.value or b"")


def first_place(headers: Headers) -> str | None:
    """Return where a replayed message was seen first, by its headers; None of one that was not replayed."""
    found = [value for name, value in headers if name == dlq.HEADER_FIRST]
    if len(found) != 1 or not replays(headers) or not _PLACE.fullmatch(found[0] or b""):
        return None
    return found[0].decode("ascii")


def replays(headers: Headers) -> int:
    """Return how often a message was replayed, by its headers; 0 without a plausible number."""
    return min(number_in(headers, dlq.HEADER_REPLAYS) or 0, MAX_REPLAYS)


def number_in(headers: Headers, name: str) -> int | None:
    """Return the number that a header holds, or None when it is missing, repeated or not a number."""
    found = [value for each, value in headers if each == name]
    return int(found[0]) if len(found) == 1 and _DIGITS.fullmatch(found[0] or b"") else None
