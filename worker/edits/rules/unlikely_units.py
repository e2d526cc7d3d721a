"""Units above a medically unlikely edit (MUE) of CMS."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from schemas.outcome import Severity
from worker.edits.codes.bill_types import REMEMBERED_MUE
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import Flaw, Options, Verdict, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.reference.tables.rows import MueLimit

A_LINE, IN_THE_RECORD = 1, 3
"""MUE adjudication indicators: counted per line; exceeded only with a record that says why."""
JUSTIFIABLE: Final = predicts(category="F2", status=("476",), carc=("151",), rarc=("N362",))
"""What comes back for units that the record may justify."""


class CountedUnits(Options):
    """Whether JW units count toward the limit: contractors differ. It is an option of UNT-03, read there by others."""

    count_discarded_units: bool = True


def above(lines: tuple[LineFacts, ...], limit: MueLimit) -> Iterator[Verdict]:
    """Yield the flaw of lines that together bill more than the limit; a limit for each line is asked of each alone."""
    units = sum((line.units for line in lines if line.units is not None), Decimal(0))
    if units > limit.value:
        justifiable = limit.mai == IN_THE_RECORD and limit.value > 0
        yield Flaw(
            message=f"{limit.hcpcs} is billed with {in_words(units)}; the MUE is {limit.value} (MAI {limit.mai})."
            if limit.value
            else f"{limit.hcpcs} has an MUE of 0: Medicare pays no unit of it.",
            hint="Verify the units. If they are right, have the record ready that justifies them."
            if justifiable
            else "Verify code and units; what is above the limit is not payable.",
            at=in_line(lines[0], "serviceUnitCount"),
            facts={"procedureCode": limit.hcpcs, "billedUnits": units, "limit": limit.value, "indicator": limit.mai},
            severity=severity_above(lines[0].facility, justifiable=justifiable),
            predicted=JUSTIFIABLE if justifiable else None,
        )


def severity_above(facility: str | None, *, justifiable: bool) -> Severity | None:
    """How severe units above a limit are, where it is not the edit's own severity."""
    if facility in REMEMBERED_MUE:
        return Severity.WARN
    return Severity.PEND if justifiable else None
