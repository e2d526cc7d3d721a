from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.services import INFUSED, INJECTED, given_on
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

INTRAVENOUS, SUBCUTANEOUS = "JA", "JB"  # modifiers that say how a drug was given
LOCAL: Final = frozenset({"intravitreal", "intra-articular", "intravesical", "intrathecal", "intradetrusor"})
# Routes of a drug, all of which must be among these, with the administrations that none of them has.
CONTRADICTIONS: Final = (
    (frozenset({"IV"}), INJECTED),
    (frozenset({"SC", "IM"}), INFUSED),
    (LOCAL, INJECTED | INFUSED),
)


@drug_day_edit(
    "ADM-04",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("454", "223"), carc=("16",), rarc=("N56",)),
    citation=Citation(source="CMS, HCPCS descriptors and labels of the drugs, for the routes; modifiers JA and JB"),
    kinds=BOTH_KINDS,
)
def route_contradicts_administration(day: DrugDay, context: Context) -> Verdict | None:
    """The drug is given by a code for a route other than its own, or other than JA or JB states.

    Why: the code by which a drug is given states the route; a payer that sees a different one on the drug, or knows
    the drug by a different one, doubts both lines.

    Flagged: J3262-JB, under the skin, with 96413; J3397, into a vein, with 96372 alone; J2781, into the eye, or J7325,
    into a joint, with 96372 alone; J2315, a depot, with 96374.

    Accepted: one fitting code among several; a drug whose routes are not in our tables, and not among the unverified
    hints either. JA and JB outrank the tables, whose routes may be incomplete, so that this warns. Not judged: days on
    which another drug was given.

    To do: Correct the code of the administration, or the drug's code or modifier.
    """
    given = given_on(day, context.claim)
    if given is None:
        return NoData("which of several drugs the administration belongs to", day.lines[0].number)
    codes = {line.hcpcs for line in given}
    said = {modifier for line in day.lines for modifier in line.modifiers} & {INTRAVENOUS, SUBCUTANEOUS}
    routes = day.code.routes
    if not given or (not said and not routes):
        return NoData("how the drug is given", day.lines[0].number) if given else DoesNotApply()
    if said:
        contrary = {INTRAVENOUS: INJECTED, SUBCUTANEOUS: INFUSED}[min(said)] if len(said) == 1 else frozenset()
        route = " and ".join(sorted(said))
    else:
        contrary = next((contrary for own, contrary in CONTRADICTIONS if routes <= own), frozenset())
        route = ", ".join(sorted(routes))
    if codes <= contrary and not (routes <= LOCAL and not said and _has_procedure(day, context)):
        return Flaw(
            message=f"{day.hcpcs} ({route}) is given by {', '.join(sorted(codes))}, a code for another route.",
            hint="Correct the code of the administration, or the drug's code or modifier.",
            at=in_line(given[0], "procedureCode"),
            facts={"procedureCode": day.hcpcs, "route": route, "administrations": sorted(codes)},
        )
    return None


def _has_procedure(day: DrugDay, context: Context) -> bool:
    """Whether a procedure of the day other than an injection or infusion may have brought the drug to its place."""
    return any(
        line.traits & Trait.ADMINISTRATION and not line.traits & Trait.INJECTION_OR_INFUSION and line.covers(day.on)
        for line in context.claim.lines
    )
