from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.codes.bill_types import OUTPATIENT_MUE
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.ranges import within
from worker.edits.codes.vaccines import VACCINES
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Configuration,
    Context,
    DoesNotApply,
    NoData,
    Verdict,
    line_edit,
    predicts,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.rules.unlikely_units import A_LINE, JUSTIFIABLE, above
from worker.reference.tables.answer import Found


def _is_vaccine(code: str, configuration: Configuration) -> bool:
    return within(code, VACCINES) and configuration.snapshot.tables.drugs.latest(code) is None


@line_edit(
    "UNT-10",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("151",), rarc=("N362",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, medically unlikely edits (MUE) of practitioners and hospitals",
        effective=date(2007, 1, 1),
    ),
    about=_is_vaccine,
    kinds=BOTH_KINDS,
    tables=("mue",),
    sometimes=(JUSTIFIABLE,),
)
def vaccine_above_limit(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """More units of a vaccine are billed for one day than Medicare's medically unlikely edit (MUE) allows.

    Why: the code of a vaccine is one dose. Units that count milliliters, or a dose billed on two lines, are denied.

    Flagged: 90662 x 2 (limit 1, MAI 2), on one line or on two of a day.

    Accepted: 90662 x 1; a line with GY, which is denied without being counted. Vaccines that are on our table of drugs,
    such as 90715, are UNT-03's. A hospital's outpatient claim (type of bill 13x, 14x, 85x) has limits of its own; other
    facilities have none.

    To do: Verify the units. If they are right, have the record ready that justifies them.

    To do: Verify code and units; what is above the limit is not payable.
    """
    if line.on is None or (line.is_institutional and line.facility not in OUTPATIENT_MUE):
        return DoesNotApply()
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    if line.spans_days:
        return NoData("one date of service per line", line.number)
    answer = line.code.mue("outpatient_hospital" if line.is_institutional else "practitioner")
    if not isinstance(answer, Found):
        return NoData("MUE table", line.number)
    counted = (line,) if answer.row.mai == A_LINE else _of_the_day(line, context)
    return list(above(counted, answer.row)) if counted[0] is line else None


def _of_the_day(line: LineFacts, context: Context) -> tuple[LineFacts, ...]:
    """The lines of the vaccine on that day that are counted together, of which the first one is reported."""
    return tuple(
        other
        for other in context.claim.lines
        if (other.hcpcs, other.on) == (line.hcpcs, line.on) and NOT_COVERED_BY_LAW not in other.modifiers
    )
