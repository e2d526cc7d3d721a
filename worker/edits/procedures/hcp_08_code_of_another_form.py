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
    "HCP-08",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("507", "218"), carc=("16",), rarc=("N846", "N56")),
    citation=Citation(source="CMS, ASP NDC-HCPCS crosswalk of the quarter of the date of service"),
    kinds=BOTH_KINDS,
    tables=("containers",),
)
def code_of_another_form(line: LineFacts, context: Context) -> Verdict | None:
    """The package holds the drug of the code, but in a form or from a maker with its own code.

    Why: a depot and a short-acting form, or two makers of one drug, have codes of their own, often with a different
    billing unit and a price many times higher.

    Flagged: the NDC of a Sandostatin LAR Depot kit (J2353, 1 mg) under J2354 (25 mcg); the NDC of Cipla's lanreotide
    (J1932) under J1930; the NDC of a vial of J3358 under J3357, of which the crosswalk has no package. A warning where
    only the description, or the record, names the brand: "PEMFEXY 500 MG" under J9305.

    Accepted: the NDC under the code that the crosswalk lists it under. Biosimilars are reported by HCP-06, another drug
    by NDC-06.

    To do: Bill … if this package was used, and recount the units; else send the NDC of the package used.

    To do: Bill … if … was given, and recount the units; else correct the name in the ….
    """
    if line.drug is None or not shows_its_drug(line, context.claim):
        return DoesNotApply()
    if is_as_billed(line, context.claim):
        return DoesNotApply() if mixes_biosimilars(line.drug) else None
    others = siblings(line, context.snapshot)
    if others and not mixes_biosimilars(line.drug, [drug for _, drug in others]):
        return _of_package(line, [container for container, _ in others])
    named = None if others else brand_named(line, context)
    if named and not mixes_biosimilars(line.drug, named.drugs):
        return of_brand(line, named)
    return None if others == () and not mixes_biosimilars(line.drug) else DoesNotApply()


def _of_package(line: LineFacts, containers: Sequence[Container]) -> Verdict:
    product, codes = containers[0], codes_of(containers)
    return Flaw(
        message=f"NDC {product.ndc11} is {product.brand} of {product.labeler}: billed as {codes}, not as {line.hcpcs}.",
        hint=f"Bill {codes} if this package was used, and recount the units; else send the NDC of the package used.",
        at=in_line(line, "procedureCode"),
        facts=facts_of(line, containers) | {"unitsPerContainer": product.units_per_item},
    )
