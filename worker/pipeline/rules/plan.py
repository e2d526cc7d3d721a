"""Which edits are run on what: the rules of a payer profile, chosen by the traits of a subject.

This is the one clever place of the pipeline. A claim has a few hundred pairs of a subject and an edit, and on most of
them the edit has nothing to say.

- It would only say that it does not apply: no modifier, no package, nothing wasted, another code. Which rules apply
  follows from the code and the traits of the subject, so that each choice is made once and kept.
- It looks at the line alone, or at the lines of one drug and day, and not at the rest of the claim; and 40 units of
  infliximab with JZ are as sound on the next claim as on this one. What was silent about a subject without asking for
  its claim, or lacked data, is not run on another one like it, received on the same day. A user's own edits always are:
  nobody holds them to asking the claim for the charge of a line.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeAlias

from schemas.outcome import NotConfigured, Severity
from worker.edits.edit import Configuration, Scope
from worker.edits.facts.claim import ClaimFacts, Likeness
from worker.payers.guide import Guide
from worker.pipeline.kept import Kept
from worker.pipeline.likeness import ALIKE
from worker.pipeline.rules.rulebook import Rule, Rulebook
from worker.reference.tables.snapshot import Snapshot

INTAKE: Final = "intake"
KEPT: Final = 16_384
"""Choices that are kept a scope: the codes that a large clearinghouse sees, each with a few sets of traits."""


Gap: TypeAlias = tuple[str, str, int | None]
"""An edit that had no data, what was missing, and for which of the subject's lines, counted from 0."""


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """The rules for certain subjects, in the order of their ids.

    `ids` are those that count as having looked at the subject: the rules, and those that need not look again. `told` is
    what some of the latter could not decide about any of them.
    """

    rules: tuple[Rule, ...]
    ids: frozenset[str]
    told: tuple[Gap, ...] = ()


class ScopeRules:
    """The rules of one scope."""

    def __init__(self, rules: Iterable[Rule], configuration: Configuration) -> None:
        self._rules = tuple(rules)
        self._configuration = configuration
        self.for_likes: Kept[tuple[date, Likeness], RuleSelection] = Kept(ALIKE)
        """The rules that a subject like an earlier one, received on the same day, has to be shown to."""
        self.of = lru_cache(maxsize=KEPT)(self._choose)
        """The rules that need none but these traits, and are about this code."""

    def _choose(self, traits: int, code: str) -> RuleSelection:
        rules = tuple(
            rule
            for rule in self._rules
            if rule.edit.needs & traits == rule.edit.needs and rule.edit.about(code, self._configuration)
        )
        return RuleSelection(rules, frozenset(rule.edit.id for rule in rules))


Subject: TypeAlias = Any  # the facts of a claim, a line or a drug and day, as the scope says
SUBJECTS: Final[Mapping[Scope, Callable[[ClaimFacts], Iterable[Subject]]]] = {
    Scope.CLAIM: lambda claim: (claim,),
    Scope.LINE: lambda claim: claim.lines,
    Scope.DRUG_LINE: lambda claim: claim.drug_lines,
    Scope.DRUG_DAY: lambda claim: claim.drug_days,
}
"""What edits of a scope look at."""


class Phase:
    """The rules that run together on one claim."""

    def __init__(self, rules: Iterable[Rule], configuration: Configuration) -> None:
        by_scope: dict[Scope, list[Rule]] = {scope: [] for scope in Scope}
        for rule in sorted(rules, key=lambda rule: rule.edit.id):
            by_scope[rule.edit.scope].append(rule)
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

    def __init__(self, rulebook: Rulebook, snapshot: Snapshot, guides: Mapping[str, Guide]) -> None:
        self.configuration = Configuration(snapshot, guides, rulebook.profile, rulebook.options)
        self.switched_off = rulebook.switched_off
        self.holding = frozenset(rule.edit.id for rule in rulebook.rules if rule.severity is not Severity.WARN)
        """The edits that can hold a claim."""
        lacking = {rule.edit.id: missing for rule in rulebook.rules if (missing := rule.edit.lacks(self.configuration))}
        self.not_configured = tuple(NotConfigured(edit=edit, missing=lacking[edit]) for edit in sorted(lacking))
        able = [rule for rule in rulebook.rules if rule.edit.id not in lacking]
        self.intake = Phase((rule for rule in able if rule.edit.family == INTAKE), self.configuration)
        self.others = Phase((rule for rule in able if rule.edit.family != INTAKE), self.configuration)
