"""Chooses the delimiters of an interchange so that no value contains one: X12 has no way to write one as text."""

import re
from collections.abc import Iterable
from typing import Final

from worker.x12.layout.rows import Elements
from worker.x12.read.segments import USUAL, Delimiters

_CANDIDATES: Final = Delimiters("*|\x1d", ":>\\\x1f", "^!\x1e", "~`\x1c")
"""For each delimiter what is tried in turn. The last ones are control characters, which no value may hold anyway."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""The control characters of ISO 646 and ISO 8859-1; X12.6 has them in no value."""


def text_of(segments: Iterable[Elements]) -> str:
    """Return all values of segments, one behind the other."""
    return "".join(
        "".join(["".join(element) if isinstance(element, list) else element for element in segment])
        for segment in segments
    )


def fitting(text: str, wanted: Delimiters = USUAL) -> Delimiters:
    """Return delimiters that a text does not contain: the wanted ones, each replaced where it occurs."""
    if not any(each in text for each in wanted):
        return wanted
    used: list[str] = []
    for first, others in zip(wanted, _CANDIDATES, strict=True):
        used.append(next(each for each in (first, *others) if each not in text and each not in used))
    return Delimiters(*used)


def control_character_in(text: str) -> bool:
    """Whether a text holds a character that no value of X12 may hold."""
    return not text.isprintable() and _CONTROL.search(text) is not None


def element_with(segments: Iterable[Elements], encoding: str) -> str | None:
    """Name the first element that cannot be written: a control character, or a character that the encoding lacks."""
    for segment in segments:
        for place, element in enumerate(segment):
            value = "".join(element) if isinstance(element, list) else element
            if control_character_in(value):
                return f"{_name(segment, place)} holds a control character, which X12 cannot hold"
            if not _is_encodable(value, encoding):
                return f"{_name(segment, place)} holds a character that {encoding} does not have"
    return None


def _name(segment: Elements, place: int) -> str:
    return f"{segment[0]}{place:02}"


def _is_encodable(value: str, encoding: str) -> bool:
    try:
        value.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
