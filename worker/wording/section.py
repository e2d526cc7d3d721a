"""One answer on a code: a title with labeled lines, and whether the code is known at all."""

from dataclasses import dataclass, field
from typing import Any

from worker.reference.tables.answer import Absent, Answer, Found, NotInForce


@dataclass
class Section:
    """What is known of a code of one kind."""

    title: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    is_known: bool = False

    def add(self, label: str, text: str) -> None:
        """Add one line."""
        self.lines.append((label, text))

    def as_json(self) -> dict[str, Any]:  # any JSON object
        """Return the section for a program."""
        lines = [{"label": label.strip(), "text": text} for label, text in self.lines]
        return {"title": self.title, "isKnown": self.is_known, "lines": lines}


def answered(answer: Answer[Any]) -> str:  # any row: only the answer's own dates are read
    """Return which edition answered, or why none did."""
    match answer:
        case Found(edition=edition):
            return f"edition {edition.name}"
        case NotInForce(edition=edition, valid_from=first, valid_to=last):
            return f"edition {edition.name}: in force from {first or 'the start'} to {last or 'now'} only"
        case Absent(edition=edition):
            return f"edition {edition.name} has no row for it, which proves nothing: the tables are not complete"
        case _:
            spans = answer.spans or ((answer.covers_from, answer.covers_to),)
            held = " and ".join(f"{first or 'the start'} to {last or 'now'}" for first, last in spans)
            return f"no answer: the loaded editions cover dates of service from {held} only"
