from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import BILLED_TO_BE_DENIED
from worker.edits.edit import Bypassed, Configuration, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import ANYTHING, NOTHING
from worker.reference.tables.answer import Carried, Found
from worker.reference.tables.snapshot import Snapshot

WHY_NOT: Final = {
    "I": "not payable by Medicare",
    "M": "not covered by Medicare",
    "S": "excluded from Medicare by law",
}
OF_OTHER_PAYERS: Final = ("S", "T", "H")


def _coverage(code: CodeOnDay, snapshot: Snapshot) -> str | None:
    """The coverage code of a drug, or of any other HCPCS code on that day, as far as the tables know it."""
    if code.on is None:
        return None
    if isinstance(code.drug_answer, Found):
        return code.drug_answer.row.coverage_code or None
    answer = snapshot.hcpcs_code(code.hcpcs, code.on) if code.hcpcs[:1].isalpha() else None
    return (answer.row.coverage_code or None) if isinstance(answer, Found) else None


def _why_not(code: CodeOnDay, configuration: Configuration) -> int | None:
    coverage = _coverage(code, configuration.snapshot) if configuration.profile.medicare else None
    if coverage is None:
        return None
    return ANYTHING if coverage in WHY_NOT else NOTHING


@line_edit(
    "HCP-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("585",), carc=("96",), rarc=("N425",)),
    citation=Citation(source="CMS, HCPCS Level II: coverage code of the procedure code"),
    about=lambda code, _: not code.startswith(OF_OTHER_PAYERS),
    looks_for=_why_not,
)
def code_not_payable(line: LineFacts, context: Context) -> Verdict | None:
    """Medicare pays nothing for the code, whatever the circumstances.

    Why: CMS marks each code with its Medicare coverage; I, M and S mean that it is not paid. Such a line only
    delays the others, unless the denial is wanted.

    Flagged: J1202 (miglustat by mouth, I); J3570 (laetrile, M); J7304 (contraceptive patch, S); M0300 (chelation into a
    vein, M).

    Accepted: the same to another payer; with GA, GX, GY or GZ, which state that a denial is expected. A code with a
    medically unlikely edit of 0 in force is reported by UNT-03, an S, T or H code by HCP-12.

    To do: Bill another payer or the patient; for a denial on purpose add GY, or GA with a notice on file.
    """
    coverage = _coverage(line.code, context.snapshot) if context.profile.medicare else None
    if not coverage:
        return DoesNotApply()
    if coverage not in WHY_NOT:
        return None
    limit = line.code.mue("practitioner")
    if isinstance(limit, Found) and not isinstance(limit, Carried) and limit.row.value == 0:
        return None
    if denied := BILLED_TO_BE_DENIED.intersection(line.modifiers):
        return Bypassed(f"modifier {min(denied)}", line.number)
    return Flaw(
        message=f"{line.hcpcs} is {WHY_NOT[coverage]} (coverage code {coverage}).",
        hint="Bill another payer or the patient; for a denial on purpose add GY, or GA with a notice on file.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "coverageCode": coverage},
    )
