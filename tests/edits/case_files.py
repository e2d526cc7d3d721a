"""Reads the case files and turns a case into a claim.

A case file names its edit and lists cases:

    edit: UNT-02
    cases:
      - name: 150 units for 150 mg under a code that counts in fives
        why: worked example 20            # optional: the source of the case
        profile: medicare-part-b                       # optional: else chosen from the claim
        settings: {documentation: required}            # optional: merged into that profile for this case
        guides: [{hcpcs: J1745, drug: infliximab}]     # optional: guides in place of the shipped ones
        received_on: 2026-03-20                        # optional
        claim:                                         # keywords of worker.cli.synthetic.claim
          diagnoses: [J4550]
          record: [[dose-administered, "150", mg, 1]]  # [element, value, unit, line]
          lines:                                       # [code, {keywords of worker.cli.synthetic.line}] or a code
            - [J2357, {units: 150, modifiers: [JZ]}]
            - "96372"
        set: {$.billing.npi: "1234567890"}             # optional: JSON paths to overwrite, null to remove
        expect: fail                                   # pass | fail | no-data | off | not-looked
        findings:                                      # each key given is compared; as many findings as listed
          - {severity: reject, line: 1, facts: {expectedUnits: "30"}}
        disposition: rejected                          # optional
        alone: true                                    # optional: no other edit finds anything
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from schemas.outcome import Finding, Outcome
from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cli import synthetic
from worker.payers.guide import Guide
from worker.payers.profile import Profile, Profiles
from worker.pipeline.scrub import Pipeline

DIRECTORY = Path(__file__).parent / "cases"
RECEIVED_ON = date.fromisoformat(synthetic.RECEIVED_ON)
STEP = re.compile(r"\.([A-Za-z]\w*)|\[(\d+)\]")


class _Yaml(yaml.SafeLoader):
    """YAML as everybody writes it: `on` is the keyword for a date of service, only `true` and `false` are booleans."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and the form are the base class's
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


@dataclass(frozen=True)
class Case:
    """One case of one edit."""

    edit: str
    name: str
    claim: dict[str, Any]
    expected_result: str
    expected_partial: tuple[dict[str, Any], ...]
    profile: str | None = None
    settings: str = "{}"
    guides: str = "[]"
    received_on: date = RECEIVED_ON
    expected_disposition: str | None = None
    alone: bool = False

    def __str__(self) -> str:
        return f"{self.edit} {self.name}"

    def scrub(self, pipeline: Pipeline) -> Outcome:
        """The outcome of the case's claim, through the whole pipeline."""
        chosen = pipeline.under(self.profile) if self.profile else pipeline
        if self.settings != "{}" or self.guides != "[]":
            chosen = _adjusted(pipeline, self._profile_of_claim(pipeline), self.settings, self.guides)
        outcome = chosen.scrub(json.dumps(self.claim).encode(), self.received_on).outcome
        if outcome is None:
            raise AssertionError(f"{self}: the claim could not be decoded")
        return outcome

    def _profile_of_claim(self, pipeline: Pipeline) -> str:
        filing_code = self.claim["claimInformation"].get("claimFilingCode")
        return self.profile or pipeline.profiles.for_claim(self.claim.get("tradingPartnerServiceId"), filing_code).name

    def result(self, outcome: Outcome) -> str:
        """How the edit ended on the claim, in the word of the case file."""
        coverage = outcome.coverage
        ends = {
            "fail": self.edit in coverage.failed,
            "error": self.edit in coverage.errors,
            "no-data": any(entry.edit == self.edit for entry in coverage.no_data),
            "off": any(entry.edit == self.edit for entry in coverage.switched_off),
            "pass": self.edit in coverage.passed,
        }
        return next((word for word, holds in ends.items() if holds), "not-looked")

    def findings(self, outcome: Outcome) -> list[dict[str, Any]]:
        """The edit's findings, cut down to the keys that the case speaks of."""
        found = [finding for finding in outcome.findings if finding.edit == self.edit]
        if self.expected_result == "fail" and not self.expected_partial:
            return []
        return [
            _cut(_plain(finding), expected) for finding, expected in zip(found, self._padded(len(found)), strict=True)
        ]

    @property
    def expected_findings(self) -> list[dict[str, Any]]:
        """The findings as the case file gives them."""
        return list(self.expected_partial)

    def _padded(self, count: int) -> list[dict[str, Any]]:
        return [*self.expected_partial, *({} for _ in range(count))][:count]


@lru_cache(maxsize=64)
def _adjusted(pipeline: Pipeline, name: str, settings: str, guides: str) -> Pipeline:
    """The pipeline with settings merged into one profile and guides replaced; both are given as JSON."""
    profile = pipeline.profiles.named(name)
    merged = _merge(profile.model_dump(exclude_defaults=True), json.loads(settings))
    own = (Guide.model_validate(guide) for guide in json.loads(guides))
    return Pipeline(
        edits=pipeline.edits,
        profiles=Profiles(Profile.model_validate(merged) if other is profile else other for other in pipeline.profiles),
        guides={**pipeline.guides, **{guide.hcpcs: guide for guide in own}},
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=MAX_MESSAGE_BYTES,
    ).under(name)


def _merge(base: Any, over: Any) -> Any:  # any JSON
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: _merge(base.get(key), value) for key, value in over.items()}
    return over


def _plain(finding: Finding) -> dict[str, Any]:
    dumped = finding.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped | {"line": finding.at.line, "path": finding.at.json_path}


def _cut(found: Any, expected: Any) -> Any:  # any JSON
    if isinstance(found, dict) and isinstance(expected, dict) and expected:
        return {key: _cut(found.get(key), value) for key, value in expected.items()}
    return found


def load_cases(directory: Path = DIRECTORY) -> list[Case]:
    """All cases of all edits."""
    return [case for file in sorted(directory.glob("*/*.yaml")) for case in _read(file)]


def _read(file: Path) -> list[Case]:
    content = yaml.load(file.read_text("utf-8"), _Yaml)  # noqa: S506 - a safe loader
    return [_case(content["edit"], entry) for entry in content["cases"]]


GIVEN = {"name", "why", "profile", "settings", "guides", "received_on", "claim", "set"}
EXPECTED = {"expect", "findings", "disposition", "alone"}


def _case(edit: str, entry: dict[str, Any]) -> Case:
    unknown = set(entry) - GIVEN - EXPECTED
    if unknown:
        raise ValueError(f"{edit} {entry['name']}: unknown keys {unknown}")
    keywords = dict(entry["claim"])
    lines = [
        synthetic.line(made) if isinstance(made, str) else synthetic.line(made[0], **made[1])
        for made in keywords.pop("lines")
    ]
    if (record := keywords.pop("record", None)) is not None:
        keywords["record"] = [synthetic.element(*entry) for entry in record]
    claim = synthetic.claim(lines, **keywords)
    for path, value in entry.get("set", {}).items():
        _set(claim, path, value)
    received = entry.get("received_on", RECEIVED_ON)
    return Case(
        edit=edit,
        name=entry["name"],
        claim=claim,
        expected_result=entry["expect"],
        expected_partial=tuple(entry.get("findings", ())),
        profile=entry.get("profile"),
        settings=json.dumps(entry.get("settings", {})),
        guides=json.dumps(entry.get("guides", [])),
        received_on=received,
        expected_disposition=entry.get("disposition"),
        alone=entry.get("alone", False),
    )


def _set(document: Any, path: str, value: object) -> None:  # any JSON
    steps: list[Any] = [name or int(index) for name, index in STEP.findall(path)]
    for step in steps[:-1]:
        document = document[step]
    if value is None:
        del document[steps[-1]]
    else:
        document[steps[-1]] = value
