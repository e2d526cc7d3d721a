from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from schemas.outcome import Citation, Location, Severity
from schemas.records import Provider
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Options, Verdict, claim_edit, predicts, unless_given
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim, in_line

NpiDigits = Annotated[str, StringConstraints(pattern=r"^[12]\d{9}$")]
# The remark code of each role, and its entity in the 277CA.
ROLES: Final = {"billing": ("N257", "85"), "rendering": ("N290", "82")}


class Deactivations(Options):
    """The NPIs of the NPPES deactivation file, each with its day; a reactivated one is left out."""

    deactivated: dict[NpiDigits, date] | None = Field(
        default=None,
        description="NPIs, each with the day of its deactivation",
        examples=[{"1234567893": "2026-02-28"}],
    )


@claim_edit(
    "IDN-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("91", "562"), carc=("16",), rarc=("N257", "N290"), entity="85"),
    citation=Citation(
        source="CMS, National Plan and Provider Enumeration System (NPPES), monthly NPI deactivation file"
    ),
    options=Deactivations,
    lacks=unless_given(Deactivations, "list of deactivated NPIs (NPPES)", "deactivated"),
    kinds=BOTH_KINDS,
)
def npi_deactivated(claim: ClaimFacts, context: Context) -> list[Verdict]:
    """The billing or rendering provider's NPI was deactivated before the service.

    Why: a deactivated NPI cannot bill; payers compare every NPI with the CMS file. That file is not shipped: it is in
    the payer profile as this edit's option `deactivated`, and without it nothing is decided.

    Flagged: a service on 2026-03-02 by an NPI that was deactivated on 2026-03-01.

    Accepted: a service on the day of the deactivation or before it; an NPI that is not on the list.

    To do: Look the NPI up in NPPES; send the provider's active NPI, or correct the date of service.
    """
    deactivated = context.options(Deactivations).deactivated or {}
    verdicts: list[Verdict] = []
    for role, provider, at, on in _providers(claim):
        ended = deactivated.get(provider.npi or "") if provider else None
        if ended is None or on is None or on <= ended:
            continue
        remark, entity = ROLES[role]
        verdicts.append(
            Flaw(
                message=f"The NPI of the {role} provider was deactivated on {ended}, before the service of {on}.",
                hint="Look the NPI up in NPPES; send the provider's active NPI, or correct the date of service.",
                at=at,
                facts={"role": role, "deactivatedOn": ended, "serviceDate": on},
                predicted=predicts(category="A7", status=("91", "562"), carc=("16",), rarc=(remark,), entity=entity),
            )
        )
    return verdicts


def _providers(claim: ClaimFacts) -> Iterator[tuple[str, Provider | None, Location, date | None]]:
    last = max((line.on for line in claim.lines if line.on), default=None)
    yield "billing", claim.claim.billing, in_claim("billing.npi"), last
    yield "rendering", claim.claim.rendering, in_claim("rendering.npi"), last
    for line in claim.lines:
        yield "rendering", line.line.rendering_provider, in_line(line, "renderingProvider.npi"), line.on
