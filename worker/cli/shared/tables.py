"""Tables that fit where they are shown."""

from collections.abc import Iterable

from rich import box
from rich.table import Table


def table_of(texts: Iterable[str], numbers: Iterable[str] = (), *, keys: Iterable[str] = ()) -> Table:
    """Return a table without rows.

    Args:
        texts: Names of columns of text, which fold where there is little room, so that nothing is cut off.
        numbers: Names of the columns after them, which stay whole.
        keys: Names of the columns before them, of what people copy, which stays whole too.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in keys:
        table.add_column(name, no_wrap=True)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
