from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import ClaimFacts, DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

LEAST_DIFFERENCE: Final = Decimal(1)  # dollars
LEAST_SHARE: Final = Decimal("0.01")  # of the charge that was expected


@drug_day_edit(
    "CHG-02",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("583",), carc=("16",), rarc=("M79",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 17", section="section 40"),
    needs=Trait.WASTE_BILLED,
    kinds=BOTH_KINDS,
)
def waste_charged_otherwise(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """A discarded unit is charged differently from a unit that was given.

    Why: both come from the same container. A payer pays no more than the charge, so a charge that is too low for the JW
    line loses money, and one that is too high looks like a mistake in the units.

    Flagged: J1745 x 35 for 1,190.00 and J1745-JW x 5 for 5.00, where 170.00 was expected.

    Accepted: 170.00; a difference of a dollar, or of a hundredth, from rounding.

    To do: Charge a discarded unit as much as a unit given, or correct the units.
    """
    if not day.wasted or not day.given:
        return DoesNotApply()
    given, units = _charge(day.given, context.claim), day.units_given
    if given is None or not units or units <= 0:
        return NoData("charge and units of the drug given", day.given[0].number)
    verdicts: list[Verdict] = []
    for line in day.wasted:
        charge = context.claim.charge_of(line)
        if charge is None or line.units is None or line.units <= 0:
            verdicts.append(NoData("charge and units of the JW line", line.number))
            continue
        expected = round(given * line.units / units, 2)
        difference = abs(charge - expected)
        if difference > max(LEAST_DIFFERENCE, expected * LEAST_SHARE):
            verdicts.append(
                Flaw(
                    message=f"{day.hcpcs}-JW x {line.units:f} is charged {charge:f}; as given it would be "
                    f"{expected:f}.",
                    hint="Charge a discarded unit as much as a unit given, or correct the units.",
                    at=in_line(line, "lineItemChargeAmount"),
                    facts={
                        "procedureCode": day.hcpcs,
                        "lineCharge": charge,
                        "expectedCharge": expected,
                        "discardedUnits": line.units,
                    },
                )
            )
    return verdicts


def _charge(lines: tuple[LineFacts, ...], claim: ClaimFacts) -> Decimal | None:
    charges = [charge for line in lines if (charge := claim.charge_of(line)) is not None]
    return sum(charges, Decimal(0)) if len(charges) == len(lines) else None
