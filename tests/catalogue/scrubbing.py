"""Scrubs catalogue claims and keeps the findings that hold a claim back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from schemas.outcome import Disposition, Outcome, Severity
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
    """How the valid claims ended: dispositions, and for each edit how often it held one, with an example."""

    claims: int = 0
    codes: set[str] = field(default_factory=set)
    lines: int = 0
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
        for mine, theirs in (
            (self.dispositions, other.dispositions),
            (self.holding, other.holding),
            (self.warning, other.warning),
            (self.errors, other.errors),
        ):
            mine.update(theirs)
        self.examples = other.examples | self.examples

    @property
    def held(self) -> int:
        """Claims that did not end as scrubbed."""
        return self.claims - self.dispositions[Disposition.SCRUBBED.value]


def scrub_all(pipeline: Pipeline, claims: Iterable[ValidClaim]) -> FalseAlarms:
    """Scrub every claim and account for it."""
    account = FalseAlarms()
    for made in claims:
        account.add(made, outcome_of(pipeline, made))
    return account
