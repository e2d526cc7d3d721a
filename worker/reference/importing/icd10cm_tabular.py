"""ICD-10-CM tabular list: the Excludes1 notes of a fiscal year.

Published layout: XML, named like icd10cm-tabular-2026.xml. `version` holds the fiscal year. Chapters hold `section`
elements with an `id` such as A15-A19, these hold nested `diag` elements with a `name`, the code with its dot. An
`excludes1` element of a chapter, section or code holds `note` elements, each a text that ends with codes in
parentheses: (E10.-), (A55-A56), (J44.0, J44.1).

Of a note the codes are taken, not the words. A note without codes, or with codes under a condition ("E08-E13 with
.42"), is left out: it says nothing that can be compared.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

from worker.reference.importing.bad_cells import BadCells
from worker.reference.importing.published import (
    HeldTables,
    ImportDates,
    ImportRefusedError,
    NewEdition,
    PublishedFile,
    SheetCells,
    dates_in_force,
)

CODES: Final = re.compile(r"\(([^()]{1,200})\)\s{0,5}$")
CODE: Final = re.compile(r"([A-Z][0-9A-Z]{2})(?:\.([0-9A-Z]{0,4}))?-?")
SPAN: Final = re.compile(r"([A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?)-([A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?)")
SEPARATOR: Final = re.compile(r"[,;]\s{0,5}|\s{1,5}")
FISCAL_YEAR: Final = re.compile(r"20\d\d")
FIRST_MONTH: Final = 10
# The tabular list has no such declarations, and a parser would follow them.
DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
BLOCK: Final = re.compile(r"[A-Z][0-9A-Z]{2}(?:-[A-Z][0-9A-Z]{2})?")


def read(files: tuple[PublishedFile, ...], wanted: ImportDates, _: HeldTables, __: BadCells) -> tuple[NewEdition, ...]:
    """The edition of `icd10cm_exclusions` that the file holds."""
    named = [file for file in files if "tabular" in file.name.lower() and file.name.lower().endswith(".xml")]
    if len(named) != 1:
        given = ", ".join(file.name for file in files) or "nothing"
        raise ImportRefusedError(
            f"icd10cm-tabular: expected one file named like icd10cm-tabular-2026.xml, found {given}"
        )
    (file,) = named
    root = _root(file)
    said = (root.findtext("version") or "").strip()
    if not FISCAL_YEAR.fullmatch(said):
        raise ImportRefusedError(f"{file.name}: version: expected a fiscal year, found {said!r}")
    year = int(said)
    first, last = dates_in_force(wanted, (date(year - 1, FIRST_MONTH, 1), date(year, FIRST_MONTH - 1, 30)))
    rows = sorted(set(_exclusions(file, root)))
    if not rows:
        raise ImportRefusedError(f"{file.name}: expected Excludes1 notes with codes, found none")
    name = f"fy{first.year + (first.month >= FIRST_MONTH)}"
    return (NewEdition("icd10cm_exclusions", name, first, last, first, tuple(rows)),)


def _root(file: PublishedFile) -> ET.Element:
    if DECLARATION.search(file.content):
        raise ImportRefusedError(f"{file.name}: expected XML without a document type, found one")
    try:
        return ET.fromstring(file.content)  # noqa: S314 - it declares no entity, which is looked for above
    except ET.ParseError as error:
        raise ImportRefusedError(f"{file.name}: not readable as XML: {error}") from None


def _exclusions(file: PublishedFile, root: ET.Element) -> Iterator[SheetCells]:
    for section in root.iterfind("chapter/section"):
        block = (section.get("id") or "").strip()
        if not BLOCK.fullmatch(block):
            raise ImportRefusedError(f"{file.name}: section: expected an id such as A15-A19, found {block!r}")
        yield from _of_place(section, block, block)
        for code in section.iter("diag"):
            yield from _of_place(code, (code.findtext("name") or "").replace(".", ""), block)


def _of_place(element: ET.Element, place: str, block: str) -> Iterator[SheetCells]:
    for note in element.iterfind("excludes1/note"):
        for excluded in _codes_of("".join(note.itertext())):
            in_block = within_block(excluded[:3], block) and within_block(excluded.rpartition("-")[2][:3], block)
            yield place, excluded, "true" if in_block else "false"


def _codes_of(note: str) -> tuple[str, ...]:
    """The codes that a note ends with; none when one of them cannot be read."""
    found = CODES.search(note)
    parts = [part for part in SEPARATOR.split(found[1].strip()) if part] if found else []
    read_codes: list[str] = []
    for part in parts:
        if span := SPAN.fullmatch(part):
            first, last = (each.replace(".", "") for each in span.groups())
            if len(first) != len(last) or (len(first) > len("A00") and first[:-1] != last[:-1]):
                return ()
            read_codes.append(f"{first}-{last}")
        elif code := CODE.fullmatch(part):
            read_codes.append(code[1] + (code[2] or ""))
        else:
            return ()
    return tuple(read_codes)


def within_block(category: str, block: str) -> bool:
    """Whether a category is in a block such as A15-A19, or is the block's only one."""
    first, _, last = block.partition("-")
    return first <= category <= (last or first)
