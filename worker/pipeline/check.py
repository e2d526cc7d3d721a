"""Runs the edits of a rulebook over a claim and keeps account of what was really checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from schemas.outcome import BypassedEntry, Coverage, Finding, Location, NoDataEntry, Severity
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Scope, Status, Verdict
from worker.edits.facts import ClaimFacts
from worker.edits.locate import in_claim, of_institutional
from worker.payers.suppression import Suppression
from worker.pipeline.rulebook import Rule, Rulebook

MAX_FINDINGS: Final = 200


@dataclass
class Checked:
    """The findings in the order of the edits, and the account of every edit that had something to look at."""

    findings: list[Finding] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    bypassed: dict[BypassedEntry, None] = field(default_factory=dict)  # in order, each once
    no_data: list[NoDataEntry] = field(default_factory=list)
    unverified: set[str] = field(default_factory=set)
    not_reached: tuple[str, ...] = ()

    def coverage(self, rulebook: Rulebook) -> Coverage:
        """What was checked, as the outcome says it."""
        ended_otherwise = {entry.edit for entry in self.no_data} | {entry.edit for entry in self.bypassed}
        return Coverage(
            passed=tuple(sorted(self.looked - self.failed - ended_otherwise - self.errors)),
            failed=tuple(sorted(self.failed)),
            bypassed=tuple(self.bypassed),
            unverified=tuple(sorted(self.unverified)),
            switched_off=rulebook.switched_off,
            no_data=tuple(self.no_data),
            not_reached=self.not_reached,
            errors=tuple(sorted(self.errors)),
        )


def check(rulebook: Rulebook, context: Context) -> Checked:
    """Run every edit of the rulebook that has something to look at on this claim."""
    checked = Checked()
    facts = context.claim
    subjects: dict[Scope, tuple[Any, ...]] = {  # a subject's type goes with its scope
        Scope.MESSAGE: (),  # decided while it was read
        Scope.CLAIM: (facts,),
        Scope.LINE: facts.lines,
        Scope.DRUG_LINE: facts.drug_lines,
        Scope.DRUG_DAY: facts.drug_days,
    }
    _run(rulebook.intake, subjects, context, checked)
    if any(finding.severity is Severity.REJECT for finding in checked.findings):
        checked.not_reached = tuple(
            sorted(rule.edit.id for scope, rules in rulebook.others.items() if subjects[scope] for rule in rules)
        )
    else:
        _run(rulebook.others, subjects, context, checked)
    return checked


def _run(
    rules: Mapping[Scope, tuple[Rule, ...]],
    subjects: Mapping[Scope, tuple[Any, ...]],
    context: Context,
    checked: Checked,
) -> None:
    # The innermost loop of the worker: it runs for every edit on every line, and mostly there is nothing to say.
    for scope, scoped in rules.items():
        scoped_subjects = subjects[scope]
        if not scoped_subjects:
            continue
        for rule in scoped:
            find, has_looked = rule.edit.find, False
            try:
                for subject in scoped_subjects:
                    verdicts = tuple(find(subject, context))
                    if not verdicts:
                        has_looked = True
                    elif type(verdicts[0]) is not DoesNotApply:
                        has_looked = True
                        for verdict in verdicts:
                            _account(rule, verdict, context, checked)
            except Exception:  # noqa: BLE001 - one broken edit must not take the others' verdicts or the claim with it
                checked.errors.add(rule.edit.id)
                checked.findings.append(_failed(rule))
            if has_looked:
                checked.looked.add(rule.edit.id)


def _account(rule: Rule, verdict: Verdict, context: Context, checked: Checked) -> None:
    line = verdict.at.line if isinstance(verdict, Flaw) else getattr(verdict, "line", None)
    if isinstance(verdict, (Flaw, NoData)) and (suppression := _suppression(rule, line, context.claim)):
        checked.bypassed[_by_suppression(suppression, line)] = None
        return
    match verdict:
        case Flaw():
            checked.failed.add(rule.edit.id)
            at = of_institutional(verdict.at) if context.claim.is_institutional else verdict.at
            checked.findings.append(_finding(rule, verdict, at))
        case NoData(missing, line):
            checked.no_data.append(_no_data(rule.edit.id, missing, line))
            if rule.severity is not Severity.WARN:
                checked.unverified.add(rule.edit.id)
        case Bypassed(by, line):
            checked.bypassed[BypassedEntry(edit=rule.edit.id, by=by, line=line)] = None


@lru_cache(maxsize=4096)
def _no_data(edit: str, missing: str, line: int | None) -> NoDataEntry:
    # The same few gaps stand in nearly every outcome.
    return NoDataEntry(edit=edit, missing=missing, line=line)


def _suppression(rule: Rule, line: int | None, claim: ClaimFacts) -> Suppression | None:
    """The suppression for the line that the verdict speaks of; of a claim as a whole, one that is for any line."""
    if not rule.suppressions:
        return None
    meant = claim.lines if line is None else claim.lines[line - 1 : line]
    return next(
        (
            suppression
            for suppression in rule.suppressions
            for each in meant
            if suppression.when.matches(each.hcpcs, claim.diagnoses_of((each,)), claim.place_of(each))
        ),
        None,
    )


def _by_suppression(suppression: Suppression, line: int | None) -> BypassedEntry:
    return BypassedEntry(
        edit=suppression.edit,
        by="suppression",
        line=line,
        reason=suppression.reason,
        owner=suppression.owner,
        until=suppression.until,
    )


def _finding(rule: Rule, flaw: Flaw, at: Location) -> Finding:
    edit = rule.edit
    # A profile's word on severity, and that an edit is a preview, outrank the edit's distinction between its cases.
    outranked = rule.severity is not edit.severity or edit.status is Status.PREVIEW
    severity = rule.severity if outranked else flaw.severity or rule.severity
    return Finding(
        edit=edit.id,
        name=edit.name,
        severity=severity,
        message=flaw.message,
        hint=flaw.hint,
        facts={name: _written(value) for name, value in flaw.facts.items()},
        at=at,
        predicted=flaw.predicted or edit.predicted,
        citation=edit.citation,
        fix=flaw.fix,
    )


def _failed(rule: Rule) -> Finding:
    return Finding(
        edit=rule.edit.id,
        name="edit-failed",
        severity=Severity.PEND,
        message=f"Edit {rule.edit.id} ({rule.edit.name}) failed through a fault of the scrubber.",
        hint="Nothing is known to be wrong with the claim. Report the fault; scrub the claim again after the repair.",
        facts={},
        at=in_claim("claim"),
        predicted=None,
        citation=rule.edit.citation,
    )


def _written(value: object) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple() | list() | frozenset() | set():
            return ", ".join(_written(member) for member in value)
        case _:
            return str(value)
