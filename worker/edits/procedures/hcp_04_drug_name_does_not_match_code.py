from collections.abc import Iterator

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import all_of
from worker.edits.drugs.ingredients import SUFFIX, UNLISTED, is_among, label, named_itself
from worker.edits.drugs.packages import names_in_record
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.recoding import recoded
from worker.reference.tables.answer import Found
from worker.reference.tables.rows import Drug

NOTE = "note"


@drug_day_edit(
    "HCP-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("217", "507"), carc=("16",), rarc=("N56", "M123")),
    citation=Citation(source="CMS, HCPCS Level II descriptors; CMS ASP NDC-HCPCS crosswalk (brand names)"),
    looks_for=Trait.TEXT | Trait.NAME_RECORDED,
    kinds=BOTH_KINDS,
    fixes=("unsafe",),
)
def drug_name_does_not_match_code(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """The claim names a drug that is not the drug of the code billed.

    Why: a code one digit off pays for a different drug, in a different unit. CMS decides what a code stands for,
    not a charge master and not a web page.

    Flagged: J2356 (tezepelumab-ekko) for omalizumab, which is J2357; J9353 for Tecentriq (J9022); J2329 for natalizumab
    (J2323); J3397 for Prolia (J0897). The name may be in the line's description or in the record (`drug-name`). In
    a note it is a warning, since notes also name other drugs, and only when nothing else names the drug.

    Accepted: another brand, biosimilar, salt or form of the same ingredient, or a combination that holds it; a text
    that names no drug we know, or the right one among others; any name under an unlisted code such as J3490.

    To do: If … was given, bill … and recount the units; if … was given, correct the name.
    """
    if day.drug.drug_class == UNLISTED:
        return None
    verdicts: list[Verdict] = []
    for line in day.lines:
        named = {
            source: drugs
            for source, text in _texts(line, day)
            if text and (drugs := _named_in(text, day.drug, context))
        }
        if len(named) > 1:
            named.pop(NOTE, None)
        for source, others in named.items():
            matches = is_among(day.drug, others, context.snapshot)
            if matches:
                continue
            if matches is None:
                verdicts.append(NoData(f"active ingredient of {day.hcpcs} or of the drug named", line.number))
            else:
                verdicts.append(_flaw(line, day, source, others, context))
            break
    return verdicts


def _texts(line: LineFacts, day: DrugDay) -> Iterator[tuple[str, str]]:
    yield "description", line.line.service.description or ""
    yield "record", names_in_record(line, day)
    yield NOTE, line.line.additional_notes or ""


def _named_in(text: str, drug: Drug, context: Context) -> tuple[Drug, ...]:
    return (drug,) if named_itself(drug, text) else context.snapshot.drugs_named(text)


def _flaw(line: LineFacts, day: DrugDay, source: str, others: tuple[Drug, ...], context: Context) -> Flaw:
    in_force = [other for other in others if isinstance(context.snapshot.drug(other.hcpcs, day.on), Found)]
    codes = all_of([_with_unit(other) for other in in_force] or ["the code of that drug"], "or")
    named, own = all_of(_names(others), "or"), label(day.drug)
    return Flaw(
        message=f"{line.hcpcs} is the code of {own}, but the {source} of line {line.number} names {named}.",
        hint=f"If {named} was given, bill {codes} and recount the units; if {own} was given, correct the name.",
        at=in_line(line, "procedureCode"),
        facts={
            "procedureCode": line.hcpcs,
            "drugOfCode": own,
            "drugNamed": named,
            "namedIn": source,
            "candidates": [other.hcpcs for other in in_force],
        },
        severity=Severity.WARN if source == NOTE else None,
        fix=recoded(line, day, in_force[0]) if len(in_force) == 1 else None,
    )


def _names(drugs: tuple[Drug, ...]) -> list[str]:
    """What to call the drugs that a text may mean, a biosimilar by the name that it shares with the others."""
    names = [label(drug) for drug in drugs if drug.names] or [label(drug) for drug in drugs]
    return [name for name in dict.fromkeys(names) if SUFFIX.sub("", name) == name or SUFFIX.sub("", name) not in names]


def _with_unit(drug: Drug) -> str:
    return f"{drug.hcpcs} (per {drug.unit_amount} {drug.unit})" if drug.unit_amount else drug.hcpcs
