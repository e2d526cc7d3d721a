from datetime import timedelta

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    Options,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.earlier import YEAR
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import ANYTHING, Trait
from worker.edits.rules.earlier import is_repeated, named, unless_known, without_memory
from worker.edits.rules.earlier_doses import doses_before


class Grace(Options):
    """How many days before the end of an interval the payer pays for the next dose."""

    grace_days: int = Field(default=0, ge=0, le=366)


def _where_doses_have_an_interval(code: CodeOnDay, configuration: Configuration) -> int | None:
    guide = configuration.guides.get(code.hcpcs)
    if guide is None or guide.interval is None:
        return None
    return ANYTHING if guide.interval.days > YEAR else Trait.EARLIER_CODE | Trait.WASTE_BILLED


@drug_day_edit(
    "AUT-05",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("571", "572"), carc=("151",), rarc=("N640", "N435")),
    citation=Citation(source="The dosing interval in the guide of the drug, each with its own source"),
    options=Grace,
    looks_for=_where_doses_have_an_interval,
    lacks=without_memory,
    kinds=BOTH_KINDS,
)
def given_again_too_soon(day: DrugDay, context: Context) -> Verdict | None:
    """The drug was given again before its dosing interval was over.

    Why: payers count the days since the last dose and deny one that comes too soon. The interval is in the guide of
    the drug.

    Flagged: J2353 on 2026-03-02 after J2353 on 2026-02-09, with an interval of 28 days.

    Accepted: 28 days and more, or as many fewer as the payer grants (option `grace_days`); amounts discarded; two lines
    of one day. A drug without an interval in its guide is not looked at.

    To do: Verify the dates of both doses; if both are right, have the reason for the early dose in the record.
    """
    guide = context.guides.get(day.hcpcs)
    if guide is None or guide.interval is None or not day.given or is_repeated(context, *day.lines):
        return DoesNotApply()
    days = guide.interval.days - context.options(Grace).grace_days
    since = day.on - timedelta(days=days)
    before = doses_before(day, context, since=since + timedelta(days=1))
    if before:
        last = before[-1]
        apart = (day.on - last.on).days
        return Flaw(
            message=f"{day.hcpcs} is given {in_words(apart, 'day')} after {last.on}; the interval is "
            f"{in_words(guide.interval.days, 'day')}.",
            hint="Verify the dates of both doses; if both are right, have the reason for the early dose in the record.",
            at=in_line(day.given[0], "serviceDate"),
            facts={
                "procedureCode": day.hcpcs,
                "serviceDate": day.on,
                "earlierDose": last.on,
                "days": apart,
                "intervalDays": guide.interval.days,
                **(named(last.claim) if last.claim else {}),
            },
        )
    return unless_known(context, since, day.lines[0].number)
