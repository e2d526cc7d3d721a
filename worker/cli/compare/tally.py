"""Adds up how claims are judged differently: by where they go, by edit and by payer, with their charges."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from worker.cli.compare.portion import ComparedClaim
from worker.pipeline.comparison import FindingChange


@dataclass(slots=True)
class ClaimShare:
    """Some of the claims.

    Attributes:
        claims: How many.
        flips: How many of them go elsewhere.
        charges: The total charges in dollars of those that go elsewhere, as far as they can be read.
    """

    claims: int = 0
    flips: int = 0
    charges: Decimal = Decimal(0)

    def add(self, compared: ComparedClaim) -> None:
        """Count a claim."""
        self.claims += 1
        if compared.difference is not None and compared.difference.is_flip:
            self.flips += 1
            self.charges += compared.charge or 0


@dataclass(slots=True)
class Tally:
    """What came out of a comparison.

    Attributes:
        all: Every claim.
        differing: Those with any difference.
        unreadable: What is not a claim, or cannot be read.
        passed_over: What was not read although all claims were.
        uncharged: Claims that flip without a charge that can be read.
        directions: The claims that flip, by where they went and go.
        edits: The claims by each edit that differs, how, and the severity of its finding.
        payers: All claims by payer profile; `before -> after` where that differs.
    """

    all: ClaimShare = field(default_factory=ClaimShare)
    differing: int = 0
    unreadable: int = 0
    passed_over: int = 0
    uncharged: int = 0
    directions: dict[tuple[str, str], ClaimShare] = field(default_factory=lambda: defaultdict(ClaimShare))
    edits: dict[tuple[str, FindingChange, str], ClaimShare] = field(default_factory=lambda: defaultdict(ClaimShare))
    payers: dict[str, ClaimShare] = field(default_factory=lambda: defaultdict(ClaimShare))

    def add(self, compared: ComparedClaim) -> None:
        """Count what was given, claim or not."""
        if compared.problem is not None:
            self.passed_over += compared.is_passed_over
            self.unreadable += not compared.is_passed_over
            return
        if compared.letter is not None:
            self.unreadable += 1
            return
        self.all.add(compared)
        self.payers[payer_of(compared)].add(compared)
        difference = compared.difference
        if difference is None:
            return
        self.differing += 1
        for change in difference.changes:
            self.edits[change].add(compared)
        if difference.is_flip:
            self.directions[difference.before, difference.after].add(compared)
            self.uncharged += compared.charge is None


def payer_of(compared: ComparedClaim) -> str:
    """Return the payer profile of a claim; both where they differ."""
    before, after = compared.profiles
    return before if before == after else f"{before or '(none)'} -> {after or '(none)'}"
