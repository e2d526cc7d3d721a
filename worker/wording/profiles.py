"""Shows a profile as plain data, as lines to read, and as the differences between two."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from worker.edits.edit import AnyEdit, EditStatus, Scope
from worker.payers.profile import Profile
from worker.pipeline.rules.rulebook import Rule, compile_rulebook

ProfileDocument: TypeAlias = dict[str, Any]  # any JSON object: options are the edits' own


def plain(profile: Profile, edits: Iterable[AnyEdit]) -> ProfileDocument:
    """A profile with every edit as it is evaluated under it, what is inherited included."""
    catalogue = {edit.id: edit for edit in edits}
    rules = {rule.edit.id: rule for rule in compile_rulebook(profile, catalogue.values()).rules}
    return {
        "name": profile.name,
        "title": profile.title,
        "extends": profile.extends,
        "medicare": profile.medicare,
        "applies_to": profile.applies_to.model_dump(mode="json"),
        "documentation": profile.documentation.value,
        "apply_fixes": profile.apply_fixes.value,
        "carried": profile.carried.value,
        "edits": {
            edit.id: _plain_edit(profile, edit, rules.get(edit.id))
            for edit in catalogue.values()
            if edit.scope is not Scope.MESSAGE and edit.status is not EditStatus.PLANNED
        },
        "suppressions": [
            each.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for each in profile.suppressions
        ],
    }


def _plain_edit(profile: Profile, edit: AnyEdit, rule: Rule | None) -> ProfileDocument:
    off = profile.setting(edit.id).off
    if rule is None or off:
        return {"off": off.model_dump(mode="json", exclude_none=True) if off else {}}
    options = (
        edit.options.model_validate(profile.setting(edit.id).options).model_dump(mode="json") if edit.options else {}
    )
    return {"severity": rule.severity.value} | ({"options": options} if options else {})


def lines_of(profile: Profile, edits: Iterable[AnyEdit]) -> Iterator[str]:
    """The settings of a profile, line by line; edits set as in the catalogue are only counted."""
    catalogue = {edit.id: edit for edit in edits}
    whole = plain(profile, catalogue.values())
    yield f"{profile.name}: {profile.title}" + (f" (extends {profile.extends})" if profile.extends else "")
    yield f"  medicare rules: {'yes' if profile.medicare else 'no'}"
    yield f"  for claims with: {_claims(profile)}"
    yield f"  documentation: {profile.documentation.value}"
    yield f"  apply fixes: {profile.apply_fixes.value}"
    yield f"  findings on tables carried forward: at most {profile.carried.value}"
    yield "  edits:"
    unchanged = 0
    for edit_id, now in whole["edits"].items():
        said = profile.setting(edit_id)
        if not (said.off or said.severity or said.options):
            unchanged += 1
            continue
        yield f"    {edit_id} {catalogue[edit_id].name}: {_in_words(now)}"
    yield f"    {unchanged} more as in the catalogue"
    for each in profile.suppressions:
        when = "; ".join(
            f"{name} {', '.join(values)}" for name, values in each.when.model_dump(exclude_defaults=True).items()
        )
        until = f" until {each.until}" if each.until else ""
        yield f"  suppressed: {each.edit} for {when}{until}: {each.reason} ({each.owner})"


def _claims(profile: Profile) -> str:
    applies = profile.applies_to
    kinds = [f"payer id {', '.join(applies.payer_ids)}"] if applies.payer_ids else []
    kinds += [f"filing code {', '.join(applies.filing_codes)}"] if applies.filing_codes else []
    kinds += ["no other profile"] if applies.otherwise else []
    return "; ".join(kinds) or "none (only to be extended or named)"


def _in_words(edit: ProfileDocument) -> str:
    if "off" in edit:
        off = edit["off"]
        until = f" until {off['until']}" if "until" in off else ""
        return f"off{until}: {off.get('reason')} ({off.get('owner')})"
    options = ", ".join(f"{name} = {value}" for name, value in edit.get("options", {}).items())
    return f"{edit['severity']}{f', with {options}' if options else ''}"


def differences(one: ProfileDocument, other: ProfileDocument) -> Iterator[tuple[str, str, str]]:
    """The differences between two profiles: the setting, and the words of each."""
    for key in ("medicare", "applies_to", "documentation", "apply_fixes", "carried"):
        if one[key] != other[key]:
            yield key, str(one[key]), str(other[key])
    for edit_id, first in one["edits"].items():
        second = other["edits"][edit_id]
        if first != second:
            yield edit_id, _in_words(first), _in_words(second)
    for place in range(max(len(one["suppressions"]), len(other["suppressions"]))):
        pair = [str(side["suppressions"][place : place + 1] or "none") for side in (one, other)]
        if pair[0] != pair[1]:
            yield f"suppression {place + 1}", pair[0], pair[1]
