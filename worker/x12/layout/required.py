"""The required elements of a claim message: those of `structure`, each with its member and the words for it.

One table (`required_rows`), in a notation of its own:

    @ billing.address required ?situation   the part that the rows below it speak of, by its path in the message
    2010AA N301 address1 : words            loop, element, members (any one of several is enough), what to call it
    2010AA N402 state ?us-address : words   required only in a situation that the claim itself shows

`[]` after a member of a path means each part of the list. A part that is not `required` is looked at when it is sent.
Left out are elements that a writer derives or that an interchange brings along (BHT, HL, LX, qualifiers with one
usual value, the identifications of submitter and receiver), and what edits of its own report: names and date of birth
of the patient (IDN-06), the principal diagnosis of an 837P (DX-03), the number of an attachment (DOC-07), the package
of a drug (NDC-01 to NDC-05).
"""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.required_rows import INSTITUTIONAL, INSTITUTIONAL_LINE, PROFESSIONAL, PROFESSIONAL_LINE

_ROW: Final = re.compile(r"(\S+ \S+) (\S+)(?: \?([a-z0-9-]+))? : (.+)")
_PART: Final = re.compile(r"@ (\S+)( required)?(?: \?([a-z0-9-]+))?")


@dataclass(frozen=True, slots=True)
class RequiredElement:
    """One element. `x12` is its loop and element; `members` hold it, the first one by its usual name."""

    x12: str
    members: tuple[str, ...]
    situation: str
    words: str


@dataclass(frozen=True, slots=True)
class RequiredPart:
    """The elements of one part of the message.

    Attributes:
        steps: The path to the part: each member, and how many lists it is inside of (0 for a part of its own).
        is_required: Whether its elements are missing too when the part is.
        situation: The name of the situation in which that is so; empty for always.
        elements: What it has to hold.
    """

    steps: tuple[tuple[str, int], ...]
    is_required: bool
    situation: str
    elements: tuple[RequiredElement, ...]


def _parsed(table: str) -> tuple[RequiredPart, ...]:
    parts: list[tuple[re.Match[str], list[RequiredElement]]] = []
    for line in filter(None, map(str.strip, table.split("\n"))):
        if part := _PART.fullmatch(line):
            parts.append((part, []))
        elif row := _ROW.fullmatch(line):
            x12, members, situation, words = row.groups()
            parts[-1][1].append(RequiredElement(x12, tuple(members.split("|")), situation or "", words))
        else:
            raise ValueError(f"{line} is neither a part nor an element.")
    return tuple(
        RequiredPart(_steps(part[1]), bool(part[2]), part[3] or "", tuple(elements)) for part, elements in parts
    )


def _steps(path: str) -> tuple[tuple[str, int], ...]:
    names = [] if path == "$" else path.split(".")
    return tuple((name.replace("[]", ""), name.count("[]")) for name in names)


OF_CLAIM: Final = MappingProxyType(
    {
        ClaimKind.PROFESSIONAL: _parsed(PROFESSIONAL),
        ClaimKind.INSTITUTIONAL: _parsed(INSTITUTIONAL),
    }
)
"""The required elements of a claim as a whole; paths count from the top of the message."""
OF_LINE: Final = MappingProxyType(
    {ClaimKind.PROFESSIONAL: _parsed(PROFESSIONAL_LINE), ClaimKind.INSTITUTIONAL: _parsed(INSTITUTIONAL_LINE)}
)
"""The required elements of each line; paths count from the line."""
