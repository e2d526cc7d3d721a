import re
from functools import lru_cache
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import at_path
from worker.edits.facts.roles import REMARKS, Npi, unsound_npis

NPI: Final = re.compile(r"[12]\d{9}", re.ASCII)
PREFIX: Final = "80840"


@claim_edit(
    "IDN-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("562",), carc=("16",), rarc=("N257",), entity="85"),
    citation=Citation(source="CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit"),
    kinds=BOTH_KINDS,
    sometimes=(predicts(category="A7", status=("562",), carc=("16",), rarc=REMARKS),),
)
def npi_fails_its_check_digit(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """An NPI is not ten digits beginning with 1 or 2, or its last digit does not fit the others.

    Why: the last digit is computed (Luhn, over 80840 and the NPI), so a mistyped NPI is found before any payer sees it.

    Flagged: 1234567890; nine digits; an NPI that begins with 3. Every NPI of the claim and its lines is looked at.

    Accepted: 1234567893. Whether the NPI is the provider's own cannot be seen from the number.

    To do: Compare the NPI of the … with the NPI registry (NPPES) and send its ten digits.
    """
    return [_flaw(claim, found) for found in unsound_npis(claim, _is_npi)]


@lru_cache(maxsize=4096)
def _is_npi(number: str) -> bool:
    # A practice sends the same few numbers in all its claims.
    return bool(NPI.fullmatch(number)) and _fits_luhn(PREFIX + number)


def _fits_luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - 9 and 10 are Luhn's


def _flaw(claim: ClaimFacts, found: Npi) -> Flaw:
    role = found.role
    at = at_path(found.path, claim.lines)
    loop = role.institutional if claim.is_institutional else role.professional
    return Flaw(
        message=f"The NPI of the {role.words} is not a valid NPI.",
        hint=f"Compare the NPI of the {role.words} with the NPI registry (NPPES) and send its ten digits.",
        at=at.model_copy(update={"x12": f"{loop} NM109"}),
        facts={"role": role.words.removesuffix(" provider")},
        predicted=predicts(
            category="A7", status=("562",), carc=("16",), rarc=(role.remark,), entity=role.entity or None
        ),
    )
