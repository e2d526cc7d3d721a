import re
from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.drugs.ingredients import share_ingredient
from worker.edits.edit import BOTH_KINDS, Configuration, Context, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import ANYTHING, NOTHING
from worker.edits.procedures._successors import recount
from worker.reference.tables.answer import Absent, Found, NotCovered, NotInForce
from worker.reference.tables.rows import Drug

CODE: Final = re.compile(r"[A-Z]\d{4}|\d{4}[0-9A-Z]", re.ASCII)
# Families of which the drugs table holds nearly every code; other Q codes are casts, grafts, services.
DRUG_FAMILY: Final = re.compile(r"J|Q[25]|Q99")
HCPCS: Final = "HC"
MOST_CHOICES: Final = 4


def _may_be_wrong(code: CodeOnDay, _: Configuration) -> int:
    if code.on is None or not code.hcpcs:
        return NOTHING
    is_known = isinstance(code.drug_answer, Found) or (
        isinstance(code.drug_answer, Absent) and not DRUG_FAMILY.match(code.hcpcs)
    )
    return NOTHING if is_known and CODE.fullmatch(code.hcpcs) else ANYTHING


@line_edit(
    "HCP-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("507", "796"), carc=("181",), rarc=("N56",)),
    citation=Citation(source="CMS, HCPCS Level II code set of the date of service"),
    looks_for=_may_be_wrong,
    kinds=BOTH_KINDS,
    tables=("drugs",),
)
def code_not_active(line: LineFacts, context: Context) -> Verdict | None:
    """A drug code was not in force on the date of service, or is not a code at all.

    Why: drug codes come and go each quarter, often with another billing unit; payers reject a code outside its dates.

    Flagged: J0171 from 2025-07-01 (successor J0165); J2356 before 2022-07-01; J235 and J23560. A code of a drug
    family (J, Q2, Q5, Q99) that is not in our table is a warning: it may be mistyped or newer than the table.

    Accepted: J1300 on 2025-03-31. Codes of other families are only checked for their form. A code whose first day
    is not known has no data before the first publication that holds it. An ended code whose successor counts in another
    unit is reported by HCP-02.

    To do: Send a letter and four digits (J2356), or five characters of a CPT code (96413).

    To do: Compare the code with the drug; it may be mistyped, or newer than our table.

    To do: Bill …, per …, and recount the units.

    To do: Bill the code that is in force for the drug on …, and recount the units.
    """
    service = line.line.service
    if not line.hcpcs or line.on is None or service.procedure_identifier != HCPCS:
        return None
    code = line.hcpcs
    match line.drug_answer:
        case _ if not CODE.fullmatch(code):
            return Flaw(
                message=f"Line {line.number}: the procedure code does not have the form of a HCPCS or CPT code.",
                hint="Send a letter and four digits (J2356), or five characters of a CPT code (96413).",
                at=in_line(line, "procedureCode"),
                facts={"characters": len(code)},
                predicted=predicts(category="A7", status=("507",), carc=("181",), rarc=("N56",)),
            )
        case NotInForce() if recount(line, context.snapshot):
            return None
        case NotInForce(drug, _, valid_from, valid_to):
            dates = f"from {valid_from or 'the start'} to {valid_to or 'now'}"
            return Flaw(
                message=f"{code} was not in force on {line.on}, but {dates}.",
                hint=_instead(drug, line.on, context),
                at=in_line(line, "procedureCode"),
                facts={"procedureCode": code, "serviceDate": line.on, "inForce": dates}
                | {"successor": drug.successor or "not known"},
            )
        case Absent() if DRUG_FAMILY.match(code):
            return Flaw(
                message=f"{code} is not in our table of drug codes.",
                hint="Compare the code with the drug; it may be mistyped, or newer than our table.",
                at=in_line(line, "procedureCode"),
                facts={"procedureCode": code, "serviceDate": line.on},
                severity=Severity.WARN,
            )
        case NotCovered():
            return NoData(f"HCPCS code {code} on {line.on}", line.number)
    return None


def _instead(drug: Drug, on: date, context: Context) -> str:
    successor = context.snapshot.successor_of(drug)
    if successor is None:
        others = _in_force(drug, on, context)
        which = f" ({', '.join(others)}, by the form and maker)" if others else ""
        return f"Bill the code that is in force for the drug on {on}{which}, and recount the units."
    units = [f"{each.unit_amount} {each.unit}" for each in (successor, drug)]
    bill = f"Bill {successor.hcpcs}, per {' instead of '.join(dict.fromkeys(units))}"
    if isinstance(context.snapshot.drug(successor.hcpcs, on), Found):
        return f"{bill}, and recount the units."
    return f"{bill}, if it is in force on {on}, which our table does not show; recount the units."


def _in_force(drug: Drug, on: date, context: Context) -> tuple[str, ...]:
    """Codes of the same ingredient on that day, where they are few enough to choose from."""
    name = drug.generic_name or next(iter(drug.names), "")
    codes = [
        other.hcpcs
        for other in context.snapshot.drugs_named(name)
        if other.hcpcs != drug.hcpcs
        and isinstance(context.snapshot.drug(other.hcpcs, on), Found)
        and share_ingredient(drug, other, context.snapshot)
    ]
    return tuple(codes) if len(codes) <= MOST_CHOICES else ()
