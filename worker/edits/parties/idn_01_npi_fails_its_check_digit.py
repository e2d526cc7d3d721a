import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from schemas.claim import Provider
from schemas.outcome import Citation, Location, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.elements import providers_of_claim, providers_of_line, status_of
from worker.edits.facts.locate import in_claim, in_line
from worker.edits.facts.traits import Trait

NPI: Final = re.compile(r"[12]\d{9}", re.ASCII)
PREFIX: Final = "80840"
# The remark code of each role: the provider's primary identifier is missing, incomplete or invalid.
REMARK: Final = {"billing": "N257", "rendering": "N290", "referring": "N286", "ordering": "N265", "supervising": "N297"}


@claim_edit(
    "IDN-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("562",), carc=("16",), rarc=("N257",), entity="85"),
    citation=Citation(source="CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit"),
    kinds=BOTH_KINDS,
)
def npi_fails_its_check_digit(claim: ClaimFacts, _: Context) -> Iterator[Verdict]:
    """An NPI is not ten digits beginning with 1 or 2, or its last digit does not fit the others.

    Why: the last digit is computed (Luhn, over 80840 and the NPI), so a mistyped NPI is told before any payer sees it.

    Flagged: 1234567890; nine digits; an NPI that begins with 3.

    Accepted: 1234567893. Whether the NPI is the provider's own cannot be told from the number.
    """
    for role, provider in providers_of_claim(claim.claim):
        if _is_wrong(provider):
            yield _flaw(role, in_claim(f"{role}.npi"))
    for line in claim.lines if claim.traits & Trait.OWN_PROVIDER else ():
        for element, provider in providers_of_line(line.line):
            if _is_wrong(provider):
                yield _flaw(element.removesuffix("Provider"), in_line(line, f"{element}.npi"))


def _is_wrong(provider: Provider | None) -> bool:
    return bool(provider and provider.npi and not _is_npi(provider.npi))


@lru_cache(maxsize=4096)
def _is_npi(number: str) -> bool:
    # A practice sends the same few numbers in all its claims.
    return bool(NPI.fullmatch(number)) and _fits_luhn(PREFIX + number)


def _fits_luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - 9 and 10 are Luhn's


def _flaw(role: str, at: Location) -> Flaw:
    status, entity = status_of(at.json_path)
    return Flaw(
        message=f"The NPI of the {role} provider is not a valid NPI.",
        hint=f"Compare the NPI of the {role} provider with the NPI registry (NPPES) and send its ten digits.",
        at=at,
        facts={"role": role},
        predicted=predicts(category="A7", status=status, carc=("16",), rarc=(REMARK[role],), entity=entity),
    )
