"""Which recorded claims get a different verdict under different tables. Of a claim only ids of edits are shown."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schemas.outcome import Outcome
from worker.pipeline.scrub import Pipeline

DEAD: str = "dead-lettered"


@dataclass(frozen=True, slots=True)
class ChangedClaim:
    """A claim by its line in the file, its dispositions, and the findings that come and go."""

    line: int
    before: str
    after: str
    findings_gone: tuple[str, ...]
    findings_added: tuple[str, ...]


def changed_claims(path: Path, before: Pipeline, after: Pipeline, received_on: date) -> Iterator[ChangedClaim]:
    """The claims of a file, one per line, whose disposition or findings differ between two pipelines."""
    with path.open("rb") as claims:
        for number, line in enumerate(claims, 1):
            value = line.strip()
            if not value:
                continue
            old, new = (pipeline.scrub(value, received_on).outcome for pipeline in (before, after))
            gone, added = _findings(old) - _findings(new), _findings(new) - _findings(old)
            if gone or added or _disposition(old) != _disposition(new):
                yield ChangedClaim(
                    number, _disposition(old), _disposition(new), tuple(sorted(gone)), tuple(sorted(added))
                )


def _disposition(outcome: Outcome | None) -> str:
    return outcome.disposition.value if outcome else DEAD


def _findings(outcome: Outcome | None) -> Counter[str]:
    findings = outcome.findings if outcome else ()
    return Counter(f"{each.edit} {each.severity.value}{_at(each.at.line)}" for each in findings)


def _at(line: int | None) -> str:
    return f" on service line {line}" if line else ""
