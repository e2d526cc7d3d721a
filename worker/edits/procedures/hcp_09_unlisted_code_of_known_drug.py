import re
from types import MappingProxyType
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import all_of
from worker.edits.drugs.ingredients import UNLISTED, label, share_ingredient
from worker.edits.drugs.ndc_form import billable_forms, is_billable_form
from worker.edits.edit import BOTH_KINDS, Configuration, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.reference.tables.answer import Found
from worker.reference.tables.rows import Drug

ALSO_UNLISTED: Final = frozenset({"A4641", "A9699", "C9399", "J7199", "J7699", "J8597"})
"""Unlisted codes that the table of drugs does not hold as such."""
COMPOUNDS: Final = frozenset({"J7799", "J7999"})
COMPOUNDED: Final = re.compile(r"\bcompound|\brepack", re.IGNORECASE)
PACKAGE: Final = "NDC"
NOT_PAID: Final = frozenset({"I", "M", "S"})
ROUTES: Final = MappingProxyType(
    {
        "IV": re.compile(r"\b(?:iv|ivpb|intravenous(?:ly)?|infus\w{0,5})\b", re.IGNORECASE),
        "SC": re.compile(r"\b(?:sc|sq|subq|subcut\w{0,9})\b", re.IGNORECASE),
        "IM": re.compile(r"\b(?:im|intramuscular(?:ly)?)\b", re.IGNORECASE),
        "oral": re.compile(r"\b(?:po|oral(?:ly)?|tab(?:let)?s?|cap(?:sule)?s?|odt)\b", re.IGNORECASE),
        "eye": re.compile(r"\b(?:intravitreal|intraocular|intracameral|ophth\w{0,6})\b", re.IGNORECASE),
        "inhaled": re.compile(r"\b(?:inhal\w{0,6}|nebul\w{0,6})\b", re.IGNORECASE),
        "skin": re.compile(r"\b(?:topical(?:ly)?|transdermal)\b", re.IGNORECASE),
    }
)
OF_TABLE: Final = MappingProxyType(
    {"intravitreal": "eye", "intracameral": "eye", "ophthalmic": "eye", "inhalation": "inhaled", "topical": "skin"}
)


def _is_unlisted(code: str, configuration: Configuration) -> bool:
    if code in COMPOUNDS:
        return False
    drug = configuration.snapshot.tables.drugs.latest(code)
    return code in ALSO_UNLISTED or (drug is not None and drug.drug_class == UNLISTED)


@line_edit(
    "HCP-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("507", "217"), carc=("189",), rarc=("N657",)),
    citation=Citation(
        source="CMS, HCPCS Level II; CMS ASP NDC-HCPCS crosswalk of the day; CMS Claims Processing Manual "
        "(Pub. 100-04), chapter 17, section 20.1.3"
    ),
    about=_is_unlisted,
    tables=("containers",),
    kinds=BOTH_KINDS,
)
def unlisted_code_of_known_drug(line: LineFacts, context: Context) -> Verdict | None:
    """A drug is billed under an unlisted code although it has a code of its own on that day.

    Why: an unlisted code is for what has no code. Where there is one, the line is denied, since it cannot be priced as
    what it is.

    Flagged: J3590 with the NDC of Xolair, or described as "KENALOG 40 MG". As a warning: a name with several codes, of
    which the text does not tell which.

    Accepted: a name and an NDC without a code; a code that begins later; a form that the code does not cover, such as
    vedolizumab SC, whose code is for IV; compounds (J7999, J7799, or told so in the text); a C code on a professional
    claim, and a code that Medicare does not pay, which would not help.

    To do: Bill … in its own units.

    To do: Bill the one of … that was given.
    """
    by_package = _of_package(line, context)
    if by_package:
        return _flaw(line, by_package, PACKAGE, None)
    service = line.line.service
    text = " ".join(filter(None, (service.description, line.line.additional_notes)))
    if not text or COMPOUNDED.search(text):
        return None
    told = {route for route, words in ROUTES.items() if words.search(text)}
    named = [
        drug
        for drug in context.snapshot.drugs_named(text)
        if _can_be_billed(drug, line, context) and not _goes_another_way(drug, told)
    ]
    if not named:
        return None
    is_sure = len(named) == 1 and (len(told) == 1 or not told)
    same = all(share_ingredient(named[0], other, context.snapshot) for other in named[1:])
    return _flaw(line, named, "name", None if is_sure and same else Severity.WARN)


def _of_package(line: LineFacts, context: Context) -> list[Drug]:
    package = line.line.drug_identification
    written = package.national_drug_code if package else None
    if not written or line.on is None:
        return []
    forms = (written,) if is_billable_form(written) else billable_forms(written)
    answers = [context.snapshot.container(form, line.on) for form in forms]
    codes = [row.hcpcs for answer in answers if isinstance(answer, Found) for row in answer.row]
    held = (context.snapshot.tables.drugs.latest(code) for code in dict.fromkeys(codes))
    return [drug for drug in held if drug and _can_be_billed(drug, line, context)]


def _can_be_billed(drug: Drug, line: LineFacts, context: Context) -> bool:
    if drug.hcpcs in ALSO_UNLISTED:
        return False
    if line.on is None or drug.drug_class == UNLISTED or (drug.hcpcs.startswith("C") and not line.is_institutional):
        return False
    if context.profile.medicare and drug.coverage_code in NOT_PAID:
        return False
    return isinstance(context.snapshot.drug(drug.hcpcs, line.on), Found)


def _goes_another_way(drug: Drug, told: set[str]) -> bool:
    """Whether the code is for other routes than those that the text names, as far as both are known."""
    words = " ".join(filter(None, (drug.short_description, drug.generic_name, drug.unit_text)))
    own = {OF_TABLE.get(route, route) for route in drug.routes}
    own |= {route for route, pattern in ROUTES.items() if pattern.search(words)}
    return bool(told and own) and told.isdisjoint(own)


def _flaw(line: LineFacts, drugs: list[Drug], shown_by: str, severity: Severity | None) -> Flaw:
    codes = all_of(dict.fromkeys(drug.hcpcs for drug in drugs), "or")
    return Flaw(
        message=f"{line.hcpcs} is an unlisted code, but by the {shown_by} on the line the drug is {label(drugs[0])}, "
        f"which has {codes}.",
        hint=f"Bill {codes} in its own units." if len(drugs) == 1 else f"Bill the one of {codes} that was given.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "candidates": [drug.hcpcs for drug in drugs], "shownBy": shown_by},
        severity=severity,
        tables=("containers",) if shown_by == PACKAGE else (),
    )
