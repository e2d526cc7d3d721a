from datetime import date
from typing import Annotated, Final

from pydantic import StringConstraints

from schemas.outcome import Citation, Severity
from worker.edits.edit import (
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    Options,
    Verdict,
    drug_line_edit,
    predicts,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

NpiDigits = Annotated[str, StringConstraints(pattern=r"^[12]\d{9}$")]
ONLY_TB_FROM: Final = date(2025, 1, 1)
DISCOUNT_PURCHASE: Final = frozenset({"TB", "JG"})


class CoveredEntities(Options):
    """The billing NPIs of 340B covered entities; an empty list for none."""

    covered_entity_npis: frozenset[NpiDigits] | None = None


def _without_list(configuration: Configuration) -> str | None:
    unknown = configuration.profile.medicare and configuration.options(CoveredEntities).covered_entity_npis is None
    return "list of 340B covered entities" if unknown else None


@drug_line_edit(
    "MOD-07",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("453",), carc=("16",), rarc=("N822",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, DME: nebulizers, modifiers JG and TB",
        effective=ONLY_TB_FROM,
        url="https://med.noridianmedicare.com/web/jadme/dmepos/nebulizers",
    ),
    options=CoveredEntities,
    lacks=_without_list,
)
def discount_purchase_not_told(line: LineFacts, context: Context) -> Verdict | None:
    """A 340B covered entity bills a drug to Medicare without stating that it was bought under 340B.

    Why: Medicare keeps discounted drugs out of the makers' rebates by the modifier TB. Without it a drug bought at the
    340B price is counted twice.

    Flagged: a drug line of a provider in the option `covered_entity_npis`, without TB, from 2025-01-01.

    Accepted: TB; a drug that the entity did not buy under 340B, which is why this is a warning; other providers; payers
    other than Medicare. JG, which ended on 2024-12-31, is reported by MOD-02.
    """
    billing, entities = context.claim.claim.billing, context.options(CoveredEntities).covered_entity_npis or ()
    is_entity = billing is not None and billing.npi in entities
    if not context.profile.medicare or line.on is None or line.on < ONLY_TB_FROM or not is_entity:
        return DoesNotApply()
    if not DISCOUNT_PURCHASE.intersection(line.modifiers):
        return Flaw(
            message=f"{line.hcpcs} is billed by a 340B covered entity without TB.",
            hint="Add TB if the drug was bought under 340B; leave the line as it is if it was not.",
            at=in_line(line, "procedureModifiers"),
            facts={"procedureCode": line.hcpcs, "serviceDate": line.on},
        )
    return None
