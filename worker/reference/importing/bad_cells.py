"""The cells of a published file that do not read: each is named, and its row is left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from worker.reference.importing.published import BadCellError, ImportRefusedError

MOST_NAMED: Final = 200
"""Bad cells that a refusal names; of a file of another kind all are bad."""


class BadCells:
    """What did not read in the files of one import, in their order; each names file, row and column."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def note(self, problem: str) -> None:
        """Keep what did not read; its row is left out."""
        self.problems.append(problem)

    @contextmanager
    def row_left_out(self) -> Iterator[None]:
        """Leave out the row that is read in this block when a cell of it is bad."""
        try:
            yield
        except BadCellError as bad:
            self.note(str(bad))

    def refuse_beyond(self, allowed: int) -> None:
        """Raise ImportRefusedError when there are more than so many; its sentence names all of them."""
        count = len(self.problems)
        if count <= allowed:
            return
        named = self.problems[:MOST_NAMED]
        more = [f"and {count - len(named):,} more"] if count > len(named) else []
        cells = "1 cell does" if count == 1 else f"{count:,} cells do"
        rows = "its row" if count == 1 else "their rows"
        raise ImportRefusedError(
            "\n".join((f"{cells} not read:", *named, *more, f"To leave out {rows}, repeat with --allow {count}."))
        )
