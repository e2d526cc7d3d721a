from collections.abc import Sequence
from datetime import date

from schemas.outcome import Citation, Location, Severity
from worker.edits.codes.services import CONTINUES
from worker.edits.drugs.arithmetic import amount_in_words, in_words
from worker.edits.drugs.expected_units import expected_wasted
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait
from worker.edits.rules.continuation import THE_OTHER_CLAIM, on_the_other_claim


@drug_day_edit(
    "WST-10",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(
        source="CMS, Discarded Drugs and Biologicals: JW Modifier and JZ Modifier Policy",
        effective=date(2023, 1, 1),
        url="https://www.cms.gov/medicare/payment/part-b-drugs/discarded-drugs",
    ),
    needs=Trait.WASTE_MODIFIER,
    kinds=BOTH_KINDS,
)
def waste_denied(day: DrugDay, context: Context) -> Verdict | None:
    """The line attests that nothing was discarded (JZ), but a JW line or the record shows that a unit or more was.

    Why: JZ is an attestation. Where a whole billing unit or more was discarded, it is false, and the discarded units
    are left out of the refund that manufacturers owe Medicare. The given units beside a JW line carry neither.

    Flagged: J1745-JZ x 35 with J1745-JW x 5 of the same day; J1745-JZ x 35 with 50 mg discarded in the record, which is
    5 units.

    Accepted: J1745-JZ x 40 with nothing discarded; waste of less than one billing unit; a JZ line and an unmodified one
    beside a JW line of the same drug and day, for two preparations. With 76 on the JW line, the units given with it may
    be on another claim.

    To do: Remove JZ from the line of the units given; if nothing was discarded, remove the JW line instead.

    To do: Remove JZ and bill … as discarded with JW on a second line.
    """
    attesting = [line for line in day.given if line.attests_no_waste]
    if not attesting:
        return None
    if day.wasted:
        return _beside_waste(day, attesting, context)
    expected = expected_wasted(day)
    if isinstance(expected, Unknown):
        return NoData(expected.missing, attesting[0].number)
    if expected > 0:
        amount = amount_in_words(day.dose_discarded, day.drug.unit)
        return Flaw(
            message=f"{day.hcpcs} carries JZ (nothing discarded), but the record shows {amount} discarded.",
            hint=f"Remove JZ and bill {in_words(expected)} as discarded with JW on a second line.",
            at=_at(attesting[0]),
            facts={"procedureCode": day.hcpcs, "discarded": amount, "discardedUnits": expected},
        )
    return None


def _beside_waste(day: DrugDay, attesting: Sequence[LineFacts], context: Context) -> Verdict | None:
    if len(attesting) < len(day.given) or any(line.attests_no_waste for line in day.wasted):
        return None  # another line may be the one that goes with the waste; JW and JZ on one line are WST-02's
    if any(CONTINUES.intersection(line.modifiers) for line in day.wasted):
        return NoData(THE_OTHER_CLAIM, day.wasted[0].number)
    if elsewhere := on_the_other_claim(context, day.wasted[0].number):
        return elsewhere
    wasted = in_words(day.units_wasted) if day.units_wasted is not None else "units"
    return Flaw(
        message=f"{day.hcpcs} of {day.on} carries JZ (nothing discarded), but line {day.wasted[0].number} bills "
        f"{wasted} as discarded (JW).",
        hint="Remove JZ from the line of the units given; if nothing was discarded, remove the JW line instead.",
        at=_at(attesting[0]),
        facts={"procedureCode": day.hcpcs, "discardedUnits": day.units_wasted or "not known"},
    )


def _at(line: LineFacts) -> Location:
    return in_line(line, "procedureModifiers", 1 + line.modifiers.index("JZ"))
