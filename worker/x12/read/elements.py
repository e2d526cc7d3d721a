"""Flaws of the elements of a segment: required ones that are empty, invalid codes and dates."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from worker.x12.layout.structure import ElementUse, SegmentUse
from worker.x12.read.events import ElementFlaw

MISSING, TOO_MANY, WRONG_CHARACTER, WRONG_CODE, WRONG_DATE = "1", "3", "6", "7", "8"
_HOURS: Final = r"([01]\d|2[0-3])[0-5]\d"
_DAY: Final = r"(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
_FORMS: Final = {
    "D8": re.compile(_DAY, re.ASCII),
    "RD8": re.compile(f"{_DAY}-{_DAY}", re.ASCII),
    "DT": re.compile(_DAY + _HOURS, re.ASCII),
    "TM": re.compile(_HOURS, re.ASCII),
}
_SAFE_DAY: Final = 28
"""Up to here every month has the day."""

_MOST_CODES: Final = 12
"""The composites of an HI."""

_POINTERS: Final = ("SV1", 7, 4)
"""SV107 is a C004, which has four components."""

_DATES: Final = {"DTP": (3, 2), "DMG": (2, 1), "PAT": (6, 5), "BHT": (4, None), "DTM": (2, None)}
"""Where a segment has a date, and where it says the form of it; the date of a BHT and of a DTM is always D8."""


def unreadable(elements: Sequence[str]) -> Iterator[ElementFlaw]:
    """Yield the elements that hold a character which no element may hold."""
    for place, value in enumerate(elements[1:], 1):
        if not value.isprintable():
            yield ElementFlaw(place, None, WRONG_CHARACTER)


def is_date(form: str, value: str) -> bool:
    """Whether a value is a date, a time or a period of the form; one of an unknown form is not judged."""
    pattern = _FORMS.get(form)
    if pattern is None:
        return True
    found = pattern.fullmatch(value)
    if found is None:
        return False
    parts = found.groups()
    return all(_is_day(*parts[start : start + 3]) for start in range(0, len(parts) - 2, 3))


def _is_day(year: str, month: str, day: str) -> bool:
    if int(day) <= _SAFE_DAY and int(year):
        return True
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _is_person(elements: Sequence[str]) -> bool:
    return len(elements) > 2 and elements[2] == "1"  # noqa: PLR2004 - NM102


def _is_domestic(elements: Sequence[str]) -> bool:
    return len(elements) <= 4 or elements[4] in {"", "US", "CA"}  # noqa: PLR2004 - N404


_SITUATIONS: Final = {"person": _is_person, "us-address": _is_domestic}
"""The situations that the segment itself shows."""


class SegmentElements:
    """The elements of one segment of a guide, worked out so that a sound segment is passed quickly."""

    __slots__ = ("_coded", "_components", "_date", "_identifier", "_required", "_situational")

    def __init__(self, use: SegmentUse) -> None:
        whole = [each for each in use.elements if each.component is None]
        self._required = tuple(each.place for each in whole if each.is_required)
        self._situational = tuple(
            (each.place, _SITUATIONS[each.situation]) for each in whole if each.situation in _SITUATIONS
        )
        self._coded = tuple((each.place, each.codes) for each in whole if each.codes)
        self._identifier = use.identifier
        self._date = _DATES.get(use.identifier)
        components: dict[int, list[ElementUse]] = {}
        for each in use.elements:
            if each.component is not None:
                components.setdefault(each.place, []).append(each)
        self._components = tuple(
            (place, tuple((each.component or 0, each.is_required, each.codes) for each in uses))
            for place, uses in components.items()
        )

    def flaws(self, elements: Sequence[str], component: str) -> tuple[ElementFlaw, ...]:
        """Return what is wrong, by place; nothing for nearly every segment."""
        count = len(elements)
        for place in self._required:
            if place >= count or not elements[place]:
                return tuple(self._all(elements, component))
        for place, applies in self._situational:
            if (place >= count or not elements[place]) and applies(elements):
                return tuple(self._all(elements, component))
        for place, codes in self._coded:
            if place < count and elements[place] not in codes and elements[place]:
                return tuple(self._all(elements, component))
        if self._date and not self._has_date(elements):
            return tuple(self._all(elements, component))
        if self._components:
            return tuple(self._of_components(elements, component))
        return ()

    def _all(self, elements: Sequence[str], component: str) -> Iterator[ElementFlaw]:
        count = len(elements)
        for place in self._required:
            if place >= count or not elements[place]:
                yield ElementFlaw(place, None, MISSING)
        for place, applies in self._situational:
            if (place >= count or not elements[place]) and applies(elements):
                yield ElementFlaw(place, None, MISSING)
        for place, codes in self._coded:
            if place < count and elements[place] not in codes and elements[place]:
                yield ElementFlaw(place, None, WRONG_CODE)
        if self._date and not self._has_date(elements):
            yield ElementFlaw(self._date[0], None, WRONG_DATE)
        yield from self._of_components(elements, component)

    def _has_date(self, elements: Sequence[str]) -> bool:
        at, form_at = self._date or (0, None)
        if at >= len(elements) or not elements[at]:
            return True
        return is_date(elements[form_at] if form_at else "D8", elements[at])

    def _of_components(self, elements: Sequence[str], separator: str) -> Iterator[ElementFlaw]:
        count = len(elements)
        if self._identifier == "HI" and count > _MOST_CODES + 1:
            yield ElementFlaw(_MOST_CODES + 1, None, TOO_MANY)
        for place, uses in self._components:
            if place >= count:
                return
            if not elements[place]:
                continue
            yield from self._of_composite(place, uses, elements[place].split(separator))

    def _of_composite(
        self, place: int, uses: tuple[tuple[int, bool, frozenset[str]], ...], values: list[str]
    ) -> Iterator[ElementFlaw]:
        held = len(values)
        if held > _POINTERS[2] and (self._identifier, place) == _POINTERS[:2]:
            yield ElementFlaw(place, held, TOO_MANY)
        for component, is_required, codes in uses:
            value = values[component - 1] if component <= held else ""
            if not value:
                if is_required:
                    yield ElementFlaw(place, component, MISSING)
            elif codes and value not in codes:
                yield ElementFlaw(place, component, WRONG_CODE)
            elif component == 4 and not is_date(values[2], value):  # noqa: PLR2004 - the date of a C022
                yield ElementFlaw(place, component, WRONG_DATE)
