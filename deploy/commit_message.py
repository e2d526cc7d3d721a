"""Checks the message of a commit, for the commit-msg hook of pre-commit: `python -m deploy.commit_message FILE`."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

MOST_CHARACTERS: Final = 100
_WRITTEN_BY_GIT: Final = re.compile(r"(Merge|Revert|fixup!|squash!|amend!) ?")
_VERIFIED: Final = re.compile(r"^Verified\b", re.MULTILINE)


def problems(message: str) -> list[str]:
    """What CONTRIBUTING.md asks for and the message lacks, one sentence each."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject, *rest = "\n".join(lines).strip().split("\n")
    body = "\n".join(rest).strip()
    if _WRITTEN_BY_GIT.match(subject):
        return []
    found = []
    if not subject[:1].isupper() or subject.endswith("."):
        found.append("The subject is an imperative sentence with a capital letter and without a full stop.")
    if len(subject) > MOST_CHARACTERS:
        found.append(f"The subject has {len(subject)} characters; at most {MOST_CHARACTERS} can be read in a list.")
    if rest and rest[0]:
        found.append("An empty line separates the subject from the body.")
    if not body:
        found.append("The body says what changed and why.")
    if not _VERIFIED.search(body):
        found.append('A line of the body begins with "Verified": the command, and its figures.')
    return found


def main(arguments: Sequence[str], output: TextIO) -> int:
    """Report what is wrong with the message in a file; return 1 if anything is."""
    found = problems(Path(arguments[0]).read_text("utf-8"))
    output.writelines(f"{each}\n" for each in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stderr))
