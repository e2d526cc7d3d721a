from datetime import date
from typing import Final

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.codes.anemia import ON_DIALYSIS
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.ranges import CodeOrRange, listed
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, Options, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

COVERED_STAY: Final = "31"
IN_THE_STAY: Final = frozenset({"drug", "hyaluronan"})
"""Classes of drugs that the rate of the stay covers. Chemotherapy, clotting factors and radiopharmaceuticals are partly
excluded from it by lists that we do not hold.
"""
MAY_BE_EXCLUDED: Final = (
    ON_DIALYSIS
    | {"J0594", "J0640", "J0641", "J0642", "J0887", "J0894", "J1448", "J8999"}
)  # fmt: skip
BIOSIMILARS: Final = (
    "adalimumab", "aflibercept", "denosumab", "eculizumab", "filgrastim", "infliximab", "natalizumab", "omalizumab",
    "pegfilgrastim", "ranibizumab", "tocilizumab", "ustekinumab",
)  # fmt: skip
"""Beginnings of the names of biosimilars that are not chemotherapy."""
CHEMOTHERAPY: Final = ("C", "J8", "J9", "Q")
"""Beginnings of codes among which CMS lists chemotherapy and cells that are excluded."""


class ExcludedFromStay(Options):
    """Further drug codes that CMS excludes from the rate of a stay in a skilled nursing facility."""

    excluded: tuple[CodeOrRange, ...] = Field(
        default=(), description="procedure codes, or ranges of them", examples=[["J9000-J9999"]]
    )


@drug_line_edit(
    "POS-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("249",), carc=("109",), rarc=("N538", "N193")),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 6; Noridian, reason code guidance CO-109, skilled "
        "nursing facility",
        section="sections 10 and 20",
        effective=date(1998, 7, 1),
    ),
    options=ExcludedFromStay,
    needs=Trait.ELSEWHERE,
)
def drug_of_the_nursing_facility(line: LineFacts, context: Context) -> Verdict | None:
    """A drug is billed for a resident of a skilled nursing facility whose covered stay pays for it.

    Why: place 31 says that Medicare Part A covers the stay. The facility's daily rate then pays for the patient's
    drugs, and whoever supplies one is paid by the facility (consolidated billing).

    Flagged: J0897, J1745 or Q5103 at place 31.

    Accepted: place 32, a nursing facility without such a stay; chemotherapy, clotting factors, radiopharmaceuticals,
    drugs for dialysis, biosimilars of chemotherapy and vaccines, of which some or all are excluded by lists that we do
    not hold; the codes of the option `excluded`; GY; payers other than Medicare.

    To do: Bill the nursing facility; send place 32 if Medicare Part A did not cover the stay that day.
    """
    if line.place != COVERED_STAY or not context.profile.medicare or line.drug is None:
        return DoesNotApply()
    is_covered = (line.drug.drug_class in IN_THE_STAY and not line.hcpcs.startswith(CHEMOTHERAPY)) or (
        line.drug.drug_class == "biosimilar" and (line.drug.generic_name or "").startswith(BIOSIMILARS)
    )
    if (
        not is_covered
        or line.hcpcs in MAY_BE_EXCLUDED
        or listed(line.hcpcs, context.options(ExcludedFromStay).excluded)
    ):
        return None
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    return Flaw(
        message=f"{line.hcpcs} was given at place {COVERED_STAY}, where the rate of the stay covers it.",
        hint="Bill the nursing facility; send place 32 if Medicare Part A did not cover the stay that day.",
        at=in_line(line, "placeOfServiceCode"),
        facts={"procedureCode": line.hcpcs, "placeOfService": COVERED_STAY},
    )
