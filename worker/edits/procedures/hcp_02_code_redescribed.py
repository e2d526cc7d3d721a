from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import ANYTHING
from worker.edits.procedures._successors import recount


@drug_line_edit(
    "HCP-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("507",), carc=("181",), rarc=("N56", "N657")),
    citation=Citation(source="CMS, HCPCS Level II quarterly updates: ended codes and the codes that took their place"),
    looks_for=lambda code, _: ANYTHING if code.drug and code.drug.successor else None,
    kinds=BOTH_KINDS,
)
def code_redescribed(line: LineFacts, context: Context) -> Verdict | None:
    """The code has ended, and its successor counts in a different billing unit.

    Why: when CMS describes a drug anew, the billing unit often changes with the code. Changing only the code bills a
    fraction or a multiple of the dose.

    Flagged: J1300 (10 mg) x 90 on 2025-10-01, which is J1299 (2 mg) x 450.

    Accepted: J1299 on that day; J1300 on 2025-03-31, its last day. A successor with the same unit, one not known to
    be in force, and a code without a successor are reported by HCP-01.

    To do: Bill …; count from the dose where it is known, since begun units were rounded.
    """
    if line.drug is None or not line.drug.successor:
        return DoesNotApply()
    anew = recount(line, context.snapshot)
    if anew is None:
        return None
    old, new = anew.ended.row, anew.successor
    count = "" if anew.units is None or line.units is None else f" x {anew.units:f} in place of {in_words(line.units)}"
    return Flaw(
        message=(
            f"{old.hcpcs} ended on {anew.ended.valid_to}; since then the drug is {new.hcpcs}, per {new.unit_amount:f} "
            f"{new.unit} instead of {old.unit_amount:f} {old.unit}."
        ),
        hint=f"Bill {new.hcpcs}{count}; count from the dose where it is known, since begun units were rounded.",
        at=in_line(line, "procedureCode"),
        facts={
            "procedureCode": old.hcpcs,
            "serviceDate": line.on,
            "endedOn": anew.ended.valid_to,
            "successor": new.hcpcs,
            "unitsEach": anew.units_each.normalize(),
            "billedUnits": "not known" if line.units is None else line.units,
            "successorUnits": "not known" if anew.units is None else anew.units,
        },
    )
