"""Which edits are run on what: the rules of a payer profile, chosen by the traits of a subject.

A claim has a few hundred pairs of a subject and an edit, and in most of them the edit would only say that it does not
apply or passes: no modifier, no package, nothing wasted, another code. Which rules have to look follows from what they
declare of codes and traits, so that each choice is made once and kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeAlias

import orjson

from schemas.outcome import Citation, Message, NotConfigured, Prediction, Severity
from worker.edits.edit import Configuration, Context, EditStatus, LooksFor, Scope, Verdicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.code import CodeOnDay
from worker.edits.facts.earlier import EarlierClaims
from worker.edits.facts.traits import ANYTHING
from worker.payers.guide import Guide
from worker.payers.suppression import Suppression
from worker.pipeline.rules.rulebook import Rule, Rulebook
from worker.reference.tables.snapshot import Snapshot

INTAKE: Final = "intake"
KEPT: Final = 4096
"""Choices that are kept for codes that are alike: a few dozen sets of traits."""

Subject: TypeAlias = Any  # the facts of a claim, a line or a drug and day, as the scope says
SUBJECTS: Final[Mapping[Scope, Callable[[ClaimFacts], Iterable[Subject]]]] = {
    Scope.CLAIM: lambda claim: (claim,),
    Scope.LINE: lambda claim: claim.lines,
    Scope.DRUG_LINE: lambda claim: claim.drug_lines,
    Scope.DRUG_DAY: lambda claim: claim.drug_days,
}
"""What edits of a scope look at, in the order of the outcome."""
_ORDER: Final = {scope: place for place, scope in enumerate(SUBJECTS)}


class PlannedRule:
    """One edit under one profile, ready to be run. `bit` stands for it in sets of edits."""

    __slots__ = (
        "about",
        "bit",
        "citation",
        "find",
        "id",
        "is_intake",
        "is_outranked",
        "looks_for",
        "name",
        "needs",
        "order",
        "predicted",
        "severity",
        "suppressions",
        "tables",
        "written_citation",
        "written_prediction",
    )

    def __init__(self, rule: Rule, bit: int) -> None:
        edit = rule.edit
        self.id, self.name, self.bit = edit.id, edit.name, bit
        self.find: Callable[[Subject, Any], Verdicts] = edit.find
        self.needs, self.tables = edit.needs, edit.tables
        self.looks_for: LooksFor = edit.looks_for
        self.about: Callable[[str, Configuration], bool] = edit.about
        self.is_intake = edit.family == INTAKE
        self.order = _ORDER[edit.scope] + (0 if self.is_intake else len(_ORDER))
        self.severity: Severity = rule.severity
        # A profile's word on severity, and that an edit is a preview, outrank the edit's distinction between its cases.
        self.is_outranked = rule.severity is not edit.severity or edit.status is EditStatus.PREVIEW
        self.suppressions: tuple[Suppression, ...] = rule.suppressions
        self.citation: Citation = edit.citation
        self.predicted: Prediction = edit.predicted
        self.written_citation, self.written_prediction = written(edit.citation), written(edit.predicted)

    def sought(self, code: CodeOnDay, configuration: Configuration) -> int | None:
        """The traits that it looks for with a code; None when it does not apply."""
        if not self.about(code.hcpcs, configuration):
            return None
        return self.looks_for(code, configuration) if callable(self.looks_for) else self.looks_for


def written(message: Message) -> bytes:
    """Return a part of an outcome as it is in the message."""
    return message.model_dump_json(by_alias=True, exclude_none=True).encode()


@dataclass(frozen=True, slots=True, eq=False)
class RuleSelection:
    """The rules that look at certain subjects, and the bits of these and of those that pass them without a look."""

    rules: tuple[PlannedRule, ...]
    bits: int


class RulesOfCode(dict[int, RuleSelection]):
    """The rules that apply to certain codes on certain days: by the traits of a subject, those that look at it.

    `looks_for` are the traits that each rule looks for with such a code. `selections` are those made so far, so that
    the same rules are always the same selection.
    """

    def __init__(
        self,
        looks_for: Mapping[PlannedRule, int],
        selections: dict[tuple[tuple[PlannedRule, ...], int], RuleSelection],
    ) -> None:
        super().__init__()
        self._looks_for, self._selections = looks_for, selections

    def __missing__(self, traits: int) -> RuleSelection:
        if len(self) >= KEPT:
            self.clear()
        able = {rule: sought for rule, sought in self._looks_for.items() if rule.needs & traits == rule.needs}
        looking = tuple(rule for rule, sought in able.items() if sought == ANYTHING or sought & traits)
        bits = sum(rule.bit for rule in able)
        chosen = self[traits] = self._selections.setdefault((looking, bits), RuleSelection(looking, bits))
        return chosen


class ScopeRules:
    """The rules of one scope."""

    def __init__(self, rules: Iterable[PlannedRule], configuration: Configuration) -> None:
        self.rules = tuple(rules)
        self._configuration = configuration
        self._known: dict[tuple[int | None, ...], RulesOfCode] = {}
        self._selections: dict[tuple[tuple[PlannedRule, ...], int], RuleSelection] = {}

    def of(self, subject: Subject) -> RuleSelection:
        """The rules that look at a subject, by its code on a day and its traits."""
        code: CodeOnDay = subject.code
        known: RulesOfCode | None = code.rules.get(self)
        if known is None:
            known = code.rules[self] = self._of_code(code)
        return known[subject.traits]

    def _of_code(self, code: CodeOnDay) -> RulesOfCode:
        sought = tuple(rule.sought(code, self._configuration) for rule in self.rules)
        if sought not in self._known:
            if len(self._known) >= KEPT:
                self._known.clear()
                self._selections.clear()
            looks_for = {rule: each for rule, each in zip(self.rules, sought, strict=True) if each is not None}
            self._known[sought] = RulesOfCode(looks_for, self._selections)
        return self._known[sought]


class Phase:
    """The rules that run together on one claim."""

    def __init__(self, rules: Iterable[tuple[Scope, PlannedRule]], configuration: Configuration) -> None:
        by_scope: dict[Scope, list[PlannedRule]] = {scope: [] for scope in Scope}
        for scope, rule in rules:
            by_scope[scope].append(rule)
        self.sides = [
            (ScopeRules(by_scope[scope], configuration), subjects)
            for scope, subjects in SUBJECTS.items()
            if by_scope[scope]
        ]
        """The rules of each scope, with what they look at on a claim."""


class Plan:
    """A rulebook made ready for tables and guides.

    A claim that an intake edit rejects is not readable enough for the others, so `intake` runs first and alone.
    """

    def __init__(
        self, rulebook: Rulebook, snapshot: Snapshot, guides: Mapping[str, Guide], *, remembers: bool = False
    ) -> None:
        self.profile = rulebook.profile
        self.configuration = Configuration(snapshot, guides, rulebook.profile, rulebook.options, remembers)
        lacking = {rule.edit.id: missing for rule in rulebook.rules if (missing := rule.edit.lacks(self.configuration))}
        run = [rule for rule in rulebook.rules if rule.edit.scope in SUBJECTS and rule.edit.id not in lacking]
        able = sorted(run, key=lambda rule: rule.edit.id)
        self._ids = [rule.edit.id for rule in able]
        planned = [(rule.edit, PlannedRule(rule, 1 << place)) for place, rule in enumerate(able)]
        self.holding = sum(rule.bit for _, rule in planned if rule.severity is not Severity.WARN)
        """The edits that can hold a claim."""
        self.intake, self.others = (
            Phase([(edit.scope, rule) for edit, rule in planned if rule.is_intake is is_intake], self.configuration)
            for is_intake in (True, False)
        )
        not_configured = [NotConfigured(edit=edit, missing=lacking[edit]) for edit in sorted(lacking)]
        self.written_constants = b'"switchedOff":[%b],"notConfigured":[%b]' % (
            b",".join(map(written, rulebook.switched_off)),
            b",".join(map(written, not_configured)),
        )
        """What the coverage of every claim says alike."""
        self.written = lru_cache(maxsize=4096)(self._written)
        """The ids of a set of edits as a JSON list; most claims pass the same few dozens."""

    def context(
        self,
        claim: ClaimFacts,
        received_on: date,
        earlier: EarlierClaims | None = None,
        waited_days: int | None = None,
    ) -> Context:
        """Return what the edits may know besides a line or a drug of a claim."""
        known = self.configuration
        return Context(
            known.snapshot,
            known.guides,
            known.profile,
            known.all_options,
            known.remembers,
            claim,
            received_on,
            earlier,
            waited_days,
        )

    def ids(self, bits: int) -> list[str]:
        """The ids of a set of edits, sorted."""
        return [edit for place, edit in enumerate(self._ids) if bits >> place & 1]

    def _written(self, bits: int) -> bytes:
        return orjson.dumps(self.ids(bits))
