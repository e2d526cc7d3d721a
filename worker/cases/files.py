"""Reads the case files of edits: one YAML file per edit, each case a claim and what the edit must find in it.

edit: UNT-02
cases:
  - name: 150 units for 150 mg under a code that counts in fives
    why: worked example 20            # optional: the source of the case
    profile: medicare-part-b                       # optional: else chosen from the claim
    settings: {documentation: required}            # optional: merged into that profile for this case
    guides: [{hcpcs: J1745, drug: infliximab}]     # optional: guides in place of the loaded ones
    received_on: 2026-03-20                        # optional
    claim:                                         # keywords of worker.samples.synthetic.claim
      diagnoses: [J4550]
      bill: "131"                                  # optional: a facility's bill of this type; paths are those of it
      record: [[dose-administered, "150", mg, 1]]  # [element, value, unit, line]
      lines:                                       # [code, {keywords of worker.samples.synthetic.line}] or a code
        - [J2357, {units: 150, modifiers: [JZ]}]
        - "96372"
    set: {$.billing.npi: "1234567890"}             # optional: JSON paths to overwrite, null to remove
    earlier:                                       # optional: claims of the patient before it, in order
      - {received_on: 2026-03-10, claim: {…}, set: {…}, ends: pended}   # as above; ends as scrubbed when not given
        # {…, decided: returned, decided_on: 2026-03-12}: what the payer decided (returned, denied, paid), and when
    remembered_since: 2025-01-01                   # optional: the first day of the memory; many years when not given
    late: {joined: 1}                              # optional: documents that came; or waited_days: 46, in vain
    expect: fail                                   # pass, fail, bypassed, no-data, not-configured, off, not-looked
    findings:                                      # each key given is compared; as many findings as listed
      - {severity: reject, line: 1, facts: {expectedUnits: "30"}}
    disposition: rejected                          # optional
    alone: true                                    # optional: no other edit finds anything
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn

from schemas.decision import PayerDecision
from worker.configuration.documents import read_document
from worker.errors import ConfigurationError
from worker.pipeline.late_documents import LateJoin
from worker.samples import synthetic
from worker.samples.institutional import as_bill

RECEIVED_ON: Final = date.fromisoformat(synthetic.RECEIVED_ON)
_LONG_AGO: Final = date(2010, 1, 1)
_ENDS: Final = ("scrubbed", "rejected", "pended")
RESULTS: Final = ("pass", "fail", "bypassed", "no-data", "not-configured", "off", "not-looked")

_GIVEN: Final = {
    "name",
    "why",
    "profile",
    "settings",
    "guides",
    "received_on",
    "claim",
    "set",
    "earlier",
    "remembered_since",
    "late",
}
_OF_EARLIER: Final = {"received_on", "claim", "set", "ends", "decided", "decided_on"}
_EXPECTED: Final = {"expect", "findings", "disposition", "alone"}
_BILL_TYPE: Final = re.compile(r"\d\d[0-9A-Z]", re.ASCII)
_STEP: Final = re.compile(r"\.([A-Za-z]\w*)|\[(\d+)\]")


@dataclass(frozen=True)
class EarlierCase:
    """A claim before that of a case: when it was received, and the disposition that it must get.

    `decided` is what the payer decided of it, on the day `decided_on`; None when nothing is known of that.
    """

    claim: dict[str, Any]  # any JSON object
    received_on: date
    ends: str
    decided: PayerDecision | None = None
    decided_on: date = RECEIVED_ON


@dataclass(frozen=True)
class Case:
    """One case of one edit. `settings` and `guides` are JSON, so that cases of one setting share a pipeline.

    Claims are remembered where `remembered_since` is not None.
    """

    edit: str
    name: str
    claim: dict[str, Any]  # any JSON object
    expected_result: str
    expected_findings: tuple[dict[str, Any], ...] = ()  # likewise
    profile: str | None = None
    settings: str = "{}"
    guides: str = "[]"
    received_on: date = RECEIVED_ON
    earlier: tuple[EarlierCase, ...] = ()
    remembered_since: date | None = None
    late: LateJoin | None = None
    expected_disposition: str | None = None
    alone: bool = False

    def __str__(self) -> str:
        return f"{self.edit} {self.name}"


def load_cases(directory: Path) -> list[Case]:
    """All cases of all files of a folder. Raises `ConfigurationError` with a sentence for each that cannot be read."""
    cases: list[Case] = []
    problems: list[str] = []
    for file in sorted(directory.rglob("*.yaml")):
        try:
            cases += _read(file)
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(*problems)
    return cases


def _read(file: Path) -> list[Case]:
    content = read_document(file)
    if not (isinstance(content, dict) and isinstance(content.get("edit"), str)):
        raise ConfigurationError(f"{file}: is not a case file; a case file begins with `edit:` and an id")
    entries = content.get("cases")
    if not (isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries)):
        raise ConfigurationError(f"{file}: `cases` is not a list of cases")
    cases: list[Case] = []
    problems: list[str] = []
    for place, entry in enumerate(entries, 1):
        try:
            cases.append(_case(content["edit"], entry))
        except ConfigurationError as error:
            problems += [f"{file}, case {place}: {problem}" for problem in error.problems]
        except (TypeError, ValueError, KeyError, IndexError, ArithmeticError) as error:
            # A case is Python keywords in YAML: their own complaint names the one that is wrong.
            problems.append(f"{file}, case {place}: {error or type(error).__name__}")
    if problems:
        raise ConfigurationError(*problems)
    return cases


def _case(edit: str, entry: dict[str, Any]) -> Case:  # any YAML mapping
    if unknown := sorted(set(entry) - _GIVEN - _EXPECTED):
        _refuse(f"unknown keys {', '.join(unknown)}")
    if missing := sorted({"name", "claim", "expect"} - set(entry)):
        _refuse(f"lacks {', '.join(missing)}")
    if entry["expect"] not in RESULTS:
        _refuse(f"expects {entry['expect']!r}, which is none of {', '.join(RESULTS)}")
    received = _day(entry, "received_on", RECEIVED_ON)
    has_memory = "earlier" in entry or "remembered_since" in entry
    return Case(
        edit=edit,
        name=entry["name"],
        claim=_claim(entry["claim"], entry.get("set", {})),
        expected_result=entry["expect"],
        expected_findings=tuple(entry.get("findings", ())),
        profile=entry.get("profile"),
        settings=json.dumps(entry.get("settings", {})),
        guides=json.dumps(entry.get("guides", [])),
        received_on=received,
        earlier=tuple(_earlier(each, received) for each in entry.get("earlier", ())),
        remembered_since=_day(entry, "remembered_since", _LONG_AGO) if has_memory else None,
        late=_late(entry["late"]) if "late" in entry else None,
        expected_disposition=entry.get("disposition"),
        alone=entry.get("alone", False),
    )


def _late(given: object) -> LateJoin:
    if not (
        isinstance(given, dict)
        and given
        and given.keys() <= {"joined", "waited_days"}
        and all(isinstance(each, int) for each in given.values())
    ):
        _refuse("late is not such as {joined: 1} or {waited_days: 46}")
    return LateJoin(joined=given.get("joined", 0), waited_days=given.get("waited_days"))


def _earlier(entry: dict[str, Any], received_on: date) -> EarlierCase:  # any YAML mapping
    if unknown := sorted(set(entry) - _OF_EARLIER):
        _refuse(f"an earlier claim has unknown keys {', '.join(unknown)}")
    if entry.get("ends", "scrubbed") not in _ENDS:
        _refuse(f"an earlier claim ends as {entry['ends']!r}, which is none of {', '.join(_ENDS)}")
    received = _day(entry, "received_on", received_on)
    return EarlierCase(
        claim=_claim(entry["claim"], entry.get("set", {})),
        received_on=received,
        ends=entry.get("ends", "scrubbed"),
        decided=PayerDecision(entry["decided"]) if "decided" in entry else None,
        decided_on=_day(entry, "decided_on", received),
    )


def _day(entry: dict[str, Any], key: str, otherwise: date) -> date:  # any YAML mapping
    day = entry.get(key, otherwise)
    if not isinstance(day, date):
        _refuse(f"{key} is not a date such as 2026-03-20")
    return day


def _claim(keywords: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:  # any YAML in, any JSON out
    given = dict(keywords)
    lines = [
        synthetic.line(made) if isinstance(made, str) else synthetic.line(made[0], **made[1])
        for made in given.pop("lines")
    ]
    bill = given.pop("bill", None)
    if (record := given.pop("record", None)) is not None:
        given["record"] = [synthetic.element(*entry) for entry in record]
    claim = synthetic.claim(lines, **given)
    if bill is not None:
        if not (isinstance(bill, str) and _BILL_TYPE.fullmatch(bill)):
            _refuse(f"bill is {bill!r}, which is not a type of bill such as 131, in quotes")
        claim = as_bill(claim, bill)
    for path, value in changes.items():
        _set(claim, _steps(path), value)
    return claim


def _steps(path: str) -> list[Any]:  # names and places
    steps = [name or int(index) for name, index in _STEP.findall(path)]
    if not steps:
        _refuse(f"{path!r} is not a path such as $.billing.npi")
    return steps


def _set(document: Any, steps: Iterable[Any], value: object) -> None:  # any JSON
    *before, last = steps
    for step in before:
        document = document[step]
    if value is None:
        del document[last]
    else:
        document[last] = value


def _refuse(problem: str) -> NoReturn:
    raise ConfigurationError(problem)
