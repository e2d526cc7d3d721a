"""The cases of all edits and their outcomes: each is read once, and scrubbed once however many tests look at it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from schemas.outcome import Finding, Outcome
from worker.cases.files import load_cases
from worker.cases.verdicts import scrub_case
from worker.pipeline.scrub import Pipeline

CASES: Final = tuple(load_cases(Path(__file__).parent / "cases"))


class ScrubbedCases:
    """The outcomes over one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._outcome_at = cache(lambda place: scrub_case(CASES[place], pipeline))

    def outcome_at(self, place: int) -> Outcome:
        """Return the outcome of a case, by its place among `CASES`."""
        return self._outcome_at(place)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings of all cases."""
        for place in range(len(CASES)):
            yield from self.outcome_at(place).findings
