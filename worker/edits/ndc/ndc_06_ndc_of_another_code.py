from schemas.outcome import Citation, Fix, Severity
from worker.edits.drugs.ingredients import UNLISTED, share_ingredient
from worker.edits.drugs.ndc_form import NDC_QUALIFIER, is_billable_form
from worker.edits.drugs.packages import codes_of, facts_of, siblings
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.recoding import recoded
from worker.reference.tables.answer import Absent, Answer, Found, NotInForce
from worker.reference.tables.rows import Container, Drug


@drug_line_edit(
    "NDC-06",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("218", "507"), carc=("16",), rarc=("N846",)),
    citation=Citation(source="CMS, ASP NDC-HCPCS crosswalk of the quarter of the date of service"),
    needs=Trait.PACKAGE,
    looks_for=Trait.DOUBTFUL_PACKAGE,
    kinds=BOTH_KINDS,
    fixes=("unsafe",),
    tables=("containers",),
)
def ndc_of_another_code(line: LineFacts, context: Context) -> Verdict | None:
    """The package named by the NDC belongs to a code other than the one billed.

    Why: CMS lists for each quarter which packages belong to which code; payers compare the two.

    Flagged: the NDC of a Prolia syringe (J0897) under J3397. An NDC that the crosswalk does not list is a warning when
    it lists others for the code: the crosswalk holds only products with an ASP and follows changes of the labeler late.

    Accepted: an NDC that is listed for the code billed, alone or among others. No data: quarters that our table does
    not hold; unlisted codes; a code of the same ingredient without any package of its own on the crosswalk. A
    biosimilar of the same drug is reported by HCP-06, another form or maker of it by HCP-08.

    To do: …; else send the NDC of the package used.

    To do: Compare the NDC with the package; if it is right, send it and keep the invoice.
    """
    package = line.line.drug_identification
    if package is None or package.service_id_qualifier != NDC_QUALIFIER or line.on is None or line.drug is None:
        return None
    ndc = package.national_drug_code or ""
    if not is_billable_form(ndc):
        return None
    of_code = line.code.containers
    match context.snapshot.container(ndc, line.on):
        case _ if line.drug.drug_class == UNLISTED:
            return NoData("product behind an unlisted code", line.number)
        case Found(containers):
            if all(container.hcpcs != line.hcpcs for container in containers) and not siblings(line, context.snapshot):
                return _another(line, line.drug, containers, of_code, context)
        case Absent() if isinstance(of_code, Found):
            return Flaw(
                message=f"NDC {ndc} is not on the CMS crosswalk of {line.on} for {line.hcpcs}.",
                hint="Compare the NDC with the package; if it is right, send it and keep the invoice.",
                at=in_line(line, "nationalDrugCode"),
                facts={"procedureCode": line.hcpcs, "nationalDrugCode": ndc},
                severity=Severity.WARN,
            )
        case _:
            return NoData(f"NDC crosswalk for {line.hcpcs} on {line.on}", line.number)
    return None


def _another(
    line: LineFacts,
    drug: Drug,
    containers: tuple[Container, ...],
    of_code: Answer[tuple[Container, ...]],
    context: Context,
) -> Verdict:
    if not isinstance(of_code, Found) and not _differs(line, drug, containers, context):
        return NoData(f"packages of {line.hcpcs} on the crosswalk", line.number)
    product, codes = containers[0], codes_of(containers)
    hint = f"Bill {codes} if {product.brand} was given, and recount the units"
    return Flaw(
        message=f"NDC {product.ndc11} is {product.brand}, which is billed as {codes}, not as {line.hcpcs}.",
        hint=f"{hint}; else send the NDC of the package used.",
        at=in_line(line, "nationalDrugCode"),
        facts=facts_of(line, containers) | {"unitsPerContainer": product.units_per_item},
        fix=_fix(line, containers, context),
    )


def _fix(line: LineFacts, containers: tuple[Container, ...], context: Context) -> Fix | None:
    """The code of the package, where it is the code of one drug only."""
    codes = {container.hcpcs for container in containers}
    day = next((each for each in context.claim.drug_days if line in each.lines), None)
    if len(codes) != 1 or line.on is None or day is None:
        return None
    answer = context.snapshot.drug(codes.pop(), line.on)
    return recoded(line, day, answer.row) if isinstance(answer, Found) else None


def _differs(line: LineFacts, drug: Drug, containers: tuple[Container, ...], context: Context) -> bool:
    """Whether the package certainly holds another ingredient than the drug of the code."""
    for container in containers:
        answer = context.snapshot.drug(container.hcpcs, line.on) if line.on else None
        if not isinstance(answer, (Found, NotInForce)):
            return False
        if share_ingredient(drug, answer.row, context.snapshot) is not False:
            return False
    return True
