from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from schemas.outcome import Citation, Severity
from worker.edits.codes.services import CONTINUES, REPEATED
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.continuation import is_part_of_split_claim
from worker.edits.rules.earlier import is_repeated, named, unless_known, without_memory
from worker.edits.rules.earlier_doses import is_given
from worker.edits.rules.earlier_waste import lines_of_the_day
from worker.history.entry import EarlierState
from worker.history.services import EarlierService


@drug_day_edit(
    "WST-15",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("16",), rarc=("N519",)),
    citation=Citation(
        source="First Coast Service Options, JW and JZ modifiers: claims with the JW line alone are rejected; CMS "
        "Claims Processing Manual (Pub. 100-04), chapter 17",
        section="section 40",
        effective=date(2017, 1, 1),
    ),
    needs=Trait.WASTE_MODIFIER,
    looks_for=Trait.EARLIER_DAY,
    lacks=without_memory,
    kinds=BOTH_KINDS,
)
def waste_on_another_claim(day: DrugDay, context: Context) -> Verdict | None:
    """What was discarded is billed on another claim than the drug given, or two claims contradict each other on it.

    Why: given and discarded units of a drug and day belong on one claim, the discarded ones on a line of their own with
    JW. JZ states that nothing was discarded: JW and JZ of one drug and day cannot both be true.

    Flagged: J1745-JW x 5 alone after a claim with J1745 x 35 of that day; J1745-JW after a claim with J1745-JZ of that
    day, or the reverse.

    Accepted: both lines on one claim; a JW line with 59 or 76, or a claim whose note says that it was split, after a
    claim without JZ; another side, package, day or practice; a line that states a repetition; JW after JZ, or the
    reverse, on a claim that the payer denied. A JW line without any given units is WST-03's.

    To do: Replace the earlier claim by one with both lines, or ask for its reopening.

    To do: Correct the claim on which JW or JZ is wrong; what was discarded goes on the claim of the units given.
    """
    if is_repeated(context, *day.lines):
        return DoesNotApply()
    before = [each for each in lines_of_the_day(day, context) if not REPEATED.intersection(each[1].modifiers)]
    lines = [line for line in day.lines if not REPEATED.intersection(line.modifiers)]
    now = {modifier for line in lines for modifier in line.modifiers}
    if "JW" in now and "JZ" not in now and (said := _saying("JZ", before)):
        return _flaw(day, said, "JZ", "JW")
    if "JZ" in now and "JW" not in now and (said := _saying("JW", before)):
        return _flaw(day, said, "JW", "JZ")
    given_before = [each for each in before if is_given(each[1])]
    if day.given or not given_before:
        return unless_known(context, day.on, day.lines[0].number)
    if carried := next((each for line in day.wasted for each in line.modifiers if each in CONTINUES), None):
        return Bypassed(f"modifier {carried}", day.wasted[0].number)
    if is_part_of_split_claim(context.claim):
        return Bypassed("a note that the claim was split", day.wasted[0].number)
    claim, _ = given_before[-1]
    return Flaw(
        message=f"{day.hcpcs} of {day.on}: the JW line is alone; the units given went out on the claim received on "
        f"{claim.received_on}.",
        hint="Replace the earlier claim by one with both lines, or ask for its reopening.",
        at=in_line(day.wasted[0], "procedureModifiers"),
        facts={
            "procedureCode": day.hcpcs,
            "serviceDate": day.on,
            "discardedUnits": day.units_wasted or Decimal(0),
            **named(claim),
        },
    )


def _saying(modifier: str, before: Sequence[EarlierService]) -> EarlierService | None:
    """The last earlier line with a modifier, where no line of that day has the other one."""
    other = "JZ" if modifier == "JW" else "JW"
    if any(other in line.modifiers for _, line in before):
        return None
    # A claim that was denied contradicts nobody: what is wrong on it may be what is put right here.
    may_be_paid = [each for each in before if each[0].state is not EarlierState.DENIED]
    return next((each for each in reversed(may_be_paid) if modifier in each[1].modifiers), None)


def _flaw(day: DrugDay, said: EarlierService, there: str, here: str) -> Flaw:
    claim, _ = said
    line = next(line for line in day.lines if here in line.modifiers)
    return Flaw(
        message=f"{day.hcpcs} of {day.on} carries {here} here and {there} on a claim received on {claim.received_on}.",
        hint="Correct the claim on which JW or JZ is wrong; what was discarded goes on the claim of the units given.",
        at=in_line(line, "procedureModifiers"),
        facts={
            "procedureCode": day.hcpcs,
            "serviceDate": day.on,
            "modifier": here,
            "earlierModifier": there,
            **named(claim),
        },
    )
