"""The cells of a table's file by column name, as text: for comparing and rewriting editions, not for answers."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import TypeAlias

RawRow: TypeAlias = Mapping[str, str]


def raw_rows(content: bytes) -> tuple[RawRow, ...]:
    """The rows of a file that the loader accepts."""
    return tuple(csv.DictReader(StringIO(content.decode())))


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A file that the loader accepts: UTF-8, a header, lines that end with a line feed."""
    written = StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows(rows)
    return written.getvalue().encode()
