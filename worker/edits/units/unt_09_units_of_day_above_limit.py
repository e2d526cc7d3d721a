from datetime import date
from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.bill_types import OUTPATIENT_MUE
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.places import DISPENSED_TO
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import ANYTHING, Trait
from worker.edits.rules.earlier import earlier_claims, is_repeated, named, unless_known, without_memory
from worker.edits.rules.earlier_doses import WASTE
from worker.edits.rules.unlikely_units import A_LINE, IN_THE_RECORD, JUSTIFIABLE, CountedUnits, severity_above
from worker.history.entry import EarlierClaim, EarlierLine
from worker.history.key import NO_MARK
from worker.reference.tables.answer import Found

_SAYS_MORE: Final = Trait.END_DATE | Trait.ELSEWHERE | Trait.OTHER_MODIFIER | Trait.WASTE_BILLED
"""What may show that the limit does not apply."""


def _where_a_day_is_limited(code: CodeOnDay, _: Configuration) -> int:
    answer = code.mue("practitioner")
    is_limited = isinstance(answer, Found) and answer.row.mai != A_LINE
    return Trait.EARLIER_DAY | _SAYS_MORE if is_limited else ANYTHING


@drug_day_edit(
    "UNT-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("151",), rarc=("N362",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, medically unlikely edits (MUE) of practitioners and hospitals",
        effective=date(2013, 4, 1),
    ),
    looks_for=_where_a_day_is_limited,
    lacks=without_memory,
    kinds=BOTH_KINDS,
    tables=("mue",),
    sometimes=(JUSTIFIABLE,),
)
def units_of_day_above_limit(day: DrugDay, context: Context) -> Verdict | None:
    """With those of an earlier claim, more units of the drug are billed for a day than Medicare's limit (MUE) allows.

    Why: units of a code with the indicator (MAI) 2 or 3 are counted for the whole day, over all lines and claims of one
    provider. What a second claim adds is denied.

    Flagged: J0178-RT x 2 on one claim and J0178-LT x 4 of that day on the next (limit 4, MAI 2), rejected; held for the
    record where the indicator is 3.

    Accepted: units up to the limit in all; those of another provider; a code with MAI 1, which is counted per line; a
    line with GY; a claim that the payer returned or denied. A claim that is above the limit by itself is UNT-03's.

    To do: Verify the units of both claims; what is above the limit is not payable.

    To do: Verify the units of both claims. If they are right, have the record ready that justifies them.
    """
    counted = day.lines if context.options(CountedUnits).count_discarded_units else day.given
    first = day.lines[0]
    if (
        not counted
        or (first.is_institutional and first.facility not in OUTPATIENT_MUE)
        or any(line.spans_days or line.place in DISPENSED_TO for line in counted)
        or any(NOT_COVERED_BY_LAW in line.modifiers for line in counted)
        or is_repeated(context, *day.lines)
    ):
        return DoesNotApply()
    answer = day.code.mue("outpatient_hospital" if first.is_institutional else "practitioner")
    if not isinstance(answer, Found):
        return NoData("MUE table", first.number)
    if answer.row.mai == A_LINE:
        return DoesNotApply()
    limit, now = answer.row.value, sum((line.units or Decimal(0) for line in counted), Decimal(0))
    before = _of_the_day(day, context)
    units = sum((line.units or Decimal(0) for _, line in before), Decimal(0))
    if not (units and now <= limit < units + now):
        return unless_known(context, day.on, first.number)
    justifiable = answer.row.mai == IN_THE_RECORD
    return Flaw(
        message=f"{day.hcpcs} of {day.on}: {in_words(now)} here and {in_words(units)} on earlier claims; the MUE is "
        f"{limit} (MAI {answer.row.mai}).",
        hint="Verify the units of both claims. If they are right, have the record ready that justifies them."
        if justifiable
        else "Verify the units of both claims; what is above the limit is not payable.",
        at=in_line(counted[0], "serviceUnitCount"),
        facts={
            "procedureCode": day.hcpcs,
            "serviceDate": day.on,
            "billedUnits": now,
            "earlierUnits": units,
            "limit": limit,
            "indicator": answer.row.mai,
            **named(before[-1][0]),
        },
        severity=severity_above(first.facility, justifiable=justifiable),
        predicted=JUSTIFIABLE if justifiable else None,
    )


def _of_the_day(day: DrugDay, context: Context) -> list[tuple[EarlierClaim, EarlierLine]]:
    """The earlier lines of the drug and day that count, of a provider of these lines."""
    earlier = earlier_claims(context)
    same_day = earlier.payable.between(day.hcpcs, day.on, day.on)
    if not same_day:
        return []
    providers = {earlier.own.lines[line.number - 1].rendering for line in day.lines} - {NO_MARK}
    counts_waste = context.options(CountedUnits).count_discarded_units
    return [
        (claim, line)
        for claim, line in same_day
        if line.until == day.on
        and line.rendering in providers
        and claim.is_institutional is earlier.own.is_institutional
        and NOT_COVERED_BY_LAW not in line.modifiers
        and (counts_waste or WASTE not in line.modifiers)
    ]
