"""A severity is set in the text of a profile by one line; what cannot be is left to a person."""

from pathlib import Path

import pytest

from schemas.outcome import Severity
from worker.bootstrap import shipped_config_directory
from worker.configuration.documents import parse_document
from worker.configuration.severity_text import with_severity

WHY = "was reject; payers confirmed 3 of 40 findings"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("edits:\n  WST-02: {}\n", "edits:\n  WST-01: {severity: warn}  # why\n  WST-02: {}\n"),
        ("edits:  # ours\n", "edits:  # ours\n  WST-01: {severity: warn}  # why\n"),
        ("name: a\n", "name: a\nedits:\n  WST-01: {severity: warn}  # why\n"),
        ("edits:\n  WST-01: {severity: pend}  # old\n", "edits:\n  WST-01: {severity: warn}  # why\n"),
        ("edits:\n  WST-01: {options: {a: 1}}\n", "edits:\n  WST-01: {severity: warn, options: {a: 1}}  # why\n"),
        ("edits:\n  WST-01: {}\n", "edits:\n  WST-01: {severity: warn}  # why\n"),
        ("edits:\n  WST-01:\n    severity: pend\nb: 1\n", "edits:\n  WST-01:\n    severity: warn  # why\nb: 1\n"),
        ("edits:\n  WST-01:\n    off: {a: 1}\n", "edits:\n  WST-01:\n    severity: warn  # why\n    off: {a: 1}\n"),
    ],
    ids=["new", "the first", "no edits yet", "in one line", "beside options", "empty", "as a block", "block of others"],
)  # fmt: skip
def test_one_line_changes(before: str, after: str) -> None:
    """Comments and the order of everything else stay."""
    assert with_severity(before, "WST-01", Severity.WARN, "why") == after


@pytest.mark.parametrize(
    "text",
    ["edits: {WST-01: {severity: pend}}\n", "edits: &all\n  WST-02: {severity: warn}\n", "- a list\n", "a: [\n"],
    ids=["all in one line", "an anchor", "no profile", "no YAML"],
)
def test_what_is_written_otherwise_is_left_to_a_person(text: str) -> None:
    """Nothing is guessed about it."""
    assert with_severity(text, "WST-01", Severity.WARN, WHY) is None


@pytest.mark.parametrize(
    "file", sorted((shipped_config_directory() / "payers").glob("*.yaml")), ids=lambda file: file.stem
)
@pytest.mark.parametrize("edit", ["WST-01", "HCP-11", "UNT-03", "ADM-02"])
def test_the_shipped_profiles_can_be_changed(file: Path, edit: str) -> None:
    """Each says the same as before, but for the severity of one edit."""
    text = file.read_text("utf-8")

    changed = with_severity(text, edit, Severity.PEND, WHY)

    assert changed is not None
    assert parse_document(file, changed)["edits"][edit]["severity"] == "pend"
