"""Scrubs catalogue claims and keeps the findings that hold a claim back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter

import orjson

from schemas.outcome import Disposition, Outcome, Severity
from tests.catalogue.supply import COVERED_FROM, COVERED_TO
from tests.catalogue.valid_claims import ValidClaim
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import Json


def outcome_of(pipeline: Pipeline, made: ValidClaim, document: Json | None = None) -> Outcome:
    """The outcome of a claim, or of another document received on the same day."""
    outcome = pipeline.scrub(orjson.dumps(document or made.document), made.received_on).outcome
    if outcome is None:
        raise AssertionError("the claim could not be decoded")
    return outcome


@dataclass
class FalseAlarms:
    """How the valid claims ended: dispositions, and for each edit how often it held one, with an example.

    `months` are those of the first drug of each claim, as year and month.
    """

    claims: int = 0
    codes: set[str] = field(default_factory=set)
    lines: int = 0
    months: Counter[tuple[int, int]] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    holding: Counter[str] = field(default_factory=Counter)
    warning: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, made: ValidClaim, outcome: Outcome) -> None:
        """Account for one claim."""
        self.claims += 1
        self.codes.update(given.code for given in made.drugs)
        self.lines += len(made.document["claimInformation"]["serviceLines"])
        first = min(given.on for given in made.drugs)
        self.months[first.year, first.month] += 1
        self.dispositions[outcome.disposition.value] += 1
        self.errors.update(outcome.coverage.errors)
        for finding in outcome.findings:
            if finding.severity is Severity.WARN:
                self.warning[finding.edit] += 1
                continue
            self.holding[finding.edit] += 1
            document = orjson.dumps(made.document).decode()
            where = f"{finding.at.json_path}, received {made.received_on}"
            self.examples.setdefault(
                finding.edit, f"{finding.severity.value}: {finding.message}\n  {where}\n  {document}"
            )

    def merge(self, other: "FalseAlarms") -> None:
        """Add the account of another process."""
        self.claims += other.claims
        self.codes |= other.codes
        self.lines += other.lines
        self.months.update(other.months)
        for mine, theirs in (
            (self.dispositions, other.dispositions),
            (self.holding, other.holding),
            (self.warning, other.warning),
            (self.errors, other.errors),
        ):
            mine.update(theirs)
        self.examples = other.examples | self.examples

    def by_month(self) -> str:
        """The claims of each month that tables of quarters or years cover, a row per year; the others in one number."""
        covered = [
            (year, month)
            for year in range(COVERED_FROM.year, COVERED_TO.year + 1)
            for month in range(1, 13)
            if COVERED_FROM <= date(year, month, 1) <= COVERED_TO
        ]
        fewest = min(covered, key=lambda each: self.months[each])
        rows = [
            f"{year} " + " ".join(f"{self.months[each]:>6}" for each in months)
            for year, months in groupby(covered, key=itemgetter(0))
        ]
        others = self.months.total() - sum(self.months[each] for each in covered)
        title = (
            f"claims of each month from {_month(covered[0])} to {_month(covered[-1])}, {others} of others; "
            f"the fewest {self.months[fewest]}, in {_month(fewest)}:"
        )
        return "\n".join((title, *rows))

    @property
    def held(self) -> int:
        """Claims that did not end as scrubbed."""
        return self.claims - self.dispositions[Disposition.SCRUBBED.value]


def _month(year_and_month: tuple[int, int]) -> str:
    year, month = year_and_month
    return f"{year}-{month:02}"


def scrub_all(pipeline: Pipeline, claims: Iterable[ValidClaim]) -> FalseAlarms:
    """Scrub every claim and account for it."""
    account = FalseAlarms()
    for made in claims:
        account.add(made, outcome_of(pipeline, made))
    return account
