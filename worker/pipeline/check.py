"""Runs the edits of a plan over a claim and keeps account of what was really checked."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from schemas.outcome import BypassedEntry, Coverage, Finding, Location, NoDataEntry, Severity
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Status, Verdict
from worker.edits.facts import ClaimFacts
from worker.edits.locate import in_claim, of_institutional
from worker.payers.suppression import Suppression
from worker.pipeline.plan import Choice, Phase, Plan
from worker.pipeline.rulebook import Rule

MAX_FINDINGS: Final = 200
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


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

    def sorted_findings(self) -> tuple[Finding, ...]:
        """Worst first, so that a cut never hides one that decides; else by edit, and by line."""
        return tuple(sorted(self.findings, key=lambda finding: (_RANK[finding.severity], finding.edit)))

    def coverage(self, plan: Plan) -> Coverage:
        """What was checked, as the outcome says it."""
        ended_otherwise = {entry.edit for entry in self.no_data} | {entry.edit for entry in self.bypassed}
        return Coverage(
            passed=tuple(sorted(self.looked - self.failed - ended_otherwise - self.errors)),
            failed=tuple(sorted(self.failed)),
            bypassed=tuple(self.bypassed),
            unverified=tuple(sorted(self.unverified)),
            switched_off=plan.switched_off,
            not_configured=plan.not_configured,
            no_data=tuple(sorted(self.no_data, key=lambda entry: entry.edit)),
            not_reached=self.not_reached,
            errors=tuple(sorted(self.errors)),
        )


def check(plan: Plan, facts: ClaimFacts, received_on: date) -> Checked:
    """Run every edit of the plan that has something to look at on this claim."""
    checked = Checked()
    known = plan.configuration
    context = Context(known.snapshot, known.guides, known.profile, known.all_options, facts, received_on)
    _run(plan.intake, context, checked)
    if any(finding.severity is Severity.REJECT for finding in checked.findings):
        chosen = (
            choice.of(subject.traits, subject.hcpcs)
            for choice, subjects in _sides(plan.others, facts)
            for subject in subjects
        )
        checked.not_reached = tuple(sorted(frozenset().union(*(each.ids for each in chosen))))
    else:
        _run(plan.others, context, checked)
    return checked


def _sides(phase: Phase, facts: ClaimFacts) -> tuple[tuple[Choice, tuple[Any, ...]], ...]:
    return (
        (phase.claim, (facts,)),
        (phase.line, facts.lines),
        (phase.drug_line, facts.drug_lines),
        (phase.drug_day, facts.drug_days),
    )


def _run(phase: Phase, context: Context, checked: Checked) -> None:
    # The innermost loop of the worker: it runs for every edit on every line, and mostly there is nothing to say.
    for choice, subjects in _sides(phase, context.claim):
        for subject in subjects:
            chosen, elsewhere = choice.of(subject.traits, subject.hcpcs), []
            for rule in chosen.rules:
                try:
                    found = rule.edit.find(subject, context)
                    first = next(found, None)
                    if first is None:
                        continue
                    verdicts = (first, *found)
                except Exception:  # noqa: BLE001 - one broken edit must not take the others' verdicts or the claim with it
                    if rule.edit.id not in checked.errors:
                        checked.errors.add(rule.edit.id)
                        checked.findings.append(_failed(rule))
                    continue
                if type(first) is DoesNotApply:
                    elsewhere.append(rule.edit.id)
                else:
                    for verdict in verdicts:
                        _account(rule, verdict, context, checked)
            checked.looked |= chosen.ids.difference(elsewhere) if elsewhere else chosen.ids


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
