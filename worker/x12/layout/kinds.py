"""The kinds of segments: fields by name, texts, names of parties, dates, contacts and adjustments."""

from collections.abc import Iterator, Sequence
from typing import Final

from worker.x12.layout.rows import (
    Cell,
    Coded,
    Elements,
    Extent,
    Flag,
    Json,
    Member,
    Parts,
    Plain,
    WrittenMembers,
    compiled,
    extent,
    find,
    has_value,
    members_of_cells,
    parts,
    reach,
    read_cells,
    texts,
    write_cells,
)


class Fields:
    """A segment whose elements are members of one part.

    Args:
        key: As in `Row`; the cells go on with the element behind it.
        cells: A path, a cell, or None for an element that the message does not hold.
        each: The list to which every such segment adds a part; without it the segment occurs once.
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

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:
        """Read a segment; a second one where one belongs is not read over the first."""
        if self._each is not None:
            *parents, name = self._each
            part: Json = {}
            is_whole = self._read(elements[self._start :], part, component)
            reach(into, parents).setdefault(name, []).append(part)
            return extent(is_whole=is_whole)
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

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield the segment, or one for each part of the list; nothing without a value."""
        for part in self._parts(source):
            written = write_cells(self._cells, part, taken)
            if has_value(written):
                yield [*self._head, *written]

    def members(self) -> Iterator[Member]:
        """Yield the members of all cells, in each part of the list where there is one."""
        for member in members_of_cells(self._cells):
            yield (*(self._each or ()), *member)

    def _parts(self, source: Json) -> list[Json]:
        if self._each is None:
            return [source]
        *parents, name = self._each
        return parts((find(source, parents) or {}).get(name))


def _names_alone(cells: Sequence[Cell | None]) -> tuple[Sequence[str], list[str | None]] | None:
    """The names of cells that are all plain values of one part, with the path to it; None when some are not."""
    plain = [cell for cell in cells if isinstance(cell, Plain)]
    if len(plain) != len([cell for cell in cells if cell is not None]) or len({cell.parents for cell in plain}) != 1:
        return None
    return plain[0].parents, [cell.name if isinstance(cell, Plain) else None for cell in cells]


class Texts:
    """A segment that may occur several times, with one value each: a list of texts, or a text for a single one."""

    def __init__(self, key: str, path: str) -> None:
        self.key = key
        self._head: Elements = [*key.split("*")]
        *self._parents, self._name = path.split(".")

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:  # noqa: ARG002 - see Row
        """Add the value."""
        place = len(self._head)
        if len(elements) > place and elements[place]:
            reach(into, self._parents).setdefault(self._name, []).append(elements[place])
        return extent(is_whole=not any(elements[place + 1 :]))

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield one segment for each value."""
        holder = find(source, self._parents)
        if holder is None:
            return
        value = holder.get(self._name)
        if (values := texts([value] if isinstance(value, str) else value)) is None:
            return
        taken.note(holder, self._name)
        for each in values:
            yield [*self._head, each]

    def members(self) -> Iterator[Member]:
        """Yield the member that holds the list."""
        yield (*self._parents, self._name)


class Numbers:
    """The REFs of a provider: some by name, all others in a list with their qualifiers.

    Args:
        names: The member of each qualifier.
        path: The list. What has a payer in REF04 is in it too.
    """

    key = "REF"

    def __init__(
        self, names: dict[str, str], path: str = "secondaryIdentifier", qualifiers: frozenset[str] | None = None
    ) -> None:
        """`qualifiers` are those that may be written; None for any."""
        self._names = names
        self._path = path
        self._qualifiers = qualifiers
        self._cells = [
            Plain("qualifier"),
            Plain("identifier"),
            None,
            Parts(Coded("2U", "otherQualifier"), "otherIdentifier"),
        ]

    def within(self, qualifiers: frozenset[str]) -> "Numbers":
        """Return the row for a loop in which the guide has these qualifiers."""
        names = {qualifier: name for qualifier, name in self._names.items() if qualifier in qualifiers}
        return Numbers(names, self._path, qualifiers)

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:
        """Read a number into its member, or into the list."""
        name = self._names.get(elements[1]) if len(elements) == _PLAIN_NUMBER else None
        # Of several with one qualifier the list keeps the order, so a second one never goes before it.
        others = into.get(self._path, ())
        if name is not None and name not in into and all(each.get("qualifier") != elements[1] for each in others):
            into[name] = elements[2]
            return "whole"
        part: Json = {}
        is_whole = read_cells(self._cells, elements[1:], part, component)
        into.setdefault(self._path, []).append(part)
        return extent(is_whole=is_whole)

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield one segment for each number."""
        for qualifier, name in self._names.items():
            if value := taken.get(source, name):
                yield ["REF", qualifier, value]
        for part in parts(source.get(self._path)):
            if self._qualifiers is not None and part.get("qualifier") not in self._qualifiers:
                continue
            written = write_cells(self._cells, part, taken)
            if has_value(written):
                yield ["REF", *written]

    def members(self) -> Iterator[Member]:
        """Yield the members by name, and those of the list."""
        yield from ((name,) for name in self._names.values())
        yield from ((self._path, *member) for member in members_of_cells(self._cells))


_PLAIN_NUMBER: Final = 3
"""The length of a REF that ends with its number."""


class Indicator:
    """A CRC that says yes or no to one condition: true or false, or the code itself.

    Args:
        category: CRC01.
        path: The member.
        condition: CRC03.
    """

    def __init__(self, category: str, path: str, condition: str) -> None:
        self.key = f"CRC*{category}"
        self._category, self._condition = category, condition
        self._path = path
        self._cell = Flag(path)

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:  # noqa: ARG002 - see Row
        """Read the answer."""
        answer = elements[2] if len(elements) > 2 else ""  # noqa: PLR2004 - CRC02
        if self._path in into or answer not in ("Y", "N") or list(elements[3:]) != [self._condition]:
            return "none"
        into[self._path] = answer == "Y"
        return "whole"

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield the segment if there is an answer."""
        if answer := self._cell.write(source, taken):
            yield ["CRC", self._category, answer, self._condition]

    def members(self) -> Iterator[Member]:
        """Yield the member that holds the answer."""
        yield (self._path,)


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
        """`is_person` says what is in NM102 where the message gives no name.

        Without a usual qualifier the message always says which one it is, and NM102 as well.
        """
        self.key = f"NM1*{entity}"
        self._entity = entity
        self._usual = "1" if is_person else "2"
        self._person, self._organization, self._kind = person, organization, kind
        self._is_explicit = usual is None
        code = Plain(qualifier) if usual is None else Coded(usual, qualifier)
        self._tail: list[Cell | None] = [] if identifier is None else [code, Plain(identifier)]

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:
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
        return extent(is_whole=read_cells(self._tail, elements[8:], into, component) and not others[2])

    def _derived(self, source: Json) -> str:
        if self._organization not in self._person and source.get(self._organization):
            return "2"
        return "1" if any(source.get(name) for name in self._person) else self._usual

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield the segment; always, because it opens a loop."""
        kind = taken.get(source, self._kind) or self._derived(source)
        last, first, middle, suffix = self._person
        names = [taken.get(source, name) for name in (first, middle, suffix)]
        name = taken.get(source, self._organization if kind == "2" else last)
        yield [
            *("NM1", self._entity, kind, name, names[0], names[1], "", names[2]),
            *write_cells(self._tail, source, taken),
        ]

    def members(self) -> Iterator[Member]:
        """Yield the names of a person and of an organization, what distinguishes them, and the identifier."""
        for name in (*self._person, self._organization, self._kind):
            yield (name,)
        yield from members_of_cells(self._tail)


_FORM_OF_LENGTH: Final = {4: "TM", 8: "D8", 12: "DT"}


class Dates:
    """A DTP: a day, a moment, or a period where the row has a name for its end."""

    def __init__(self, qualifier: str, begin: str, end: str | None = None) -> None:
        self.key = f"DTP*{qualifier}"
        self._qualifier = qualifier
        self._begin = Plain(begin)
        self._end = None if end is None else Plain(end)

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:
        """Read the date; a period without two dates is not a period."""
        form, value = [*elements[2:4], "", ""][:2]
        if self._begin.stands_in(into):
            return "none"
        begin, dash, end = value.partition("-")
        is_period = form == "RD8" and bool(dash) and self._end is not None
        if is_period and self._end is not None:
            self._end.read(end, "", into, component)
        self._begin.read(begin if is_period else value, "", into, component)
        return extent(is_whole=(is_period or form == _form(value)) and not any(elements[4:]))

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield the segment if there is a date."""
        begin = self._begin.write(source, taken)
        # An end without a beginning has no place, and is left for others to name.
        end = self._end.write(source, taken) if self._end and begin else ""
        if begin and end:
            yield ["DTP", self._qualifier, "RD8", f"{begin}-{end}"]
        elif begin:
            yield ["DTP", self._qualifier, _form(str(begin)), begin]

    def members(self) -> Iterator[Member]:
        """Yield the date, and the end of the period where the row has a name for it."""
        return members_of_cells((self._begin, self._end))


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

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:  # noqa: ARG002 - see Row
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
        return extent(is_whole=is_whole)

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
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

    def members(self) -> Iterator[Member]:
        """Yield the name and every way to reach the contact."""
        for name in (self._name, *_MEANS.values()):
            yield (*self._parents, name)


_ADJUSTED: Final = ("adjustmentReasonCode", "adjustmentAmount", "adjustmentQuantity")


class Adjustments:
    """A CAS: a group of reasons, each with its amount and quantity."""

    key = "CAS"

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:  # noqa: ARG002 - see Row
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

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield one segment a group; it has room for six reasons."""
        for group in parts(source.get(self._path)):
            details = parts(group.get("adjustmentDetails"))
            written = [taken.get(detail, name) for detail in details[:6] for name in _ADJUSTED]
            yield ["CAS", taken.get(group, "adjustmentGroupCode"), *written]

    def members(self) -> Iterator[Member]:
        """Yield the group and what each of its reasons has."""
        yield (self._path, "adjustmentGroupCode")
        for name in _ADJUSTED:
            yield (self._path, "adjustmentDetails", name)
