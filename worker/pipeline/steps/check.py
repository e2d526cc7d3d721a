"""Runs the edits of a plan over a claim and records what was checked."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Final

from schemas.outcome import BypassedEntry, Coverage, Finding, Location, NoDataEntry, Severity
from worker.edits.edit import Bypassed, Context, DoesNotApply, EditStatus, Flaw, NoData, Verdict, WatchedContext
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim, of_institutional
from worker.payers.suppression import Suppression
from worker.pipeline.rules.plan import Gap, Phase, Plan, RuleSelection, Subject
from worker.pipeline.rules.rulebook import Rule

MAX_FINDINGS: Final = 200
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass
class CheckResult:
    """The findings in the order of the edits, and the account of every edit that had something to look at."""

    claim: ClaimFacts
    findings: list[Finding] = field(default_factory=list)
    looked: set[frozenset[str]] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    bypassed: dict[BypassedEntry, None] = field(default_factory=dict)  # in order, each once
    no_data: list[NoDataEntry] = field(default_factory=list)
    not_reached: tuple[str, ...] = ()
    verdicts: int = 0

    def sorted_findings(self) -> tuple[Finding, ...]:
        """Worst first, so that a cut never hides one that decides; else by edit, and by line."""
        return tuple(sorted(self.findings, key=lambda finding: (_RANK[finding.severity], finding.edit)))

    def coverage(self, plan: Plan) -> Coverage:
        """What was checked, for the outcome."""
        undecided = frozenset([entry.edit for entry in self.no_data])
        lifted = [entry.edit for entry in self.bypassed]
        return Coverage(
            passed=_passed(frozenset(self.looked), undecided.union(lifted, self.failed, self.errors)),
            failed=tuple(sorted(self.failed)),
            bypassed=tuple(self.bypassed),
            unverified=tuple(sorted(plan.holding & undecided)),
            switched_off=plan.switched_off,
            not_configured=plan.not_configured,
            no_data=tuple(sorted(self.no_data, key=attrgetter("edit"))),
            not_reached=self.not_reached,
            errors=tuple(sorted(self.errors)),
        )


def check(plan: Plan, facts: ClaimFacts, received_on: date) -> CheckResult:
    """Run every edit of the plan that has something to look at on this claim."""
    checked = CheckResult(facts)
    known = plan.configuration
    context = Context(known.snapshot, known.guides, known.profile, known.all_options, facts, received_on)
    _run(plan.intake, context, checked)
    if any(finding.severity is Severity.REJECT for finding in checked.findings):
        chosen = [
            choice.of(subject.traits, subject.hcpcs)
            for choice, subjects in plan.others.sides
            for subject in subjects(facts)
        ]
        checked.not_reached = tuple(sorted(frozenset().union(*(each.ids for each in chosen))))
    else:
        _run(plan.others, context, checked)
    return checked


def _run(phase: Phase, context: Context, checked: CheckResult) -> None:
    claim, received_on = context.claim, context.received_on
    for choice, subjects in phase.sides:
        for subject in subjects(claim):
            if subject.likeness is None:
                _show(subject, choice.of(subject.traits, subject.hcpcs), context, checked)
            elif known := choice.for_likes.get((received_on, subject.likeness)):
                if known.rules or known.told:
                    _show(subject, known, context, checked)
                else:
                    checked.looked.add(known.ids)
            else:
                chosen = choice.of(subject.traits, subject.hcpcs)
                learnt = _show_first(subject, chosen, WatchedContext(context), checked)
                choice.for_likes.keep((received_on, subject.likeness), learnt)


def _show(subject: Subject, chosen: RuleSelection, context: Context, checked: CheckResult) -> list[str]:
    """Run the rules on a subject; return the edits that do not apply."""
    # The innermost loop of the worker: it runs for every edit on every line, and mostly there is nothing to say.
    elsewhere = []
    for rule in chosen.rules:
        try:
            verdicts = list(rule.edit.find(subject, context))
        except Exception:  # noqa: BLE001 - one broken edit must not take the others' verdicts or the claim with it
            checked.verdicts += 1
            if rule.edit.id not in checked.errors:
                checked.errors.add(rule.edit.id)
                checked.findings.append(_failed(rule))
            continue
        if not verdicts:
            continue
        if type(verdicts[0]) is DoesNotApply:
            elsewhere.append(rule.edit.id)
        else:
            for verdict in verdicts:
                _account(rule, verdict, checked)
    if chosen.told:
        checked.no_data += _gaps(chosen.told, subject.numbers)
    checked.looked.add(chosen.ids.difference(elsewhere) if elsewhere else chosen.ids)
    return elsewhere


def _show_first(
    subject: Subject, chosen: RuleSelection, context: WatchedContext, checked: CheckResult
) -> RuleSelection:
    """Run the rules on the first subject of its likeness; return what is to be done with the next one."""
    again, told, ids = [], [], set(chosen.ids)
    for rule in chosen.rules:
        context.forget()
        verdicts, gaps = checked.verdicts, len(checked.no_data)
        elsewhere = _show(subject, RuleSelection((rule,), frozenset((rule.edit.id,))), context, checked)
        found = checked.no_data[gaps:]
        has_more_to_say = context.claim_was_seen or checked.verdicts - verdicts > len(found)
        if has_more_to_say or rule.suppressions or not rule.edit.is_shipped:
            again.append(rule)
        else:
            ids.difference_update(elsewhere)
            told += [(gap.edit, gap.missing, gap.line and subject.numbers.index(gap.line)) for gap in found]
    return RuleSelection(tuple(again), _shared(frozenset(ids)), tuple(told))


@lru_cache(maxsize=1024)
def _shared(ids: frozenset[str]) -> frozenset[str]:
    # Thousands of kinds of subjects share a few dozen such sets.
    return ids


def _account(rule: Rule, verdict: Verdict, checked: CheckResult) -> None:
    checked.verdicts += 1
    match verdict:
        case NoData(missing, line):
            _account_gap(rule, missing, line, checked)
        case Flaw():
            _account_flaw(rule, verdict, checked)
        case Bypassed(by, line):
            checked.bypassed[BypassedEntry(edit=rule.edit.id, by=by, line=line)] = None


def _account_gap(rule: Rule, missing: str, line: int | None, checked: CheckResult) -> None:
    if rule.suppressions and (suppression := _suppression(rule, line, checked.claim)):
        checked.bypassed[_by_suppression(suppression, line)] = None
        return
    checked.no_data.append(_no_data(rule.edit.id, missing, line))


def _account_flaw(rule: Rule, flaw: Flaw, checked: CheckResult) -> None:
    if rule.suppressions and (suppression := _suppression(rule, flaw.at.line, checked.claim)):
        checked.bypassed[_by_suppression(suppression, flaw.at.line)] = None
        return
    checked.failed.add(rule.edit.id)
    at = of_institutional(flaw.at) if checked.claim.is_institutional else flaw.at
    checked.findings.append(_finding(rule, flaw, at))


@lru_cache(maxsize=4096)
def _passed(looked: frozenset[frozenset[str]], ended_otherwise: frozenset[str]) -> tuple[str, ...]:
    # Most claims pass the same few dozens.
    return tuple(sorted(frozenset().union(*looked) - ended_otherwise))


@lru_cache(maxsize=4096)
def _no_data(edit: str, missing: str, line: int | None) -> NoDataEntry:
    # The same few gaps are in nearly every outcome.
    return NoDataEntry(edit=edit, missing=missing, line=line)


@lru_cache(maxsize=4096)
def _gaps(told: tuple[Gap, ...], numbers: tuple[int, ...]) -> tuple[NoDataEntry, ...]:
    # So few edits lack data for lines, and lines have so few numbers, that these hardly ever need to be written again.
    return tuple(_no_data(edit, missing, None if place is None else numbers[place]) for edit, missing, place in told)


def _suppression(rule: Rule, line: int | None, claim: ClaimFacts) -> Suppression | None:
    """The suppression for the line of the verdict; of a claim as a whole, one that is for any line."""
    meant = claim.lines if line is None else claim.lines[line - 1 : line]
    return next(
        (
            suppression
            for suppression in rule.suppressions
            for each in meant
            if suppression.when.matches(each.hcpcs, claim.diagnoses_of((each,)), each.place)
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
    outranked = rule.severity is not edit.severity or edit.status is EditStatus.PREVIEW
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
        message=f"Edit {rule.edit.id} ({rule.edit.name}) failed because of a defect in the scrubber.",
        hint="No problem with the claim is known. Report the defect; scrub the claim again after the repair.",
        facts={},
        at=in_claim("claim"),
        predicted=None,
        citation=rule.edit.citation,
    )


def _written(value: object) -> str:
    match value:
        case str():
            return value
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple() | list() | frozenset() | set():
            return ", ".join(_written(member) for member in value)
        case _:
            return str(value)
