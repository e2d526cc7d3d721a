from collections.abc import Sequence

from schemas.outcome import Citation, Severity
from worker.edits.drugs.packages import (
    brand_named,
    codes_of,
    facts_of,
    is_as_billed,
    mixes_biosimilars,
    of_brand,
    shows_its_drug,
    siblings,
)
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.reference.tables.rows import Container


@drug_line_edit(
    "HCP-06",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("218", "507"), carc=("16",), rarc=("N846",)),
    citation=Citation(source="CMS, ASP NDC-HCPCS crosswalk of the quarter of the date of service"),
    kinds=BOTH_KINDS,
    tables=("containers",),
)
def code_of_another_biosimilar(line: LineFacts, context: Context) -> Verdict | None:
    """The package is a biosimilar, or its reference product, with a code other than the one billed.

    Why: each biosimilar has a code and a price of its own, and so has the reference product. Payers compare the code
    with the NDC; the wrong one of the family is paid wrongly or returned.

    Flagged: the NDC of Inflectra (Q5103) under J1745, or under Q5104. A warning where only the description, or
    the record, names the brand: "INFLECTRA 400 MG" under J1745.

    Accepted: the NDC of Inflectra under Q5103; a package that the crosswalk lists under both codes. Another form of one
    product is reported by HCP-08, another drug by NDC-06.

    To do: Bill … if … was given; else send the NDC of the package used.

    To do: Bill … if … was given, and recount the units; else correct the name in the ….
    """
    if line.drug is None or not shows_its_drug(line, context.claim):
        return DoesNotApply()
    if is_as_billed(line, context.claim):
        return None if mixes_biosimilars(line.drug) else DoesNotApply()
    others = siblings(line, context.snapshot)
    if others and mixes_biosimilars(line.drug, [drug for _, drug in others]):
        return _of_package(line, [container for container, _ in others])
    named = None if others else brand_named(line, context)
    if named and mixes_biosimilars(line.drug, named.drugs):
        return of_brand(line, named)
    return None if others == () and mixes_biosimilars(line.drug) else DoesNotApply()


def _of_package(line: LineFacts, containers: Sequence[Container]) -> Verdict:
    product, codes = containers[0], codes_of(containers)
    return Flaw(
        message=f"NDC {product.ndc11} is {product.brand}, which is billed as {codes}, not as {line.hcpcs}.",
        hint=f"Bill {codes} if {product.brand} was given; else send the NDC of the package used.",
        at=in_line(line, "procedureCode"),
        facts=facts_of(line, containers),
    )
