"""Profiles that extend another one: the documents of a folder, each with what it inherits."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Document: TypeAlias = dict[str, Any]  # any YAML mapping: the model of a profile reads it afterwards

OWN: Final = ("name", "title", "applies_to")
"""What a profile never inherits: which claims are its own, and its name."""


def inheritance_problems(documents: Mapping[str, Document]) -> tuple[str, ...]:
    """One sentence for each profile whose parents cannot be followed to their end."""
    problems = []
    for name in sorted(documents):
        chain = [name]
        while parent := documents[chain[-1]].get("extends"):
            if parent not in documents:
                if len(chain) == 1:
                    known = ", ".join(sorted(set(documents) - {name}))
                    problems.append(f"profile {name} extends {parent}, which does not exist; there are: {known}")
                break
            chain.append(parent)
            if parent in chain[:-1]:
                if parent == name:
                    problems.append(f"profile {name} extends itself: {' extends '.join(chain)}")
                break
    return tuple(problems)


def inherited(documents: Mapping[str, Document], name: str) -> Document:
    """A profile with all settings of its parents. The chain of parents is known to end; see `inheritance_problems`."""
    own = documents[name]
    parent = own.get("extends")
    if parent is None:
        return own
    above = inherited(documents, parent)
    merged = {key: value for key, value in above.items() if key not in OWN} | own
    merged["edits"] = dict(above.get("edits") or {})
    for edit, setting in (own.get("edits") or {}).items():
        merged["edits"][edit] = _merged_setting(merged["edits"].get(edit) or {}, setting or {})
    merged["suppressions"] = [*(above.get("suppressions") or ()), *(own.get("suppressions") or ())]
    return merged


def _merged_setting(above: Document, own: Document) -> Document:
    merged = above | own
    if "options" in above and "options" in own:
        merged["options"] = above["options"] | own["options"]
    return merged
