"""HI segments: codes with their qualifiers, up to twelve a segment."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from worker.x12.layout.rows import Elements, Extent, Json, Member, WrittenMembers, extent, find, parts, reach, texts

_MOST: Final = 12

Shape = Literal["one", "list", "groups", "texts", "text groups", "code groups"]
"""How the codes are held: one part; a list of parts; a list of such lists, one a segment; texts; a list of lists of
texts; a list of parts that hold a list of texts."""


class HiCodes:
    """The HI segments of a kind: C022 composites as parts of the message.

    Args:
        qualifiers: The codes of C022-01, the first of which is written where the message names none.
        path: Where they are.
        shape: How they are held there.
        members: The names of the components by place, counted from 1; a date is in the fourth.
        period: The names of both ends, where the fourth holds two dates.
    """

    def __init__(
        self,
        qualifiers: Sequence[str],
        path: str,
        shape: Shape,
        members: dict[int, str],
        period: tuple[str, str] | None = None,
    ) -> None:
        self.qualifiers = tuple(qualifiers)
        self.key = f"HI*{qualifiers[0]}"
        *self._parents, self._name = path.split(".")
        self._shape = shape
        self._members = members
        self._period = period

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:
        """Read all composites of a segment."""
        read = [self._part(each.split(component)) for each in elements[1:] if each]
        found: list[Any] = [part for part, _ in read]
        is_whole = all(whole for _, whole in read)
        holder = reach(into, self._parents)
        if not found:
            return "none"
        if self._shape == "one":
            if self._name in holder:
                return "none"
            holder[self._name] = found[0]
            return extent(is_whole=is_whole and len(found) == 1)
        if "text" in self._shape or self._shape == "code groups":
            found = [part["code"] for part in found if "code" in part]
        into_list = holder.setdefault(self._name, [])
        match self._shape:
            case "groups" | "text groups":
                into_list.append(found)
            case "code groups":
                into_list.append({"conditionCodes": found})
            case _:
                into_list.extend(found)
        return extent(is_whole=is_whole)

    def _part(self, components: list[str]) -> tuple[Json, bool]:
        part: Json = {}
        is_whole = components[0] in self.qualifiers
        for place, value in enumerate(components, 1):
            if not value:
                continue
            name = self._members.get(place)
            if place == 4 and self._period:  # noqa: PLR2004 - C022-04
                part[self._period[0]], _, part[self._period[1]] = value.partition("-")
            elif name:
                part[name] = value
            elif place != 1 and (place, value) not in ((3, "D8"), (3, "RD8")):
                is_whole = False
        return part, is_whole

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield the segments."""
        holder = find(source, self._parents)
        value = (holder or {}).get(self._name)
        if holder is None or not isinstance(value, dict if self._shape == "one" else list):
            return
        groups = self._groups(value)
        if groups is None:
            return
        if "text" in self._shape:
            taken.note(holder, self._name)
        for group in groups:
            # Both guides have one segment of a list of parts: a code too many is in it, for an edit to report.
            most = len(group) if self._shape == "list" else _MOST
            for start in range(0, len(group), most):
                yield ["HI", *(self._written(*each, taken) for each in self._qualified(group[start : start + most]))]
        if self._shape == "code groups":
            for each in parts(value):
                taken.note(each, "conditionCodes")

    def members(self) -> Iterator[Member]:
        """Yield what each code has; the list itself where it holds texts."""
        around = (*self._parents, self._name)
        match self._shape:
            case "texts" | "text groups":
                yield around
            case "code groups":
                yield (*around, "conditionCodes")
            case _:
                for name in (*self._members.values(), *(self._period or ())):
                    yield (*around, name)

    def _groups(self, value: Any) -> list[list[Any]] | None:  # any JSON
        """The codes of each segment; None for a value of another shape. One flat list is one group."""
        found: list[list[Any] | None]
        match self._shape:
            case "one":
                found = [[value]] if isinstance(value, dict) else []
            case "list":
                found = [parts(value)]
            case "texts":
                found = [texts(value)]
            case "code groups":
                found = [texts(each.get("conditionCodes")) for each in parts(value)]
            case "text groups":
                found = [texts(each) for each in _grouped(value)]
            case "groups":
                found = [parts(each) for each in _grouped(value)]
        groups = [group for group in found if group is not None]
        return [group for group in groups if group] if len(groups) == len(found) else None

    def _qualified(self, group: list[Any]) -> Iterator[tuple[Any, str]]:
        """Yield each code with its usual qualifier; of a list of texts the first one is the principal code."""
        for place, each in enumerate(group):
            yield each, self.qualifiers[-1 if place and self._shape == "texts" else 0]

    def _written(self, entry: Json | str, usual: str, taken: WrittenMembers) -> list[str]:
        part = {"code": entry} if isinstance(entry, str) else entry
        components = [""] * max(*self._members, 4 if self._period else 1)
        for place, name in self._members.items():
            components[place - 1] = taken.get(part, name)
        components[0] = components[0] or usual
        if self._period:
            begin, end = (taken.get(part, name) for name in self._period)
            components[2:4] = ["RD8", f"{begin}-{end}"]
        elif components[3:4] and components[3]:
            components[2] = "D8"
        while components and not components[-1]:
            components.pop()
        return components


def _grouped(value: Any) -> list[Any]:  # any JSON
    """Return a list of lists; the members of a flat list are one of these."""
    if not isinstance(value, list):
        return []
    return value if all(isinstance(each, list) for each in value) else [value]
