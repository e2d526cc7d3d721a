from datetime import timedelta

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.codes.lists import CodeList, on_list
from worker.edits.codes.ranges import listed
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    EditStatus,
    Flaw,
    Verdict,
    drug_day_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.rules.earlier import earlier_claims, is_repeated, named, unless_known, without_memory_or
from worker.edits.rules.earlier_doses import doses_before


class OneAtATime(CodeList):
    """The codes of which the payer pays for one at a time, and for how many days after a dose that holds."""

    within_days: int = Field(default=28, ge=1, le=366)


@drug_day_edit(
    "AUT-10",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("571",), carc=("50",), rarc=("N130",)),
    citation=Citation(source="Payers' policies such as Blue Cross Blue Shield of North Dakota, Xolair"),
    options=OneAtATime,
    about=on_list(OneAtATime),
    lacks=without_memory_or(unless_given(OneAtATime, "the payer's list of drugs that exclude each other", "codes")),
    status=EditStatus.PREVIEW,
    kinds=BOTH_KINDS,
)
def biologics_together(day: DrugDay, context: Context) -> Verdict | None:
    """The drug was given while another one is still at work beside which the payer does not pay for it.

    Why: payers cover one biologic for asthma or eczema at a time. The codes are in the payer profile, as this edit's
    options `codes` and `within_days`.

    Flagged: J2182 on 2026-03-16 after J2357 on 2026-03-02, both on the list.

    Accepted: the same drug again; another one more than 28 days after the dose before.

    To do: Verify which of the two the patient gets; after a change, send the record that shows it.
    """
    if not day.given or is_repeated(context, *day.lines):
        return DoesNotApply()
    options = context.options(OneAtATime)
    codes = {each.hcpcs for each in context.claim.drug_days} | earlier_claims(context).services.codes
    others = sorted(code for code in codes - {day.hcpcs} if listed(code, options.codes or ()))
    since = day.on - timedelta(days=options.within_days)
    before = doses_before(day, context, others, since)
    if not before:
        return unless_known(context, since, day.lines[0].number)
    last = before[-1]
    return Flaw(
        message=f"{day.hcpcs} is given {in_words((day.on - last.on).days, 'day')} after {last.hcpcs} ({last.on}); the "
        "payer pays for one of them at a time.",
        hint="Verify which of the two the patient gets; after a change, send the record that shows it.",
        at=in_line(day.given[0], "procedureCode"),
        facts={
            "procedureCode": day.hcpcs,
            "serviceDate": day.on,
            "earlierCode": last.hcpcs,
            "earlierDose": last.on,
            **(named(last.claim) if last.claim else {}),
        },
    )
