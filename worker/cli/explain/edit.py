"""Shows one edit: what it finds and why, the payer's likely answer, and the settings of the payer profiles."""

import json
from collections.abc import Iterable

from pydantic.fields import FieldInfo
from rich.console import Console
from rich.text import Text

from worker.cli.shared.console import SEVERITY_STYLE, say
from worker.edits.edit import AnyEdit, Scope
from worker.edits.facilities import why_facilities
from worker.edits.option_shapes import columns_of, is_list
from worker.edits.predictions import why_predicted
from worker.payers.guide import Guide
from worker.payers.profile import Profile
from worker.wording.edits import source_of
from worker.wording.outcomes import predicted_codes

_INDENT = 2
_AS_FOUND = "The finding shows under `To do` what to enter; the accepted example is correct."
_SWITCHES = """\
edits:
  {edit}: {{off: {{reason: "why", owner: "who is responsible", until: 2027-12-31}}}}
suppressions:
  - {{edit: {edit}, when: {{codes: [J0897]}}, reason: "why", owner: "who is responsible", until: 2027-12-31}}"""


def show_edit(console: Console, edit: AnyEdit, profiles: Iterable[Profile], guides: Iterable[Guide]) -> None:
    """Write all that the catalogue, the profiles and the guides say about an edit."""
    head = Text(f"{edit.id}  {edit.name}  ", "bold")
    head.append(edit.severity.value.upper(), SEVERITY_STYLE[edit.severity])
    say(console, head)
    console.print()
    for paragraph in edit.paragraphs:
        say(console, paragraph, _INDENT)
    console.print()
    say(console, f"Looks at: each {edit.scope.value} (family {edit.family}, {edit.status.value})", _INDENT)
    say(console, f"Claims: {' and '.join(sorted(edit.kinds, reverse=True))}", _INDENT)
    if why := why_facilities(edit.id):
        say(console, f"Facilities: {why}", _INDENT)
    say(console, f"Source: {source_of(edit.citation)}", _INDENT)
    if edit.citation.effective:
        say(console, f"In force: for dates of service from {edit.citation.effective}", _INDENT)
    if edit.citation.url:
        say(console, f"Read more: {edit.citation.url}", _INDENT)
    say(console, f"A payer would answer: {predicted_codes(edit.predicted)}", _INDENT)
    for other in edit.sometimes:
        say(console, f"In some of its cases, of these: {predicted_codes(other)}", _INDENT)
    say(console, f"These codes: {why_predicted(edit.id)}", _INDENT)
    _show_fix(console, edit)
    _show_options(console, edit)
    _show_switch(console, edit)
    for profile in profiles:
        _show_profile(console, edit, profile)
    for guide in guides:
        if guide.checklist == edit.id:
            _show_checklist(console, guide)


def _show_fix(console: Console, edit: AnyEdit) -> None:
    say(console, "How to fix:", _INDENT)
    for hint in edit.to_do or [_AS_FOUND]:
        say(console, hint, _INDENT * 2)
    if "safe" in edit.fixes:
        say(console, "`claimscrub check --fix` corrects it where only one value can be right.", _INDENT * 2)
    if "unsafe" in edit.fixes:
        say(console, "`claimscrub check --unsafe-fixes` corrects it where the record says so too.", _INDENT * 2)


def _show_switch(console: Console, edit: AnyEdit) -> None:
    if edit.scope is Scope.MESSAGE:
        say(console, "It cannot be switched off: it decides whether the message can be read at all.", _INDENT)
        return
    say(console, "How to switch it off in a payer profile (config/payers), for all claims or for some:", _INDENT)
    for line in _SWITCHES.format(edit=edit.id).splitlines():
        say(console, line, _INDENT * 2)


def _show_options(console: Console, edit: AnyEdit) -> None:
    if edit.options is None:
        say(console, "Options: none", _INDENT)
        return
    say(console, "Options that a payer profile may set:", _INDENT)
    for name, field in edit.options.model_fields.items():
        meaning = f": {field.description}" if field.description else ""
        say(console, f"{name} (default {field.get_default(call_default_factory=True)}){meaning}", _INDENT * 2)
        if is_list(field.annotation):
            _show_list(console, edit.id, name, field)


def _show_list(console: Console, edit: str, name: str, field: FieldInfo) -> None:
    """An example of an option that is a list, as it is in a profile and as a CSV file beside that."""
    example = json.dumps((field.examples or [None])[0])
    columns = ",".join(columns_of(name, field))
    say(console, f"{edit}: {{options: {{{name}: {example}}}}}", _INDENT * 3)
    say(console, f"{edit}: {{options: {{{name}: {{csv: FILE.csv}}}}}} with the first line {columns}", _INDENT * 3)


def _show_profile(console: Console, edit: AnyEdit, profile: Profile) -> None:
    setting = profile.setting(edit.id)
    if setting.off:
        until = f" until {setting.off.until}" if setting.off.until else ""
        say(console, f"Switched off by {profile.name}{until}: {setting.off.reason} ({setting.off.owner})", _INDENT)
        return
    changes = [f"severity {setting.severity.value}"] if setting.severity else []
    changes += [f"{name} = {value}" for name, value in setting.options.items()]
    say(console, f"Switched on in {profile.name}" + (f", with {', '.join(changes)}" if changes else ""), _INDENT)


def _show_checklist(console: Console, guide: Guide) -> None:
    say(console, f"The record of {guide.hcpcs} ({guide.drug}) must hold:", _INDENT)
    for item in guide.record:
        names = " or ".join(element.value for element in item.accepted)
        limits = [f"for diagnoses {', '.join(item.diagnoses)}"] if item.diagnoses else []
        limits += ["when a discarded amount is billed"] if item.when_wasted else []
        limited = f" ({'; '.join(limits)})" if limits else ""
        say(console, f"{names}{limited}: {item.why}", _INDENT * 2)
    if guide.record_source:
        say(console, f"Source: {guide.record_source}", _INDENT * 2)
