"""The shapes of options that are lists: what a member is, an example, and how a CSV file holds them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from worker.edits.edit import Options

SEPARATOR: Final = "|"
"""Between the members of a list within one cell of a CSV file."""
_LISTS: Final = (tuple, frozenset, list)


def item_model(annotation: object) -> type[BaseModel] | None:
    """The model of a list's members; None when they are texts, or when it is not a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := item_model(each))), None)


def is_list(annotation: object) -> bool:
    """Whether an option holds several members: a list, or a mapping from one text to another."""
    origin = get_origin(annotation)
    if origin in _LISTS or origin is dict:
        return True
    return origin not in _LISTS and any(is_list(each) for each in get_args(annotation))


def is_mapping(annotation: object) -> bool:
    """Whether an option maps one text to another, as an NDC to the day on which it ended."""
    return get_origin(annotation) is dict or any(is_mapping(each) for each in get_args(annotation))


def columns_of(name: str, field: FieldInfo) -> tuple[str, ...]:
    """The columns of a CSV file that holds the option."""
    if model := item_model(field.annotation):
        return tuple(model.model_fields)
    return (name, "value") if is_mapping(field.annotation) else (name,)


def list_options(kind: type[Options]) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the options of an edit that are lists, by their names."""
    for name, field in kind.model_fields.items():
        if is_list(field.annotation):
            yield name, field


def from_rows(field: FieldInfo, rows: list[dict[str, str]]) -> Any:  # what the option's model reads
    """The value of an option from the rows of its CSV file; an empty cell is a member that is not given."""
    model = item_model(field.annotation)
    if model is not None:
        return [_member(model, row) for row in rows]
    if is_mapping(field.annotation):
        keys, values = zip(*[row.values() for row in rows], strict=True) if rows else ((), ())
        return dict(zip(keys, values, strict=True))
    return [text for row in rows for text in row.values()]


def _member(model: type[BaseModel], row: Mapping[str, str]) -> dict[str, Any]:
    lists = {name for name, field in model.model_fields.items() if is_list(field.annotation)}
    return {name: cell.split(SEPARATOR) if name in lists else cell for name, cell in row.items() if cell}
