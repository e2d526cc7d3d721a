"""YAML files say what their authors mean, or which line does not."""

from datetime import date
from pathlib import Path

import pytest

from worker.configuration.documents import parse_document, read_document
from worker.errors import ConfigurationError

FILE = Path("payers/own.yaml")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("off: 1\nuntil: 2027-06-31\n", "line 2: no calendar has 2027-06-31; write a day such as 2026-03-31"),
        ("until: 2027-13-01\n", "line 1: no calendar has 2027-13-01; write a day such as 2026-03-31"),
        ("at: 2027-02-30 10:00:00\n", "line 1: no calendar has 2027-02-30 10:00:00; write a day such as 2026-03-31"),
        ("edits:\n  A: 1\nname: x\nedits:\n  B: 2\n", "line 4: edits is there twice, first in line 1; keep one"),
        ("edits:\n  A: {a: 1}\n  A: {b: 1}\n", "line 3: A is there twice, first in line 2; keep one"),
        ("a: !made 1\n", "line 1: could not determine a constructor for the tag '!made'"),
        ("a: b: c\n", "not YAML: mapping values are not allowed in this context, line 1, column 5"),
    ],
)
def test_the_file_and_the_line_are_named(text: str, problem: str) -> None:
    """Before, an impossible day ended a command with a traceback, and the first of two fields was dropped."""
    with pytest.raises(ConfigurationError) as raised:
        parse_document(FILE, text)

    assert raised.value.problems == (f"{FILE}: {problem}",)


def test_what_is_well_said_is_read() -> None:
    """A day, a word that looks like no, the same field in two places, and one that replaces a merged one."""
    text = "base: &base {a: 1, b: 2}\nown:\n  <<: *base\n  b: 3\nlast: 2026-02-28\noff: off\nlist: [{a: 1}, {a: 2}]\n"

    assert parse_document(FILE, text) == {
        "base": {"a": 1, "b": 2},
        "own": {"a": 1, "b": 3},
        "last": date(2026, 2, 28),
        "off": "off",
        "list": [{"a": 1}, {"a": 2}],
    }


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """With the system's reason, or what is wrong with its characters."""
    (tmp_path / "latin.yaml").write_bytes(b"name: Caf\xe9\n")

    for name, problem in {
        "absent.yaml": "cannot be read (No such file",
        "latin.yaml": "not YAML: 'utf-8' codec",
    }.items():
        with pytest.raises(ConfigurationError, match=name) as raised:
            read_document(tmp_path / name)
        assert problem in str(raised.value)
