from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import all_of
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.continuation import is_part_of_split_claim

APART: Final = frozenset({"59", "XE", "XP", "XS", "XU"})
SPLIT: Final = "59"
DRUG_CODES: Final = ("J", "Q")


@drug_line_edit(
    "MOD-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative Policy Manual, chapter I: modifiers 59 and X{EPSU}"
    ),
    needs=Trait.MODIFIER,
    looks_for=lambda code, _: Trait.OTHER_MODIFIER if code.hcpcs.startswith(DRUG_CODES) else None,
    kinds=BOTH_KINDS,
)
def service_told_apart_on_drug(line: LineFacts, context: Context) -> Verdict | None:
    """A drug line carries 59 or XE, XP, XS or XU, which distinguish procedures.

    Why: these modifiers lift a pairing of two procedures. A drug is paired with nothing; the modifier belongs on the
    line of its administration, if anywhere.

    Flagged: J2353-XE, the only line of its code and day. A warning where the code is on several lines of the day:
    some payers want the second one distinguished that way.

    Accepted: 96372-59; a drug line without any of them; 59 on a claim whose note says that it is a part of a claim that
    was split at the payer's highest charge, as some contractors want it. 59 together with an X modifier is reported by
    MOD-03.

    To do: Remove … here; send what is true of the administration on its own line.
    """
    carried = [modifier for modifier in line.modifiers if modifier in APART]
    if not line.hcpcs.startswith(DRUG_CODES):
        return DoesNotApply()
    if not carried:
        return None
    if SPLIT in carried and is_part_of_split_claim(context.claim):
        return Bypassed("a note that the claim was split", line.number)
    of_procedures = "which distinguishes" if len(carried) == 1 else "which distinguish"
    same = [other for other in context.claim.drug_lines if (other.hcpcs, other.on) == (line.hcpcs, line.on)]
    return Flaw(
        message=f"{line.hcpcs} is a drug, but carries {all_of(carried)}, {of_procedures} procedures.",
        hint=f"Remove {all_of(carried)} here; send what is true of the administration on its own line.",
        at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(carried[0])),
        facts={"procedureCode": line.hcpcs, "modifiers": carried, "linesOfTheDay": len(same)},
        severity=Severity.WARN if len(same) > 1 else None,
    )
