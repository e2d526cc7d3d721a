"""What differs between two verdicts on one claim: where it goes, what was found, and what could not be looked at."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

FindingKey: TypeAlias = tuple[str, ...]
"""A finding by what makes it another one: its edit, its severity and, where that is known, its place in the claim."""


class FindingChange(StrEnum):
    """How what an edit says of a claim differs."""

    NEW = "new"
    """It finds something that it did not find before."""
    GONE = "gone"
    """It no longer finds something."""
    UNDECIDED = "undecided"
    """It has no data now or fails now, and did not before."""
    DECIDED = "decided"
    """It had no data or failed before, and does not now."""


class JudgedClaim(NamedTuple):
    """A verdict as far as it is compared.

    Attributes:
        disposition: Where the claim goes; "dead-lettered" where it is none.
        findings: What was found.
        undecided: The edits that had no data or failed, as often as that was.
    """

    disposition: str
    findings: Sequence[FindingKey] = ()
    undecided: Sequence[str] = ()


class ClaimDifference(NamedTuple):
    """How a claim is judged differently; the words of a finding are not compared.

    Attributes:
        before: Where it went.
        after: Where it goes.
        new: The findings that there are only now, and
        gone: those that there were only before; both in their order, as often as they differ.
        undecided: The edits that had an answer before and have none now, and
        decided: those that have one now only; both by their ids.
    """

    before: str
    after: str
    new: tuple[FindingKey, ...] = ()
    gone: tuple[FindingKey, ...] = ()
    undecided: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()

    @property
    def is_flip(self) -> bool:
        """Whether the claim goes elsewhere."""
        return self.before != self.after

    @property
    def direction(self) -> str:
        """From where to where, as `scrubbed-to-rejected`."""
        return f"{self.before}-to-{self.after}"

    @property
    def changes(self) -> tuple[tuple[str, FindingChange, str], ...]:
        """Each edit with how it differs and the severity of the finding ("" of none), each once, findings first."""
        of_findings = ((FindingChange.NEW, self.new), (FindingChange.GONE, self.gone))
        of_answers = ((FindingChange.UNDECIDED, self.undecided), (FindingChange.DECIDED, self.decided))
        found = [(each[0], change, each[1]) for change, findings in of_findings for each in findings]
        asked = [(edit, change, "") for change, edits in of_answers for edit in edits]
        return tuple(dict.fromkeys((*found, *asked)))


def compared(before: JudgedClaim, after: JudgedClaim) -> ClaimDifference | None:
    """Return how two verdicts on a claim differ; None when they do not."""
    if before == after:
        return None
    lost, won = set(after.undecided) - set(before.undecided), set(before.undecided) - set(after.undecided)
    found = ClaimDifference(
        before.disposition,
        after.disposition,
        _only_in(after.findings, before.findings),
        _only_in(before.findings, after.findings),
        tuple(sorted(lost)),
        tuple(sorted(won)),
    )
    return found if found.is_flip or any(found[2:]) else None


def _only_in(some: Sequence[FindingKey], others: Iterable[FindingKey]) -> tuple[FindingKey, ...]:
    """Return the findings that there are more often here than there."""
    left, only = Counter[Any](others), list[FindingKey]()  # Any: mypy has no Counter of tuples of any length
    for each in some:
        if left[each]:
            left[each] -= 1
        else:
            only.append(each)
    return tuple(only)
