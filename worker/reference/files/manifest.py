"""The content of a table.toml: the columns of a table and the dates of its editions."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

COLUMN_TYPES = frozenset({"text", "decimal", "whole", "date", "yes_no", "list"})


@dataclass(frozen=True, slots=True)
class EditionEntry:
    """One `[[editions]]` entry, before its file is read.

    `no_later` says why these tables hold no later edition, though there may be one; empty for any other reason.
    """

    name: str
    file: str
    in_force_from: date
    in_force_to: date | None
    published: date
    no_later: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A table.toml: the type of each column, in order, the key, and the editions in order of time.

    `refresh_days` is the publisher's rhythm: an older edition is overdue. `trusted_days` is how long a row is trusted
    after the last day of its edition, until another edition says otherwise; 0 when it is not carried forward.
    """

    columns: Mapping[str, str]
    key: tuple[str, ...]
    editions: tuple[EditionEntry, ...]
    title: str
    publisher: str
    refresh_days: int
    trusted_days: int = 0


def parse_manifest(text: str, dated_by: str) -> tuple[Manifest | None, tuple[str, ...]]:
    """Read a table.toml whose rows are dated by "row" or by "edition"; None when a problem is named."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (f"not readable as TOML: {error}",)
    problems: list[str] = []
    columns = _columns(content, problems)
    named = content.get("key")
    key = tuple(named) if isinstance(named, list) else ()
    if not key or any(name not in columns for name in key):
        problems.append(f"key: expected a list of names of columns, found {named!r}")
    if content.get("dated_by") != dated_by:
        problems.append(f'dated_by: expected "{dated_by}", found {content.get("dated_by")!r}')
    editions = _editions(content, problems)
    if dated_by == "row" and len(editions) > 1:
        problems.append("editions: expected one, since the rows carry their own dates")
    problems.extend(_overlaps(editions))
    title, refresh_days = content.get("title"), content.get("refresh_days")
    if not isinstance(title, str) or type(refresh_days) is not int or refresh_days <= 0:
        problems.append(f"title, refresh_days: expected a text and a number of days, found {title!r}, {refresh_days!r}")
        return None, tuple(problems)
    publisher = content.get("publisher")
    if not isinstance(publisher, str) or not publisher:
        problems.append(f"publisher: expected who publishes the table, found {publisher!r}")
        return None, tuple(problems)
    trusted_days = content.get("trusted_days", 0)
    if type(trusted_days) is not int or trusted_days < 0:
        problems.append(f"trusted_days: expected a number of days, or leave it out, found {trusted_days!r}")
        return None, tuple(problems)
    if problems:
        return None, tuple(problems)
    return Manifest(columns, key, tuple(editions), title, publisher, refresh_days, trusted_days), ()


# Any: what TOML holds is known only after it is looked at.
def _columns(content: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for entry in _entries(content, "columns", problems):
        name, kind = entry.get("name"), entry.get("type")
        if not isinstance(name, str) or kind not in COLUMN_TYPES:
            problems.append(f"columns: {name!r} has type {kind!r}, expected one of {sorted(COLUMN_TYPES)}")
        else:
            columns[name] = kind
    return columns


def _editions(content: Mapping[str, Any], problems: list[str]) -> list[EditionEntry]:
    editions = []
    for entry in _entries(content, "editions", problems):
        starts, ends, published = (entry.get(name) for name in ("in_force_from", "in_force_to", "published"))
        name, file, no_later = entry.get("name"), entry.get("file"), entry.get("no_later", "")
        if not isinstance(name, str) or not isinstance(file, str) or "/" in file:
            problems.append(f"editions: expected a name and a plain file name, found {name!r} and {file!r}")
        elif type(starts) is not date or type(published) is not date or not isinstance(ends, date | None):
            problems.append(f"edition {name}: expected dates as in_force_from, published, in_force_to or none")
        elif ends and ends < starts:
            problems.append(f"edition {name}: in_force_to {ends} is before in_force_from {starts}")
        elif not isinstance(no_later, str):
            problems.append(f"edition {name}: no_later: expected why there is no later edition, found {no_later!r}")
        else:
            editions.append(EditionEntry(name, file, starts, ends, published, no_later))
    if not editions:
        problems.append("editions: expected at least one")
    return sorted(editions, key=lambda edition: edition.in_force_from)


def _entries(content: Mapping[str, Any], name: str, problems: list[str]) -> list[Mapping[str, Any]]:
    entries = content.get(name, [])
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        return entries
    problems.append(f"{name}: expected [[{name}]] entries, found {entries!r}")
    return []


def _overlaps(editions: Sequence[EditionEntry]) -> list[str]:
    problems = []
    for earlier, later in pairwise(editions):
        if earlier.in_force_to is None or earlier.in_force_to >= later.in_force_from:
            ends = earlier.in_force_to or "open"
            problems.append(
                f"editions {earlier.name} and {later.name} overlap: in_force_to {ends}"
                f" should be before {later.in_force_from}"
            )
    return problems
