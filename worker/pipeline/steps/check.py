"""Runs the edits of a plan over claims and keeps account of what was really checked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import Final, TypeAlias

from msgspec import Struct

from schemas.outcome import CarriedTable, Finding, Fix, Location, Severity
from schemas.values import in_digits
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Verdict
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim, of_institutional
from worker.errors import ClaimscrubError
from worker.pipeline.rules.plan import Phase, Plan, PlannedRule, RuleSelection, Subject
from worker.pipeline.steps.carry import carried_under, lacks_table, milder
from worker.pipeline.steps.edit_failure import EditFailure

MAX_FINDINGS: Final = 200
OWN: Final = "USR-"
"""With which the ids of edits begin that are a user's own."""
_OURS: Final = ("the scrubber", "Report the defect")
_REPAIR: Final = "`claimscrub check --debug` shows where it failed"
_RANK: Final = {severity: rank for rank, severity in enumerate(Severity)}
VERDICTS: Final = (DoesNotApply, NoData, Flaw, Bypassed)

Gap: TypeAlias = tuple[str, int, str, int | None]
"""An edit that had no data, what it looked at, what was missing, and of which line."""
Lifted: TypeAlias = tuple[str, str, int | None, str | None, str | None, date | None]
"""An edit that was lifted, by what and of which line; by a suppression: why, by whom, until when."""


class InterruptedScrubError(ClaimscrubError):
    """A claim took more than it may; raised in the middle of whatever runs."""


class FoundFlaw:
    """One finding before it is written."""

    __slots__ = ("at", "carried", "first", "flaw", "is_fault", "rule", "severity")

    def __init__(  # noqa: PLR0913 - what a finding is made of
        self,
        rule: PlannedRule,
        severity: Severity,
        flaw: Flaw,
        at: Location,
        first: int,
        *,
        carried: tuple[CarriedTable, ...] = (),
        is_fault: bool = False,
    ) -> None:
        self.rule, self.severity, self.flaw, self.at, self.first = rule, severity, flaw, at, first
        self.carried, self.is_fault = carried, is_fault

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
            carried=self.carried,
            fix=flaw.fix,
        )


class CheckResult(Struct, eq=False):
    """A claim with what was found, and the account of every edit that had something to look at, as sets of bits.

    `looked` are the edits that were shown something that was their business.
    """

    plan: Plan
    context: Context
    findings: list[FoundFlaw] = []
    failures: list[EditFailure] = []
    no_data: list[Gap] = []
    bypassed: dict[Lifted, tuple[int, int, str]] = {}
    looked: int = 0
    failed: int = 0
    lifted: int = 0
    undecided: int = 0
    unreached: int = 0
    errors: int = 0
    not_reached: int = 0

    @property
    def claim(self) -> ClaimFacts:
        """The claim that is checked."""
        return self.context.claim

    @property
    def unverified(self) -> int:
        """The edits that can hold a claim and did not decide this one since a table lacks its days."""
        return self.plan.holding & self.unreached

    @property
    def passed(self) -> int:
        """The edits that had nothing to say against the claim."""
        return self.looked & ~(self.undecided | self.lifted | self.failed | self.errors)


class ShownSubject(Struct, eq=False, gc=False):
    """What edits look at on a claim, and the edits whose business it is as far as they have said.

    Nothing of the claim refers to it: in a cycle it would never be collected.
    """

    subject: Subject
    checked: CheckResult
    bits: int


Looks: TypeAlias = Mapping[RuleSelection, Sequence[tuple[Subject, Context, ShownSubject]]]
"""By the rules that look at it, each subject with what they may know besides."""


def check(claims: Sequence[CheckResult]) -> None:
    """Run every edit that has something to look at on these claims: each edit over all of them, then the next one.

    Raises `InterruptedScrubError` and `MemoryError` where one of several claims takes more than it may: it is not known
    whose fault that is. Of a single claim it is an error of the edit that ran, as any other exception always is.
    """
    is_alone = len(claims) == 1
    _run([(each, each.plan.intake) for each in claims], is_alone=is_alone)
    read = [each for each in claims if not _is_rejected(each)]
    _run([(each, each.plan.others) for each in read], is_alone=is_alone)
    for each in claims:
        each.findings.sort(key=_worst_first)
        each.no_data.sort(key=_edit_and_line)


def _is_rejected(checked: CheckResult) -> bool:
    """Whether an intake edit rejects a claim; it notes then which edits are not reached."""
    if all(found.severity is not Severity.REJECT for found in checked.findings):
        return False
    for choice, subjects in checked.plan.others.sides:
        for subject in subjects(checked.claim):
            checked.not_reached |= choice.of(subject).bits
    return True


def _worst_first(found: FoundFlaw) -> tuple[int, str, int]:
    """Worst first, so that a cut never hides one that decides; else by edit, and by line."""
    return _RANK[found.severity], found.rule.id, found.first


_edit_and_line: Final = itemgetter(0, 1)


def _looks_by_rules(phases: Iterable[tuple[CheckResult, Phase]]) -> Looks:
    by_choice: defaultdict[RuleSelection, list[tuple[Subject, Context, ShownSubject]]] = defaultdict(list)
    for checked, phase in phases:
        context = checked.context
        claim = context.claim
        for choice, subjects in phase.sides:
            for subject in subjects(claim):
                chosen = choice.of(subject)
                by_choice[chosen].append((subject, context, ShownSubject(subject, checked, chosen.bits)))
    return by_choice


def _run(phases: Iterable[tuple[CheckResult, Phase]], *, is_alone: bool) -> None:
    by_choice = _looks_by_rules(phases)
    _ask(by_choice, is_alone=is_alone)
    for _, _, shown in chain.from_iterable(by_choice.values()):
        shown.checked.looked |= shown.bits


def _ask(by_choice: Looks, *, is_alone: bool) -> None:
    for chosen, looks in by_choice.items():
        for rule in chosen.rules:
            find = rule.find
            # The innermost loop of the worker: every edit on every line, and mostly there is nothing to say.
            for subject, context, shown in looks:
                try:
                    verdict = find(subject, context)
                    if verdict is None:
                        continue
                    if type(verdict) is DoesNotApply:
                        shown.bits &= ~rule.bit
                    elif type(verdict) is NoData:
                        _lack(rule, verdict, subject.first, shown.checked)
                    elif verdict != []:
                        _account(rule, verdict, shown)
                except Exception as error:  # a broken edit must not take the others' verdicts or the claim with it
                    if isinstance(error, (InterruptedScrubError, MemoryError)) and not is_alone:
                        raise
                    _fail(rule, shown.checked, error)


def _fail(rule: PlannedRule, checked: CheckResult, error: BaseException) -> None:
    if checked.errors & rule.bit:
        return
    checked.errors |= rule.bit
    checked.failures.append(EditFailure.of(rule.id, error))
    whose, repair = ("this edit of your own", _REPAIR) if rule.id.startswith(OWN) else _OURS
    flaw = Flaw(
        message=f"Edit {rule.id} ({rule.name}) failed because of a defect in {whose}.",
        hint=f"No problem with the claim is known. {repair}; scrub the claim again after the repair.",
        at=in_claim("claim"),
    )
    checked.findings.append(FoundFlaw(rule, Severity.PEND, flaw, flaw.at, 0, is_fault=True))


def _account(rule: PlannedRule, told: Verdict | Iterable[Verdict], shown: ShownSubject) -> None:
    # All of them before the first is noted: an edit that yields may fail after the first.
    verdicts = (told,) if isinstance(told, VERDICTS) else list(told)
    if verdicts and isinstance(verdicts[0], DoesNotApply):
        shown.bits &= ~rule.bit
        return
    checked, first = shown.checked, shown.subject.first
    for verdict in verdicts:
        if isinstance(verdict, NoData):
            _lack(rule, verdict, first, checked)
        elif isinstance(verdict, Flaw):
            _find(rule, verdict, first, checked)
        elif isinstance(verdict, Bypassed):
            _lift(rule, (rule.id, verdict.by, verdict.line, None, None, None), first, checked)


def _lack(rule: PlannedRule, verdict: NoData, first: int, checked: CheckResult) -> None:
    if rule.suppressions and _is_suppressed(rule, verdict.line, first, checked):
        return
    checked.undecided |= rule.bit
    if rule.tables and lacks_table(rule, verdict, first, checked.claim, checked.context.snapshot):
        checked.unreached |= rule.bit
    checked.no_data.append((rule.id, first, verdict.missing, verdict.line))


def _find(rule: PlannedRule, flaw: Flaw, first: int, checked: CheckResult) -> None:
    if not isinstance(flaw.at, Location):
        # A user's edit: noticed only while the outcome is written, it would cost the claim its outcome.
        raise TypeError(f"the Flaw has at={flaw.at!r}, not a place such as in_line(...)")
    if rule.suppressions and _is_suppressed(rule, flaw.at.line, first, checked):
        return
    checked.failed |= rule.bit
    claim = checked.claim
    at = of_institutional(flaw.at) if claim.is_institutional else flaw.at
    severity = rule.severity if rule.is_outranked else flaw.severity or rule.severity
    carried = carried_under(rule, flaw, first, claim, checked.context.snapshot)
    if carried:
        severity = milder(severity, checked.context.profile.carried)
    checked.findings.append(FoundFlaw(rule, severity, flaw, at, first, carried=carried))


def _is_suppressed(rule: PlannedRule, line: int | None, first: int, checked: CheckResult) -> bool:
    """Whether the profile suppresses the edit for the line of the verdict; of a claim as a whole, for any line."""
    claim = checked.claim
    meant = claim.lines if line is None else claim.lines[line - 1 : line]
    for suppression in rule.suppressions:
        if any(suppression.when.matches(each.hcpcs, claim.diagnoses_of((each,)), each.place) for each in meant):
            said = (rule.id, "suppression", line, suppression.reason, suppression.owner, suppression.until)
            _lift(rule, said, first, checked)
            return True
    return False


def _lift(rule: PlannedRule, lifted: Lifted, first: int, checked: CheckResult) -> None:
    checked.lifted |= rule.bit
    # Each once, in the order of what was looked at.
    place = (rule.order, first, rule.id)
    checked.bypassed[lifted] = min(place, checked.bypassed.get(lifted, place))


def as_text(value: object) -> str:
    """Return a value that decided as the outcome tells it."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return in_digits(value)
    if isinstance(value, (tuple, list, frozenset, set)):
        return ", ".join(as_text(member) for member in value)
    return str(value)
