"""Which severities the precision of edits speaks for. It is a person who sets them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from schemas.outcome import Severity
from worker.learning.document import EditPrecision
from worker.learning.learner import EditKey


class Thresholds(NamedTuple):
    """When another severity is proposed.

    Attributes:
        warn_below: An edit that holds claims only warns when fewer of its findings are confirmed, as a share.
        reject_from: An edit that warns rejects when so many are confirmed.
        least: Fewer decided findings say nothing.
    """

    warn_below: float = 0.5
    reject_from: float = 0.95
    least: int = 30


class SeverityChange(NamedTuple):
    """A severity that the precision of an edit under a profile speaks for."""

    profile: str
    edit: str
    now: Severity
    proposed: Severity
    learned: EditPrecision


def changes_of(
    learned: Iterable[tuple[EditKey, EditPrecision]],
    thresholds: Thresholds,
    severity_now: Callable[[EditKey], Severity | None],
) -> list[SeverityChange]:
    """Return the changes by profile and edit; `severity_now` is None for an edit that is off or not known."""
    changes = []
    for key, each in sorted(learned):
        now, precision = severity_now(key), each.precision
        if now is None or precision is None or each.decided < thresholds.least:
            continue
        if now is not Severity.WARN and precision < thresholds.warn_below:
            changes.append(SeverityChange(key.profile, key.edit, now, Severity.WARN, each))
        elif now is Severity.WARN and precision >= thresholds.reject_from:
            changes.append(SeverityChange(key.profile, key.edit, now, Severity.REJECT, each))
    return changes
