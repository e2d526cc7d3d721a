from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.bill_types import OUTPATIENT_MUE
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.places import DISPENSED_TO
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Bypassed,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.unlikely_units import A_LINE, JUSTIFIABLE, CountedUnits, above
from worker.reference.tables.answer import Found

DIALYSIS: Final = "72"
# As remembered of Pub. 100-04, chapter 8, section 60.4, from 2008-01-01, whose text was not at hand; so it warns only:
# 400,000 units of epoetin (100 each), 1,200 mcg of darbepoetin.
MOST_IN_A_MONTH: Final[Mapping[str, int]] = MappingProxyType({"Q4081": 4000, "J0882": 1200})
MONTHLY_FROM: Final = date(2008, 1, 1)


MAY_NOT_COUNT: Final = Trait.OTHER_MODIFIER | Trait.END_DATE | Trait.ELSEWHERE


@drug_day_edit(
    "UNT-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("151",), rarc=("N362",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, medically unlikely edits (MUE) of practitioners and hospitals",
        effective=date(2007, 1, 1),
    ),
    options=CountedUnits,
    kinds=BOTH_KINDS,
    tables=("mue",),
    sometimes=(JUSTIFIABLE,),
)
def units_above_limit(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """More units of the drug are billed for one day than Medicare's medically unlikely edit (MUE) allows.

    Why: CMS publishes the most units of a code that one patient gets on one day. Units above it are denied: without
    exception for the indicators (MAI) 1, counted per line, and 2, counted per day; unless the record justifies them for
    3.

    Flagged: J0178 x 6 (limit 4, MAI 2), rejected; J1745 x 160 (limit 150, MAI 3), held for the record; any unit of a
    code with a limit of 0.

    Accepted: units up to the limit; a line with GY, which is denied without being counted. A line over several days and
    a drug dispensed by a supplier cannot be compared. A hospital's outpatient claim (type of bill 13x, 14x, 85x) has
    limits of its own; other facilities have none. A dialysis facility's bill (72x) covers a month: a warning above
    400,000 units of epoetin (Q4081 x 4,000) or 1,200 mcg of darbepoetin (J0882). Vaccines are UNT-10's.

    To do: Verify the units of each line; a bill above the limit is returned as mistyped.

    To do: Verify the units. If they are right, have the record ready that justifies them.

    To do: Verify code and units; what is above the limit is not payable.
    """
    is_facility = day.lines[0].is_institutional
    if day.lines[0].facility == DIALYSIS:
        return _of_the_month(day, context)
    if is_facility and day.lines[0].facility not in OUTPATIENT_MUE:
        return DoesNotApply()
    counted = day.lines if context.options(CountedUnits).count_discarded_units else day.given
    if not counted:
        return None
    answer = day.code.mue("outpatient_hospital" if is_facility else "practitioner")
    if day.traits & MAY_NOT_COUNT and (uncounted := _uncounted(counted)):
        return uncounted
    if not isinstance(answer, Found):
        return NoData("MUE table", counted[0].number)
    groups = [(line,) for line in counted] if answer.row.mai == A_LINE else [counted]
    verdicts: list[Verdict] = []
    for lines in groups:
        verdicts += above(lines, answer.row)
    return verdicts


def _uncounted(lines: tuple[LineFacts, ...]) -> Verdict | None:
    """Why lines cannot be compared with the limit of a day; None when they can."""
    if all(NOT_COVERED_BY_LAW in line.modifiers for line in lines):
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", lines[0].number)
    if any(line.spans_days for line in lines):
        return NoData("one date of service per line", lines[0].number)
    if any(line.place in DISPENSED_TO for line in lines):
        return NoData("MUE table for suppliers", lines[0].number)
    return None


def _of_the_month(day: DrugDay, context: Context) -> Verdict | None:
    """The units of all lines of the bill, reported where the first of them is."""
    most = MOST_IN_A_MONTH.get(day.hcpcs)
    lines = [line for line in context.claim.drug_lines if line.hcpcs == day.hcpcs]
    if most is None or day.on < MONTHLY_FROM or lines[0] not in day.lines:
        return DoesNotApply()
    if any(line.units is None for line in lines):
        return NoData("unit count", lines[0].number)
    units = sum((line.units for line in lines if line.units is not None), Decimal(0))
    if units <= most:
        return None
    return Flaw(
        message=f"{day.hcpcs} is billed with {in_words(units)} on the bill of a month; the most is {most:,}.",
        hint="Verify the units of each line; a bill above the limit is returned as mistyped.",
        at=in_line(lines[0], "serviceUnitCount"),
        facts={"procedureCode": day.hcpcs, "billedUnits": units, "limit": most},
        severity=Severity.WARN,
    )
