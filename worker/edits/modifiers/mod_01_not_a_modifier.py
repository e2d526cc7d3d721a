import re
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.reference.tables.answer import Absent, Found, NotCovered

TWO_CHARACTERS: Final = re.compile(r"[A-Z0-9]{2}", re.ASCII)
AMBULANCE: Final = "A0"
"""Lines of ambulances carry two letters of where the way began and ended, in no list."""
PHYSICAL_STATUS: Final = frozenset(f"P{n}" for n in range(1, 7))
"""CPT's states of the patient for anesthesia, which the table does not hold."""
HINTS: Final = {"POS": "Place of service is not a modifier: it is in CLM05-1 of the claim or SV105 of the line."}


@line_edit(
    "MOD-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("182",), rarc=("M78", "N823")),
    citation=Citation(source="CMS, HCPCS Level II modifiers; ASC X12N 005010X222A1 (837P), SV101-3 to SV101-6"),
    needs=Trait.MODIFIER,
    looks_for=Trait.DOUBTFUL_MODIFIER,
    kinds=BOTH_KINDS,
)
def not_a_modifier(line: LineFacts, context: Context) -> list[Verdict]:
    """A line carries a modifier that does not exist, or no longer.

    Why: a modifier is two letters or digits from the CMS or CPT list; a line with anything else is returned.

    Flagged: JN, which no list holds; POS, JZX and J, which are not two characters. A warning: two characters that CMS's
    whole list of October 2025 does not hold, such as QV, which ended, since a modifier may be newer than the list.

    Accepted: JZ, in either case of letters. JG, of which we hold the last day, is MOD-02's. No data: the two letters
    of an ambulance's way, and P1 to P6.

    To do: Place of service is not a modifier: it is in CLM05-1 of the claim or SV105 of the line.

    To do: Remove it, or send the modifier that was meant.
    """
    verdicts: list[Verdict] = []
    for place, written in enumerate(line.line.service.procedure_modifiers, 1):
        if not written:
            continue
        modifier = written.upper()
        answer = context.snapshot.modifier(modifier, line.on) if line.on else None
        if not TWO_CHARACTERS.fullmatch(modifier):
            problem, facts = f"modifier {place} is not two letters or digits", {"characters": str(len(modifier))}
        elif isinstance(answer, Found) and not answer.row.is_modifier:
            problem, facts = f"{modifier} is not a modifier", {"modifier": modifier}
        elif isinstance(answer, Absent) and not line.hcpcs.startswith(AMBULANCE) and modifier not in PHYSICAL_STATUS:
            problem, facts = f"CMS's list of October 2025 has no modifier {modifier}", {"modifier": modifier}
        else:
            if isinstance(answer, (Absent, NotCovered)):
                verdicts.append(NoData(f"modifier {modifier}", line.number))
            continue
        verdicts.append(
            Flaw(
                message=f"{line.hcpcs}: {problem}.",
                hint=HINTS.get(modifier.strip("-"), "Remove it, or send the modifier that was meant."),
                at=in_line(line, "procedureModifiers", place),
                facts={"procedureCode": line.hcpcs} | facts,
                severity=Severity.WARN if isinstance(answer, Absent) and TWO_CHARACTERS.fullmatch(modifier) else None,
            )
        )
    return verdicts
