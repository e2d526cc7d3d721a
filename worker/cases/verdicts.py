"""Scrubs the claim of a case and says what is other than the case expects."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from schemas.outcome import Coverage, Finding, Outcome
from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cases.earlier import after_earlier_claims
from worker.cases.files import Case
from worker.payers.guide import Guide
from worker.payers.profile import Profile, Profiles
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.edit_failure import EditFailure

_MEANS: Final = MappingProxyType(
    {
        "not-looked": " (nothing on the claim has what the edit's declaration asks for: its needs, about, kinds)",
        "no-data": " (a table or a field that the edit needs is missing)",
        "not-configured": " (the profile lacks the list or option that the edit needs)",
        "off": " (the profile switches the edit off)",
    }
)
"""What a word of the case files says of an edit that decided nothing."""


def scrub_case(case: Case, pipeline: Pipeline) -> Outcome:
    """The outcome of the case's claim. Raises `ProfileError` for settings that do not fit, `ValueError` for others."""
    return scrubbed_case(case, pipeline)[0]


def scrubbed_case(case: Case, pipeline: Pipeline) -> tuple[Outcome, Sequence[EditFailure]]:
    """The outcome of the case's claim, and the edits that failed on it. Raises as `scrub_case`."""
    chosen = pipeline.under(case.profile) if case.profile else pipeline
    if case.settings != "{}" or case.guides != "[]":
        chosen = _adjusted(pipeline, case.profile or _profile_of(case, pipeline), case.settings, case.guides)
    value = json.dumps(case.claim).encode()
    if case.late is not None:
        done = chosen.scrub_late(value, case.received_on, case.late)
    elif case.remembered_since is None:
        done = chosen.scrub(value, case.received_on)
    else:
        done = after_earlier_claims(case, value, chosen, case.remembered_since)
    if (outcome := done.outcome) is None:
        raise ValueError("the claim of the case cannot be read as a claim")
    return outcome, done.failures


def _profile_of(case: Case, pipeline: Pipeline) -> str:
    filing_code = case.claim["claimInformation"].get("claimFilingCode")
    return pipeline.profiles.for_claim(case.claim.get("tradingPartnerServiceId"), filing_code).name


@lru_cache(maxsize=64)
def _adjusted(pipeline: Pipeline, name: str, settings: str, guides: str) -> Pipeline:
    """The pipeline with settings merged into one profile and guides replaced; both are given as JSON."""
    profile = pipeline.profiles.named(name)
    merged = Profile.model_validate(_merge(profile.model_dump(exclude_defaults=True), json.loads(settings)))
    own = (Guide.model_validate(guide) for guide in json.loads(guides))
    return Pipeline(
        edits=pipeline.edits,
        profiles=Profiles(merged if other is profile else other for other in pipeline.profiles),
        guides={**pipeline.guides, **{guide.hcpcs: guide for guide in own}},
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=MAX_MESSAGE_BYTES,
        history_key=pipeline.history_key,
    ).under(name)


def _merge(base: Any, over: Any) -> Any:  # any JSON
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: _merge(base.get(key), value) for key, value in over.items()}
    return over


def differences(case: Case, outcome: Outcome) -> Iterator[str]:
    """One sentence for each thing that is not as the case says."""
    if (result := result_of(case.edit, outcome.coverage)) != case.expected_result:
        yield f"{case.edit} ends as {result}{_MEANS.get(result, '')}, expected {case.expected_result}"
    found = [finding for finding in outcome.findings if finding.edit == case.edit]
    if case.expected_findings or case.expected_result != "fail":
        if len(found) != len(case.expected_findings):
            yield f"{len(found)} findings of {case.edit}, expected {len(case.expected_findings)}"
        for place, (finding, expected) in enumerate(zip(found, case.expected_findings, strict=False), 1):
            shown = _cut(_plain(finding), expected)
            if shown != expected:
                yield f"finding {place} is {json.dumps(shown)}, expected {json.dumps(expected)}"
    if case.expected_disposition and case.expected_disposition != outcome.disposition:
        yield f"the claim is {outcome.disposition}, expected {case.expected_disposition}"
    if case.alone:
        yield from (
            f"{other.edit} finds something too: {other.message}" for other in outcome.findings if other not in found
        )


def result_of(edit: str, coverage: Coverage) -> str:
    """How an edit ended on a claim, in the word of the case files."""
    ends = {
        "fail": edit in coverage.failed,
        "error": edit in coverage.errors,
        "no-data": any(entry.edit == edit for entry in coverage.no_data),
        "not-configured": any(entry.edit == edit for entry in coverage.not_configured),
        "off": any(entry.edit == edit for entry in coverage.switched_off),
        "bypassed": any(entry.edit == edit for entry in coverage.bypassed),
        "pass": edit in coverage.passed,
    }
    return next((word for word, holds in ends.items() if holds), "not-looked")


def _plain(finding: Finding) -> dict[str, Any]:  # any JSON object
    dumped = finding.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped | {"line": finding.at.line, "path": finding.at.json_path}


def _cut(found: Any, expected: Any) -> Any:  # any JSON
    if isinstance(found, dict) and isinstance(expected, dict) and expected:
        return {key: _cut(found.get(key), value) for key, value in expected.items()}
    return found
