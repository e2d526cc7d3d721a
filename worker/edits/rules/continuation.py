"""Claims that were split because their charge is more than the payer's system takes.

Contractors want the later claim, or both, to say so in a note, some with 59 or 76 on its drug lines (CGS, 2020-03-24;
First Coast, 0518896; Palmetto, 2024-08-19). What is missing on one of them may then be on the other.
"""

import re
from typing import Final

from worker.edits.edit import Context, NoData
from worker.edits.facts.claim import ClaimFacts

A_PART: Final = re.compile(
    r"\b(?:claim|bill|part|page|split)s?\s*#?\s*\d{1,2}\s*(?:of|/)\s*\d{1,2}\b"
    r"|\b\d{1,2}\s*(?:of|/)\s*\d{1,2}\s*(?:claims|parts)\b"
    r"|\b(?:dollar|charge)s?\b.{0,40}\bexceed|\bexceed\w*\b.{0,40}\b(?:charge|dollar|99,?999)"
    r"|\b(?:split|continu\w+)\b.{0,20}\bclaim|\bclaim\b.{0,20}\b(?:split|continu\w+)",
    re.IGNORECASE,
)
THE_OTHER_CLAIM: Final = "the other claim, since this one is a part of a claim that was split"


def is_part_of_split_claim(claim: ClaimFacts) -> bool:
    """Whether a note of a line says so."""
    return any(line.line.additional_notes and A_PART.search(line.line.additional_notes) for line in claim.lines)


def on_the_other_claim(context: Context, line: int | None = None) -> NoData | None:
    """Why something that is missing here cannot be missed; None for a claim that is whole."""
    return NoData(THE_OTHER_CLAIM, line) if is_part_of_split_claim(context.claim) else None
