from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

SEPARATE_VISIT: Final = "25"
# Surgery, imaging, laboratory, injections and infusions. The rest of medicine holds visits of many kinds.
NO_VISITS: Final[tuple[CodeRange, ...]] = (
    ("10004", "69990"),
    ("70010", "79999"),
    ("80047", "89398"),
    ("96360", "96549"),
)
DRUG_CODES: Final = ("J",)


@line_edit(
    "EM-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 12", section="section 40.2"),
    needs=Trait.OTHER_MODIFIER,
    kinds=BOTH_KINDS,
)
def separate_visit_modifier_without_visit(line: LineFacts, _: Context) -> Verdict | None:
    """Modifier 25 is on a line that is not a visit.

    Why: 25 states that a visit was significant and separate from a service of the same day. On the service or the
    drug it means nothing, and the visit still lacks it.

    Flagged: 96413-25; J1745-25; 20610-25.

    Accepted: 99213-25. Not judged: codes outside of surgery, imaging, laboratory, injections and drugs, among which are
    eye examinations, wellness visits and other visits.

    To do: Remove 25 here; put it on the visit if that was significant and separate.
    """
    if SEPARATE_VISIT not in line.modifiers:
        return DoesNotApply()
    if line.drug or line.hcpcs.startswith(DRUG_CODES) or within(line.hcpcs, NO_VISITS):
        return Flaw(
            message=f"{line.hcpcs} is not a visit, but carries modifier 25.",
            hint="Remove 25 here; put it on the visit if that was significant and separate.",
            at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(SEPARATE_VISIT)),
            facts={"procedureCode": line.hcpcs, "modifier": SEPARATE_VISIT},
        )
    return None
