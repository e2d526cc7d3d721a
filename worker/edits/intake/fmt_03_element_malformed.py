import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from schemas.outcome import Citation, Location, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.elements import STATUS_CODES, identifiers, names, path_of, status_of, unreadable
from worker.edits.facts.locate import at_path, in_diagnosis, in_line
from worker.edits.facts.traits import Trait
from worker.edits.intake.fmt_02_required_element_missing import is_about_absence
from worker.edits.rules.correction import MOST_MODIFIERS, replaced, safe

CONTROL_OR_FORMAT = ("Cc", "Cf")
STRUCTURE: Final = {
    "1": "is not a segment of the guide",
    "2": "is not allowed here",
    "4": "occurs in too many loops",
    "5": "occurs too often",
    "6": "is not a segment of the guide",
    "7": "is out of order",
    "8": "has an element that the guide does not allow",
}
"""What is wrong with a segment, by the code of the 999 (IK304)."""
DOTTED: Final = re.compile(r"[A-Za-z]\d[0-9A-Za-z]\.[0-9A-Za-z]{1,4}", re.ASCII)


@claim_edit(
    "FMT-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("21",), carc=("16",), rarc=("MA130",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), basic and extended character set, element lengths"),
    looks_for=Trait.UNREADABLE
    | Trait.SPECIAL_TEXT
    | Trait.LONG_TEXT
    | Trait.SEVERAL_MODIFIERS
    | Trait.UNUSUAL_DIAGNOSES
    | Trait.STRUCTURE,
    kinds=BOTH_KINDS,
    fixes=("safe",),
    sometimes=(
        predicts(category="A7", status=("21", "511", "512", *STATUS_CODES), carc=("16",), rarc=("MA130", "M76")),
    ),
)
def element_malformed(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """An amount, a count or a date cannot be read, or an identifier, code or name holds what an 837P cannot carry.

    Why: such a claim is returned before anybody reads it, or the value is stored as something that was not meant.

    Flagged: a charge of 10.005 or 1e2; a date of service of 20230229; a patient control number of 39 characters; a
    member id with an accent or a zero-width space in it; a control character in a name; a fifth modifier; a
    segment in the 837 that the guide has no place for. M05.79 is a warning: an 837P carries a diagnosis without its dot
    (M0579), and most clearinghouses remove it.

    Accepted: a person named José, and any other printable character in names and free text. How long an NPI, an NDC
    or a modifier is, is reported by IDN-01, NDC-02 and MOD-01. An unreadable value in the documentation list is a
    warning: no payer sees that list.

    To do: Send the segment as the 837 implementation guide has it.

    To do: Send the modifiers that decide payment, or 99 as the last one where the payer accepts it.

    To do: Type it again without them.

    To do: Dates are YYYYMMDD, amounts 120.00, counts 1.5.

    To do: Send ….
    """
    verdicts: list[Verdict] = []
    for path, _text in unreadable(claim.claim) if claim.traits & Trait.UNREADABLE else ():
        inside = not path.startswith("$.documentation")
        flaw = _flaw(claim, path, "21", "cannot be read", "Dates are YYYYMMDD, amounts 120.00, counts 1.5.")
        verdicts.append(flaw if inside else Flaw(flaw.message, flaw.hint, flaw.at, flaw.facts, severity=Severity.WARN))
    is_special = claim.traits & Trait.SPECIAL_TEXT
    for written in identifiers(claim.claim) if claim.traits & (Trait.SPECIAL_TEXT | Trait.LONG_TEXT) else ():
        value, _path, longest, _place = written
        if is_special and not (value.isascii() and value.isprintable()):
            strange = {character for character in value if not (character.isascii() and character.isprintable())}
            verdicts.append(_characters(claim, path_of(written), strange))
        elif longest and len(value) > longest:
            problem = f"has {len(value)} characters; {longest} are allowed"
            verdicts.append(
                _flaw(claim, path_of(written), "512", problem, "Send a shorter one, or the one that was meant.")
            )
    verdicts += _dotted(claim)
    for path, name in names(claim.claim) if is_special else ():
        if not name.isprintable():
            hidden = {letter for letter in name if unicodedata.category(letter) in CONTROL_OR_FORMAT}
            if hidden:
                verdicts.append(_characters(claim, path, hidden))
    verdicts += _too_many(claim)
    verdicts += _structure(claim)
    return verdicts


def _too_many(claim: ClaimFacts) -> Iterator[Flaw]:
    """Lists that an 837 has no room for: the excess would be dropped, and a different service billed."""
    for line in claim.lines:
        many = len(line.line.service.procedure_modifiers)
        if many > MOST_MODIFIERS:
            at = in_line(line, "procedureModifiers", MOST_MODIFIERS)
            path = f"{at.json_path.removesuffix(f'[{MOST_MODIFIERS - 1}]')}[{MOST_MODIFIERS}]"
            problem = f"{many} modifiers; {MOST_MODIFIERS} are allowed"
            yield Flaw(
                message=f"Line {line.number} has {problem}.",
                hint="Send the modifiers that decide payment, or 99 as the last one where the payer accepts it.",
                at=at.model_copy(update={"json_path": path}),
                facts={"element": at.x12, "problem": problem},
                predicted=predicts(category="A7", status=("21", "453"), carc=("16",), rarc=("MA130",)),
            )


def _structure(claim: ClaimFacts) -> Iterator[Flaw]:
    """The breaches of the guide in the claim's file, other than what it lacks."""
    for flaw in claim.claim.origin.flaws if claim.claim.origin else ():
        if is_about_absence(flaw):
            continue
        element = f"{flaw.loop} {flaw.segment_id}{flaw.element or ''}"
        problem = STRUCTURE.get(flaw.code or "", STRUCTURE["8"])
        yield Flaw(
            message=f"{element} (segment {flaw.segment} of the file) {problem}.",
            hint="Send the segment as the 837 implementation guide has it.",
            at=Location(json_path="$", x12=element),
            facts={
                "element": element,
                "problem": problem,
                "segmentError": flaw.code,
                "elementError": flaw.element_code,
            },
        )


def _dotted(claim: ClaimFacts) -> Iterator[Flaw]:
    for position, entry in enumerate(claim.claim.claim_information.health_care_code_information, 1):
        code = entry.diagnosis_code or ""
        if "." in code and DOTTED.fullmatch(code):
            at = in_diagnosis(position)
            yield Flaw(
                message=f"Diagnosis {position} is written with its dot.",
                hint=f"Send {code.replace('.', '')}.",
                at=at,
                facts={"element": at.x12, "problem": "is written with its dot"},
                severity=Severity.WARN,
                predicted=predicts(category="A7", status=("511", "255"), carc=("16",), rarc=("M76",)),
                fix=safe(replaced(at, code, code.replace(".", ""))),
            )


def _characters(claim: ClaimFacts, path: str, strange: set[str]) -> Flaw:
    codes = ", ".join(sorted(f"U+{ord(character):04X}" for character in strange))
    return _flaw(claim, path, "511", f"holds characters that it must not ({codes})", "Type it again without them.")


def _flaw(claim: ClaimFacts, path: str, status: str, problem: str, hint: str) -> Flaw:
    at = at_path(path, claim.lines)
    own, entity = status_of(path)
    return Flaw(
        message=f"{path.rsplit('.', 1)[-1]} {problem}.",
        hint=hint,
        at=at,
        facts={"element": at.x12, "problem": problem},
        predicted=predicts(category="A7", status=(status, *own), carc=("16",), rarc=("MA130",), entity=entity),
    )
