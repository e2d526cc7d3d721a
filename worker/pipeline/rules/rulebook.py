"""The edits as one payer profile switches them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.claim import ClaimKind
from schemas.outcome import Severity, SwitchedOff
from worker.edits.edit import AnyEdit, EditStatus, Options, Scope
from worker.payers.profile import Profile, ProfileError
from worker.payers.suppression import Suppression
from worker.pipeline.rules.option_flaws import flaw_of_options


@dataclass(frozen=True, slots=True)
class Rule:
    """One edit under one profile."""

    edit: AnyEdit
    severity: Severity
    suppressions: tuple[Suppression, ...] = ()


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What is checked for one profile."""

    profile: Profile
    rules: tuple[Rule, ...]
    options: Mapping[type[Options], Options]
    switched_off: tuple[SwitchedOff, ...]


def compile_rulebook(profile: Profile, edits: Iterable[AnyEdit], kind: ClaimKind = ClaimKind.PROFESSIONAL) -> Rulebook:
    """Choose and set up the edits for a profile and a kind of claims.

    Raises `ProfileError` naming every edit and what does not fit.
    """
    catalogue = {edit.id: edit for edit in edits}
    if problems := rulebook_problems(profile, catalogue.values()):
        raise ProfileError(*problems)
    return Rulebook(
        profile=profile,
        rules=tuple(
            _rule(profile, edit)
            for edit in catalogue.values()
            if edit.status is not EditStatus.PLANNED and kind in edit.kinds and not profile.setting(edit.id).off
        ),
        options={
            edit.options: edit.options.model_validate(profile.setting(edit.id).options)
            for edit in catalogue.values()
            if edit.options
        },
        switched_off=tuple(
            SwitchedOff(edit=edit_id, reason=setting.off.reason, owner=setting.off.owner, until=setting.off.until)
            for edit_id, setting in sorted(profile.edits.items())
            if setting.off
        ),
    )


def rulebook_problems(profile: Profile, edits: Iterable[AnyEdit]) -> tuple[str, ...]:
    """One sentence for each thing in a profile that does not fit the edits."""
    catalogue = {edit.id: edit for edit in edits}
    named = set(profile.edits) | {suppression.edit for suppression in profile.suppressions}
    problems = []
    if unknown := sorted(named - set(catalogue)):
        named_near = ", ".join(_with_nearest(each, catalogue) for each in unknown)
        problems.append(f"profile {profile.name} names edits that do not exist: {named_near}")
    fixed = sorted(edit_id for edit_id in named & set(catalogue) if catalogue[edit_id].scope is Scope.MESSAGE)
    if fixed:
        problems.append(f"profile {profile.name} names {', '.join(fixed)}, decided before a claim has a payer")
    for edit_id in sorted(profile.edits.keys() & catalogue.keys()):
        flaw = flaw_of_options(catalogue[edit_id].options, profile.setting(edit_id).options)
        if flaw:
            problems.append(f"profile {profile.name}, edit {edit_id}: {flaw}")
    return tuple(problems)


def _with_nearest(unknown: str, known: Iterable[str]) -> str:
    # Ids are so alike that only two letters in the wrong order, or small ones, point to one of them.
    near = [each for each in known if sorted(each) == sorted(unknown.upper())]
    return f"{unknown} ({near[0]} may be meant)" if len(near) == 1 else unknown


def _rule(profile: Profile, edit: AnyEdit) -> Rule:
    setting = profile.setting(edit.id)
    return Rule(
        edit=edit,
        severity=Severity.WARN if edit.status is EditStatus.PREVIEW else setting.severity or edit.severity,
        suppressions=tuple(each for each in profile.suppressions if each.edit == edit.id),
    )
