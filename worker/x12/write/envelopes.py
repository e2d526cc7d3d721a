"""Writes ISA to IEA around transactions, and segments as text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from worker.x12.layout.rows import Elements, ElementValue
from worker.x12.read.segments import USUAL, Delimiters
from worker.x12.write.delimiters import fitting, text_of

USAGES: Final = frozenset({"P", "T"})


@dataclass(frozen=True, slots=True)
class TradingPartner:
    """The sender or receiver of an interchange: ISA05/06 or ISA07/08, and GS02 or GS03."""

    qualifier: str
    id: str
    application: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The values in ISA and GS.

    Attributes:
        sender: Who sends.
        receiver: Who gets it.
        moment: When it was made.
        control_number: ISA13, up to nine digits; GS06 where no other is given.
        usage: P or T, ISA15.
        day: ISA09; the day of the moment where it is empty.
        time: ISA10; likewise.
        group_number: GS06.
        group_day: GS04; the day of the ISA where it is empty.
        group_time: GS05; likewise.
    """

    sender: TradingPartner
    receiver: TradingPartner
    moment: datetime
    control_number: str
    usage: str = "P"
    day: str = ""
    time: str = ""
    group_number: str = ""
    group_day: str = ""
    group_time: str = ""


def unfit(cover: Cover) -> Iterator[str]:
    """Yield why an ISA of fixed lengths cannot hold what it is given: a reason for each element."""
    sender, receiver = cover.sender, cover.receiver
    of_sender = (("ISA05", sender.qualifier, 2), ("ISA06", sender.id, 15))
    of_receiver = (("ISA07", receiver.qualifier, 2), ("ISA08", receiver.id, 15))
    for element, text, length in (*of_sender, *of_receiver):
        if not text.isascii():
            yield f"{element} holds a character that is not ASCII, and an ISA has fixed lengths"
        if len(text) > length:
            yield f"{element} has {len(text)} characters, and an ISA has {length} there"
    for element, text, length in (("ISA09", cover.day, 6), ("ISA10", cover.time, 4)):
        if text and not (text.isascii() and text.isdecimal() and len(text) == length):
            yield f"{element} is not a number of {length} digits"
    if cover.control_number and not re.fullmatch("[0-9]{1,9}", cover.control_number):
        yield "ISA13 is not a number of one to nine digits"
    if cover.usage not in USAGES:
        yield "ISA15 is neither P nor T"


def written(segment: Sequence[ElementValue], delimiters: Delimiters = USUAL) -> str:
    """Return a segment as text, without the empty elements at its end."""
    elements = [
        delimiters.component.join(_trimmed(element)) if isinstance(element, list) else element for element in segment
    ]
    end = "" if delimiters.segment in "\r\n" else "\n"
    return f"{delimiters.element.join(_trimmed(elements))}{delimiters.segment}{end}"


def _trimmed(values: list[str]) -> list[str]:
    end = len(values)
    while end and not values[end - 1]:
        end -= 1
    return values[:end]


def interchange(cover: Cover, function: str, version: str, transactions: Iterable[Iterable[Elements]]) -> Iterator[str]:
    """Yield an interchange with one functional group; each transaction is given from ST to before its SE."""
    given = [[*transaction] for transaction in transactions]
    names = [cover.sender.id, cover.receiver.id, cover.sender.application, cover.receiver.application]
    delimiters = fitting(text_of([*(segment for each in given for segment in each), [*names]]))
    yield isa(cover, delimiters)
    yield written(gs(cover, function, version), delimiters)
    for transaction in given:
        for segment in (*transaction, se(transaction[0], len(transaction))):
            yield written(segment, delimiters)
    yield written(["GE", str(len(given)), group_number(cover)], delimiters)
    yield iea(cover, 1, delimiters)


def interchange_without_groups(cover: Cover, segments: Iterable[Elements]) -> Iterator[str]:
    """Yield an interchange that holds only what is said of interchanges themselves."""
    given = [*segments]
    delimiters = fitting(text_of([*given, [cover.sender.id, cover.receiver.id]]))
    yield isa(cover, delimiters)
    for segment in given:
        yield written(segment, delimiters)
    yield iea(cover, 0, delimiters)


def usage_of(text: str | None) -> str:
    """Return ISA15 of an answer to an interchange whose ISA15 is this."""
    return text if text is not None and text in USAGES else "P"


def group_number(cover: Cover) -> str:
    """Return GS06."""
    return cover.group_number or cover.control_number.lstrip("0") or "0"


def gs(cover: Cover, function: str, version: str) -> Elements:
    """Return what begins a functional group."""
    day = f"20{cover.day}" if cover.day else f"{cover.moment:%Y%m%d}"
    made = (cover.group_day or day, cover.group_time or cover.time or f"{cover.moment:%H%M}")
    names = (cover.sender.application, cover.receiver.application)
    return ["GS", function, *names, *made, group_number(cover), "X", version]


def se(start: Elements, count: int) -> Elements:
    """Return what ends a transaction of so many segments, the ST among them."""
    return ["SE", str(count + 1), start[2]]


def isa(cover: Cover, delimiters: Delimiters) -> str:
    """Return an ISA as text: it has fixed lengths and no trimmed elements, and names the delimiters by their places."""
    sender, receiver = cover.sender, cover.receiver
    end = "" if delimiters.segment in "\r\n" else "\n"
    return delimiters.element.join(
        (
            "ISA",
            "00",
            " " * 10,
            "00",
            " " * 10,
            f"{sender.qualifier:2.2}",
            f"{sender.id:15.15}",
            f"{receiver.qualifier:2.2}",
            f"{receiver.id:15.15}",
            cover.day or f"{cover.moment:%y%m%d}",
            cover.time or f"{cover.moment:%H%M}",
            delimiters.repetition,
            "00501",
            f"{cover.control_number:0>9}",
            "0",
            cover.usage,
            f"{delimiters.component}{delimiters.segment}{end}",
        )
    )


def iea(cover: Cover, groups: int, delimiters: Delimiters) -> str:
    """Return what ends an interchange as text."""
    return written(["IEA", str(groups), f"{cover.control_number:0>9}"], delimiters)
