"""Chooses the mechanical corrections among the findings of a claim and makes them, each one whole or not at all."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.outcome import Finding
from worker.pipeline.fixes import patch

SAFE: Final = "safe"
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class FixedClaim:
    """A claim after its corrections: its bytes, what was done to it, and for which findings.

    `skipped` holds the findings whose correction no longer fitted, because another one was made first or because the
    claim writes the value in another way.
    """

    value: bytes
    patch: tuple[dict[str, Any], ...]  # any JSON: its values are the claim's
    findings: tuple[Finding, ...]
    skipped: tuple[Finding, ...] = ()


def make_fixes(value: bytes, findings: Iterable[Finding], *, unsafe: bool = False, indent: bool = False) -> FixedClaim:
    """Make the safe corrections of the findings, or all of them, on a claim that is known to be one."""
    document = patch.read(value)
    operations: list[dict[str, Any]] = []  # any JSON: likewise
    made: list[Finding] = []
    skipped: list[Finding] = []
    for finding in in_order([each for each in findings if _is_wanted(each, unsafe=unsafe)]):
        fix = finding.fix
        if fix is None:
            continue
        try:
            document = patch.apply(document, fix.patch)
        except patch.PatchError:
            skipped.append(finding)
            continue
        operations += fix.patch
        made.append(finding)
    written = patch.write(document, indent=indent) if operations else value
    return FixedClaim(written, tuple(operations), tuple(made), tuple(skipped))


def _is_wanted(finding: Finding, *, unsafe: bool) -> bool:
    return finding.fix is not None and (unsafe or finding.fix.safety == SAFE)


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Findings with corrections in an order in which each fits after those before it.

    One that waits for another comes after it, and then fits no longer: what it went by is another value.
    """
    return sorted(findings, key=lambda each: (bool(waits_for(each, findings)), _from_the_end(each)))


def waits_for(finding: Finding, among: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings whose corrections would change what the correction of this one goes by, and leaves as it is.

    Units go by the code of their line: where the code itself is in doubt, to correct them first leads astray.
    """
    changed, tested = _paths(finding)
    goes_by = tested - changed
    return tuple(each for each in among if each is not finding and goes_by & _paths(each)[0]) if goes_by else ()


def _paths(finding: Finding) -> tuple[frozenset[str], frozenset[str]]:
    """Where the correction of a finding changes something, and where it tests something."""
    patch_of = finding.fix.patch if finding.fix else ()
    tested = frozenset(str(each["path"]) for each in patch_of if each["op"] == "test")
    return frozenset(str(each["path"]) for each in patch_of if each["op"] != "test"), tested


def _from_the_end(finding: Finding) -> tuple[str, tuple[int, ...]]:
    # A removal moves only what comes after it: the last place of an array comes first.
    path = finding.fix.patch[-1]["path"] if finding.fix else ""
    return _NUMBER.sub("", path), tuple(-int(number) for number in _NUMBER.findall(path))


def new_findings(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of a corrected claim that were not there before it was corrected."""
    had = Counter(_identity(each) for each in before)
    new = []
    for each in after:
        if had[_identity(each)] > 0:
            had[_identity(each)] -= 1
        else:
            new.append(each)
    return tuple(new)


def _identity(finding: Finding) -> tuple[str, int | None]:
    # Positions and words may change with the correction of another flaw; edit and line do not.
    return finding.edit, finding.at.line
