"""A table is declared once; the lists of tables follow from that."""

import pytest

from tests.unit.reference.small_folder import SHIPPED
from worker.cli.reference.questions import QUESTIONS
from worker.reference.build.loading import DATED_BY
from worker.reference.tables.snapshot import Snapshot
from worker.reference.tables.table_set import TABLES, Tables


def test_every_shipped_table_is_declared_once() -> None:
    """A folder that is not declared would be refused; a declaration without a folder as well."""
    names = [table.name for table in TABLES]

    assert sorted(names) == sorted(folder.name for folder in SHIPPED.iterdir() if folder.is_dir())
    assert list(DATED_BY) == sorted(names)


def test_every_table_can_be_asked_from_the_command_line() -> None:
    """Only the sets of modifiers have no key to ask by."""
    assert set(QUESTIONS) == {table.name for table in TABLES} - {"modifier_exclusions"}


def test_a_snapshot_has_an_index_for_each_declared_table(snapshot: Snapshot) -> None:
    """The class has the declaration under the same name."""
    assert list(vars(snapshot.tables)) == [table.member for table in TABLES]
    assert Tables.drugs in TABLES


def test_a_table_that_was_not_indexed_is_not_taken_for_its_declaration() -> None:
    """An instance that lacks an index fails at once."""
    empty = object.__new__(Tables)

    with pytest.raises(AttributeError, match="drugs"):
        _ = empty.drugs
