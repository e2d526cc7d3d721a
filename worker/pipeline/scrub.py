"""The steps of a claim in a row: decode, gather and enrich, check, decide, encode."""

import copy
import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import sub
from types import MappingProxyType
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from schemas.claim import Claim, ClaimKind
from schemas.dead_letter import DeadLetter
from schemas.outcome import Finding, LineEnrichment, Outcome, Versions
from worker.edits.edit import AnyEdit
from worker.edits.facts.claim import ClaimFacts
from worker.payers.guide import Guide
from worker.payers.profile import ApplyFixes, Profile, Profiles
from worker.pipeline.fixes.fixes import FixedClaim, make_fixes, new_findings
from worker.pipeline.rules.plan import Plan
from worker.pipeline.rules.rulebook import compile_rulebook
from worker.pipeline.steps.check import MAX_FINDINGS, CheckResult, check
from worker.pipeline.steps.decide import decide
from worker.pipeline.steps.decode import DecodedClaim, UnreadableClaimError, decode
from worker.pipeline.steps.enrich import Enricher
from worker.pipeline.steps.gather import Gatherer
from worker.pipeline.waste_ledger import LedgerWriter
from worker.reference.tables.snapshot import Snapshot

STAGES: Final = ("decode", "enrich", "check", "decide", "encode")
_OUTCOMES: Final = TypeAdapter(Outcome)
# The last field of an outcome: the claim's own bytes take its place.
_NO_CLAIM: Final = b',"claim":{}}'


class ScrubResult(NamedTuple):
    """The result for one message.

    Exactly one of `outcome` (with `message`, its JSON bytes) and `dead_letter` is set; neither is for a tombstone.
    `billed` is the total charge in dollars, where the claim has one that can be read.
    """

    outcome: Outcome | None = None
    message: bytes | None = None
    dead_letter: DeadLetter | None = None
    lines: int = 0
    billed: Decimal | None = None
    stage_seconds: Mapping[str, float] = MappingProxyType({})


class _Examination(NamedTuple):
    """The result of enriching and checking one claim."""

    facts: ClaimFacts
    enrichment: tuple[LineEnrichment, ...]
    checked: CheckResult
    findings: tuple[Finding, ...]
    enriching_s: float


class _CorrectedClaim(NamedTuple):
    """A claim with its fixes, and its result with them."""

    fixed: FixedClaim
    examined: _Examination


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
        self._gatherer = Gatherer(snapshot)
        self._enricher = Enricher(snapshot)
        self._ledgers = LedgerWriter()
        self._max_bytes = max_bytes
        self._only: Profile | None = None
        self._plans: Mapping[tuple[str, bool], Plan] = {
            (profile.name, kind is ClaimKind.INSTITUTIONAL): Plan(
                compile_rulebook(profile, self.edits, kind), snapshot, guides
            )
            for profile in profiles
            for kind in ClaimKind
        }

    def under(self, profile: str) -> "Pipeline":
        """The same pipeline with every claim under one profile. Raises `ProfileError` for an unknown name."""
        other = copy.copy(self)
        other._only = self.profiles.named(profile)  # noqa: SLF001 - a copy of our own
        return other

    def scrub(self, value: bytes | None, received_on: date) -> ScrubResult:
        """One message in, its result out. Total: bad bytes are a dead letter, no bytes a tombstone."""
        if value is None:
            return ScrubResult()
        started = self._clock()
        try:
            decoded = decode(value, self._max_bytes)
        except UnreadableClaimError as error:
            return ScrubResult(dead_letter=error.letter)
        decoded_at = self._clock()
        profile = self._only or self._profile_of(decoded.claim)
        examined = first = self._examine(decoded, received_on, profile)
        made = self._corrected(decoded.body, first, received_on, profile)
        if made:
            examined = made.examined
        checked_at = self._clock()
        disposition = decide(examined.findings)
        decided_at = self._clock()
        outcome = Outcome(
            outcome_id=self._outcome_id(decoded, received_on, profile, examined.checked.errors),
            disposition=disposition,
            received_on=received_on,
            findings=examined.findings[:MAX_FINDINGS],
            findings_truncated=len(examined.findings) > MAX_FINDINGS,
            enrichment=examined.enrichment,
            waste_ledger=self._ledgers.write(examined.facts),
            coverage=examined.checked.coverage(self._plan(profile, examined.facts)),
            not_read=decoded.not_read.paths or None,
            more_not_read=decoded.not_read.more or None,
            versions=_versions(self.ruleset, self.snapshot.digest, profile.name),
            fixed=made.fixed.findings if made else None,
            patch=made.fixed.patch if made else None,
            claim={},
        )
        message = encode(outcome, made.fixed.value, decoded.body) if made else encode(outcome, decoded.body)
        marks = (started, decoded_at, decoded_at + first.enriching_s, checked_at, decided_at, self._clock())
        seconds = dict(zip(STAGES, map(sub, marks[1:], marks), strict=True))
        return ScrubResult(
            outcome=outcome,
            message=message,
            lines=len(examined.facts.lines),
            billed=_billed(examined.facts.claim),
            stage_seconds=seconds,
        )

    def _examine(self, decoded: DecodedClaim, received_on: date, profile: Profile) -> _Examination:
        started = self._clock()
        facts = self._gatherer.gather(decoded.claim, decoded.traits)
        enrichment = self._enricher.enrich(facts)
        enriching_s = self._clock() - started
        checked = check(self._plan(profile, facts), facts, received_on)
        return _Examination(facts, enrichment, checked, checked.sorted_findings(), enriching_s)

    def _corrected(
        self, body: bytes, examined: _Examination, received_on: date, profile: Profile
    ) -> _CorrectedClaim | None:
        """The claim with its safe fixes, where the profile wants them and they cause no new finding."""
        if profile.apply_fixes is not ApplyFixes.SAFE or not examined.findings:
            return None
        fixed = make_fixes(body, examined.findings)
        if not fixed.findings:
            return None
        try:
            corrected = decode(fixed.value, self._max_bytes)
        except UnreadableClaimError:  # a correction may make a claim of the largest size too large
            return None
        again = self._examine(corrected, received_on, profile)
        return None if new_findings(examined.findings, again.findings) else _CorrectedClaim(fixed, again)

    def _plan(self, profile: Profile, facts: ClaimFacts) -> Plan:
        return self._plans[profile.name, facts.is_institutional]

    def _profile_of(self, claim: Claim) -> Profile:
        return self.profiles.for_claim(claim.trading_partner_service_id, claim.claim_information.claim_filing_code)

    def _outcome_id(self, decoded: DecodedClaim, received_on: date, profile: Profile, errors: Iterable[str]) -> str:
        # The day is part of it because filing limits and future dates depend on it: one id, one verdict. So are the
        # edits that failed, as one may fail for want of time or memory and do its work the next time.
        told = (self.ruleset, self.snapshot.digest, profile.name, received_on.isoformat(), *sorted(errors))
        return hashlib.sha256(b"\0".join((decoded.canonical, "\0".join(told).encode()))).hexdigest()[:32]


@lru_cache(maxsize=64)
def _versions(ruleset: str, reference: str, profile: str) -> Versions:
    # A process has one rule set and a few profiles.
    return Versions(ruleset=ruleset, reference=reference, profile=profile)


def _billed(claim: Claim) -> Decimal | None:
    amount = claim.claim_information.claim_charge_amount
    return amount if isinstance(amount, Decimal) else None


def encode(outcome: Outcome, claim: bytes, original: bytes | None = None) -> bytes:
    """The outcome message with the claim byte for byte, and where it was corrected also as it was received.

    Raises:
        ValueError: When the outcome has a claim of its own, or the claim is not its last field.
    """
    written = _OUTCOMES.dump_json(outcome, by_alias=True, exclude_none=True)
    if not written.endswith(_NO_CLAIM):
        raise ValueError("an outcome ends with a claim without members, which the claim's own bytes replace")
    head = written[: -len(_NO_CLAIM)]
    received = b"" if original is None else b',"original":%b' % original
    return b'%b%b,"claim":%b}' % (head, received, claim)
