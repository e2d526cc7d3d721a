"""Finds what a text without the form of a code may mean: a drug, edits that speak of it, or a near miss."""

from collections.abc import Iterable, Iterator
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from worker.edits.edit import AnyEdit
from worker.pipeline.scrub import Pipeline
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.names import words_of
from worker.reference.tables.snapshot import Snapshot
from worker.wording.drug import drug_section
from worker.wording.section import Section

_MOST_SUGGESTIONS: Final = 5
_SHORTEST_PART: Final = 3
"""Letters from which on a part of a name suggests the name."""
_ALIKE: Final = 0.7
"""How alike a near miss is, by `difflib`: `Xolar` and `Xolair` are at 0.91."""


def edit_called(text: str, edits: Iterable[AnyEdit]) -> AnyEdit | None:
    """Return the edit of this id or name; the name may be written with blanks."""
    wanted = "-".join(text.lower().split())
    return next((edit for edit in edits if wanted in (edit.id.lower(), edit.name)), None)


def sections_about(text: str, on: date, pipeline: Pipeline) -> Iterator[Section]:
    """Yield the drugs that a text names, else the edits whose name or summary holds all of its words."""
    snapshot = pipeline.snapshot
    codes = list(dict.fromkeys(drug.hcpcs for drug in snapshot.drugs_named(text)))
    if len(codes) == 1:
        yield drug_section(codes[0], on, snapshot, pipeline.guides)
    elif codes:
        yield _drugs(text, codes, on, snapshot)
    else:
        wanted = set(words_of(text))
        about = [edit for edit in pipeline.edits if wanted and wanted <= {*words_of(f"{edit.name} {edit.summary}")}]
        if about:
            section = Section(f"Edits that speak of {text}", is_known=True)
            for edit in about:
                section.add(edit.id, f"{edit.name}: {edit.summary}")
            yield section


def near_misses(text: str, edits: Iterable[AnyEdit], snapshot: Snapshot) -> tuple[str, ...]:
    """Return edits and drugs that are written nearly like a text, the likeliest first; each can be explained."""
    wanted = " ".join(text.lower().split())
    index = snapshot.drug_names.index
    names = {" ".join(phrase) for first in index for phrase, _ in index[first]}
    for edit in edits:
        names |= {edit.id.lower(), edit.name}
    ids = {edit.id.lower(): edit.id for edit in edits}
    alike = {name: SequenceMatcher(None, name, wanted).ratio() for name in sorted(names)}
    close = sorted((name for name in alike if alike[name] >= _ALIKE), key=lambda name: -alike[name])
    if len(wanted) >= _SHORTEST_PART:
        close += sorted(name for name in names if wanted in name)
    return tuple(ids.get(each, each) for each in dict.fromkeys(close))[:_MOST_SUGGESTIONS]


def _drugs(text: str, codes: Iterable[str], on: date, snapshot: Snapshot) -> Section:
    section = Section(f"Drugs named {text} on {on}", is_known=True)
    for code in codes:
        answer = snapshot.drug(code, on)
        if isinstance(answer, (Found, NotInForce)):
            ended = "" if isinstance(answer, Found) else ", not in force on this date"
            names = ", ".join(answer.row.names) or answer.row.short_description or "name not in our tables"
            section.add(code, names + ended)
        else:
            section.add(code, "not known for this date")
    section.add("more", "`claimscrub explain CODE` shows all that is known of one")
    return section
