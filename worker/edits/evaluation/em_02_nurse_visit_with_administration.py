from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

NURSE_VISIT: Final = "99211"
# The codes of 96360-96549 that the table pairs with 99211, indicator 0: no modifier lifts the pair.
ADMINISTRATIONS: Final = frozenset(
    """96360 96365 96369 96372 96373 96374 96377 96401 96402 96409 96413 96416 96420 96422 96423 96425 96521
    96522""".split()  # noqa: SIM905 - a block of codes reads better than a list of quotes
)


@line_edit(
    "EM-02",
    severity=Severity.REJECT,
    predicted=predicts(category="F2", status=("735",), carc=("97",), rarc=("M15",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, procedure-to-procedure edits, practitioner, 2024 quarter 3"
    ),
    about=lambda code, _: code == NURSE_VISIT,
)
def nurse_visit_with_administration(line: LineFacts, context: Context) -> Verdict | None:
    """The short visit 99211 is billed on the day of an injection or infusion by the same provider.

    Why: giving the drug includes what 99211 stands for, care of the patient without the physician. No modifier makes
    it payable as well.

    Flagged: 99211, or 99211-25, with 96372 of the same date and provider.

    Accepted: 99211 on another day or of another provider; a visit of a higher level with 25, which is EM-01's.

    To do: Remove 99211. If a physician saw the patient for more, bill the level that the record supports.
    """
    if line.on is None:
        return DoesNotApply()
    provider = context.claim.rendering_npi(line)
    for other in context.claim.lines:
        if other.hcpcs in ADMINISTRATIONS and other.on == line.on and context.claim.rendering_npi(other) == provider:
            return Flaw(
                message=f"99211 is billed with {other.hcpcs} on {line.on}; it is included, even with modifier 25.",
                hint="Remove 99211. If a physician saw the patient for more, bill the level that the record supports.",
                at=in_line(line, "procedureCode"),
                facts={"procedureCode": line.hcpcs, "administration": other.hcpcs, "serviceDate": line.on},
            )
    return None
