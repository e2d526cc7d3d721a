"""Runs the edits of a plan over claims and keeps account of what was really checked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from schemas.outcome import Finding, Fix, Location, Severity
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Verdict
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim, of_institutional
from worker.errors import ClaimscrubError
from worker.pipeline.rules.plan import Phase, Plan, PlannedRule, Subject

MAX_FINDINGS: Final = 200
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}
_VERDICTS: Final = (DoesNotApply, NoData, Flaw, Bypassed)

Gap: TypeAlias = tuple[str, str, int | None]
"""An edit that had no data, what was missing, and of which line."""
Lifted: TypeAlias = tuple[str, str, int | None, str | None, str | None, date | None]
"""An edit that was lifted, by what and of which line; by a suppression: why, by whom, until when."""


class InterruptedScrubError(ClaimscrubError):
    """A claim took more than it may; raised in the middle of whatever runs."""


class FoundFlaw:
    """One finding before it is written."""

    __slots__ = ("at", "flaw", "is_fault", "rule", "severity")

    def __init__(
        self, rule: PlannedRule, severity: Severity, flaw: Flaw, at: Location, *, is_fault: bool = False
    ) -> None:
        self.rule, self.severity, self.flaw, self.at, self.is_fault = rule, severity, flaw, at, is_fault

    @property
    def edit(self) -> str:
        """The id of its edit."""
        return self.rule.id

    @property
    def name(self) -> str:
        """What it is called."""
        return "edit-failed" if self.is_fault else self.rule.name

    @property
    def fix(self) -> Fix | None:
        """Its mechanical correction."""
        return self.flaw.fix

    def finding(self) -> Finding:
        """Return it as the outcome tells it."""
        rule, flaw = self.rule, self.flaw
        return Finding(
            edit=rule.id,
            name=self.name,
            severity=self.severity,
            message=flaw.message,
            hint=flaw.hint,
            facts={name: as_text(value) for name, value in flaw.facts.items()},
            at=self.at,
            predicted=None if self.is_fault else flaw.predicted or rule.predicted,
            citation=rule.citation,
            fix=flaw.fix,
        )


@dataclass(slots=True, eq=False)
class CheckResult:
    """A claim with what was found, and the account of every edit that had something to look at, as sets of bits."""

    plan: Plan
    claim: ClaimFacts
    received_on: date
    findings: list[FoundFlaw] = field(default_factory=list)
    no_data: list[Gap] = field(default_factory=list)
    bypassed: dict[Lifted, tuple[int, int, str]] = field(default_factory=dict)
    looked: int = 0
    failed: int = 0
    lifted: int = 0
    undecided: int = 0
    errors: int = 0
    not_reached: int = 0

    @property
    def unverified(self) -> int:
        """The edits that can hold a claim and had no data to decide this one."""
        return self.plan.holding & self.undecided

    @property
    def passed(self) -> int:
        """The edits that had nothing to say against the claim."""
        return self.looked & ~(self.undecided | self.lifted | self.failed | self.errors)


def check(claims: Sequence[CheckResult]) -> None:
    """Run every edit that has something to look at on these claims: each edit over all of them, then the next one.

    Raises `InterruptedScrubError` and `MemoryError` where one of several claims takes more than it may: it is not known
    whose fault that is. Of a single claim it is an error of the edit that ran, as any other exception always is.
    """
    _run([(each, each.plan.intake) for each in claims], is_alone=len(claims) == 1)
    for each in claims:
        each.findings.sort(key=_worst_first)
    stopped = [each for each in claims if each.findings and each.findings[0].severity is Severity.REJECT]
    for each in stopped:
        for choice, subjects in each.plan.others.sides:
            for subject in subjects(each.claim):
                each.not_reached |= choice.of(subject.traits, subject.hcpcs).bits
    others = [each for each in claims if each not in stopped] if stopped else claims
    _run([(each, each.plan.others) for each in others], is_alone=len(claims) == 1)
    for each in claims:
        each.findings.sort(key=_worst_first)
        each.no_data.sort(key=_edit_of)


def _worst_first(found: FoundFlaw) -> tuple[int, str]:
    """Worst first, so that a cut never hides one that decides; else by edit, and by line."""
    return _RANK[found.severity], found.rule.id


def _edit_of(gap: Gap) -> str:
    return gap[0]


Shown: TypeAlias = tuple[Subject, Context, CheckResult]


def _run(phases: Iterable[tuple[CheckResult, Phase]], *, is_alone: bool) -> None:
    by_rule: dict[PlannedRule, list[Shown]] = {}
    for checked, phase in phases:
        known, claim = checked.plan.configuration, checked.claim
        context = Context(known.snapshot, known.guides, known.profile, known.all_options, claim, checked.received_on)
        for choice, subjects in phase.sides:
            for subject in subjects(claim):
                chosen = choice.of(subject.traits, subject.hcpcs)
                checked.looked |= chosen.bits
                shown = (subject, context, checked)
                for rule in chosen.rules:
                    if rule in by_rule:
                        by_rule[rule].append(shown)
                    else:
                        by_rule[rule] = [shown]
    for rule, subjects_of_rule in by_rule.items():
        _show(rule, subjects_of_rule, is_alone=is_alone)


def _show(rule: PlannedRule, shown: list[Shown], *, is_alone: bool) -> None:
    # The innermost loop of the worker: it runs for every edit on every line, and mostly there is nothing to say.
    find = rule.find
    elsewhere: list[CheckResult] = []
    for subject, context, checked in shown:
        try:
            verdict = find(subject, context)
            if verdict is None:
                continue
            verdicts = (verdict,) if isinstance(verdict, _VERDICTS) else list(verdict)
        except (InterruptedScrubError, MemoryError):
            if not is_alone:
                raise
            _fail(rule, checked)
            continue
        except Exception:  # noqa: BLE001 - one broken edit must not take the others' verdicts or the claim with it
            _fail(rule, checked)
            continue
        if verdicts and type(verdicts[0]) is DoesNotApply:
            elsewhere.append(checked)
            continue
        for each in verdicts:
            _account(rule, each, subject, checked)
    if elsewhere:
        _discount(rule, elsewhere, shown)


def _discount(rule: PlannedRule, elsewhere: list[CheckResult], shown: list[Shown]) -> None:
    """An edit to which no subject of a claim was its business did not look at that claim."""
    looked_at = Counter([id(checked) for _, _, checked in shown])
    for checked, count in Counter(elsewhere).items():
        if count == looked_at[id(checked)]:
            checked.looked &= ~rule.bit


def _fail(rule: PlannedRule, checked: CheckResult) -> None:
    if checked.errors & rule.bit:
        return
    checked.errors |= rule.bit
    flaw = Flaw(
        message=f"Edit {rule.id} ({rule.name}) failed because of a defect in the scrubber.",
        hint="No problem with the claim is known. Report the defect; scrub the claim again after the repair.",
        at=in_claim("claim"),
    )
    checked.findings.append(FoundFlaw(rule, Severity.PEND, flaw, flaw.at, is_fault=True))


def _account(rule: PlannedRule, verdict: Verdict, subject: Subject, checked: CheckResult) -> None:
    if isinstance(verdict, NoData):
        if not _is_suppressed(rule, verdict.line, subject, checked):
            checked.undecided |= rule.bit
            checked.no_data.append((rule.id, verdict.missing, verdict.line))
    elif isinstance(verdict, Flaw):
        if _is_suppressed(rule, verdict.at.line, subject, checked):
            return
        checked.failed |= rule.bit
        at = of_institutional(verdict.at) if checked.claim.is_institutional else verdict.at
        severity = rule.severity if rule.is_outranked else verdict.severity or rule.severity
        checked.findings.append(FoundFlaw(rule, severity, verdict, at))
    elif isinstance(verdict, Bypassed):
        _lift(rule, (rule.id, verdict.by, verdict.line, None, None, None), subject, checked)


def _is_suppressed(rule: PlannedRule, line: int | None, subject: Subject, checked: CheckResult) -> bool:
    """Whether the profile suppresses the edit for the line of the verdict; of a claim as a whole, for any line."""
    if not rule.suppressions:
        return False
    claim = checked.claim
    meant = claim.lines if line is None else claim.lines[line - 1 : line]
    for suppression in rule.suppressions:
        if any(suppression.when.matches(each.hcpcs, claim.diagnoses_of((each,)), each.place) for each in meant):
            said = (rule.id, "suppression", line, suppression.reason, suppression.owner, suppression.until)
            _lift(rule, said, subject, checked)
            return True
    return False


def _lift(rule: PlannedRule, lifted: Lifted, subject: Subject, checked: CheckResult) -> None:
    checked.lifted |= rule.bit
    # Each once, in the order of what was looked at.
    first = 0 if subject is checked.claim else subject.numbers[0]
    checked.bypassed.setdefault(lifted, (rule.order, first, rule.id))


def as_text(value: object) -> str:
    """Return a value that decided as the outcome tells it."""
    match value:
        case str():
            return value
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple() | list() | frozenset() | set():
            return ", ".join(as_text(member) for member in value)
        case _:
            return str(value)
