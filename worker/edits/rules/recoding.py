"""The correction of a code that is not the one of the drug given."""

from decimal import Decimal

from schemas.outcome import Fix
from worker.edits.drugs.arithmetic import units_administered
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.correction import Operations, overwritten, replaced, unsafe
from worker.reference.tables.rows import Drug


def recoded(line: LineFacts, day: DrugDay, meant: Drug) -> Fix | None:
    """The code of a drug in place of a line's, with its own units where the record gives the dose of the only line."""
    written = line.line.service.procedure_code
    if written is None:
        return None
    operations: Operations = replaced(in_line(line, "procedureCode"), written, meant.hcpcs)
    dose, unit = day.dose_given, None if meant.unit_up_to else meant.unit_amount
    if len(day.lines) == 1 and isinstance(dose, Decimal) and unit and meant.unit == day.drug.unit:
        operations += overwritten(line, "serviceUnitCount", f"{units_administered(dose, unit):f}")
    return unsafe(operations)
