from datetime import date
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from schemas.outcome import Citation, Severity
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Options,
    Verdict,
    drug_line_edit,
    predicts,
)
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import ANYTHING, Trait

NpiDigits = Annotated[str, StringConstraints(pattern=r"^[12]\d{9}$")]
BOTH_FROM: Final = date(2018, 1, 1)
ONLY_TB_FROM: Final = date(2025, 1, 1)
DISCOUNT_PURCHASE: Final = frozenset({"TB", "JG"})


class CoveredEntities(Options):
    """The billing NPIs of 340B covered entities; an empty list for none."""

    covered_entity_npis: frozenset[NpiDigits] | None = Field(
        default=None, description="NPIs of billing providers", examples=[["1234567893"]]
    )


@drug_line_edit(
    "MOD-07",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("453",), carc=("16",), rarc=("N822",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, DME: nebulizers, modifiers JG and TB; CMS, Billing 340B Modifiers under "
        "OPPS, frequently asked questions, 2017-12-13, on discarded amounts",
        effective=ONLY_TB_FROM,
        url="https://med.noridianmedicare.com/web/jadme/dmepos/nebulizers",
    ),
    options=CoveredEntities,
    looks_for=lambda code, known: ANYTHING if known.profile.medicare and code.on and code.on >= BOTH_FROM else None,
    kinds=BOTH_KINDS,
)
def discount_purchase_not_told(line: LineFacts, context: Context) -> Verdict | None:
    """A drug that was bought under 340B is billed to Medicare without saying so, wholly or for its discarded part.

    Why: Medicare keeps discounted drugs out of the makers' rebates by the modifier TB. Without it a drug bought at the
    340B price is counted twice. What was discarded of it was bought with it.

    Flagged: a drug line of a provider in the option `covered_entity_npis`, without TB, from 2025-01-01; whoever bills,
    J1745-TB x 35 with J1745-JW x 5 of the same package and day, or the reverse.

    Accepted: TB on both lines or on none; lines of different packages; a drug that the entity did not buy under 340B,
    which is why this is a warning; other providers; payers other than Medicare. JG, which ended on 2024-12-31, is
    reported by MOD-02.

    To do: Send TB on both if the container was bought under 340B, on neither if it was not.

    To do: Add TB if the drug was bought under 340B; leave the line as it is if it was not.
    """
    if not context.profile.medicare or line.on is None:
        return DoesNotApply()
    if line.on >= BOTH_FROM and (other := _other_part(line, context)):
        return Flaw(
            message=f"{line.hcpcs} is billed without TB on line {line.number}, and with it on line {other.number} for "
            f"{'what was discarded' if other.is_waste else 'what was given'}.",
            hint="Send TB on both if the container was bought under 340B, on neither if it was not.",
            at=in_line(line, "procedureModifiers"),
            facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "otherLine": other.number},
        )
    if line.on < ONLY_TB_FROM:
        return DoesNotApply()
    billing, entities = context.claim.claim.billing, context.options(CoveredEntities).covered_entity_npis
    if entities is None:  # the same for all lines: once is enough
        is_first = line is context.claim.drug_lines[0]
        return NoData("list of 340B covered entities", line.number) if is_first else DoesNotApply()
    if billing is None or billing.npi not in entities:
        return DoesNotApply()
    if not DISCOUNT_PURCHASE.intersection(line.modifiers):
        return Flaw(
            message=f"{line.hcpcs} is billed by a 340B covered entity without TB.",
            hint="Add TB if the drug was bought under 340B; leave the line as it is if it was not.",
            at=in_line(line, "procedureModifiers"),
            facts={"procedureCode": line.hcpcs, "serviceDate": line.on},
        )
    return None


def _other_part(line: LineFacts, context: Context) -> LineFacts | None:
    """A line that bills the other part, given or discarded, of the same containers and states 340B; else None."""
    is_stated = context.claim.traits & Trait.OTHER_MODIFIER
    if not is_stated or DISCOUNT_PURCHASE.intersection(line.modifiers):
        return None
    same = [
        other
        for other in context.claim.drug_lines
        if other.hcpcs == line.hcpcs and other.on == line.on and _package(other) == _package(line)
    ]
    parts = [other for other in same if other.is_waste != line.is_waste]
    alike = [other for other in same if other.is_waste == line.is_waste]
    stating = [other for other in parts if DISCOUNT_PURCHASE.intersection(other.modifiers)]
    # With several lines of one kind it is not clear to which of them the other part belongs.
    return stating[0] if stating and len(parts) == len(alike) == 1 else None


def _package(line: LineFacts) -> str | None:
    package = line.line.drug_identification
    return package.national_drug_code if package else None
