from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.anemia import REASONS
from worker.edits.drugs.arithmetic import all_of
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import WASTE, Trait

TWO: Final = 2  # it takes two to contradict each other
# Palmetto GBA, HCPCS modifier EC: a line with two of them is returned with these codes.
TWO_REASONS: Final = predicts(category="A7", status=("453",), carc=("16",), rarc=("MA130", "N63"))


@line_edit(
    "MOD-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(
        source="CMS and Medicare contractor instructions on the modifiers named; Palmetto GBA, HCPCS modifiers EB and "
        "EC, 2020-07-16"
    ),
    needs=Trait.MODIFIER,
    looks_for=Trait.SEVERAL_MODIFIERS,
    kinds=BOTH_KINDS,
    sometimes=(TWO_REASONS,),
)
def modifiers_exclude_each_other(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """One line carries modifiers that contradict each other.

    Why: modifiers of one set answer the same question (which side, which route, which 340B status) differently; a
    payer cannot know which answer holds. Sets on which payers differ are warnings.

    Flagged: 26 with TC; JA with JB; GA with GZ; a warning for RT with LT.

    Accepted: one modifier of each set. JW with JZ is reported by WST-02, a set of which one must be present by others.

    To do: Keep the one of … that is true of this line.
    """
    carried = frozenset(line.modifiers)
    if len(carried) < TWO:
        return None
    told: list[frozenset[str]] = [frozenset(WASTE)]
    strictest_first = sorted(context.snapshot.modifier_exclusions, key=lambda row: row.severity != "reject")
    verdicts: list[Verdict] = []
    for exclusion in strictest_first:
        clash = carried.intersection(exclusion.codes)
        if len(clash) < TWO or any(clash <= earlier for earlier in told):
            continue
        told.append(clash)
        together = all_of(modifier for modifier in exclusion.codes if modifier in clash)
        verdicts.append(
            Flaw(
                message=f"{line.hcpcs} carries {together}, which exclude each other ({exclusion.why}).",
                hint=f"Keep the one of {together} that is true of this line.",
                at=in_line(line, "procedureModifiers"),
                facts={"procedureCode": line.hcpcs, "modifiers": sorted(clash)},
                severity=Severity(exclusion.severity),
                predicted=TWO_REASONS if clash <= REASONS else None,
            )
        )
    return verdicts
