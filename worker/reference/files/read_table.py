"""Turn the bytes of one edition's file into rows, or into what is wrong with them."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from sys import intern
from typing import Generic, TypeVar

from worker.reference.files.cells import Cells
from worker.reference.files.manifest import Manifest

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class FileRows(Generic[Row]):
    """The rows of a file in its order, and its problems; with a problem the rows are not to be used."""

    rows: Sequence[Row]
    problems: tuple[str, ...]


def read_file(content: bytes, manifest: Manifest, read_row: Callable[[Cells], Row]) -> FileRows[Row]:
    """The rows of a CSV file with a header."""
    text, problem = _text(content)
    if problem:
        return FileRows((), (problem,))
    lines = csv.reader(StringIO(text), strict=True)
    cells = Cells(manifest.columns, manifest.key)
    rows: list[Row] = []
    first_row_of: dict[str | tuple[str, ...], int] = {}
    width = len(manifest.columns)
    try:
        if problem := _header_problem(next(lines, []), manifest):
            return FileRows((), (problem,))
        for number, line in enumerate(lines, start=2):
            if len(line) != width:
                cells.problems.append(f"row {number}: expected {width} cells, found {len(line)}")
                continue
            cells.move_to(number, line)
            rows.append(read_row(cells))
            key = cells.key()
            first = first_row_of.setdefault(key, number)
            if first != number:
                named = key if isinstance(key, str) else "+".join(key)
                cells.note("+".join(manifest.key), f"{named} is in row {first} already, expected once")
    except csv.Error as error:
        cells.problems.append(f"row {lines.line_num}: not readable as CSV: {error}")
    return FileRows(tuple(rows), tuple(cells.problems))


def read_codes(content: bytes, manifest: Manifest) -> FileRows[str]:
    """The codes of a file of one sorted column, read without the cost of a CSV row each."""
    if len(manifest.columns) != 1:
        return FileRows((), (f"expected table.toml to declare one column, found {len(manifest.columns)}",))
    text, problem = _text(content)
    lines = text.removesuffix("\n").split("\n")
    problem = problem or _header_problem(lines[0].split(","), manifest)
    if problem:
        return FileRows((), (problem,))
    codes = tuple(intern(line) for line in lines[1:])
    (column,) = manifest.columns
    problems = [
        f"row {number}, column {column}: expected letters and digits only, found {code!r}"
        for number, code in enumerate(codes, start=2)
        if not (code.isascii() and code.isalnum())
    ]
    problems.extend(
        f"row {number}, column {column}: {code} does not come after {before}, expected each code once and sorted"
        for number, (before, code) in enumerate(pairwise(codes), start=3)
        if code <= before
    )
    return FileRows(codes, tuple(problems))


def row_lengths(content: bytes) -> list[int]:
    """The bytes of the header and of each row of a file that reads well; a quoted cell may go over several lines."""
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in content.splitlines(keepends=True):
            taken += len(line)
            yield line.decode("utf-8")

    ends = [taken for _ in csv.reader(lines(), strict=True)]
    return [end - start for start, end in pairwise((0, *ends))]


def sorted_codes(content: bytes) -> tuple[str, ...]:
    """The codes of a file of one sorted column that reads well."""
    return tuple(map(intern, content.decode("ascii").removesuffix("\n").split("\n")[1:]))


def _text(content: bytes) -> tuple[str, str | None]:
    if b"\r" in content:
        return "", "expected lines that end with a line feed only, found carriage returns"
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError as error:
        return "", f"expected UTF-8, found another byte at offset {error.start}"


def _header_problem(header: list[str], manifest: Manifest) -> str | None:
    expected = list(manifest.columns)
    if header == expected:
        return None
    return f"row 1: expected the header {','.join(expected)}, found {','.join(header)}"
