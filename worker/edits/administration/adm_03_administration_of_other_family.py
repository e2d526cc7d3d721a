from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import CodeOrRange, listed, within
from worker.edits.codes.services import CHEMOTHERAPY, ORDINARY, given_on
from worker.edits.edit import (
    BOTH_KINDS,
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Options,
    Verdict,
    drug_day_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait


class Families(Options):
    """Drugs that the payer wants given by chemotherapy codes (96401-96549), and by ordinary ones (96365-96379)."""

    chemotherapy: tuple[CodeOrRange, ...] | None = Field(
        default=None, description="drugs given by 96401-96549", examples=[["J9000-J9999", "J1745"]]
    )
    ordinary: tuple[CodeOrRange, ...] | None = Field(
        default=None, description="drugs given by 96365-96379", examples=[["J0897", "J2357"]]
    )


def _on_either_list(code: str, configuration: Configuration) -> bool:
    families = configuration.options(Families)
    return listed(code, (*(families.chemotherapy or ()), *(families.ordinary or ())))


@drug_day_edit(
    "ADM-03",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("454",), carc=("16",), rarc=("N657",)),
    citation=Citation(source="Medicare contractors, articles on the administration of complex drugs, such as A58532"),
    options=Families,
    about=_on_either_list,
    lacks=unless_given(Families, "the payer's lists of drugs given by chemotherapy codes", "chemotherapy", "ordinary"),
    kinds=BOTH_KINDS,
)
def administration_of_other_family(day: DrugDay, context: Context) -> Verdict | None:
    """The drug is given by a code of the chemotherapy family where the payer wants an ordinary one, or the reverse.

    Why: chemotherapy codes pay more, and contractors differ on which antibodies and hormones may use them. The payer's
    lists are in its profile, as the options `chemotherapy` and `ordinary`; no list is common to all.

    Flagged: J0897 with 96401 and no other injection, with J0897 on the list `ordinary`.

    Accepted: J0897 with 96372. Not judged: drugs on neither list, and days on which another drug was given.

    To do: Bill the administration with … to …, by route and time.
    """
    families, given = context.options(Families), given_on(day, context.claim)
    wanted, what = (
        (CHEMOTHERAPY, "chemotherapy") if listed(day.hcpcs, families.chemotherapy or ()) else (ORDINARY, "ordinary")
    )
    if not any(line.traits & Trait.INJECTION_OR_INFUSION and line.covers(day.on) for line in context.claim.lines):
        return DoesNotApply()
    if given is None:
        return NoData("which of several drugs the administration belongs to", day.lines[0].number)
    if given and not any(within(line.hcpcs, wanted) for line in given):
        return Flaw(
            message=f"{day.hcpcs} is given by {given[0].hcpcs}; this payer wants a code of the {what} family.",
            hint=f"Bill the administration with {wanted[0][0]} to {wanted[0][1]}, by route and time.",
            at=in_line(given[0], "procedureCode"),
            facts={"procedureCode": day.hcpcs, "administration": given[0].hcpcs, "family": what},
        )
    return None
