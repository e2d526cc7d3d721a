"""An edit as plain data: its entry of the catalogue, and all that is said of it."""

from collections.abc import Iterable
from typing import Any

from schemas.outcome import Citation
from worker.edits.edit import AnyEdit
from worker.edits.predictions import why_predicted
from worker.payers.profile import Profile


def described(edit: AnyEdit) -> dict[str, Any]:  # any JSON object
    """Return an edit's entry of the catalogue; `fixes` are the kinds of corrections that its findings may carry."""
    return {
        "id": edit.id,
        "name": edit.name,
        "family": edit.family,
        "severity": edit.severity.value,
        "status": edit.status.value,
        "scope": edit.scope.value,
        "source": source_of(edit.citation),
        "summary": edit.summary,
        "fixes": edit.fixes,
    }


def source_of(citation: Citation) -> str:
    """Return a citation in one line."""
    return ", ".join(filter(None, (citation.source, citation.section)))


def edit_as_json(edit: AnyEdit, profiles: Iterable[Profile]) -> dict[str, Any]:  # any JSON object
    """Return the same for a program: the entry of the catalogue, and what each profile says."""
    return {
        **described(edit),
        "explanation": edit.paragraphs,
        "toDo": edit.to_do,
        "claims": sorted(kind.value for kind in edit.kinds),
        "effective": edit.citation.effective,
        "url": edit.citation.url,
        "predicted": [each.model_dump(mode="json", by_alias=True) for each in (edit.predicted, *edit.sometimes)],
        "predictedBy": why_predicted(edit.id),
        "profiles": {
            profile.name: profile.setting(edit.id).model_dump(mode="json", exclude_defaults=True)
            for profile in profiles
        },
    }
