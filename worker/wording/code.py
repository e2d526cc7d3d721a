"""Finds which kinds of code a text can be, and asks the tables of each kind."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from worker.pipeline.scrub import Pipeline
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import Container, Modifier, PlaceOfService
from worker.reference.tables.snapshot import Snapshot
from worker.wording.drug import drug_section
from worker.wording.remittance import remittance_sections
from worker.wording.section import Section, answered

_HCPCS: Final = re.compile(r"[A-Z]\d{4}|\d{5}|\d{4}[A-Z]")
_MODIFIER: Final = re.compile(r"[A-Z0-9]{2}")
_DIAGNOSIS: Final = re.compile(r"[A-Z]\d[A-Z0-9](\.?[A-Z0-9]{1,4})?")
_NDC: Final = re.compile(r"\d{4,5}-\d{3,4}-\d{1,2}|\d{10,11}")
_PLACE: Final = re.compile(r"\d{2}")
_NDC_GROUPS: Final = (5, 4, 2)
_HCPCS_IN_WORDS: Final = "a letter and four digits, five digits, or four digits and a letter"
_DIAGNOSIS_IN_WORDS: Final = "a letter, a digit, a letter or digit, then up to four more"


def sections_of(text: str, on: date, pipeline: Pipeline) -> tuple[Section, ...]:
    """Return what is known of a code, one section for each kind of code that the text can be.

    A remark code such as N822 comes before the diagnosis that it could be without its dot; a bare number is a place of
    service first.
    """
    code = text.upper()
    snapshot = pipeline.snapshot
    found: list[Section] = []
    answers = tuple(remittance_sections(code, on, snapshot, pipeline.edits))
    if _HCPCS.fullmatch(code):
        found.append(drug_section(code, on, snapshot, pipeline.guides))
    if _NDC.fullmatch(code):
        found.append(_ndc(code, on, snapshot))
    if not code.isdigit():
        found += answers
    if _DIAGNOSIS.fullmatch(code):
        found.append(_diagnosis(code, on, snapshot))
    if _MODIFIER.fullmatch(code):
        found.append(_modifier(code, on, snapshot))
    if _PLACE.fullmatch(code):
        found.append(_place(code, on, snapshot))
    if code.isdigit():
        found += answers
    return tuple(found)


def unknown_in_words(text: str, on: date, sections: Iterable[Section]) -> str:
    """Return what a text without anything known is not; empty where something is, or where it can be a procedure code.

    Of procedures only those of drugs are known, so that of the others nothing is said.
    """
    code, shown = text.upper(), tuple(sections)
    if _HCPCS.fullmatch(code) or any(each.is_known for each in shown):
        return ""
    no = [f"no {each.title.removesuffix(f' on {on}')}" for each in shown]
    held = f"The tables hold {' and '.join(no)} on {on}. " if no else ""
    diagnosis = "" if _DIAGNOSIS.fullmatch(code) else f", not an ICD-10-CM code ({_DIAGNOSIS_IN_WORDS})"
    drug = "" if no else ", and no drug of that name is known"
    return f"{held}{text} is not a HCPCS or CPT-shaped code ({_HCPCS_IN_WORDS}){diagnosis}{drug}."


def _modifier(code: str, on: date, snapshot: Snapshot) -> Section:
    section = Section(f"Modifier {code} on {on}")
    answer = snapshot.modifier(code, on)
    row: Modifier | None = answer.row if isinstance(answer, (Found, NotInForce)) else None
    section.add("modifiers", answered(answer))
    if row is None:
        return section
    section.is_known = True
    section.add("meaning", row.meaning)
    if not row.is_modifier:
        section.add("status", "this is not a modifier")
        return section
    section.add("type", row.type + (f", for {', '.join(row.valid_on)}" if row.valid_on else ""))
    section.add("in force", f"from {row.effective_from or 'the start'} to {row.effective_to or 'now'}")
    for exclusion in snapshot.modifier_exclusions:
        if code in exclusion.codes:
            others = ", ".join(each for each in exclusion.codes if each != code)
            section.add("not with", f"{others} on one line ({exclusion.severity}): {exclusion.why}")
    return section


def _diagnosis(code: str, on: date, snapshot: Snapshot) -> Section:
    bare = code.replace(".", "")
    section = Section(f"ICD-10-CM {_dotted(bare)} on {on}")
    answer = snapshot.diagnosis(bare, on)
    below = snapshot.billable_below(bare, on)
    section.is_known = isinstance(answer, (Found, NotInForce)) or bool(below)
    section.add("icd10cm", answered(answer))
    if isinstance(answer, Found):
        section.add("status", "billable on this date of service")
    elif isinstance(answer, NotInForce):
        section.add("status", f"not billable on this date; billable from {answer.valid_from} to {answer.valid_to}")
    if below:
        lead = "refined by" if isinstance(answer, Found) else "bill instead one of"
        section.add(lead, ", ".join(map(_dotted, below)))
    return section


def _dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code  # noqa: PLR2004 - the dot follows the category


def _place(code: str, on: date, snapshot: Snapshot) -> Section:
    section = Section(f"Place of service {code} on {on}")
    answer = snapshot.place_of_service(code, on)
    section.add("place_of_service", answered(answer))
    if isinstance(answer, (Found, NotInForce)):
        row: PlaceOfService = answer.row
        section.is_known = True
        section.add("name", row.name)
        kinds = {True: "facility", False: "no facility", None: "CMS has not assigned this code"}
        section.add("kind", kinds[row.facility])
    return section


def _ndc(code: str, on: date, snapshot: Snapshot) -> Section:
    ndc11 = "".join(part.zfill(width) for part, width in zip(code.split("-"), _NDC_GROUPS, strict=False))
    section = Section(f"NDC {ndc11} on {on}")
    if "-" not in code and len(code) != sum(_NDC_GROUPS):
        section.add("form", "ten digits without hyphens do not show which group lacks its zero; write it as 5-4-2")
        return section
    answer = snapshot.container(ndc11, on)
    section.add("containers", answered(answer))
    if isinstance(answer, (Found, NotInForce)):
        section.is_known = True
        for row in answer.row:
            section.add(row.hcpcs, container_words(row))
    return section


def container_words(row: Container) -> str:
    """Return one container in a line."""
    item = f"{row.units_per_item:f} units each" if row.units_per_item is not None else "units not known"
    package = f", package of {row.package_qty:f}" if row.package_qty is not None else ""
    return f"{row.brand} ({row.labeler}), {item}{package}"
