"""The claims of Parquet files, for a comparison."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from worker.cli.compare.portion import GivenClaim
from worker.cli.shared.claim_files import ClaimInput, with_resources
from worker.wording.counts import counted

PARQUET: Final = ".parquet"


def is_archive(file: str) -> bool:
    """Whether a file is read as Parquet."""
    return file.lower().endswith(PARQUET)


def archived(
    file: str, column: str | None, as_of: date | None, today: date, done: Callable[[int], None]
) -> Iterator[GivenClaim]:
    """Yield the claims of a Parquet file with the days they count as received on, and what was not read as problems.

    Args:
        file: Its name.
        column: The column with the claims; None for the usual one.
        as_of: The day for all of them; None for the one in the file.
        today: The day where the file has none.
        done: Takes how many bytes of the file were read since it was called last.
    """
    from worker.analysis.archive import COLUMNS, ClaimArchive  # noqa: PLC0415 - in the extra `report`
    from worker.analysis.errors import AnalysisError  # noqa: PLC0415 - likewise

    empty, size, told = 0, Path(file).stat().st_size, 0
    try:
        archive = ClaimArchive(file, column)
        for each in archive.claims():
            if each.value is None:
                empty += 1
            else:
                for found in with_resources(ClaimInput(file, f"row {each.row}", each.value)):
                    yield GivenClaim(found, as_of or each.received_on or today)
            done(size * each.row // archive.rows - told)
            told = size * each.row // archive.rows
    except (AnalysisError, OSError) as error:
        yield GivenClaim(ClaimInput(file, "", b"", str(error)), today)
        return
    if empty:
        remedy = (
            "; `claimscrub export --reveal` writes outcomes with their claims" if archive.column == COLUMNS[-1] else ""
        )
        problem = f"{counted(empty, 'row')} without anything in column {archive.column}{remedy}"
        yield GivenClaim(ClaimInput(file, "", b"", problem), today)
    elif not archive.rows:
        yield GivenClaim(ClaimInput(file, "", b"", "holds no claim"), today)
