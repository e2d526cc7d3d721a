from datetime import date
from types import MappingProxyType
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.medicare_duty import MedicareDuty, is_required

INSULIN_FOR_PUMPS: Final = MappingProxyType(
    {"J1811": date(2023, 7, 1), "J1813": date(2023, 7, 1), "J1817": date(2023, 5, 1)}
)
"""Insulin given through an external pump, with the first day of the duty."""
ONE_MONTH, THREE_MONTHS = "JK", "JL"
THREE_MONTHS_FROM: Final = date(2023, 7, 1)


class MonthsOfInsulin(MedicareDuty):
    """Whether a payer other than Medicare wants the months of supply."""


@drug_line_edit(
    "MOD-14",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("453",), carc=("4",), rarc=("N822",)),
    citation=Citation(
        source="CGS Administrators, DME: insulin furnished through an external infusion pump, 2023-07-07",
        effective=date(2023, 5, 1),
        url="https://cgsmedicare.com/jc/pubs/news/2023/03/cope136303.html",
    ),
    options=MonthsOfInsulin,
    about=lambda code, _: code in INSULIN_FOR_PUMPS,
)
def months_of_insulin_not_told(line: LineFacts, context: Context) -> Verdict | None:
    """Insulin for a pump is billed without the months that it lasts (JK or JL), or with both.

    Why: since July 2023 the patient pays at most $35 for a month of insulin. JK (one month or less) or JL (three
    months) tells for how many months, and a line without either is denied.

    Flagged: J1817 without JK and JL from 2023-05-01; J1811 and J1813 from 2023-07-01; both on one line; JL in May and
    June 2023, when only a month could be billed.

    Accepted: J1817-JK; J1817 on 2023-04-30; GY, for insulin that is not given through a pump; a payer other than
    Medicare, unless its profile says `required: true`.

    To do: Add JK for a month or less, JL for three months.

    To do: Bill one month at a time, with JK.

    To do: Keep JK for a month or less, JL for three months.
    """
    if line.on is None or line.on < INSULIN_FOR_PUMPS[line.hcpcs]:
        return DoesNotApply()
    required = is_required(context, MonthsOfInsulin)
    if required is None:
        return NoData("whether the payer wants JK or JL", line.number)
    if not required:
        return DoesNotApply()
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    told = [modifier for modifier in (ONE_MONTH, THREE_MONTHS) if modifier in line.modifiers]
    if told == [ONE_MONTH] or (told == [THREE_MONTHS] and line.on >= THREE_MONTHS_FROM):
        return None
    if not told:
        problem, hint = "carries neither JK nor JL", "Add JK for a month or less, JL for three months."
    elif len(told) > 1:
        problem, hint = "carries both JK and JL", "Keep JK for a month or less, JL for three months."
    else:
        problem, hint = f"carries JL before {THREE_MONTHS_FROM}", "Bill one month at a time, with JK."
    return Flaw(
        message=f"{line.hcpcs}, insulin for a pump, {problem}.",
        hint=hint,
        at=in_line(line, "procedureModifiers"),
        facts={"procedureCode": line.hcpcs, "modifiers": line.modifiers, "serviceDate": line.on},
    )
