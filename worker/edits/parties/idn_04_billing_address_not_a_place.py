import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from schemas.outcome import Citation, Prediction, Severity
from schemas.records import Address
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim

MAILBOX: Final = re.compile(
    r"\b(?:P\.? ?O\.? ?BOX|POST OFFICE BOX|P\.?O\.?B\.? ?\d+|LOCK ?BOX|LOCK BIN)(?=$|[\s#:,.\d])",
    re.IGNORECASE | re.ASCII,
)
NINE_DIGITS: Final = re.compile(r"\d{5}-?\d{4}", re.ASCII)
UNITED_STATES: Final = frozenset({"US", "USA"})


@claim_edit(
    "IDN-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("126", "500"), carc=("16",), rarc=("MA130",), entity="85"),
    citation=Citation(
        source="ASC X12N 005010X222A1 (837P), 2010AA N3 and N4; X12, request for interpretation 1451",
        url="https://x12.org/resources/requests-for-interpretation/rfi-1451-restriction-po-box-use",
    ),
    kinds=BOTH_KINDS,
)
def billing_address_not_a_place(claim: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """The billing provider's address is a post office box, or its ZIP code does not have nine digits.

    Why: payers find the provider by the place where it is; a box for payments is a pay-to address (2010AB), which is a
    loop of its own. The ZIP code also decides the Medicare locality, and needs its four last digits for that.

    Flagged: PO BOX 12; P.O. Box 12; a lockbox; the ZIP code 62701.

    Accepted: 100 BOXWOOD LANE; RR 2 BOX 12, which is a house; 627010001 and 62701-0001; any postal code of an address
    with another country code. An address that is not sent is not judged.

    To do: Send the street address of the practice here and the box as the pay-to address (2010AB).

    To do: Send the ZIP+4 of the street address, such as 627010001; the postal service's website shows it.
    """
    billing = claim.claim.billing
    address = billing.address if billing else None
    if address is None or not (address.address1 or address.address2):
        return NoData("address of the billing provider")
    verdicts: list[Verdict] = []
    for element, written in (("billing.address1", address.address1), ("billing.address2", address.address2)):
        if written and _is_mailbox(written):
            verdicts.append(
                Flaw(
                    message="The address of the billing provider is a post office box or a lockbox.",
                    hint="Send the street address of the practice here and the box as the pay-to address (2010AB).",
                    at=in_claim(element),
                    facts={"element": "N301" if element.endswith("1") else "N302"},
                    predicted=_predicted("126"),
                )
            )
    verdicts += _zip_code(address)
    return verdicts


@lru_cache(maxsize=1024)
def _is_mailbox(written: str) -> bool:
    # A practice sends the same address in all its claims.
    return bool(MAILBOX.search(" ".join(written.split())))


def _zip_code(address: Address) -> Iterator[Verdict]:
    if address.country_code and address.country_code.upper() not in UNITED_STATES:
        return
    if not address.postal_code:
        yield NoData("ZIP code of the billing provider")
    elif not NINE_DIGITS.fullmatch(address.postal_code):
        yield Flaw(
            message="The ZIP code of the billing provider does not have nine digits.",
            hint="Send the ZIP+4 of the street address, such as 627010001; the postal service's website shows it.",
            at=in_claim("billing.postalCode"),
            facts={"digits": sum(character.isdigit() for character in address.postal_code)},
            predicted=_predicted("500"),
        )


def _predicted(status: str) -> Prediction:
    return predicts(category="A7", status=(status,), carc=("16",), rarc=("MA130",), entity="85")
