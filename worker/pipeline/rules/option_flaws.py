"""What is wrong with the options of an edit, in one sentence that names the member, and what would be right."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from worker.edits.edit import Options
from worker.edits.option_shapes import item_model

_UNKNOWN: Final = "extra_forbidden"
_MISSING: Final = "missing"
_WORDS: Final = MappingProxyType({"model_type": "is not a mapping", "tuple_type": "is not a list"})


def flaw_of_options(kind: type[Options] | None, given: Mapping[str, Any]) -> str | None:  # any YAML
    """What is wrong with the options given; None when they fit the model that the edit declares."""
    if kind is None:
        return "this edit has no options" if given else None
    try:
        kind.model_validate(given)
    except ValidationError as error:
        return "; ".join(_flaws(kind, error.errors()))
    return None


def _flaws(kind: type[Options], errors: Iterable[Any]) -> list[str]:  # pydantic's own mappings
    """One clause for each wrong member, without what only follows from one.

    A member that is missing beside an unknown one is most likely the same; a list is too short where none of its
    members can be read.
    """
    found = list(errors)
    misnamed = {each["loc"][:-1] for each in found if each["type"] == _UNKNOWN}
    below = {each["loc"][:end] for each in found for end in range(1, len(each["loc"]))}
    return [
        _clause(kind, each)
        for each in found
        if each["loc"] not in below and not (each["type"] == _MISSING and each["loc"][:-1] in misnamed)
    ]


def _clause(kind: type[Options], error: Mapping[str, Any]) -> str:
    place = _written(error["loc"])
    if error["type"] == _UNKNOWN:
        holder = kind if len(error["loc"]) == 1 else item_model(kind.model_fields[error["loc"][0]].annotation) or kind
        return f"there is no option {place}; there are: {', '.join(holder.model_fields)}"
    if error["type"] == _MISSING:
        return f"option {place} is missing"
    said = _WORDS.get(error["type"]) or f"cannot be read ({error['msg'].removeprefix('Value error, ')})"
    return f"option {place} {said}"


def _written(place: Iterable[int | str]) -> str:
    """`approvals[0].first_day`, counted from 0 as in a JSON path."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return path.removeprefix(".")
