from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.codes.services import CONTINUES
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.continuation import THE_OTHER_CLAIM, on_the_other_claim
from worker.edits.rules.earlier_doses import is_given
from worker.edits.rules.earlier_waste import lines_of_the_day


@drug_day_edit(
    "WST-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A8", status=("736", "453"), carc=("16",), rarc=("N674", "N519")),
    citation=Citation(
        source="Noridian Healthcare Solutions, Part B: modifier JW",
        effective=date(2017, 1, 1),
        url="https://med.noridianmedicare.com/web/jfb/topics/modifiers/JW",
    ),
    needs=Trait.WASTE_BILLED,
    kinds=BOTH_KINDS,
)
def waste_without_administration(day: DrugDay, context: Context) -> Verdict | None:
    """Discarded units are billed, but no given units of the same drug on the same day.

    Why: Medicare pays for what was discarded of a container from which a patient got a dose. The JW line goes
    with the line of that dose; alone it cannot be paid.

    Flagged: J1745-JW x 5 with no other J1745 line of that date.

    Accepted: J1745 x 35 with J1745-JW x 5. A line with JW and JZ is WST-02's. A JW line with modifier 59 or 76, or on a
    claim whose note says that it was split, may belong to a line on an earlier claim. Where that claim is remembered,
    WST-15 decides.

    To do: Add the line with the units given, without JW and JZ; if nothing was given, nothing can be billed.
    """
    wasted = [line for line in day.wasted if not line.attests_no_waste]
    if day.given or not wasted:
        return None
    if any(is_given(line) for _, line in lines_of_the_day(day, context)):
        return DoesNotApply()
    if any(CONTINUES.intersection(line.modifiers) for line in wasted):
        return NoData(THE_OTHER_CLAIM, wasted[0].number)
    if elsewhere := on_the_other_claim(context, wasted[0].number):
        return elsewhere
    return Flaw(
        message=f"{day.hcpcs} is billed as discarded (JW) without a line for the units given on {day.on}.",
        hint="Add the line with the units given, without JW and JZ; if nothing was given, nothing can be billed.",
        at=in_line(wasted[0], "procedureModifiers"),
        facts={"procedureCode": day.hcpcs, "serviceDate": day.on, "discardedUnits": day.units_wasted or "not known"},
    )
