"""Reads the elements of a resource by name and type, and knows in the end which of them nobody read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

from schemas.values import WrittenNumber, is_in_range
from worker.errors import ClaimscrubError

Json: TypeAlias = dict[str, Any]  # a part of a document: any JSON

_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(T.*)?", re.ASCII)
_NO_CONTENT: Final = frozenset(
    {"resourceType", "id", "meta", "language", "display", "userSelected", "version", "created"}
)
"""Elements that say nothing which a claim could: of the record itself, or the same in words for people."""
_USUAL: Final = (("status", "active"), ("active", True))


class ResourceError(ClaimscrubError):
    """A resource cannot be read; the message says where and why, in element names and never in values."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class ResourceReading:
    """The elements that were read of the resources of one claim.

    `as_of` is the day of the claim, YYYY-MM-DD, on which names, addresses and numbers have to be current; empty when
    the claim does not say it.
    """

    as_of: str = ""
    taken: set[tuple[int, str]] = field(default_factory=set)
    roots: "dict[int, FhirElement]" = field(default_factory=dict)

    def root(self, value: Json, path: str) -> "FhirElement":
        """Return a resource, whose elements count from now on among those that ought to be read.

        Raises `ResourceError` where it holds a modifier extension: it changes the meaning of what holds it, so
        that a reader who does not know it must not go on (FHIR R4, 2.4.2).
        """
        known = self.roots.get(id(value))
        if known is None:
            known = self.roots[id(value)] = FhirElement(value, path, self)
            if _holds_modifier(value):
                raise ResourceError(
                    path, "it holds a modifierExtension, which changes its meaning and is not known here."
                )
        return known

    def unread(self) -> Iterator[str]:
        """Yield the paths of what nobody read; one path for an element of which nothing was."""
        for root in self.roots.values():
            yield from self._unread(root.value, root.path)

    def _unread(self, value: Json, path: str) -> Iterator[str]:
        for name, member in value.items():
            if name in _NO_CONTENT or (id(value), name) in self.taken or id(member) in self.roots:
                continue
            # A narrative, or what a coding says in words.
            if name == "text" and (isinstance(member, dict) or "coding" in value):
                continue
            if (name, member) in _USUAL or member in (None, [], {}):
                continue
            if self._is_untouched(member):
                yield f"{path}.{name}"
            elif isinstance(member, dict):
                yield from self._unread(member, f"{path}.{name}")
            else:
                yield from self._unread_entries(member, f"{path}.{name}")

    def _unread_entries(self, entries: list[Any], path: str) -> Iterator[str]:
        for place, entry in enumerate(entries):
            if id(entry) in self.roots:
                continue
            if self._is_untouched(entry):
                yield f"{path}[{place}]"
            elif isinstance(entry, dict):
                yield from self._unread(entry, f"{path}[{place}]")

    def _is_untouched(self, value: object) -> bool:
        if isinstance(value, dict):
            return id(value) not in self.roots and all(
                (id(value), name) not in self.taken and self._is_untouched(member) for name, member in value.items()
            )
        return all(map(self._is_untouched, value)) if isinstance(value, list) else True


@dataclass(frozen=True, slots=True)
class FhirElement:
    """A JSON object of a resource. Every way to read raises `ResourceError` for a value of another type."""

    value: Json
    path: str
    reading: ResourceReading

    def has(self, name: str) -> bool:
        """Whether the element is there."""
        return self.value.get(name) is not None

    def peek(self, name: str) -> str:
        """Return a text by which an element is chosen, without reading it; empty for anything else."""
        value = self.value.get(name)
        return value if isinstance(value, str) else ""

    def pass_over(self, *names: str) -> None:
        """Note elements as read that say nothing more than others do."""
        self.reading.taken.update((id(self.value), name) for name in names)

    def leave(self, name: str) -> None:
        """Note an element as not read after all, since not all of it has a place."""
        self.reading.taken.discard((id(self.value), name))

    def text(self, name: str) -> str:
        """Return a text; empty when it is absent."""
        value = self._take(name)
        if value is not None and not _is_text(value):
            raise ResourceError(f"{self.path}.{name}", "a text belongs here.")
        return str(value or "")

    def texts(self, name: str) -> list[str]:
        """Return a list of texts."""
        values = self._entries(name)
        self.pass_over(name)
        if not all(map(_is_text, values)):
            raise ResourceError(f"{self.path}.{name}", "a list of texts belongs here.")
        return values

    def number(self, name: str) -> str:
        """Return a number in the digits of its sender, without an exponent; empty when it is absent."""
        value = self._take(name)
        if value is None:
            return ""
        if not isinstance(value, WrittenNumber):
            raise ResourceError(f"{self.path}.{name}", "a number belongs here.")
        if not is_in_range(value):
            raise ResourceError(f"{self.path}.{name}", "a number of at most 18 digits belongs here.")
        return f"{Decimal(value):f}"

    def numbers(self, name: str) -> list[str]:
        """Return a list of numbers, as sequences of other elements are."""
        values = self._entries(name)
        self.pass_over(name)
        if not all(isinstance(value, WrittenNumber) and is_in_range(value) for value in values):
            raise ResourceError(f"{self.path}.{name}", "a list of numbers belongs here.")
        return values

    def truth(self, name: str) -> bool:
        """Return a boolean; false when it is absent."""
        value = self._take(name)
        if value is not None and not isinstance(value, bool):
            raise ResourceError(f"{self.path}.{name}", "true or false belongs here.")
        return bool(value)

    def day(self, name: str) -> str:
        """Return a date, or the day of a moment, as YYYYMMDD; what is neither stays as it is, for an edit to judge."""
        value = self.text(name)
        found = _DAY.fullmatch(value)
        return "".join(found.groups()[:3]) if found else value

    def child(self, name: str) -> "FhirElement | None":
        """Return the element below; None when it is absent."""
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise ResourceError(f"{self.path}.{name}", "an object belongs here.")
        return FhirElement(value, f"{self.path}.{name}", self.reading)

    def children(self, name: str) -> "list[FhirElement]":
        """Return the elements of a list below."""
        return [self._entry(name, place, entry) for place, entry in enumerate(self._entries(name))]

    def first(self, name: str) -> "FhirElement | None":
        """Return the first element of a list below; None when it is absent or empty."""
        entries = self._entries(name)
        return self._entry(name, 0, entries[0]) if entries else None

    def _entry(self, name: str, place: int, entry: object) -> "FhirElement":
        path = f"{self.path}.{name}[{place}]"
        if not isinstance(entry, dict):
            raise ResourceError(path, "an object belongs here.")
        return FhirElement(entry, path, self.reading)

    def _entries(self, name: str) -> list[Any]:
        value = self.value.get(name)
        if value is not None and not isinstance(value, list):
            raise ResourceError(f"{self.path}.{name}", "a list belongs here.")
        return value or []

    def _take(self, name: str) -> object:
        self.pass_over(name)
        return self.value.get(name)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, WrittenNumber)


def _holds_modifier(value: object) -> bool:
    """A contained resource is separate, and counts only if it is referred to."""
    if isinstance(value, dict):
        return bool(value.get("modifierExtension")) or any(
            _holds_modifier(member) for name, member in value.items() if name != "contained"
        )
    return isinstance(value, list) and any(map(_holds_modifier, value))


def filled(**members: Any) -> Json:  # any JSON
    """Return a part of the message without the members that are empty."""
    return {name: value for name, value in members.items() if value not in ("", None, [], {})}
