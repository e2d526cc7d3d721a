"""Writes ISA to IEA around transactions, and segments as text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from worker.x12.layout.rows import Element, Elements
from worker.x12.read.segments import USUAL

_DELIMITERS: Final = str.maketrans(dict.fromkeys("*:^~\r\n", " "))
"""X12 has no way to write a delimiter as text: a blank takes its place."""

USAGES: Final = frozenset({"P", "T"})


@dataclass(frozen=True, slots=True)
class Address:
    """Who sends an interchange, or gets it: ISA05/06 or ISA07/08, and GS02 or GS03."""

    qualifier: str
    id: str
    application: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands in ISA and GS.

    Attributes:
        sender: Who sends.
        receiver: Who gets it.
        moment: When it was made.
        control_number: ISA13, counted from 1; GS06 where no other is given.
        usage: P or T, ISA15.
        group_number: GS06.
    """

    sender: Address
    receiver: Address
    moment: datetime
    control_number: int
    usage: str = "P"
    group_number: str = ""


def text_of(segment: Sequence[Element]) -> str:
    """Return a segment as text with the usual delimiters, without the empty elements at its end."""
    written = [
        ":".join(_trimmed([_plain(part) for part in element])) if isinstance(element, list) else _plain(element)
        for element in segment
    ]
    return USUAL.element.join(_trimmed(written)) + USUAL.segment + "\n"


def _plain(value: str) -> str:
    return value.translate(_DELIMITERS) if any(each in value for each in "*:^~\r\n") else value


def _trimmed(values: list[str]) -> list[str]:
    end = len(values)
    while end and not values[end - 1]:
        end -= 1
    return values[:end]


def interchange(cover: Cover, function: str, version: str, transactions: Iterable[Iterable[Elements]]) -> Iterator[str]:
    """Yield an interchange with one functional group; each transaction is given from ST to before its SE."""
    group = cover.group_number or str(cover.control_number)
    moment = cover.moment
    made = (f"{moment:%Y%m%d}", f"{moment:%H%M}")
    yield _isa(cover)
    yield text_of(["GS", function, cover.sender.application, cover.receiver.application, *made, group, "X", version])
    count = 0
    for transaction in transactions:
        count += 1
        written = 0
        number = ""
        for segment in transaction:
            if segment[0] == "ST":
                number = str(segment[2])
            written += 1
            yield text_of(segment)
        yield text_of(["SE", str(written + 1), number])
    yield text_of(["GE", str(count), group])
    yield _iea(cover, 1)


def interchange_without_groups(cover: Cover, segments: Iterable[Elements]) -> Iterator[str]:
    """Yield an interchange that holds only what is said of interchanges themselves."""
    yield _isa(cover)
    yield from map(text_of, segments)
    yield _iea(cover, 0)


def _isa(cover: Cover) -> str:
    """An ISA has fixed lengths and no trimmed elements: it names the delimiters by their places."""
    sender, receiver = cover.sender, cover.receiver
    return "*".join(
        (
            "ISA*00",
            " " * 10,
            "00",
            " " * 10,
            f"{sender.qualifier:2.2}",
            f"{_plain(sender.id):15.15}",
            f"{receiver.qualifier:2.2}",
            f"{_plain(receiver.id):15.15}",
            f"{cover.moment:%y%m%d*%H%M}",
            f"{USUAL.repetition}*00501",
            f"{cover.control_number:09}",
            "0",
            cover.usage if cover.usage in USAGES else "P",
            f"{USUAL.component}{USUAL.segment}\n",
        )
    )


def _iea(cover: Cover, groups: int) -> str:
    return text_of(["IEA", str(groups), f"{cover.control_number:09}"])
