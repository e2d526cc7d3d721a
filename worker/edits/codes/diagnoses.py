"""Which ICD-10-CM codes may not come first, and which are of one sex."""

from typing import Final

EXTERNAL_CAUSE: Final = ("V", "W", "X", "Y")
IN_ANOTHER_DISEASE: Final = tuple(
    """D77 F02 G63 G94 G99 H42 I32 I39 I41 I43 I52 I79 J17 J99 K23 K67 K77 K87 L14 L45 L54 L62 L86 L99 M01 N08 N16 N22
    N29 N33 N37 N51 N74""".split()  # noqa: SIM905 - a block of codes reads better than a list of quotes
)
"""Categories "in diseases classified elsewhere": the disease itself is coded first."""
CAUSE, MANIFESTATION = "an external cause", "a disease that comes with another one"
EFFECTS: Final = {"5": "an adverse effect of a drug", "6": "the underdosing of a drug"}
DRUGS: Final = ("T36", "T50")
INTENT: Final = slice(4, 6)
# Blocks of ICD-10-CM: genital organs of women and of men, pregnancy and childbirth.
PREGNANCY: Final = ("O",)
WOMEN: Final = (*PREGNANCY, "N7", "N8", *(f"C{number}" for number in range(51, 59)), *(f"N{n}" for n in range(90, 99)))
MEN: Final = (*(f"C{number}" for number in range(60, 64)), *(f"N{number}" for number in range(40, 54)))
OF_ONE_SEX: Final = (*WOMEN, *MEN)


def why_never_first(code: str) -> str | None:
    """Why a code may not come first, in words; None when it may."""
    if code.startswith(EXTERNAL_CAUSE):
        return CAUSE
    if DRUGS[0] <= code[:3] <= DRUGS[1]:
        # The sixth character states the intent, or the fifth where an X fills the sixth: T451X5A, T3695XA.
        return EFFECTS.get(code[INTENT].rstrip("X")[-1:])
    return MANIFESTATION if code.startswith(IN_ANOTHER_DISEASE) else None
