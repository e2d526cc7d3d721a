"""Lists of a profile's options that are in CSV files beside it, so that a long one can be kept in a spreadsheet."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from worker.edits.edit import AnyEdit
from worker.edits.option_shapes import columns_of, from_rows, item_model, list_options
from worker.errors import ConfigurationError
from worker.payers.inheritance import Document

_NAMES_A_FILE: Final = frozenset({"csv"})


def with_lists_read(file: Path, document: Document, edits: Iterable[AnyEdit]) -> Document:
    """A profile's document in which `{csv: NAME}` is replaced by what that file beside it holds.

    Raises `ConfigurationError` with a sentence for each file that cannot be read; what it holds is looked at with all
    other options.
    """
    catalogue = {edit.id: edit for edit in edits}
    settings = document.get("edits")
    if not isinstance(settings, dict):
        return document
    problems: list[str] = []
    read: dict[str, Any] = dict(settings)  # any YAML
    for edit_id, setting in settings.items():
        options = setting.get("options") if isinstance(setting, dict) else None
        edit = catalogue.get(edit_id)
        if not isinstance(options, dict) or edit is None or edit.options is None:
            continue
        lists = dict(list_options(edit.options))
        replaced = dict(options)
        for name, value in options.items():
            if not (isinstance(value, dict) and value.keys() == _NAMES_A_FILE and name in lists):
                continue
            try:
                replaced[name] = _read(file.parent, value["csv"], name, lists[name])
            except ConfigurationError as error:
                problems += [f"{file}, edit {edit_id}, option {name}: {each}" for each in error.problems]
        read[edit_id] = setting | {"options": replaced}
    if problems:
        raise ConfigurationError(*problems)
    return document | {"edits": read}


def _read(folder: Path, name: object, option: str, field: FieldInfo) -> Any:  # what the option's model reads
    if not isinstance(name, str) or Path(name).name != name or not name.endswith(".csv"):
        raise ConfigurationError(f"{name!r} is not the name of a CSV file beside the profile, such as approvals.csv")
    columns = columns_of(option, field)
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except OSError as error:
        raise ConfigurationError(f"{name} cannot be read ({error.strerror})") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name} is not a CSV file in UTF-8 ({error})") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    # Members that are models may lack a column, as they may lack a member; texts have no other columns than theirs.
    fits = set(header) <= set(columns) and len(set(header)) == len(header) > 0
    if not fits or (item_model(field.annotation) is None and header != list(columns)):
        raise ConfigurationError(f"{name}: the first line is {','.join(header)!r}; its columns are {','.join(columns)}")
    return from_rows(field, [_row(name, number, header, row) for number, row in enumerate(rows[1:], 2) if any(row)])


def _row(name: str, number: int, header: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(header):
        raise ConfigurationError(f"{name}, line {number}: {len(row)} cells under {len(header)} columns")
    return dict(zip(header, (cell.strip() for cell in row), strict=True))
