"""Makes the corrections of one claim and scrubs it again, to see whether they helped."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.outcome import Finding
from worker.pipeline.fixes import patch
from worker.pipeline.fixes.fixes import make_fixes, new_findings
from worker.pipeline.scrub import Pipeline, ScrubResult

_ROUNDS: Final = 3
"""A correction that no longer fits because of another one fits in the next round; more rounds do not help."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A claim after its corrections, and its outcome.

    `skipped` holds findings whose correction does not fit the claim as it is written, `left` those that are still found
    although they were corrected, `new` those that were not there before.
    """

    value: bytes
    scrubbed: ScrubResult
    made: tuple[Finding, ...]
    skipped: tuple[Finding, ...]
    left: tuple[Finding, ...]
    new: tuple[Finding, ...]


def correct(pipeline: Pipeline, value: bytes, scrubbed: ScrubResult, day: date, *, unsafe: bool) -> Correction | None:
    """Correct a claim that was scrubbed; None when there is nothing to correct."""
    outcome = scrubbed.outcome
    if outcome is None:
        return None
    before = (*(outcome.fixed or ()), *outcome.findings)
    made, skipped = list(outcome.fixed or ()), tuple[Finding, ...]()
    is_indented = b"\n" in value
    if outcome.patch:
        value = patch.write(patch.apply(patch.read(value), outcome.patch), indent=is_indented)
    after = scrubbed
    for _ in range(_ROUNDS):
        if (outcome := after.outcome) is None:
            break
        fixed = make_fixes(value, outcome.findings, unsafe=unsafe, indent=is_indented)
        skipped = fixed.skipped
        if not fixed.findings:
            break
        value, after = fixed.value, pipeline.scrub(fixed.value, day)
        made += fixed.findings
    if not made and not skipped:
        return None
    has = outcome.findings if (outcome := after.outcome) else ()
    new = new_findings(before, has)
    beyond_the_uncorrected = new_findings(new_findings(made, before), has)
    return Correction(
        value=value,
        scrubbed=after,
        made=tuple(made),
        skipped=skipped,
        left=new_findings(new, beyond_the_uncorrected),
        new=new,
    )
