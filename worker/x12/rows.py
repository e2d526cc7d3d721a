"""How the elements of a segment stand in the message: each row is read and written by the same description.

A row reads a segment into a part of the message, and says whether all of it found a place. It writes the segment from
the same part, and notes which members it took, so that what nobody took can be named.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias

Json: TypeAlias = dict[str, Any]  # a part of the message: any JSON
Element: TypeAlias = str | list[str]
"""An element as it is written; a list holds the components of a composite one."""
Elements: TypeAlias = list[Element]
Fate: TypeAlias = Literal["whole", "part", "none"]
"""How much of a segment found a place in the message; none of one that was said before."""


class Taken:
    """Which members of a message have been written."""

    def __init__(self) -> None:
        self._members: set[tuple[int, str]] = set()

    def get(self, holder: Json, name: str) -> str:
        """Return a member as text and note that it was taken; empty when it is absent or no text."""
        value = holder.get(name)
        self._members.add((id(holder), name))
        return value if isinstance(value, str) else "" if value is None else str(value)

    def note(self, holder: Json, name: str) -> None:
        """Note that a member was taken."""
        self._members.add((id(holder), name))

    def left_in(self, holder: Json, path: str) -> Iterator[str]:
        """Yield the paths of all members that were not taken; one path for a part of which nothing was."""
        for name, value in holder.items():
            if (id(holder), name) in self._members or value is None or value in ("", [], {}):
                continue
            yield from self._left(value, f"{path}.{name}")

    def _left(self, value: object, path: str) -> Iterator[str]:
        if self._is_untouched(value):
            yield path
        elif isinstance(value, dict):
            yield from self.left_in(value, path)
        elif isinstance(value, list):
            for place, member in enumerate(value):
                yield from self._left(member, f"{path}[{place}]")

    def _is_untouched(self, value: object) -> bool:
        if isinstance(value, dict):
            return all(
                (id(value), name) not in self._members and self._is_untouched(member) for name, member in value.items()
            )
        return all(map(self._is_untouched, value)) if isinstance(value, list) else True


class Row(Protocol):
    """A kind of segment at one place of the 837."""

    key: str
    """The identifier, with the qualifier in the first element where it tells rows apart: `CLM`, `REF*G1`."""

    def read(self, elements: Sequence[str], into: Json, component: str) -> Fate:
        """Read a segment into a part of the message."""
        ...

    def write(self, source: Json, taken: Taken) -> Iterator[Elements]:
        """Yield the segments for what stands in the message."""
        ...


class Cell(Protocol):
    """What one element, or one component, is in the message."""

    def read(self, value: str, after: str, into: Json, component: str) -> bool:
        """Put a value into the message; `after` is the element behind it. False if it has no place."""
        ...

    def write(self, source: Json, taken: Taken) -> Element:
        """Return the value in the message; empty when there is none."""
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

    def write(self, source: Json, taken: Taken) -> Element:
        """Return the value."""
        holder = find(source, self.parents)
        return "" if holder is None else taken.get(holder, self.name)

    def stands_in(self, source: Json) -> bool:
        """Whether the message has a value here."""
        holder = find(source, self.parents) if self.parents else source
        return holder is not None and self.name in holder


class Coded:
    """A qualifier that is nearly always the same: only another one stands in the message, under a name."""

    def __init__(self, usual: str, path: str) -> None:
        self.usual = usual
        self._other = Plain(path)

    def read(self, value: str, after: str, into: Json, component: str) -> bool:  # noqa: ARG002 - see Cell
        """Put a qualifier that is not the usual one into the message."""
        if value != self.usual and (value or after):
            reach(into, self._other.parents)[self._other.name] = value
        return True

    def write(self, source: Json, taken: Taken) -> Element:
        """Return the qualifier; the row leaves the usual one out where nothing follows."""
        return self._other.write(source, taken) if self._other.stands_in(source) else self.usual


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

    def write(self, source: Json, taken: Taken) -> Element:
        """Return the components."""
        return [component for each in write_cells(self._cells, source, taken) for component in flat(each)]


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

    def write(self, source: Json, taken: Taken) -> Element:
        """Return all values; what is above the most that fits is not taken."""
        holder = find(source, self._parents)
        values = texts((holder or {}).get(self.name))
        if holder is not None and len(values) <= self.most:
            taken.note(holder, self.name)
        values = values[: self.most]
        return [*values, *[""] * (self.most - len(values))]


def texts(value: object) -> list[str]:
    """The texts in a list of the message; none if it is no list."""
    return [str(each) for each in value if each not in (None, "")] if isinstance(value, list) else []


def compiled(cell: "str | Cell | None") -> Cell | None:
    """Return the cell behind its short form: a path is a plain value."""
    return Plain(cell) if isinstance(cell, str) else cell


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


def write_cells(cells: Sequence[Cell | None], source: Json, taken: Taken) -> Elements:
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


def flat(element: Element) -> list[str]:
    """Return an element as components."""
    return element if isinstance(element, list) else [element]


def has_value(elements: Sequence[Element]) -> bool:
    """Whether any of the elements holds something."""
    return any(any(element) for element in elements)


def fate(*, is_whole: bool) -> Fate:
    """Return the fate of a segment of which at least some was read."""
    return "whole" if is_whole else "part"


def reach(into: Json, parents: Sequence[str]) -> Json:
    """Return the part below a path, made where it is absent."""
    for name in parents:
        into = into.setdefault(name, {})
    return into


def find(source: Json, parents: Sequence[str]) -> Json | None:
    """Return the part below a path; none if there is none."""
    for name in parents:
        below = source.get(name)
        if not isinstance(below, dict):
            return None
        source = below
    return source


class Fields:
    """A segment whose elements are members of one part.

    Args:
        key: As in `Row`; the cells go on with the element behind it.
        cells: A path, a cell, or None for an element that the message does not hold.
        each: The list to which every such segment adds a part; without it the segment stands once.
    """

    def __init__(self, key: str, *cells: "str | Cell | None", each: str | None = None) -> None:
        self.key = key
        self._head: Elements = [*key.split("*")]
        self._start = len(self._head)
        self._cells = [compiled(cell) for cell in cells]
        self._each = None if each is None else each.split(".")
        self._first = next((cell for cell in self._cells if isinstance(cell, Plain)), None)
        # Most segments are values by name; they are read without a call for each.
        self._names = _names_alone(self._cells)

    def read(self, elements: Sequence[str], into: Json, component: str) -> Fate:
        """Read a segment; a second one where one belongs is not read over the first."""
        if self._each is not None:
            *parents, name = self._each
            part: Json = {}
            is_whole = self._read(elements[self._start :], part, component)
            reach(into, parents).setdefault(name, []).append(part)
            return fate(is_whole=is_whole)
        if self._first is not None and self._first.stands_in(into):
            return "none"
        return "whole" if self._read(elements[self._start :], into, component) else "part"

    def _read(self, values: Sequence[str], into: Json, component: str) -> bool:
        if self._names is None:
            return read_cells(self._cells, values, into, component)
        parents, names = self._names
        holder = reach(into, parents) if parents and any(values) else into
        is_whole = True
        for name, value in zip(names, values, strict=False):
            if value:
                if name is None:
                    is_whole = False
                else:
                    holder[name] = value
        return is_whole and (len(values) <= len(names) or not any(values[len(names) :]))

    def write(self, source: Json, taken: Taken) -> Iterator[Elements]:
        """Yield the segment, or one for each part of the list; nothing without a value."""
        for part in self._parts(source):
            written = write_cells(self._cells, part, taken)
            if has_value(written):
                yield [*self._head, *written]

    def _parts(self, source: Json) -> list[Json]:
        if self._each is None:
            return [source]
        *parents, name = self._each
        return parts((find(source, parents) or {}).get(name))


def _names_alone(cells: Sequence[Cell | None]) -> tuple[Sequence[str], list[str | None]] | None:
    """The names of cells that are all plain values of one part, with the path to it; none if some are not."""
    plain = [cell for cell in cells if isinstance(cell, Plain)]
    if len(plain) != len([cell for cell in cells if cell is not None]) or len({cell.parents for cell in plain}) != 1:
        return None
    return plain[0].parents, [cell.name if isinstance(cell, Plain) else None for cell in cells]


def parts(value: object) -> list[Json]:
    """The parts in a list of the message; none if it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


class Texts:
    """A segment that may stand several times, with one value each: a list of texts."""

    def __init__(self, key: str, path: str) -> None:
        self.key = key
        self._head: Elements = [*key.split("*")]
        *self._parents, self._name = path.split(".")

    def read(self, elements: Sequence[str], into: Json, component: str) -> Fate:  # noqa: ARG002 - see Row
        """Add the value."""
        place = len(self._head)
        if len(elements) > place and elements[place]:
            reach(into, self._parents).setdefault(self._name, []).append(elements[place])
        return fate(is_whole=not any(elements[place + 1 :]))

    def write(self, source: Json, taken: Taken) -> Iterator[Elements]:
        """Yield one segment a value."""
        holder = find(source, self._parents)
        if holder is not None:
            taken.note(holder, self._name)
            for value in texts(holder.get(self._name)):
                yield [*self._head, value]


_PERSON: Final = ("lastName", "firstName", "middleName", "suffix")


class Name:
    """An NM1: a person or an organization with an identifier."""

    def __init__(  # noqa: PLR0913 - the names that the convention has for one thing
        self,
        entity: str,
        identifier: str | None = None,
        usual: str | None = "XX",
        *,
        is_person: bool = False,
        person: tuple[str, str, str, str] = _PERSON,
        organization: str = "organizationName",
        qualifier: str = "identificationCodeQualifier",
        kind: str = "entityTypeQualifier",
    ) -> None:
        """`is_person` says what stands in NM102 where the message gives no name.

        Without a usual qualifier the message always says which one it is, and NM102 as well.
        """
        self.key = f"NM1*{entity}"
        self._entity = entity
        self._usual = "1" if is_person else "2"
        self._person, self._organization, self._kind = person, organization, kind
        self._is_explicit = usual is None
        code = Plain(qualifier) if usual is None else Coded(usual, qualifier)
        self._tail: list[Cell | None] = [] if identifier is None else [code, Plain(identifier)]

    def read(self, elements: Sequence[str], into: Json, component: str) -> Fate:
        """Read names and identifier."""
        kind, name, *others = [*elements[2:], *[""] * 6][:6]
        last, first, middle, suffix = self._person
        if any(into.get(each) for each in (self._organization, last, first)):
            return "none"
        if name:
            into[self._organization if kind == "2" else last] = name
        for member, value in ((first, others[0]), (middle, others[1]), (suffix, others[3])):
            if value:
                into[member] = value
        if self._is_explicit or kind != self._derived(into):
            into[self._kind] = kind
        return fate(is_whole=read_cells(self._tail, elements[8:], into, component) and not others[2])

    def _derived(self, source: Json) -> str:
        if source.get(self._organization):
            return "2"
        return "1" if any(source.get(name) for name in self._person) else self._usual

    def write(self, source: Json, taken: Taken) -> Iterator[Elements]:
        """Yield the segment; always, because it opens a loop."""
        kind = taken.get(source, self._kind) or self._derived(source)
        last, first, middle, suffix = self._person
        names = [taken.get(source, name) for name in (first, middle, suffix)]
        name = taken.get(source, self._organization if kind == "2" else last)
        yield [
            *("NM1", self._entity, kind, name, names[0], names[1], "", names[2]),
            *write_cells(self._tail, source, taken),
        ]


_FORM_OF_LENGTH: Final = {4: "TM", 8: "D8", 12: "DT"}


class Dates:
    """A DTP: a day, a moment, or a period where the row has a name for its end."""

    def __init__(self, qualifier: str, begin: str, end: str | None = None) -> None:
        self.key = f"DTP*{qualifier}"
        self._qualifier = qualifier
        self._begin = Plain(begin)
        self._end = None if end is None else Plain(end)

    def read(self, elements: Sequence[str], into: Json, component: str) -> Fate:
        """Read the date; a period without two dates is no period."""
        form, value = [*elements[2:4], "", ""][:2]
        if self._begin.stands_in(into):
            return "none"
        begin, dash, end = value.partition("-")
        is_period = form == "RD8" and bool(dash) and self._end is not None
        if is_period and self._end is not None:
            self._end.read(end, "", into, component)
        self._begin.read(begin if is_period else value, "", into, component)
        return fate(is_whole=(is_period or form == _form(value)) and not any(elements[4:]))

    def write(self, source: Json, taken: Taken) -> Iterator[Elements]:
        """Yield the segment if there is a date."""
        begin = self._begin.write(source, taken)
        end = self._end.write(source, taken) if self._end else ""
        if begin and end:
            yield ["DTP", self._qualifier, "RD8", f"{begin}-{end}"]
        elif begin:
            yield ["DTP", self._qualifier, _form(str(begin)), begin]


def _form(value: str) -> str:
    return _FORM_OF_LENGTH.get(len(value), "D8")


_MEANS: Final = {"TE": "phoneNumber", "EX": "phoneExtension", "FX": "faxNumber", "EM": "email"}
_MEANS_BY_NAME: Final = {name: code for code, name in _MEANS.items()}


class Contact:
    """A PER: whom to ask, and up to three ways to reach them."""

    key = "PER*IC"

    def __init__(self, path: str = "", *, name: str = "name") -> None:
        self._parents = path.split(".") if path else []
        self._name = name

    def read(self, elements: Sequence[str], into: Json, component: str) -> Fate:  # noqa: ARG002 - see Row
        """Read the contact; a second one of the same party has no place."""
        holder = reach(into, self._parents)
        if any(name in holder for name in (self._name, *_MEANS.values())):
            return "none"
        if len(elements) > 2 and elements[2]:  # noqa: PLR2004 - PER02
            holder[self._name] = elements[2]
        is_whole = True
        for code, value in zip(elements[3::2], elements[4::2], strict=False):
            name = _MEANS.get(code)
            if name and name not in holder:
                holder[name] = value
            else:
                is_whole = is_whole and not code
        return fate(is_whole=is_whole)

    def write(self, source: Json, taken: Taken) -> Iterator[Elements]:
        """Yield the segment with the ways in the order in which the message has them."""
        holder = find(source, self._parents)
        if not holder:
            return
        written: Elements = ["PER", "IC", taken.get(holder, self._name)]
        for name in holder:
            if name in _MEANS_BY_NAME and holder[name]:
                written += [_MEANS_BY_NAME[name], taken.get(holder, name)]
        if has_value(written[2:]):
            yield written


class Adjustments:
    """A CAS: a group of reasons, each with its amount and quantity."""

    key = "CAS"

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self, elements: Sequence[str], into: Json, component: str) -> Fate:  # noqa: ARG002 - see Row
        """Add the group."""
        values = [*elements[1:]]
        details = []
        for start in range(1, len(values), 3):
            reason, amount, quantity = [*values[start : start + 3], "", ""][:3]
            detail = {"adjustmentReasonCode": reason, "adjustmentAmount": amount, "adjustmentQuantity": quantity}
            if any(detail.values()):
                details.append({name: value for name, value in detail.items() if value})
        group = {"adjustmentGroupCode": values[0] if values else "", "adjustmentDetails": details}
        into.setdefault(self._path, []).append(group)
        return "whole"

    def write(self, source: Json, taken: Taken) -> Iterator[Elements]:
        """Yield one segment a group; it has room for six reasons."""
        for group in parts(source.get(self._path)):
            details = parts(group.get("adjustmentDetails"))
            names = ("adjustmentReasonCode", "adjustmentAmount", "adjustmentQuantity")
            written = [taken.get(detail, name) for detail in details[:6] for name in names]
            yield ["CAS", taken.get(group, "adjustmentGroupCode"), *written]
