"""Adds up the outcomes of a run and shows them as two small tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rich.console import Console
from rich.table import Table

from schemas.outcome import BasisLevel
from worker.cli.shared.console import DISPOSITION_STYLE, SEVERITY_STYLE, say
from worker.cli.shared.tables import table_of
from worker.cli.text.renewal import renewed
from worker.pipeline.scrub import ScrubResult
from worker.reference.build.endings import Ending
from worker.wording.counts import counted
from worker.wording.escapes import printable

TOP_EDITS: Final = 10
BASES: Final = tuple(level.value for level in BasisLevel)


@dataclass
class Summary:
    """How many messages ended where, and which edits found most."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    bases: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    lacking: set[str] = field(default_factory=set)
    """The names of the tables that carried an answer forward or had none."""
    claims_not_read_whole: int = 0
    members_not_read: int = 0
    claims_known: int = 0
    """Claims before which one of the patient was known."""
    claims_of_nobody: int = 0
    decisions: int = 0
    """Decisions of payers."""
    decisions_unmatched: int = 0

    @property
    def total(self) -> int:
        """How many messages there were."""
        return self.outcomes.total()

    def add(self, scrubbed: ScrubResult) -> None:
        """Count one message and its findings."""
        if scrubbed.is_decided is not None:
            self.decisions += 1
            self.decisions_unmatched += not scrubbed.is_decided
            return
        if scrubbed.disposition is None:
            self.outcomes["unreadable"] += 1
            return
        self.outcomes[scrubbed.disposition.value] += 1
        if scrubbed.basis:
            self.bases[scrubbed.basis.level.value] += 1
            self.tables.update(f"{each.edition} (ended {each.ended})" for each in scrubbed.basis.carried)
            self.tables.update(f"no {table}" for table in scrubbed.basis.missing)
            self.lacking.update(each.edition.partition("@")[0] for each in scrubbed.basis.carried)
            self.lacking.update(scrubbed.basis.missing)
        self.claims_not_read_whole += scrubbed.not_read > 0
        self.members_not_read += scrubbed.not_read
        self.claims_known += bool(scrubbed.earlier)
        self.claims_of_nobody += scrubbed.earlier is None
        for finding in scrubbed.findings:
            self.findings[finding.edit, finding.name, finding.severity.value] += 1

    def merge(self, other: "Summary") -> None:
        """Add the counts of another part of the run."""
        self.outcomes.update(other.outcomes)
        self.findings.update(other.findings)
        self.bases.update(other.bases)
        self.tables.update(other.tables)
        self.lacking |= other.lacking
        self.claims_not_read_whole += other.claims_not_read_whole
        self.members_not_read += other.members_not_read
        self.claims_known += other.claims_known
        self.claims_of_nobody += other.claims_of_nobody
        self.decisions += other.decisions
        self.decisions_unmatched += other.decisions_unmatched

    def resting_on_less_than(self, required: BasisLevel) -> int:
        """How many claims rest on less than is required."""
        worse = BASES[BASES.index(required.value) + 1 :]
        return sum(self.bases[each] for each in worse)

    def add_unreadable(self) -> None:
        """Count something that is not a claim, or a file that cannot be read."""
        self.outcomes["unreadable"] += 1

    def show_history(self, console: Console, since: date, until: date) -> None:
        """Write how far the memory of earlier claims reached, and for how many claims it knew some."""
        say(
            console,
            f"History from {since} to {until}: {counted(self.claims_known, 'claim')} came after another one of the "
            "patient.",
        )
        if self.claims_of_nobody:
            claims = counted(self.claims_of_nobody, "claim")
            say(console, f"  {claims} without a payer, a member id or a dependent's name: judged without history.")
        if self.decisions:
            of_none = f", {self.decisions_unmatched:,} of them on no claim that is known"
            said = of_none if self.decisions_unmatched else ""
            say(console, f"  {counted(self.decisions, 'decision')} of payers{said}.")

    def show(self, console: Console, ended: Iterable[Ending], on: date) -> None:
        """Write the tables, and which of the reference tables that the claims lacked have ended before the day."""
        table = table_of(["outcome"], ["claims"])
        for name in ("scrubbed", "rejected", "pended", "unreadable"):
            if self.outcomes[name] or name != "unreadable":
                table.add_row(name, f"{self.outcomes[name]:,}", style=DISPOSITION_STYLE.get(name))
        table.add_row("all", f"{self.total:,}")
        console.print(table)
        if self.findings:
            console.print(self._edits())
        if self.bases:
            say(console, f"Basis: {', '.join(f'{self.bases[each]:,} {each}' for each in BASES if self.bases[each])}.")
        for name, count in self.tables.most_common():
            say(console, f"  {name}: {counted(count, 'claim')}")
        if lacked := [each for each in ended if each.table in self.lacking]:
            words = "; ".join(f"{each.table} {each.in_words(on)}" for each in lacked)
            say(console, f"As of {on}: {words}. {renewed([each.table for each in lacked])}")
        if self.members_not_read:
            members, claims = counted(self.members_not_read, "member"), counted(self.claims_not_read_whole, "claim")
            say(console, f"Not read by any edit, nor written to an 837: {members} in {claims}.")

    def _edits(self) -> Table:
        table = table_of(("edit", "name", "severity"), ["findings"])
        for (edit, name, severity), count in self.findings.most_common(TOP_EDITS):
            table.add_row(edit, printable(name), severity, f"{count:,}", style=SEVERITY_STYLE[severity].split()[-1])
        return table
