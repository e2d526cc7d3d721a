"""What a reason, remark or status code says, and the edits that predict it."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from schemas.outcome import Prediction
from worker.edits.edit import AnyEdit
from worker.reference.tables.answer import Found
from worker.reference.tables.code_set_rows import CodeSet
from worker.reference.tables.snapshot import Snapshot
from worker.wording.counts import counted
from worker.wording.section import Section, answered

# The group before a reason (CAS01) says who bears the amount, not why.
_REASON: Final = re.compile(r"(?:CARC[ -]?|(CO|PR|OA|PI|CR)[ -]?)?(\d{1,3}|[ABDPWY]\d{1,2})")
_REMARK: Final = re.compile(r"(?:RARC[ -]?)?(MA?\d{1,3}|N\d{1,3})")
_STATUS: Final = re.compile(r"(?:277CA[ -]?)?([A-Z]\d)(?::(\d{1,3}))?")
_STATUS_ALONE: Final = re.compile(r"\d{2,3}")


def remittance_sections(code: str, on: date, snapshot: Snapshot, edits: Iterable[AnyEdit]) -> Iterator[Section]:
    """Yield a section for each kind of answer that a code in capitals can be: remark, reason, status."""
    known = tuple(edits)
    if remark := _REMARK.fullmatch(code):
        yield _section(f"RARC {remark[1]}", {"rarc": remark[1]}, on, snapshot, known)
    if reason := _REASON.fullmatch(code):
        section = _section(f"CARC {reason[2]}", {"carc": reason[2]}, on, snapshot, known)
        if reason[1]:
            section.add("group", f"{reason[1]} says who bears the amount; edits predict the reason alone")
        yield section
    if status := _STATUS.fullmatch(code):
        wanted: dict[CodeSet, str] = {"claim_status_category": status[1]}
        if status[2]:
            wanted["claim_status"] = status[2]
        yield _section(f"277CA {':'.join(wanted.values())}", wanted, on, snapshot, known)
    if _STATUS_ALONE.fullmatch(code):
        yield _section(f"277CA status {code}", {"claim_status": code}, on, snapshot, known)


def _section(title: str, wanted: dict[CodeSet, str], on: date, snapshot: Snapshot, edits: Iterable[AnyEdit]) -> Section:
    section = Section(f"{title} on {on}", is_known=True)
    for code_set, code in wanted.items():
        answer = snapshot.remark_code(code_set, code, on)
        section.add("remark_codes", answered(answer))
        if isinstance(answer, Found):
            section.add(code, answer.row.meaning)
        else:
            section.is_known = False
    predicting = [edit for edit in edits if any(_holds(each, wanted) for each in (edit.predicted, *edit.sometimes))]
    section.is_known = section.is_known or bool(predicting)
    section.add("predicted by", counted(len(predicting), "edit") if predicting else "no edit")
    for edit in predicting:
        always = _holds(edit.predicted, wanted)
        section.add(
            f"  {edit.id}", f"{edit.name}, {edit.severity.value}" + ("" if always else ", in some of its cases")
        )
    return section


def _holds(predicted: Prediction, wanted: dict[CodeSet, str]) -> bool:
    codes: dict[CodeSet, tuple[str, ...]] = {
        "carc": predicted.carc,
        "rarc": predicted.rarc,
        "claim_status_category": (predicted.claim_status_category,),
        "claim_status": predicted.claim_status,
    }
    return all(code in codes[code_set] for code_set, code in wanted.items())
