from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.reference.tables.answer import Found

WITHOUT_NOTICE, WITH_NOTICE = "GZ", "GA"
DENIED_FROM: Final = date(2011, 7, 1)
NEVER_PAID: Final = frozenset("IMS")
"""HCPCS coverage codes: not payable by Medicare, not covered by Medicare, not covered by law."""


@line_edit(
    "MOD-15",
    severity=Severity.WARN,
    predicted=predicts(category="A2", status=("585",), carc=("50",)),
    citation=Citation(
        source="CMS, MLN Matters MM7228: automatic denial of lines with GZ, 2011-02-04",
        effective=DENIED_FROM,
    ),
    needs=Trait.OTHER_MODIFIER,
    kinds=BOTH_KINDS,
)
def denial_expected(line: LineFacts, context: Context) -> Verdict | None:
    """A line carries a modifier with which Medicare is certain not to pay it.

    Why: GZ says that a denial is expected and that the patient has signed no notice. Medicare denies such a line
    without a look at the record, and the provider bears the loss. GA needs a signed notice; on a code that Medicare
    never pays it changes nothing, since the law and not the patient's case decides.

    Flagged: J1745-GZ from 2011-07-01; J7304-GA, a code that is never paid (coverage code I, M or S).

    Accepted: GA on a code that may be paid, which is decided by the case; GY, which states that the law excludes the
    item; other payers. GA with GZ is reported by MOD-03.

    To do: Remove GZ if the service is covered after all; send GA if the patient signed a notice before it.

    To do: Send GY instead, or bill the patient.
    """
    if not context.profile.medicare or line.on is None or line.on < DENIED_FROM:
        return DoesNotApply()
    if WITHOUT_NOTICE in line.modifiers:
        return _flaw(
            line,
            WITHOUT_NOTICE,
            "Medicare denies the line unseen, and the provider bears the loss",
            "Remove GZ if the service is covered after all; send GA if the patient signed a notice before it.",
        )
    if WITH_NOTICE not in line.modifiers:
        return DoesNotApply()
    code = context.snapshot.hcpcs_code(line.hcpcs, line.on)
    if isinstance(code, Found) and code.row.coverage_code in NEVER_PAID:
        return _flaw(
            line,
            WITH_NOTICE,
            f"Medicare never pays the code (coverage code {code.row.coverage_code}), notice or not",
            "Send GY instead, or bill the patient.",
        )
    return None


def _flaw(line: LineFacts, modifier: str, why: str, hint: str) -> Flaw:
    return Flaw(
        message=f"{line.hcpcs} carries {modifier}: {why}.",
        hint=hint,
        at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(modifier)),
        facts={"procedureCode": line.hcpcs, "modifier": modifier},
    )
