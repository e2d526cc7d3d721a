from decimal import Decimal

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.authorization._approvals import Approvals
from worker.edits.codes.ranges import listed
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Options,
    Verdict,
    drug_line_edit,
    predicts,
)
from worker.edits.facts.authorization import approval_number
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.earlier import earlier_claims, is_repeated, named, unless_known, without_memory_or


class ApprovedInAll(Options):
    """How many units of a code the payer approved on all claims together."""

    total_units: dict[str, Decimal] = Field(
        default={},
        description="the numbers of approvals, each with the most units of a code on all claims together",
        examples=[{"PA123": "120"}],
    )


def _without_totals(configuration: Configuration) -> str | None:
    has_totals = configuration.options(ApprovedInAll).total_units
    return None if has_totals else "the units that the payer approved in all under its prior authorizations"


@drug_line_edit(
    "AUT-08",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("252", "674"), carc=("198",), rarc=("N54",)),
    citation=Citation(source="ASC X12N 005010X222A1", section="2300 and 2400 REF*G1, prior authorization number"),
    options=ApprovedInAll,
    lacks=without_memory_or(_without_totals),
    kinds=BOTH_KINDS,
)
def authorized_units_used_up(line: LineFacts, context: Context) -> Verdict | None:
    """With those of earlier claims, more units are billed under an authorization than the payer approved.

    Why: payers count the units under an authorization over all claims and deny what is above. What was approved in all
    is in the payer profile, as this edit's option `total_units`; codes and days are in AUT-02's option `approvals`.

    Flagged: J0897 x 60 under an approval of 120 units in all, of which 120 went out before.

    Accepted: exactly the units; those of a claim that was replaced, voided, returned or denied. A number that the
    profile does not hold, and units above the limit of one claim, are AUT-02's.

    To do: Ask the payer for more units, or enter the authorization that covers the line.
    """
    number = approval_number(line, context.claim)
    approval = context.options(Approvals).named(number) if number else None
    total = context.options(ApprovedInAll).total_units.get(number or "")
    if approval is None or total is None or not listed(line.hcpcs, approval.codes):
        return DoesNotApply()
    earlier = earlier_claims(context)
    mark = earlier.own.lines[line.number - 1].authorization
    same = [
        each
        for each in context.claim.drug_lines
        if each.hcpcs == line.hcpcs and earlier.own.lines[each.number - 1].authorization == mark
    ]
    if same[0] is not line or is_repeated(context, *same):
        return DoesNotApply()
    if any(each.units is None for each in same):
        return NoData("unit count", line.number)
    now = sum((each.units for each in same if each.units is not None), Decimal(0))
    before = [(claim, other) for claim, other in earlier.payable.of(line.hcpcs) if other.authorization == mark]
    used = sum((other.units or Decimal(0) for _, other in before), Decimal(0))
    if used + now <= total or (approval.most_units is not None and now > approval.most_units):
        return unless_known(context, approval.first_day, line.number)
    return Flaw(
        message=f"{line.hcpcs}: {in_words(now)} billed, and {used:f} of the {total:f} approved in all went out before.",
        hint="Ask the payer for more units, or enter the authorization that covers the line.",
        at=in_line(line, "serviceUnitCount"),
        facts={
            "procedureCode": line.hcpcs,
            "billedUnits": now,
            "earlierUnits": used,
            "approvedUnits": total,
            **(named(before[-1][0]) if before else {}),
        },
    )
