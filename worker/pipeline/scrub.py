"""The four steps in a row: decode, enrich, check, decide; then the outcome message is written."""

import copy
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from schemas.claim import Claim
from schemas.dead_letter import DeadLetter
from schemas.outcome import Outcome, Severity, Versions
from worker.edits.edit import AnyEdit, Context
from worker.payers.guide import Guide
from worker.payers.profile import Profile, Profiles
from worker.pipeline.check import MAX_FINDINGS, check
from worker.pipeline.decide import decide
from worker.pipeline.decode import Decoded, NotAClaimError, decode
from worker.pipeline.enrich import Enricher
from worker.pipeline.gather import gather
from worker.pipeline.rulebook import Rulebook, compile_rulebook
from worker.reference.snapshot import Snapshot

STAGES: Final = ("decode", "enrich", "check", "decide", "encode")


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What became of one message.

    Exactly one of `outcome` (with `message`, its JSON bytes) and `dead_letter` is set; neither is for a tombstone.
    """

    outcome: Outcome | None = None
    message: bytes | None = None
    dead_letter: DeadLetter | None = None
    lines: int = 0
    stage_seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


class Pipeline:
    """Scrubs messages under one set of edits, profiles, guides and tables. Pure: same input, same bytes out."""

    def __init__(  # noqa: PLR0913 - what a verdict depends on, each named
        self,
        *,
        edits: Iterable[AnyEdit],
        profiles: Profiles,
        guides: Mapping[str, Guide],
        snapshot: Snapshot,
        ruleset: str,
        clock: Callable[[], float],
        max_bytes: int,
    ) -> None:
        """`ruleset` is the digest of edits, profiles and guides; `clock` measures stages and decides nothing.

        Raises `ProfileError` when a profile does not fit the edits.
        """
        self.edits = tuple(edits)
        self.profiles = profiles
        self.guides = guides
        self.snapshot = snapshot
        self.ruleset = ruleset
        self._clock = clock
        self._enricher = Enricher(snapshot)
        self._max_bytes = max_bytes
        self._only: Profile | None = None
        self._rulebooks: Mapping[str, Rulebook] = {
            profile.name: compile_rulebook(profile, self.edits) for profile in profiles
        }

    def under(self, profile: str) -> "Pipeline":
        """The same pipeline with every claim under one profile. Raises `ProfileError` for an unknown name."""
        other = copy.copy(self)
        other._only = self.profiles.named(profile)  # noqa: SLF001 - a copy of our own
        return other

    def scrub(self, value: bytes | None, received_on: date) -> Scrubbed:
        """One message in, what became of it out. Total: bad bytes are a dead letter, no bytes a tombstone."""
        if value is None:
            return Scrubbed()
        started = self._clock()
        try:
            decoded = decode(value, self._max_bytes)
        except NotAClaimError as error:
            return Scrubbed(dead_letter=DeadLetter(error.reason, error.stage))
        marks = [started, self._clock()]
        profile = self._only or self._profile_of(decoded.claim)
        rulebook = self._rulebooks[profile.name]
        facts = gather(decoded.claim, self.snapshot)
        enrichment = self._enricher.enrich(facts)
        marks.append(self._clock())
        checked = check(rulebook, Context(facts, received_on, self.snapshot, self.guides, profile))
        marks.append(self._clock())
        # The findings that decide come first, so that a cut never hides one of them.
        findings = sorted(checked.findings, key=lambda finding: list(Severity).index(finding.severity))
        disposition = decide(findings)
        marks.append(self._clock())
        outcome = Outcome(
            outcome_id=self._outcome_id(decoded, received_on, profile),
            disposition=disposition,
            received_on=received_on,
            findings=tuple(findings[:MAX_FINDINGS]),
            findings_truncated=len(findings) > MAX_FINDINGS,
            enrichment=enrichment,
            coverage=checked.coverage(rulebook),
            versions=Versions(ruleset=self.ruleset, reference=self.snapshot.digest, profile=profile.name),
            claim={},
        )
        message = encode(outcome, decoded.body)
        marks.append(self._clock())
        seconds = {stage: marks[place + 1] - marks[place] for place, stage in enumerate(STAGES)}
        return Scrubbed(outcome=outcome, message=message, lines=len(facts.lines), stage_seconds=seconds)

    def _profile_of(self, claim: Claim) -> Profile:
        return self.profiles.for_claim(claim.trading_partner_service_id, claim.claim_information.claim_filing_code)

    def _outcome_id(self, decoded: Decoded, received_on: date, profile: Profile) -> str:
        # The day is part of it because filing limits and future dates depend on it: one id, one verdict.
        told = hashlib.sha256(decoded.canonical)
        for part in (self.ruleset, self.snapshot.digest, profile.name, received_on.isoformat()):
            told.update(b"\0" + part.encode())
        return told.hexdigest()[:32]


def encode(outcome: Outcome, claim: bytes) -> bytes:
    """The outcome message with the claim as it was received, byte for byte."""
    head = outcome.model_dump_json(by_alias=True, exclude_none=True, exclude={"claim"}).encode()
    return b'%b,"claim":%b}' % (head[:-1], claim)
