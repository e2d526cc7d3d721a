"""Another severity for an edit, in the text of a profile: a line of it changes, and nothing else."""

import re
from pathlib import Path
from typing import Any, Final

from schemas.outcome import Severity
from worker.configuration.documents import parse_document
from worker.errors import ConfigurationError

_EDITS: Final = re.compile(r"^edits:[ \t]*(#.*)?$", re.MULTILINE)
_SEVERITY: Final = re.compile(r"\bseverity:\s*\w+")


def with_severity(text: str, edit: str, severity: Severity, why: str) -> str | None:
    """Return the text of a profile in which an edit has a severity, with a comment that gives the reason.

    None when the text is written in a way that cannot be changed by a line: a person has to do it.
    """
    changed = _changed(text, edit, severity, why)
    return changed if changed is not None and _says_only(text, changed, edit, severity) else None


def _changed(text: str, edit: str, severity: Severity, why: str) -> str | None:
    entry = re.search(rf"^( +){re.escape(edit)}:(.*)$", text, re.MULTILINE)
    setting = f"severity: {severity.value}"
    if entry is None:
        line = f"  {edit}: {{{setting}}}  # {why}"
        if found := _EDITS.search(text):
            return f"{text[: found.end()]}\n{line}{text[found.end() :]}"
        return None if re.search(r"^edits:", text, re.MULTILINE) else f"{text.rstrip()}\nedits:\n{line}\n"
    indent, rest = entry.groups()
    if "{" in rest:
        written = _SEVERITY.sub(setting, rest, 1) if _SEVERITY.search(rest) else rest.replace("{", f"{{{setting}, ", 1)
        written = written.replace(f"{setting}, }}", f"{setting}}}")
        line = f"{indent}{edit}:{written.split('  #')[0].rstrip()}  # {why}"
        return text[: entry.start()] + line + text[entry.end() :]
    inner = re.compile(rf"^{indent}  +severity:\s*\w.*$", re.MULTILINE)
    block_end = re.compile(rf"^ {{0,{len(indent)}}}\S", re.MULTILINE).search(text, entry.end())
    end = block_end.start() if block_end else len(text)
    if known := inner.search(text, entry.end(), end):
        return f"{text[: known.start()]}{indent}  {setting}  # {why}{text[known.end() :]}"
    return f"{text[: entry.end()]}\n{indent}  {setting}  # {why}{text[entry.end() :]}"


def _says_only(before: str, after: str, edit: str, severity: Severity) -> bool:
    """Whether the changed text says the same as before but for the severity."""
    try:
        old, new = parse_document(Path("before"), before), parse_document(Path("after"), after)
    except ConfigurationError:
        return False
    if not isinstance(old, dict):
        return False
    edits: dict[str, Any] = dict(old.get("edits") or {})  # any YAML
    setting = edits.get(edit) or {}
    return bool(new == {**old, "edits": {**edits, edit: {**setting, "severity": severity.value}}})
