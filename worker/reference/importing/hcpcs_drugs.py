"""The facts in the long descriptor of a drug code: the drug, and the unit it is billed in."""

import re
from decimal import Decimal
from typing import Final

UNITS: Final = {
    "mg": "mg",
    "milligram": "mg",
    "mcg": "mcg",
    "microgram": "mcg",
    "ml": "mL",
    "milliliter": "mL",
    "g": "g",
    "gram": "g",
    "meq": "mEq",
    "i.u.": "IU",
    "iu": "IU",
    "international unit": "IU",
    "unit": "unit",
    "gm": "g",
    "dose": "dose",
}
# "Injection, eculizumab, 2 mg", "Injection, furosemide, up to 20 mg", "Hyaluronan, for injection, per dose".
BILLED: Final = re.compile(
    r"(?P<name>.+?),?(?<=\S)\s++(?P<up_to>up to )?(?:(?:per )?(?P<amount>\d[\d,]*+(?:\.\d++)?|\.\d++)\s*+|per )"
    r"(?P<unit>milligram|microgram|milliliter|international unit|gram|mg|mcg|ml|meq|i\.u\.|iu|unit|dose|gm|g)s?"
    # "Per i.u. of factor ix activity" names what is counted.
    r"(?:(?<=\.) of factor ix activity)?",
    re.IGNORECASE,
)
# "Sulfamethoxazole 5 mg and trimethoprim 1 mg": two amounts are one unit of neither drug.
ANOTHER_AMOUNT: Final = re.compile(r"\d\s*(?:milligram|microgram|mg|mcg|g|gram|ml|unit|i\.?u\.?)s?\b", re.IGNORECASE)
INJECTION: Final = re.compile(r"^(injection|inj\.?|infusion),?\s+", re.IGNORECASE)


def drug_cells(hcpcs: str, descriptor: str) -> dict[str, str]:
    """The cells of the table `drugs` that a descriptor fills; an unreadable unit stays empty, which is unknown."""
    cells = {"hcpcs": hcpcs, "class": _drug_class(hcpcs), "unit_text": descriptor}
    billed = BILLED.fullmatch(descriptor.strip())
    if billed and ANOTHER_AMOUNT.search(billed["name"]):
        billed = None
    name = billed["name"].rstrip(",") if billed else descriptor
    cells["generic_name"] = INJECTION.sub("", name, count=1)
    if billed:
        amount = Decimal((billed["amount"] or "1").replace(",", ""))
        cells["unit_amount"] = format(amount.normalize(), "f")
        cells["unit"] = UNITS[billed["unit"].lower()]
        cells["unit_up_to"] = "true" if billed["up_to"] else "false"
    return cells


def _drug_class(hcpcs: str) -> str:
    if hcpcs.startswith("Q5"):
        return "biosimilar"
    return "antineoplastic" if hcpcs.startswith("J9") else "drug"
