from collections.abc import Sequence
from datetime import date
from typing import Final

from schemas.outcome import Citation, Fix, Severity
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.ranges import within
from worker.edits.codes.vaccines import GENERAL, GIVEN_BY, VACCINES, administration_of
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, Options, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.correction import replaced, safe
from worker.reference.tables.answer import Found

COST_REPORT: Final = frozenset({"71", "77"})
"""Facility types whose vaccines Medicare pays by their cost report: rural health clinics and health centers."""


class VaccineCodes(Options):
    """Whether a payer other than Medicare wants Medicare's codes for giving a vaccine."""

    medicare_codes: bool = False


@line_edit(
    "ADM-08",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("454",), carc=("16",), rarc=("N657",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 18; Palmetto GBA, Railroad Medicare, 2025-03-19",
        section="section 10.2.1",
        effective=date(1994, 1, 1),
    ),
    options=VaccineCodes,
    about=lambda code, _: administration_of(code) is not None,
    kinds=BOTH_KINDS,
    fixes=("safe",),
)
def vaccine_given_by_general_code(line: LineFacts, context: Context) -> Verdict | None:
    """A vaccine against influenza, pneumococci or hepatitis B is billed without Medicare's own code for giving it.

    Why: Medicare pays for giving these by G0008 (influenza), G0009 (pneumococci) and G0010 (hepatitis B), without a
    deductible. It denies 90471 and its kind beside them.

    Flagged: 90662 with 90471; 90732 with G0008 alone. A warning where nothing on the claim is a way to give the vaccine
    that day.

    Accepted: 90662 with G0008; 90662 with G0008 and 90732 with G0009; 90714 (tetanus) with 90471; bills of rural health
    clinics and health centers; GY; a payer other than Medicare, unless its profile says `medicare_codes: true`.

    To do: Send … instead of ….

    To do: Add … if the vaccine was given here.
    """
    giving, on = administration_of(line.hcpcs), line.on
    wanted = context.profile.medicare or context.options(VaccineCodes).medicare_codes
    if not wanted or giving is None or on is None or not isinstance(context.snapshot.hcpcs_code(giving, on), Found):
        return DoesNotApply()
    if line.is_institutional and context.claim.claim.claim_information.place_of_service_code in COST_REPORT:
        return DoesNotApply()
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    that_day = [each for each in context.claim.lines if each.covers(on)]
    if any(each.hcpcs == giving for each in that_day):
        return None
    general = [each for each in that_day if within(each.hcpcs, GENERAL)]
    at = in_line(general[0] if general else line, "procedureCode")
    return Flaw(
        message=f"{line.hcpcs} is billed without {giving}, by which Medicare pays for giving this vaccine"
        + (f"; {general[0].hcpcs} is not paid beside it." if general else "."),
        hint=f"Send {giving} instead of {general[0].hcpcs}."
        if general
        else f"Add {giving} if the vaccine was given here.",
        at=at,
        facts={"procedureCode": line.hcpcs, "administration": giving, "sent": tuple(each.hcpcs for each in general)},
        severity=None if general or any(each.hcpcs in GIVEN_BY for each in that_day) else Severity.WARN,
        fix=_fix(that_day, general, giving),
    )


def _fix(that_day: Sequence[LineFacts], general: Sequence[LineFacts], giving: str) -> Fix | None:
    """Only where one vaccine was given by one line can the general code be nothing but the wrong one."""
    vaccines = [each for each in that_day if within(each.hcpcs, VACCINES)]
    if len(vaccines) != 1 or len(general) != 1:
        return None
    sent = general[0]
    return safe(replaced(in_line(sent, "procedureCode"), sent.line.service.procedure_code or "", giving))
