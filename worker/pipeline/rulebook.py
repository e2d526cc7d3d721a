"""The edits as one payer profile switches them, sorted by what they look at."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from schemas.outcome import Severity, SwitchedOff
from worker.edits.edit import AnyEdit, Options, Scope, Status
from worker.payers.profile import Profile, ProfileError

INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class Rule:
    """One edit under one profile."""

    edit: AnyEdit
    severity: Severity
    options: Options | None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What is checked for one profile.

    A claim that an intake edit rejects is not readable enough for the others, so `intake` runs first and alone.
    """

    profile: Profile
    intake: dict[Scope, tuple[Rule, ...]]
    others: dict[Scope, tuple[Rule, ...]]
    switched_off: tuple[SwitchedOff, ...]


def compile_rulebook(profile: Profile, edits: Iterable[AnyEdit]) -> Rulebook:
    """Choose and set up the edits for a profile. Raises `ProfileError` naming the edit and what does not fit."""
    catalogue = {edit.id: edit for edit in edits}
    unknown = sorted(set(profile.edits) - set(catalogue))
    if unknown:
        raise ProfileError(f"profile {profile.name} names edits that do not exist: {', '.join(unknown)}")
    rules = [_rule(profile, edit) for edit in catalogue.values() if not profile.setting(edit.id).off]
    return Rulebook(
        profile=profile,
        intake=_by_scope(rule for rule in rules if rule.edit.family == INTAKE),
        others=_by_scope(rule for rule in rules if rule.edit.family != INTAKE),
        switched_off=tuple(
            SwitchedOff(edit=edit_id, reason=setting.off.reason, owner=setting.off.owner, until=setting.off.until)
            for edit_id, setting in sorted(profile.edits.items())
            if setting.off
        ),
    )


def _rule(profile: Profile, edit: AnyEdit) -> Rule:
    setting = profile.setting(edit.id)
    if setting.options and edit.options is None:
        raise ProfileError(f"profile {profile.name}, edit {edit.id}: this edit has no options")
    try:
        options = edit.options.model_validate(setting.options) if edit.options else None
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, problem["loc"])) or "options" for problem in error.errors())
        raise ProfileError(f"profile {profile.name}, edit {edit.id}: unknown or unreadable option {fields}") from None
    severity = Severity.WARN if edit.status is Status.PREVIEW else setting.severity or edit.severity
    return Rule(edit, severity, options)


def _by_scope(rules: Iterable[Rule]) -> dict[Scope, tuple[Rule, ...]]:
    sorted_rules = sorted(rules, key=lambda rule: rule.edit.id)
    return {scope: tuple(rule for rule in sorted_rules if rule.edit.scope is scope) for scope in Scope}
