"""How the elements of a segment appear in the message: each row is read and written by the same description.

A row reads a segment into a part of the message, and says whether all of it found a place. It writes the segment from
the same part, and notes which members it took, so that what nobody took can be named.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, Literal, Protocol, TypeAlias

from schemas.values import WrittenNumber

Json: TypeAlias = dict[str, Any]  # a part of the message: any JSON
ElementValue: TypeAlias = str | list[str]
"""An element as it is written; a list holds the components of a composite one."""
Elements: TypeAlias = list[ElementValue]
Extent: TypeAlias = Literal["whole", "part", "none"]
"""How much of a segment found a place in the message; none of one that was said before."""
Member: TypeAlias = tuple[str, ...]
"""The names that lead to a member of the message, from the part that it is counted from."""


_MOST_DIGITS: Final = 18
"""X12.6 allows a number no more digits (data element types N and R)."""


def text_of_value(value: object) -> str | None:
    """Return a value of the message as X12 text; None for one that is neither a text nor a number.

    A number with an exponent, which X12 has for no amount, is written in plain digits.
    """
    if type(value) is str:
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    text = str(value)
    if isinstance(value, str) and not (isinstance(value, WrittenNumber) and "e" in text.lower()):
        return text
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) >= _MOST_DIGITS:
        return None
    plain = f"{number:f}"
    return plain if sum(map(str.isdigit, plain)) <= _MOST_DIGITS else None


class WrittenMembers:
    """Which members of a message have been written."""

    def __init__(self) -> None:
        self._members: set[tuple[int, str]] = set()

    def get(self, holder: Json, name: str) -> str:
        """Return a member as text and note that it was taken; one that is neither text nor number is not."""
        value = holder.get(name)
        text = "" if value is None else text_of_value(value)
        if text is None:
            return ""
        self._members.add((id(holder), name))
        return text

    def note(self, holder: Json, name: str) -> None:
        """Note that a member was taken."""
        self._members.add((id(holder), name))

    def left_in(self, holder: Json, path: str, is_part: Callable[[str], bool]) -> Iterator[str]:
        """Yield the paths of all members that were not taken; one path for a part of which nothing was.

        Of what `is_part` knows as a part of the message, each member is named.
        """
        for name, value in holder.items():
            if (id(holder), name) in self._members or _is_blank(value):
                continue
            yield from self._left(value, f"{path}.{name}", is_part)

    def _left(self, value: object, path: str, is_part: Callable[[str], bool]) -> Iterator[str]:
        if self._is_untouched(value) and not (isinstance(value, (dict, list)) and is_part(path)):
            yield path
        elif isinstance(value, dict):
            yield from self.left_in(value, path, is_part)
        elif isinstance(value, list):
            for place, member in enumerate(value):
                if not _is_blank(member):
                    yield from self._left(member, f"{path}[{place}]", is_part)

    def _is_untouched(self, value: object) -> bool:
        if isinstance(value, dict):
            return all(
                (id(value), name) not in self._members and self._is_untouched(member) for name, member in value.items()
            )
        return all(map(self._is_untouched, value)) if isinstance(value, list) else True


def _is_blank(value: object) -> bool:
    """Whether a value, with all that is in it, says nothing."""
    if isinstance(value, dict):
        return all(map(_is_blank, value.values()))
    return all(map(_is_blank, value)) if isinstance(value, list) else value is None or value == ""


class Row(Protocol):
    """A kind of segment at one place of the 837."""

    key: str
    """The identifier, with the qualifier in the first element where it distinguishes rows: `CLM`, `REF*G1`."""

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:
        """Read a segment into a part of the message."""
        ...

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield the segments for what is in the message."""
        ...

    def members(self) -> Iterator[Member]:
        """Yield every member that the row has a place for."""
        ...


class Cell(Protocol):
    """One element, or one component, as it is in the message."""

    def read(self, value: str, after: str, into: Json, component: str) -> bool:
        """Put a value into the message; `after` is the element behind it. False if it has no place."""
        ...

    def write(self, source: Json, taken: WrittenMembers) -> ElementValue:
        """Return the value in the message; empty when there is none."""
        ...

    def members(self) -> Iterator[Member]:
        """Yield every member that the cell has a place for."""
        ...


class Plain:
    """A value under its name; `a.b` is the member b of the member a."""

    def __init__(self, path: str) -> None:
        *parents, self.name = path.split(".")
        self.parents = tuple(parents)

    def read(self, value: str, after: str, into: Json, component: str) -> bool:  # noqa: ARG002 - see Cell
        """Put the value under its name."""
        if value:
            reach(into, self.parents)[self.name] = value
        return True

    def write(self, source: Json, taken: WrittenMembers) -> ElementValue:
        """Return the value."""
        holder = find(source, self.parents)
        return "" if holder is None else taken.get(holder, self.name)

    def members(self) -> Iterator[Member]:
        """Yield the member that holds the value."""
        yield (*self.parents, self.name)

    def stands_in(self, source: Json) -> bool:
        """Whether the message has a value here."""
        holder = find(source, self.parents) if self.parents else source
        return holder is not None and self.name in holder


class Flag(Plain):
    """A code that the message may also say with a boolean: `yes` is true; `no` is false, None when it means nothing."""

    def __init__(self, path: str, yes: str = "Y", no: str | None = "N") -> None:
        super().__init__(path)
        self._codes = {True: yes, False: no}

    def write(self, source: Json, taken: WrittenMembers) -> ElementValue:
        """Return the code."""
        holder = find(source, self.parents)
        value = None if holder is None else holder.get(self.name)
        if holder is None or not isinstance(value, bool):
            return super().write(source, taken)
        taken.note(holder, self.name)
        return self._codes[value] or ""


class Coded:
    """A qualifier that is nearly always the same: only another one is in the message, under a name."""

    def __init__(self, usual: str, path: str) -> None:
        self.usual = usual
        self._other = Plain(path)

    def read(self, value: str, after: str, into: Json, component: str) -> bool:  # noqa: ARG002 - see Cell
        """Put a qualifier that is not the usual one into the message."""
        if value != self.usual and (value or after):
            reach(into, self._other.parents)[self._other.name] = value
        return True

    def write(self, source: Json, taken: WrittenMembers) -> ElementValue:
        """Return the qualifier; the row leaves the usual one out where nothing follows."""
        return self._other.write(source, taken) if self._other.stands_in(source) else self.usual

    def members(self) -> Iterator[Member]:
        """Yield the member for a qualifier that is not the usual one."""
        return self._other.members()


class Parts:
    """A composite element."""

    def __init__(self, *cells: "str | Coded | Many | None") -> None:
        self._cells = [compiled(cell) for cell in cells]

    def read(self, value: str, after: str, into: Json, component: str) -> bool:  # noqa: ARG002 - see Cell
        """Read the components in order."""
        if not value:
            return True
        values = value.split(component)
        return read_cells(self._cells, values, into, component)

    def write(self, source: Json, taken: WrittenMembers) -> ElementValue:
        """Return the components."""
        return [component for each in write_cells(self._cells, source, taken) for component in flat(each)]

    def members(self) -> Iterator[Member]:
        """Yield the members of all components."""
        return members_of_cells(self._cells)


class Many:
    """A list of values in consecutive elements or components."""

    def __init__(self, path: str, most: int) -> None:
        *self._parents, self.name = path.split(".")
        self.most = most

    def read(self, value: str, after: str, into: Json, component: str) -> bool:  # noqa: ARG002 - see Cell
        """Add one value."""
        if value:
            reach(into, self._parents).setdefault(self.name, []).append(value)
        return True

    def write(self, source: Json, taken: WrittenMembers) -> ElementValue:
        """Return all values; a list is not taken that is longer than what fits, or that holds other than texts."""
        holder = find(source, self._parents)
        values = texts((holder or {}).get(self.name))
        if holder is None or values is None or len(values) > self.most:
            return [""] * self.most
        taken.note(holder, self.name)
        return [*values, *[""] * (self.most - len(values))]

    def members(self) -> Iterator[Member]:
        """Yield the member that holds the list."""
        yield (*self._parents, self.name)


class OneOf:
    """One of a list of values whose elements are not side by side."""

    def __init__(self, path: str, place: int, most: int) -> None:
        """`place` is which one it is, counted from 0, of the most that there can be."""
        self._all = Many(path, most)
        self._place = place

    def read(self, value: str, after: str, into: Json, component: str) -> bool:
        """Add a value."""
        return self._all.read(value, after, into, component)

    def write(self, source: Json, taken: WrittenMembers) -> ElementValue:
        """Return the value at the place."""
        return flat(self._all.write(source, taken))[self._place]

    def members(self) -> Iterator[Member]:
        """Yield the member that holds the list."""
        return self._all.members()


def texts(value: object) -> list[str] | None:
    """Return the texts in a list of the message; None when it is not a list, or holds other than texts and numbers."""
    if value is None:
        return []
    if not isinstance(value, list):
        return None
    found = [text_of_value(each) for each in value if each is not None]
    return None if None in found else [each for each in found if each]


def compiled(cell: "str | Cell | None") -> Cell | None:
    """Return the cell behind its short form: a path is a plain value."""
    return Plain(cell) if isinstance(cell, str) else cell


def members_of_cells(cells: Sequence[Cell | None]) -> Iterator[Member]:
    """Yield every member that some cells have a place for."""
    for cell in cells:
        if cell is not None:
            yield from cell.members()


def read_cells(cells: Sequence[Cell | None], values: Sequence[str], into: Json, component: str) -> bool:
    """Read consecutive elements; false if one of them has no place."""
    last = len(values) - 1
    place, is_whole = 0, True
    for cell in cells:
        if place > last:
            return is_whole
        if cell is None:
            is_whole = is_whole and not values[place]
        elif type(cell) is Many:
            for value in values[place : place + cell.most]:
                cell.read(value, "", into, component)
            place += cell.most - 1
        else:
            after = values[place + 1] if place < last else ""
            is_whole = cell.read(values[place], after, into, component) and is_whole
        place += 1
    return is_whole and not any(values[place:])


def write_cells(cells: Sequence[Cell | None], source: Json, taken: WrittenMembers) -> Elements:
    """Return consecutive elements; a usual qualifier with nothing behind it is left out."""
    written: Elements = []
    for cell in cells:
        if cell is None:
            written.append("")
        elif type(cell) is Many:
            written += flat(cell.write(source, taken))
        else:
            written.append(cell.write(source, taken))
    for place, cell in enumerate(cells[: len(written)]):
        if type(cell) is Coded and written[place] == cell.usual and not has_value(written[place + 1 : place + 2]):
            written[place] = ""
    return written


def flat(element: ElementValue) -> list[str]:
    """Return an element as components."""
    return element if isinstance(element, list) else [element]


def has_value(elements: Sequence[ElementValue]) -> bool:
    """Whether any of the elements holds something."""
    return any(any(element) for element in elements)


def extent(*, is_whole: bool) -> Extent:
    """Return the extent of a segment of which at least some was read."""
    return "whole" if is_whole else "part"


def reach(into: Json, parents: Sequence[str]) -> Json:
    """Return the part below a path, made where it is absent."""
    for name in parents:
        into = into.setdefault(name, {})
    return into


def find(source: Json, parents: Sequence[str]) -> Json | None:
    """Return the part below a path; None when there is none."""
    for name in parents:
        below = source.get(name)
        if not isinstance(below, dict):
            return None
        source = below
    return source


def parts(value: object) -> list[Json]:
    """The parts in a list of the message; none when it is not a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
