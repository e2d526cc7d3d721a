"""The codes that the tables of codes hold; what another table says of any other code could not be asked for."""

from typing import Final

from worker.reference.importing.asp_pricing import CODE
from worker.reference.importing.published import HeldTables
from worker.reference.importing.sheet import SheetRow

CODE_TABLES: Final = ("drugs", "skin_substitutes", "hcpcs")


def known_codes(held: HeldTables) -> frozenset[str]:
    """Every code of `drugs`, `skin_substitutes` and `hcpcs`."""
    return frozenset(row["hcpcs"] for table in CODE_TABLES for row in held[table].rows)


def known_code(row: SheetRow, column: str, codes: frozenset[str]) -> str:
    """The code of a cell. Raises BadCellError when it is not one of these codes."""
    code = row.matching(column, CODE, "a code of five characters")
    if code not in codes:
        row.refuse(column, "a code of drugs, skin_substitutes or hcpcs (import hcpcs first)", code)
    return code
