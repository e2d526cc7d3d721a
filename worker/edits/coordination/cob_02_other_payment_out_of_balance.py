from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from schemas.outcome import Citation, Severity
from schemas.records import LineAdjudication
from schemas.values import as_money
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait


@line_edit(
    "COB-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("672",), carc=("16",), rarc=("N4",)),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P), 2430 SVD02 and CAS; X12, request for interpretation 1555 (2012-05-24)",
        url="http://rfi.x12.org/Request/Details/1555",
    ),
    needs=Trait.OTHER_PAYER,
    kinds=BOTH_KINDS,
)
def other_payment_out_of_balance(line: LineFacts, context: Context) -> list[Verdict]:
    """The amounts that another payer paid and adjusted on a line do not add up to the line's charge.

    Why: a charge is either paid or adjusted. The next payer works out its share from both, and returns a line where
    something is left over.

    Flagged: a charge of 137.00 with 47.28 paid and 77.86 adjusted, which leaves 11.86.

    Accepted: 47.28 paid, 77.86 and 11.86 adjusted. The parts of a line that the other payer unbundled are added up. No
    data: a line that it bundled with another one; an amount that is missing.

    To do: Copy payment (SVD02) and all adjustments (CAS) of the line from the other payer's remittance.
    """
    charge = context.claim.charge_of(line)
    by_payer: dict[str | None, list[LineAdjudication]] = defaultdict(list)
    for decided in line.line.line_adjudication_information:
        by_payer[decided.other_payer_primary_identifier].append(decided)
    verdicts: list[Verdict] = []
    if not by_payer:
        verdicts.append(DoesNotApply())
    for parts in by_payer.values():
        amounts = [amount for part in parts for amount in _amounts(part)]
        known = [amount for amount in amounts if isinstance(amount, Decimal)]
        if charge is None or len(known) != len(amounts):
            verdicts.append(NoData("amounts of the other payer's decision", line.number))
        elif any(part.bundled_or_unbundled_line_number for part in parts):
            verdicts.append(NoData("lines that the other payer bundled", line.number))
        elif (accounted := sum(known, Decimal(0))) != charge:
            verdicts.append(
                Flaw(
                    message=f"Line {line.number} is charged {charge:f}; another payer accounts for {accounted:f}.",
                    hint="Copy payment (SVD02) and all adjustments (CAS) of the line from the other "
                    "payer's remittance.",
                    at=in_line(line, "lineAdjudicationInformation"),
                    facts={"lineCharge": charge, "accountedFor": accounted, "difference": charge - accounted},
                )
            )
    return verdicts


def _amounts(part: LineAdjudication) -> Iterator[object]:
    yield as_money(part.service_line_paid_amount)
    for adjustment in part.claim_adjustment_information:
        for detail in adjustment.adjustment_details:
            yield as_money(detail.adjustment_amount)
