from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.hyaluronan import HYALURONAN
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    EditStatus,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.rules.earlier import is_repeated, named, unless_known, without_memory
from worker.edits.rules.earlier_doses import doses_before
from worker.edits.rules.months import months_from

PAUSE_MONTHS: Final = 6
IN_A_SERIES: Final = 28
"""Days between two injections that still are of one series: they are a week apart, and one may be put off."""
BOTH: Final = "50"
SIDES: Final = frozenset({"RT", "LT"})


@drug_day_edit(
    "AUT-09",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("571",), carc=("151",), rarc=("N435",)),
    citation=Citation(
        source="Medicare contractors, LCD L39529 and L39260 with article A56157: hyaluronan injections of the knee"
    ),
    about=lambda code, _: code in HYALURONAN,
    lacks=without_memory,
    status=EditStatus.PREVIEW,
    kinds=BOTH_KINDS,
)
def course_repeated_too_soon(day: DrugDay, context: Context) -> Verdict | None:
    """A series of hyaluronan injections of a knee is repeated within six months of the last one.

    Why: contractors pay for another series of the same knee after six months at the earliest.

    Flagged: J7321-RT on 2026-05-11 after a series that ended on 2026-01-19.

    Accepted: 2026-07-19 and later; the next injection of the series, up to 28 days after the one before; the other
    knee. A line without RT, LT or 50 cannot be compared.

    To do: Verify the dates of the last series; before six months have passed the series is not payable.
    """
    if not day.given or is_repeated(context, *day.lines):
        return DoesNotApply()
    sides = _sides(tuple(each for line in day.given for each in line.modifiers))
    if not sides:
        return NoData("the knee (RT, LT or 50)", day.given[0].number)
    before = [dose for dose in doses_before(day, context, sorted(HYALURONAN)) if sides & _sides(dose.modifiers)]
    if before and (day.on - before[-1].on).days > IN_A_SERIES and day.on < months_from(before[-1].on, PAUSE_MONTHS):
        last = before[-1]
        return Flaw(
            message=f"{day.hcpcs} of {day.on} begins a series {in_words((day.on - last.on).days, 'day')} after the "
            f"last one of that knee ({last.on}).",
            hint="Verify the dates of the last series; before six months have passed the series is not payable.",
            at=in_line(day.given[0], "serviceDate"),
            facts={
                "procedureCode": day.hcpcs,
                "serviceDate": day.on,
                "earlierDose": last.on,
                **(named(last.claim) if last.claim else {}),
            },
        )
    if before and (day.on - before[-1].on).days <= IN_A_SERIES:
        return None
    return unless_known(context, months_from(day.on, -PAUSE_MONTHS), day.lines[0].number)


def _sides(modifiers: tuple[str, ...]) -> frozenset[str]:
    return SIDES if BOTH in modifiers else SIDES.intersection(modifiers)
