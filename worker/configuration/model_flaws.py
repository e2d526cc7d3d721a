"""Says what in a document does not fit its model: the field, what is wrong there, and what would be right."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType, UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

_FIELDS: Final = "fields, each as `name: value`"
_LIST: Final = "a list, such as [one, another]"
_DAY: Final = "a day such as 2026-03-31"
_EXPECTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "model_type": _FIELDS,
        "model_attributes_type": _FIELDS,
        "dict_type": _FIELDS,
        "mapping_type": _FIELDS,
        "tuple_type": _LIST,
        "list_type": _LIST,
        "string_type": "text, in quotes where it looks like a number",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "date_type": _DAY,
        "date_parsing": _DAY,
        "date_from_datetime_parsing": _DAY,
    }
)
"""What belongs in a place, by the type of pydantic's error."""
_MOST_SHOWN: Final = 40
"""Characters of a value that is quoted."""


def model_flaws(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """Yield a sentence for each field of a document that its model refused."""
    for each in error.errors(include_url=False):
        steps = each["loc"]
        yield f"{'.'.join(map(str, steps)) or 'the whole of it'}: {_said(each, steps, model)}"


def _said(flaw: Any, steps: tuple[int | str, ...], model: type[BaseModel]) -> str:  # any: an error of pydantic's
    match flaw["type"]:
        case "missing":
            return "this field is missing; add it"
        case "extra_forbidden":
            names = _names_at(model, steps[:-1])
            near = get_close_matches(str(steps[-1]), names, 1)
            what = f"{near[0]} may be meant" if near else f"there are: {', '.join(names)}"
            return f"there is no such field; {what}"
        case "value_error":
            return str(flaw["ctx"]["error"])
        case "enum" | "literal_error":
            expected = str(flaw["ctx"]["expected"])
        case "string_pattern_mismatch":
            expected = f"text of the form {flaw['ctx']['pattern']}"
        case "string_too_short" | "too_short":
            expected = "something, not nothing"
        case other if other in _EXPECTED:
            expected = _EXPECTED[other]
        case _:
            expected = flaw["msg"].removeprefix("Input should be ")
    return f"expected {expected}; found {_found(flaw['input'])}"


def _found(value: Any) -> str:  # any YAML
    if isinstance(value, BaseModel | dict):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _names_at(model: type[BaseModel], steps: tuple[int | str, ...]) -> list[str]:
    """Return the names of the fields at some steps into a model; an empty list when the steps lead elsewhere."""
    kind: Any = model  # any annotation
    for step in steps:
        kind = _without_alternatives(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found = kind.model_fields.get(str(step))
            kind = found.annotation if found else None
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif get_args(kind):
            kind = get_args(kind)[0]
    kind = _without_alternatives(kind)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _without_alternatives(kind: Any) -> Any:  # any annotation
    """Return the first kind of a union that has fields, or else its first."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    kinds = get_args(kind)
    return next((each for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)), kinds[0])
