from datetime import date
from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.services import INTO_THE_EYE
from worker.edits.drugs.arithmetic import in_words
from worker.edits.drugs.containers import ONE_UNIT, add_up, repeats_containers
from worker.edits.drugs.expected_units import contradicts_record
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait
from worker.edits.rules.continuation import on_the_other_claim

SMALL_PART: Final = 10
"""A dose of at most a tenth of the smallest container was not drawn from one that was opened for it."""


@drug_day_edit(
    "WST-07",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("16",), rarc=("M53",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 17",
        section="section 40",
        effective=date(2017, 1, 1),
    ),
    needs=Trait.WASTE_MODIFIER,
    kinds=BOTH_KINDS,
)
def units_do_not_fill_containers(day: DrugDay, context: Context) -> Verdict | None:
    """The units given and discarded do not add up to whole containers.

    Why: all of a single-dose container is either given or discarded, so both lines together are the labeled content
    of the containers opened. More is not payable; less means that waste was left out.

    Flagged: J1745 (10 mg) x 35 and JW x 10 with four 100 mg vials in the record, rejected; without the vials in the
    record J1745-JZ x 35, a warning, since 350 mg is not a whole number of 100 mg vials.

    Accepted: x 35 and JW x 5; a difference of less than one unit, from rounding. Units that contradict the
    doses in the record are left to the edits that compare these, a JW line for whole containers to WST-04. A dose for
    the eye that is a small part of any container, such as 1.25 mg of bevacizumab, comes from a pharmacy's syringe, of
    which nothing is known.

    To do: Bill no more than the labeled content of the containers opened; overfill is not payable.

    To do: Compare both unit counts with the record: together they are the labeled content of the containers.

    To do: Correct the units; if some was left in the containers, replace JZ by a JW line for it.

    To do: One container holds … units or more: count the units of the dose, not the containers, and compare the dose
    with the record.
    """
    if not day.traits & Trait.WASTE_MODIFIER:
        return None
    line, unit, given, wasted = day.lines[0], day.unit_dose, day.units_given, day.units_wasted
    if not day.drug.single_dose:
        return NoData("whether all containers of the code are single-dose (it is not on the CMS list)", line.number)
    if unit is None or given is None or wasted is None:
        return NoData("billing unit of the code" if unit is None else "unit count", line.number)
    if contradicts_record(day):
        return NoData("units that agree with the doses in the record", line.number)
    opened = day.containers_opened
    marketed = day.marketed_sizes if isinstance(opened, Unknown) else ()
    content = None if isinstance(opened, Unknown) else sum(opened, Decimal(0)) / unit
    fits = add_up(marketed, given + wasted, ONE_UNIT) if content is None else abs(given + wasted - content) < ONE_UNIT
    if fits is None:
        return NoData("container sizes in the crosswalk", line.number)
    if fits or (content is None and repeats_containers(marketed, given, wasted)):
        return None
    if unclear := on_the_other_claim(context, line.number) or _of_a_syringe(day, marketed, given + wasted, context):
        return unclear
    sizes = ", ".join(f"{size:f}" for size in marketed)
    shown = None if content is None else round(content, 3).normalize()
    what = (
        f"do not fill containers on the market ({sizes} units)"
        if shown is None
        else f"are not the {in_words(shown)} opened"
    )
    return Flaw(
        message=f"{day.hcpcs}: {in_words(given)} given and {wasted:f} discarded {what}.",
        hint=_hint(day, given + wasted, content, marketed),
        at=in_line(line, "serviceUnitCount"),
        facts={"procedureCode": day.hcpcs, "unitsGiven": given, "unitsDiscarded": wasted}
        | ({"containerUnits": sizes} if shown is None else {"openedUnits": shown}),
        severity=Severity.WARN if content is None else None,
    )


def _of_a_syringe(day: DrugDay, marketed: tuple[Decimal, ...], units: Decimal, context: Context) -> NoData | None:
    """Why a dose for the eye need not fill a container; `marketed` is empty where the record shows the containers."""
    into_the_eye = any(line.hcpcs in INTO_THE_EYE and line.covers(day.on) for line in context.claim.lines)
    if not (marketed and into_the_eye and units * SMALL_PART <= marketed[0]):
        return None
    return NoData("content of the syringe that a pharmacy filled for the eye", day.lines[0].number)


def _hint(day: DrugDay, units: Decimal, content: Decimal | None, marketed: tuple[Decimal, ...]) -> str:
    """What to correct: units above the content are overfill, fewer are units not counted or left over."""
    if content is not None and units > content:
        return "Bill no more than the labeled content of the containers opened; overfill is not payable."
    if content is None and units < marketed[0]:
        return (
            f"One container holds {marketed[0]:f} units or more: count the units of the dose, not the containers, and "
            "compare the dose with the record."
        )
    if day.wasted:
        return "Compare both unit counts with the record: together they are the labeled content of the containers."
    return "Correct the units; if some was left in the containers, replace JZ by a JW line for it."
