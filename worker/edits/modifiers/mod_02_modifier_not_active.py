from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.correction import modifier_replaced, safe
from worker.reference.tables.answer import NotInForce

# The successor of a modifier that ended.
SUCCESSORS: Final = {"JG": "TB"}


@line_edit(
    "MOD-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("182",), rarc=("M78",)),
    citation=Citation(source="CMS, HCPCS Level II modifiers, dates of effect and termination"),
    needs=Trait.MODIFIER,
    looks_for=Trait.DOUBTFUL_MODIFIER,
    kinds=BOTH_KINDS,
    fixes=("safe",),
)
def modifier_not_active(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """A modifier was not in force on the date of service.

    Why: modifiers begin and end on a date like codes; a line with one outside its dates is returned.

    Flagged: JG (340B) from 2025-01-01, when only TB was left; JZ before 2023-01-01.

    Accepted: JG on 2024-12-31; JZ on 2023-01-01. Not judged: the 409 modifiers of which CMS's lists give no dates; one
    that its list of October 2025 does not hold is a warning of MOD-01.

    To do: Send … instead.

    To do: Remove it, or correct the date of service.
    """
    if line.on is None:
        return None
    verdicts: list[Verdict] = []
    for place, written in enumerate(line.line.service.procedure_modifiers, 1):
        modifier = (written or "").upper()
        answer = context.snapshot.modifier(modifier, line.on) if modifier else None
        if not isinstance(answer, NotInForce):
            continue
        begins, ends = answer.valid_from, answer.valid_to
        is_over = ends is not None and line.on > ends
        instead = SUCCESSORS.get(modifier) if is_over else None
        verdicts.append(
            Flaw(
                message=f"{modifier} was not in force on {line.on}: it "
                + (f"ended on {ends}." if is_over else f"began on {begins}."),
                hint=f"Send {instead} instead." if instead else "Remove it, or correct the date of service.",
                at=in_line(line, "procedureModifiers", place),
                facts={
                    "modifier": modifier,
                    "serviceDate": line.on,
                    "inForceFrom": begins or "open",
                    "inForceTo": ends or "open",
                },
                fix=safe(modifier_replaced(line, place, instead)) if instead else None,
            )
        )
    return verdicts
