"""The two forms of an NDC: ten digits in three groups on the package, eleven digits (5-4-2) on a claim."""

import re
from typing import Final

NDC_QUALIFIER: Final = "N4"
BILLABLE: Final = re.compile(r"\d{11}", re.ASCII)
TEN_DIGITS: Final = re.compile(r"\d{10}", re.ASCII)
GROUPED: Final = re.compile(r"(\d{4,5})-(\d{3,4})-(\d{1,2})", re.ASCII)
# The groups that the FDA assigns (21 CFR 207.33) and the form in which claims carry them.
ASSIGNED: Final = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
ON_CLAIMS: Final = (5, 4, 2)


def is_billable_form(ndc: str) -> bool:
    """Whether it is eleven digits and nothing else."""
    return BILLABLE.fullmatch(ndc) is not None


def billable_forms(written: str) -> tuple[str, ...]:
    """The eleven digits that it can stand for: one for groups with hyphens, three for ten bare digits, else none."""
    if grouped := GROUPED.fullmatch(written):
        lengths = tuple(len(group) for group in grouped.groups())
        return (_padded(grouped.groups()),) if lengths in (*ASSIGNED, ON_CLAIMS) else ()
    if TEN_DIGITS.fullmatch(written):
        splits = (
            (written[:first], written[first : first + second], written[first + second :])
            for first, second, _ in ASSIGNED
        )
        return tuple(dict.fromkeys(_padded(groups) for groups in splits))
    return ()


def _padded(groups: tuple[str, ...]) -> str:
    return "".join(group.zfill(length) for group, length in zip(groups, ON_CLAIMS, strict=True))
