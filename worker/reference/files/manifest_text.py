"""Write a new edition into the text of a table.toml without touching the rest."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from worker.reference.files.manifest import EditionEntry

BLOCK: Final = re.compile(r"^\[\[(\w+)\]\]$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class EditionPlacement:
    """The editions of a table once the new one has its place, and the ones that it replaces."""

    editions: tuple[EditionEntry, ...]
    replaced: tuple[EditionEntry, ...]


def place(editions: Sequence[EditionEntry], new: EditionEntry, *, is_only: bool) -> EditionPlacement:
    """Put a new edition among the others: it replaces its namesake, and an edition that runs into it ends before it.

    `is_only`: the rows carry their own dates, so the new edition replaces all. An open edition ends before the next one
    begins; an edition that begins inside one with a last day is replaced, since one day must not have two answers.
    """
    later = [entry.in_force_from for entry in editions if entry.in_force_from > new.in_force_from]
    if new.in_force_to is None and later and not is_only:
        new = replace(new, in_force_to=min(later) - timedelta(days=1))
    kept: list[EditionEntry] = []
    replaced: list[EditionEntry] = []
    for entry in editions:
        begins_inside = new.in_force_from <= entry.in_force_from and (
            new.in_force_to is None or entry.in_force_from <= new.in_force_to
        )
        if is_only or entry.name == new.name or begins_inside:
            replaced.append(entry)
        elif entry.in_force_from < new.in_force_from and (
            entry.in_force_to is None or entry.in_force_to >= new.in_force_from
        ):
            day_before = new.in_force_from - timedelta(days=1)
            kept.append(replace(entry, in_force_to=day_before))
        else:
            kept.append(entry)
    ordered = sorted((*kept, new), key=lambda entry: entry.in_force_from)
    return EditionPlacement(tuple(ordered), tuple(replaced))


def with_editions(text: str, editions: Iterable[EditionEntry]) -> str:
    """The text of a table.toml with these editions in place of its own."""
    starts = [match.start() for match in BLOCK.finditer(text)]
    blocks = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    others = [block for block in blocks if not block.startswith("[[editions]]")]
    head = text[: starts[0]] if starts else text
    return "".join((head, *(_block(entry) for entry in editions), *others))


def _block(entry: EditionEntry) -> str:
    lines = [
        "[[editions]]",
        f'name = "{entry.name}"',
        f'file = "{entry.file}"',
        _day("in_force_from", entry.in_force_from),
    ]
    if entry.in_force_to:
        lines.append(_day("in_force_to", entry.in_force_to))
    lines.append(_day("published", entry.published))
    if entry.no_later:
        lines.append(f"no_later = {_quoted(entry.no_later)}")
    return "\n".join((*lines, "", ""))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a basic string of TOML has the escapes of JSON


def _day(name: str, day: date) -> str:
    return f"{name} = {day.isoformat()}"
