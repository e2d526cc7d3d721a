from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.services import may_be_drug
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Options, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import WASTE, Trait
from worker.reference.tables.answer import Found

ON_WRONG_LINE: Final = predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",))
WITHOUT_DRUG: Final = frozenset({"96521", "96522", "96523"})  # pumps are maintained and lines flushed without one


class SuppliedDrugs(Options):
    """Whether the payer's patients often get drugs that another supplier bills, so that the claim has none."""

    supplied_by_others: bool = False


@claim_edit(
    "ADM-02",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("736",), carc=("16",), rarc=("N349",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 12", section="section 30.5"),
    options=SuppliedDrugs,
    needs=Trait.INJECTION_OR_INFUSION,
    sometimes=(ON_WRONG_LINE,),
)
def drug_missing(claim: ClaimFacts, context: Context) -> Verdict | list[Verdict] | None:
    """An injection or infusion is billed, but no drug that was given by it on that day.

    Why: payers look for the drug beside its administration. One that cost nothing is billed with a token charge of 0.01
    and a note, so that the payer sees what was given.

    Flagged: 96413 with no drug line of that date; 96413-JZ, since JW and JZ speak of a drug and belong on its line,
    whether that is on the claim or missing, and whoever supplied it.

    Accepted: any line of the date that may be a drug, whether it is in our tables or not; pump and line care;
    facilities, which bill the drug themselves; a payer whose drugs come from other suppliers (`supplied_by_others`).

    To do: Remove … here; send it on the line of the drug, with the units that were discarded.

    To do: Remove … here; send it on the line of the drug, with the units that were given.

    To do: Add the drug's line; bill a drug that cost nothing with a charge of 0.01 and a note.
    """
    giving = [line for line in claim.lines if line.traits & Trait.INJECTION_OR_INFUSION]
    verdicts: list[Verdict] = [_on_wrong_line(line) for line in giving if line.traits & Trait.WASTE_MODIFIER]
    lines = [line for line in giving if line.hcpcs not in WITHOUT_DRUG and line.on]
    if not lines or context.options(SuppliedDrugs).supplied_by_others:
        return verdicts or DoesNotApply()
    if {line.on for line in claim.drug_lines}.issuperset([line.on for line in lines]):
        return verdicts
    first = {line.on: line for line in reversed(lines)}
    for on, line in sorted((on, line) for on, line in first.items() if on):
        if any(other.covers(on) and may_be_drug(other) for other in claim.lines):
            continue
        facility = _in_facility(line, on, context)
        if facility is None:
            verdicts.append(NoData("place of service table", line.number))
        elif not facility:
            verdicts.append(
                Flaw(
                    message=f"{line.hcpcs} is billed for {on}, but no drug of that date.",
                    hint="Add the drug's line; bill a drug that cost nothing with a charge of 0.01 and a note.",
                    at=in_line(line, "procedureCode"),
                    facts={"procedureCode": line.hcpcs, "serviceDate": on},
                )
            )
    return verdicts


def _on_wrong_line(line: LineFacts) -> Flaw:
    carried = next(modifier for modifier in WASTE if modifier in line.modifiers)
    return Flaw(
        message=f"{line.hcpcs} gives a drug, and carries {carried}, which speaks of the drug itself.",
        hint=f"Remove {carried} here; send it on the line of the drug, with the units that were "
        + ("discarded." if carried == "JW" else "given."),
        at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(carried)),
        facts={"procedureCode": line.hcpcs, "modifier": carried},
        predicted=ON_WRONG_LINE,
    )


def _in_facility(line: LineFacts, on: date, context: Context) -> bool | None:
    setting = context.snapshot.place_of_service(line.place or "", on)
    return setting.row.facility if isinstance(setting, Found) else None
