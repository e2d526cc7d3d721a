"""Changes to a claim that a page asks for: values written into boxes, and corrections of findings."""

import difflib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from schemas.outcome import Finding
from worker.pipeline.fixes import patch
from worker.pipeline.fixes.fixes import in_order, waits_for
from worker.server.workbench.lines import with_diagnosis
from worker.server.workbench.members import Json, as_text, steps_of, value_at

_LISTS: Final = ("procedureModifiers", "diagnosisCodePointers")
_PATH: Final = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+){0,9}")
_MOST: Final = 200
"""Characters of a value that is written into a box."""

FIX: Final = "fix-"
"""What the name of every correction begins with."""


@dataclass(frozen=True, slots=True)
class OfferedFix:
    """A correction of a finding: what it is called, whether it is safe, and the claim before and after as lines.

    `waits_for` has the edits whose corrections come first, since this one goes by what they change.
    """

    name: str
    finding: Finding
    is_safe: bool
    lines: tuple[tuple[str, str], ...]
    waits_for: tuple[str, ...] = ()


def with_boxes(document: Json, written: Mapping[str, str]) -> Json:
    """Return a claim with the values that were written into boxes; what is as it was stays as it is."""
    for path, text in written.items():
        if not _PATH.fullmatch(path) or len(text) > _MOST:
            continue
        steps = steps_of(path)
        if as_text(value_at(document, steps)) != text.strip():
            longer = with_diagnosis(document, path, text.strip())
            document = longer if longer is not document else _put(document, steps, text.strip())
    return document


def _put(document: Json, steps: tuple[str, ...], text: str) -> Json:
    """Return a copy with a text at a path, whose objects are made where they lack; without it where it is empty."""
    first, *rest = steps
    if isinstance(document, list):
        if not first.isdigit() or int(first) >= len(document):
            return document
        changed = list(document)
        changed[int(first)] = _put(document[int(first)], tuple(rest), text) if rest else text
        return changed
    if document is not None and not isinstance(document, dict):
        return document
    members = dict(document or {})
    if rest:
        if text or first in members:
            members[first] = _put(members.get(first), tuple(rest), text)
        return members
    if not text:
        members.pop(first, None)
    else:
        members[first] = text.split() if first in _LISTS else text
    return members


def offered(document: Json, findings: Iterable[Finding]) -> tuple[OfferedFix, ...]:
    """Return the corrections that findings carry and that fit the claim, each as a difference, the first ones first."""
    made, every = [], tuple(findings)
    for place, finding in enumerate(every):
        if finding.fix is None:
            continue
        try:
            after = patch.apply(document, finding.fix.patch)
        except patch.PatchError:
            continue
        lines = tuple(_difference(document, after))
        is_safe, first = finding.fix.safety == "safe", tuple(each.edit for each in waits_for(finding, every))
        made.append(OfferedFix(f"{FIX}{place}", finding, is_safe, lines, first))
    return tuple(sorted(made, key=lambda each: bool(each.waits_for)))


def corrected(document: Json, chosen: Iterable[OfferedFix]) -> Json:
    """Return a claim with the corrections that were chosen, in an order in which they fit; one that does not is left.

    One that waits for another is not made beside it: it was counted by what the other one changes.
    """
    for finding in in_order([each.finding for each in chosen if not each.waits_for]):
        with suppress(patch.PatchError):
            document = patch.apply(document, finding.fix.patch if finding.fix else ())
    return document


def _difference(before: Json, after: Json) -> Iterable[tuple[str, str]]:
    """Yield the lines that differ with those around them, each with what became of it."""
    kinds = {"+": "added", "-": "removed", " ": "kept", "@": "gap"}
    for line in difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=2):
        if not line.startswith(("---", "+++")):
            yield kinds[line[:1]], "…" if line.startswith("@") else line


def _lines(document: Json) -> list[str]:
    return patch.write(document, indent=True).decode().splitlines()
