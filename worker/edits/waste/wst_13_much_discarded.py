from decimal import Decimal
from typing import Final

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Options,
    Verdict,
    drug_day_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

ALL: Final = 100


class LargestShare(Options):
    """The share of the containers, in percent, above which the payer asks for the record; 100 sets no limit."""

    largest_share_percent: int | None = Field(default=None, ge=1, le=100)


@drug_day_edit(
    "WST-13",
    severity=Severity.WARN,
    predicted=predicts(category="A2", status=("409",), rarc=("N706",)),
    citation=Citation(source="Reviews of payers; the limit is in the payer profile, no limit is published"),
    options=LargestShare,
    needs=Trait.WASTE_BILLED,
    lacks=unless_given(LargestShare, "the payer's limit of the discarded share", "largest_share_percent"),
    kinds=BOTH_KINDS,
)
def much_discarded(day: DrugDay, context: Context) -> Verdict | None:
    """A large share of the containers is billed as discarded.

    Why: some payers review claims with much waste and ask for the record. They decide which share is much: it is in
    the payer profile, as this edit's option `largest_share_percent`. Medicare publishes no limit.

    Flagged: J1745 x 6 and JW x 4, of which 40 percent were discarded, with 30 percent in the profile.

    Accepted: x 7 and JW x 3. Containers that were not needed at all are reported by WST-08.

    To do: Verify both counts, and have the record ready that shows what was discarded and why.
    """
    given, wasted = day.units_given, day.units_wasted
    if not day.wasted or not day.given:
        return DoesNotApply()
    line, largest = day.wasted[0], context.options(LargestShare).largest_share_percent or ALL
    if given is None or wasted is None:
        return NoData("unit count", line.number)
    if 100 * wasted > largest * (given + wasted):
        share = (100 * wasted / (given + wasted)).quantize(Decimal(1))
        return Flaw(
            message=f"{day.hcpcs}: {share} percent of the units are billed as discarded.",
            hint="Verify both counts, and have the record ready that shows what was discarded and why.",
            at=in_line(line, "serviceUnitCount"),
            facts={"procedureCode": day.hcpcs, "unitsGiven": given, "unitsDiscarded": wasted, "percent": share},
        )
    return None
