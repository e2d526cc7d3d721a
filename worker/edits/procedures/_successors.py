"""Units of a code that has ended, recounted under its successor."""

from dataclasses import dataclass
from decimal import Decimal

from worker.edits.drugs.arithmetic import units_administered, units_discarded
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.record import convert
from worker.reference.tables.answer import Found, NotInForce
from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Recount:
    """The successor of an ended code, in force and with another billing unit.

    `units_each` is how many units of the successor one unit of the ended code is; `units` is the line's count under the
    successor, None when the line has no count.
    """

    ended: NotInForce[Drug]
    successor: Drug
    units_each: Decimal
    units: Decimal | None


def recount(line: LineFacts, snapshot: Snapshot) -> Recount | None:
    """How the line would be billed under the successor of its code.

    None when the code has not ended, has no successor in force on that day, or one with the same unit.
    """
    ended = line.drug_answer
    if not isinstance(ended, NotInForce) or line.on is None or not ended.valid_to or line.on <= ended.valid_to:
        return None
    answer = snapshot.drug(ended.row.successor, line.on) if ended.row.successor else None
    if not isinstance(answer, Found):
        return None
    each = _units_each(ended.row, answer.row)
    if each is None or each == 1:
        return None
    rounded = units_discarded if line.is_waste else units_administered
    return Recount(ended, answer.row, each, None if line.units is None else rounded(line.units * each, Decimal(1)))


def _units_each(ended: Drug, successor: Drug) -> Decimal | None:
    if ended.unit_amount is None or not successor.unit_amount or ended.unit_up_to or successor.unit_up_to:
        return None
    amount = convert(f"{ended.unit_amount:f}", ended.unit, successor.unit)
    return None if amount is None else amount / successor.unit_amount
