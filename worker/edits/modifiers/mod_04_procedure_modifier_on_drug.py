from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.correction import modifier_removed, safe, unsafe

FOR_PROCEDURES: Final = frozenset(("26", "TC", "50", "51", "58", "62", "78", "79", "80", "81", "82", "AS", "GT", "95"))
# A drug has neither component, whatever was done with it; the others may be meant for another line.
NEVER_TRUE_OF_A_DRUG: Final = frozenset({"26", "TC"})
DRUG_CODES: Final = ("J", "Q")


@drug_line_edit(
    "MOD-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(source="CMS, Medicare Physician Fee Schedule relative value file, PC/TC indicator 9"),
    needs=Trait.MODIFIER,
    looks_for=Trait.OTHER_MODIFIER,
    kinds=BOTH_KINDS,
    fixes=("safe", "unsafe"),
)
def procedure_modifier_on_drug(line: LineFacts, _: Context) -> Verdict | list[Verdict] | None:
    """A drug line carries a modifier that describes how a procedure was done.

    Why: a drug has no professional or technical component, no assistant and no global period; these modifiers belong
    on the line of the procedure.

    Flagged: 26, TC, 50, 51, 58, 62, 78 to 82, AS, GT or 95 on a J or Q code.

    Accepted: the same on 96413; RT and LT on an eye drug; KX, GA, GY, JZ, TB on a drug. 59 and XE, XP, XS, XU are
    reported by MOD-09.

    To do: Remove … here; send it on the line of the procedure if it is true of that.
    """
    if not line.hcpcs.startswith(DRUG_CODES):
        return None
    verdicts: list[Verdict] = []
    for place, written in enumerate(line.line.service.procedure_modifiers, 1):
        modifier = (written or "").upper()
        if modifier in FOR_PROCEDURES:
            verdicts.append(
                Flaw(
                    message=f"{line.hcpcs} is a drug, but carries {modifier}, a modifier for procedures.",
                    hint=f"Remove {modifier} here; send it on the line of the procedure if it is true of that.",
                    at=in_line(line, "procedureModifiers", place),
                    facts={"procedureCode": line.hcpcs, "modifier": modifier},
                    fix=(safe if modifier in NEVER_TRUE_OF_A_DRUG else unsafe)(modifier_removed(line, place)),
                )
            )
    return verdicts
