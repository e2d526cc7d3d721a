"""Writes a comparison as one page."""

from collections.abc import Sequence
from pathlib import Path

from worker.analysis.comparison import ComparedSide, ComparisonFigures, comparison_page
from worker.analysis.page import write_page
from worker.bootstrap import all_edits
from worker.cli.compare.portion import ComparedClaim, CompareJob
from worker.cli.compare.tally import Tally, payer_of
from worker.edits.edit import AnyEdit
from worker.wording.counts import counted


class PageWriter:
    """Takes every claim as it comes, and writes the page at the end.

    Args:
        file: Where it is to be.
        sources: Where claims are from, in words.
        job: The comparison.
        versions: What the configurations are: their names, rulesets and tables.
    """

    def __init__(self, file: Path, sources: str, job: CompareJob, versions: Sequence[dict[str, str]]) -> None:
        self._file, self._sources, self._job = file, sources, job
        before, after = (ComparedSide(each["name"], each["ruleset"], each["reference"]) for each in versions)
        self._sides = before, after
        self._figures = ComparisonFigures(reveal=job.reveal)

    def add(self, compared: ComparedClaim) -> None:
        """Take a claim, whether it differs or not."""
        self._figures.add(
            compared.where, payer_of(compared), compared.charge, compared.difference, compared.control_number
        )

    def end(self, tally: Tally) -> None:
        """Write the page. Raises `OSError`."""
        catalogue = self._catalogue()
        page = comparison_page(self._sources, self._sides, self._figures, _notes(tally), catalogue)
        write_page(self._file, page, catalogue, private=self._job.reveal)

    def _catalogue(self) -> list[AnyEdit]:
        """The edits of both configurations; of two with one id the later one."""
        sides = (self._job.before, self._job.after)
        return list({edit.id: edit for side in sides for edit in all_edits(side.user_edits)}.values())


def _notes(tally: Tally) -> list[str]:
    notes = []
    if tally.unreadable:
        what = counted(tally.unreadable, "message, row or file", "messages, rows or files")
        notes.append(f"{what} not read or not a claim, and not compared.")
    if tally.passed_over:
        notes.append(f"{counted(tally.passed_over, 'part')} of files not read, although all their claims were.")
    return notes
