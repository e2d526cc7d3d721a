"""Finds the members of a claim message that nobody reads, and those that are known by another spelling.

Nothing here holds a value of the claim: a path names members only.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from schemas.claim import ClaimKind
from worker.pipeline.steps.known_members import KNOWN, NOTHING, PUBLISHED, KnownMembers

MOST_PATHS: Final = 50
_LONGEST_NAME: Final = 64
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ROOT: Final = "$"


class UnreadMembers(NamedTuple):
    """The paths of what nobody reads in a claim, and how many more there are."""

    paths: tuple[str, ...] = ()
    more: int = 0


NOTHING_UNREAD: Final = UnreadMembers()


class RespelledMember(NamedTuple):
    """A known member under another spelling, which is never read."""

    path: str
    published: str


def is_read_whole(part: dict[str, Any], known: KnownMembers) -> bool:  # any JSON
    """Whether somebody reads every member of a part, at every depth."""
    # Runs over every claim: what costs here is a call for each part and a look at each member.
    if not known.names.issuperset(part):
        return False
    inside = known.inside
    for name, member in part.items():
        kind = type(member)
        if kind is str:
            continue
        if kind is dict:
            if not is_read_whole(member, inside.get(name, NOTHING)):
                return False
        elif kind is list and not _are_read_whole(member, inside.get(name, NOTHING)):
            return False
    return True


def _are_read_whole(entries: list[Any], known: KnownMembers) -> bool:  # any JSON
    for entry in entries:
        if type(entry) is dict:
            if not is_read_whole(entry, known):
                return False
        elif type(entry) is list and not _are_read_whole(entry, known):
            return False
    return True


def not_read(document: dict[str, Any], kind: ClaimKind) -> UnreadMembers:  # any JSON
    """Return what nobody reads of a claim of a kind; one path for a part of which nothing is known."""
    return _bounded(path for path, _ in _unknown(document, KNOWN[kind], PUBLISHED, _ROOT))


def respelled(document: dict[str, Any]) -> Iterator[RespelledMember]:  # any JSON
    """Yield the members that are known by another spelling."""
    for path, published in _unknown(document, PUBLISHED, PUBLISHED, _ROOT):
        if published is not None:
            yield RespelledMember(path, published)


def _bounded(paths: Iterable[str]) -> UnreadMembers:
    every = iter(paths)
    return UnreadMembers(tuple(islice(every, MOST_PATHS)), sum(1 for _ in every))


def _unknown(
    value: object, known: KnownMembers, published: KnownMembers, path: str
) -> Iterator[tuple[str, str | None]]:
    """Yield the path of each unknown member, with the published name that it is another spelling of."""
    if isinstance(value, dict):
        # By name: the order of members makes no other claim, and no other outcome.
        for name, member in sorted(value.items()):
            place = below(path, name)
            if name not in known.names:
                yield place, published.spelling(name)
            else:
                yield from _unknown(member, known.part(name), published.part(name), place)
    elif isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _unknown(entry, known, published, f"{path}[{position}]")


def below(path: str, name: str) -> str:
    """Return the JSON path of a member, with a name cut that is longer than any of a claim."""
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}…"
    return f"{path}.{name}" if _PLAIN_NAME.fullmatch(name) else f"{path}[{json.dumps(name)}]"
