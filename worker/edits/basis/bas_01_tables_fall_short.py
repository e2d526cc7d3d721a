from typing import Literal

from schemas.outcome import BasisLevel, Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Options, Verdict, claim_edit, predicts, unless_given
from worker.edits.facts.basis import asked_tables, basis_of
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim


class RequiredBasis(Options):
    """What a claim of the payer must rest on to go out: `full`, or `carried` where earlier editions are good enough."""

    require: Literal["full", "carried"] | None = None


@claim_edit(
    "BAS-01",
    severity=Severity.PEND,
    predicted=predicts(category="A2", status=("20",)),
    citation=Citation(source="the payer profile, option `require` of this edit"),
    options=RequiredBasis,
    lacks=unless_given(RequiredBasis, "what claims of the payer must rest on", "require"),
    kinds=BOTH_KINDS,
)
def tables_fall_short(claim: ClaimFacts, context: Context) -> Verdict | None:
    """The reference tables reach less far into the days of the claim than the profile wants.

    Why: a claim that no table could be held against is not known to be sound. Who would rather wait for the tables
    than send it holds it until they are imported.

    Flagged: with `require: full`, a drug of October 2026 while the MUE of July is the last; with `require: carried`, a
    drug of November 2025, for which no MUE is at hand or near enough.

    Accepted: every claim when the profile says nothing; a claim whose days are covered.

    To do: Import the tables of these days, and scrub the claim again.
    """
    basis = basis_of(asked_tables(claim), context.snapshot)
    required = context.options(RequiredBasis).require
    if basis.level is BasisLevel.FULL or (required == "carried" and basis.level is BasisLevel.CARRIED):
        return None
    tables = {
        "without answer": ", ".join(basis.missing),
        "carried": ", ".join(f"{each.edition} ({in_words(each.age_days, 'day')})" for each in basis.carried),
    }
    told = "; ".join(f"{how}: {names}" for how, names in tables.items() if names)
    return Flaw(
        message=f"The tables reach the days of the claim only in part ({told}); the payer profile wants {required}.",
        hint="Import the tables of these days, and scrub the claim again.",
        at=in_claim("claim"),
        facts={"basis": basis.level, "required": required or "", "withoutAnswer": basis.missing}
        | {"carried": [each.edition for each in basis.carried]},
    )
