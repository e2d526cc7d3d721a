"""The check of commit messages."""

import io
from pathlib import Path

import pytest

from deploy.commit_message import MOST_CHARACTERS, main, problems

SOUND = "Accept a claim without lines\n\nIt was refused, though it has none.\n\nVerified: pytest tests/unit\n"


@pytest.mark.parametrize(
    "message",
    [
        SOUND,
        "# a comment of git\n" + SOUND + "# another\n",
        "A" * MOST_CHARACTERS + SOUND[28:],
        "Merge branch 'a'",
        'Revert "Accept a claim"',
        "fixup! Accept a claim",
    ],
)
def test_a_sound_message_passes(message: str) -> None:
    """Comments are git's, as are the subjects of merges, reverts and fixups."""
    assert problems(message) == []


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (SOUND.replace("Accept", "accept"), "imperative"),
        (SOUND.replace("lines\n", "lines.\n", 1), "imperative"),
        ("A" * (MOST_CHARACTERS + 1) + SOUND[28:], "101 characters"),
        (SOUND.replace("\n\n", "\n", 1), "empty line"),
        (SOUND.replace("Verified: ", "I ran "), "Verified"),
    ],
)
def test_each_flaw_is_named(message: str, problem: str) -> None:
    """One sentence, which says what would be right."""
    (found,) = problems(message)

    assert problem in found


def test_a_subject_alone_lacks_both_parts_of_the_body() -> None:
    """What and why, and how it was verified."""
    assert len(problems("Accept a claim")) == 2


def test_the_command_reports_and_fails(tmp_path: Path) -> None:
    """Git stops the commit at an exit code other than 0."""
    file, written = tmp_path / "message", io.StringIO()
    file.write_text(SOUND)
    assert main([str(file)], written) == 0

    file.write_text("Accept a claim")

    assert main([str(file)], written) == 1
    assert written.getvalue().count("\n") == 2
