"""The steps of a claim in a row: decode, gather and enrich, check, decide, encode."""

import copy
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple

from schemas.claim import ClaimKind
from schemas.dead_letter import DeadLetter
from schemas.outcome import Basis, Disposition, Outcome
from schemas.records import Claim
from schemas.values import as_money
from worker.edits.edit import AnyEdit
from worker.edits.facts.earlier import NOT_LOOKED_UP, EarlierClaims, OwnClaim, ServicesBefore, as_earlier
from worker.edits.facts.traits import Trait
from worker.history.entry import EarlierClaim, EarlierState, encode, judged
from worker.history.key import HistoryKey
from worker.history.person import Addressed, PatientIdentity, identity_of
from worker.history.view import History
from worker.payers.guide import Guide
from worker.payers.profile import ApplyFixes, Profile, Profiles
from worker.pipeline.decisions import ReadDecision, read_decision
from worker.pipeline.fixes.fixes import FixedClaim, make_fixes, new_findings
from worker.pipeline.late_documents import LateJoin
from worker.pipeline.rules.plan import Plan
from worker.pipeline.rules.rulebook import compile_rulebook
from worker.pipeline.steps.check import MAX_FINDINGS, CheckResult, FoundFlaw, check
from worker.pipeline.steps.decode import DecodedClaim, UnreadableClaimError, decode
from worker.pipeline.steps.edit_failure import EditFailure
from worker.pipeline.steps.enrich import enrich
from worker.pipeline.steps.gather import Gatherer
from worker.pipeline.steps.outcome import OutcomeWriter, WrittenOutcome
from worker.pipeline.waste_ledger import ledgers
from worker.reference.tables.snapshot import Snapshot

STAGES: Final = ("decode", "enrich", "check", "decide", "encode")
DAY: Final = timedelta(days=1)
NO_SECONDS: Final[Mapping[str, float]] = MappingProxyType({})


class ScrubResult(NamedTuple):
    """The result for one message.

    Exactly one of `message`, the outcome as JSON bytes, and `dead_letter` is set; neither is for a tombstone. What
    follows `dead_letter` is told of an outcome only.

    Attributes:
        findings: Those that the outcome names.
        no_data: The edits that had no data, once for each time.
        errors: The edits that failed.
        failures: How they failed; a message may quote the claim.
        basis: What its verdict rests on.
        not_read: How many members of the claim nobody reads.
        billed: The total charge in dollars, where the claim says one that can be read.
        stage_seconds: Where the time went; of one of several messages, its share.
        remember: The entry by which the claim is remembered; None when it is rejected, or no claims are remembered.
        earlier: How many earlier claims of the patient were known; None when nothing could be known.
        is_decided: Of a payer's decision, whether it is on a claim that is known; None of any other message.
    """

    message: bytes | None = None
    dead_letter: DeadLetter | None = None
    outcome_id: str | None = None
    disposition: Disposition | None = None
    profile: str = ""
    findings: Sequence[FoundFlaw] = ()
    no_data: Sequence[str] = ()
    errors: Sequence[str] = ()
    failures: Sequence[EditFailure] = ()
    basis: Basis | None = None
    not_read: int = 0
    lines: int = 0
    billed: Decimal | None = None
    stage_seconds: Mapping[str, float] = NO_SECONDS
    remember: bytes | None = None
    earlier: int | None = None
    is_decided: bool | None = None

    @property
    def outcome(self) -> Outcome | None:
        """The outcome, read from the message each time it is asked for."""
        return None if self.message is None else Outcome.read(self.message)


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """A message that is a claim, before it is judged.

    `place` is that of its message among those that were read together. `person` are the 16 bytes under which the
    patient is known; None when claims are not remembered, or `missing` says what the claim lacks. `late` is what came
    after the claim; None when it is judged for the first time.
    """

    place: int
    decoded: DecodedClaim
    received_on: date
    person: bytes | None = None
    missing: str = ""
    late: LateJoin | None = None


@dataclass(slots=True)
class _Examination:
    """A message that is a claim, from its bytes to what was found."""

    read: ReadClaim
    history: History | None
    profile: Profile
    checked: CheckResult
    tables: tuple[bytes, bytes]
    fixed: FixedClaim | None = None


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
        history_key: HistoryKey | None = None,
    ) -> None:
        """`ruleset` is the digest of edits, profiles and guides; `clock` measures stages and decides nothing.

        Earlier claims are remembered where there is a `history_key`.
        Raises `ProfileError` when a profile does not fit the edits.
        """
        self.edits = tuple(edits)
        self.profiles = profiles
        self.guides = guides
        self.snapshot = snapshot
        self.ruleset = ruleset
        self._clock = clock
        self._gatherer = Gatherer(snapshot)
        self._writer = OutcomeWriter(ruleset, snapshot)
        self._max_bytes = max_bytes
        self.history_key = history_key
        self._only: Profile | None = None
        self._last_days = {profile.name: profile.last_days() for profile in profiles}
        self._plans: Mapping[tuple[str, int, bool], Plan] = {
            (profile.name, lapsed, kind is ClaimKind.INSTITUTIONAL): Plan(
                compile_rulebook(profile.on(day), self.edits, kind),
                snapshot,
                guides,
                remembers=history_key is not None,
            )
            for profile in profiles
            # Once up to the first last day, and once after each of them.
            for lapsed, day in enumerate((date.min, *(day + DAY for day in self._last_days[profile.name])))
            for kind in ClaimKind
        }

    def under(self, profile: str) -> "Pipeline":
        """The same pipeline with every claim under one profile. Raises `ProfileError` for an unknown name."""
        other = copy.copy(self)
        other._only = self.profiles.named(profile)  # noqa: SLF001 - a copy of our own
        return other

    def remembering(self, key: HistoryKey) -> "Pipeline":
        """The same pipeline with a memory of earlier claims."""
        other = Pipeline(
            edits=self.edits,
            profiles=self.profiles,
            guides=self.guides,
            snapshot=self.snapshot,
            ruleset=self.ruleset,
            clock=self._clock,
            max_bytes=self._max_bytes,
            history_key=key,
        )
        other._only = self._only
        return other

    def scrub(self, value: bytes | None, received_on: date) -> ScrubResult:
        """One message in, what became of it out. Total: bad bytes are a dead letter, no bytes a tombstone."""
        return self.scrub_many([(value, received_on)])[0]

    def scrub_many(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ScrubResult]:
        """Messages with the days they were received on in, what became of each out: the same as one by one, but faster.

        Each step is done for all of them before the next one. Raises `InterruptedScrubError` or `MemoryError` where one
        of several takes more than it may; then they are to be scrubbed one by one, which never raises.
        """
        marks = [self._clock()]
        results, read = self.read_many(messages)
        marks.append(self._clock())
        for each, result in zip(read, self._judge([(each, None) for each in read], marks), strict=True):
            results[each.place] = result
        return results

    def read_many(self, messages: Sequence[tuple[bytes | None, date]]) -> tuple[list[ScrubResult], list[ReadClaim]]:
        """Return the results of the messages that are not a claim, each at its place, and the claims to judge."""
        results: list[ScrubResult] = [_TOMBSTONE] * len(messages)
        read: list[ReadClaim] = []
        for place, (value, received_on) in enumerate(messages):
            if value is None:
                continue
            try:
                decoded = decode(value, self._max_bytes)
            except UnreadableClaimError as error:
                results[place] = ScrubResult(dead_letter=error.letter)
                continue
            if self.history_key is None:
                read.append(ReadClaim(place, decoded, received_on))
            else:
                identity = identity_of(decoded.claim, self.profiles)
                person = self.person_of(identity.text)
                read.append(ReadClaim(place, decoded, received_on, person, identity.missing))
        return results, read

    def read_decision(self, value: bytes) -> ReadDecision:
        """Return a payer's decision. Raises `UnreadableClaimError`, and `RuntimeError` without a memory."""
        if self.history_key is None:
            raise RuntimeError("a pipeline without a memory")
        return read_decision(value, self.profiles, self.history_key)

    def read_late(self, value: bytes, received_on: date, late: LateJoin) -> tuple[ScrubResult, ReadClaim | None]:
        """Return a claim that was read before, with what came after it; None when it cannot be read any more."""
        results, read = self.read_many([(value, received_on)])
        return results[0], replace(read[0], late=late) if read else None

    def scrub_late(self, value: bytes, received_on: date, late: LateJoin) -> ScrubResult:
        """Return the result of a claim with what came after it, as of its first day."""
        result, read = self.read_late(value, received_on, late)
        return result if read is None else self.judge_many([(read, None)])[0]

    def identity_in(self, whose: Addressed) -> PatientIdentity:
        """Return whose claim it is, or a document is about."""
        return identity_of(whose, self.profiles)

    def person_of(self, identity: str | None) -> bytes | None:
        """Return the 16 bytes under which a person is known; None when that is nobody, or none is remembered."""
        return None if identity is None or self.history_key is None else self.history_key.person(identity)

    def as_remembered(self, read: ReadClaim, received_on: date | None) -> EarlierClaim | None:
        """Return a claim as it is remembered, without judging it.

        Without a day of receipt that is its last day of service, before which nobody can have sent it; None for a claim
        that has neither. Raises `RuntimeError` without a memory.
        """
        if self.history_key is None:
            raise RuntimeError("a pipeline without a memory")
        facts = self._gatherer.gather(read.decoded.claim, read.decoded.traits)
        own = as_earlier(facts, received_on or read.received_on, self.history_key)
        if received_on is not None:
            return own
        days = [day for line in own.lines for day in (line.on, line.until) if day is not None]
        days += [day for day in (own.first, own.last) if day is not None]
        return own._replace(received_on=max(days)) if days else None

    def judge_many(self, claims: Sequence[tuple[ReadClaim, History | None]]) -> list[ScrubResult]:
        """Return the result of each claim, given what is known of the patient before it; raises as `scrub_many` does.

        No claim sees another one of these: the claims of one patient are to be judged one after the other.
        """
        return self._judge(claims, [self._clock(), self._clock()])

    def _judge(self, claims: Sequence[tuple[ReadClaim, History | None]], marks: list[float]) -> list[ScrubResult]:
        examined = [self._gather(read, read.decoded, history) for read, history in claims]
        marks.append(self._clock())
        check([each.checked for each in examined])
        for each in examined:
            if each.profile.apply_fixes is ApplyFixes.SAFE and each.checked.findings:
                self._correct(each)
        marks.append(self._clock())
        seconds: dict[str, float] = {}
        shares = MappingProxyType(seconds)  # known at the end
        results = [self._write(each, shares) for each in examined]
        marks.append(self._clock())
        seconds.update(_shares(marks, len(examined)))
        return results

    def _gather(self, read: ReadClaim, decoded: DecodedClaim, history: History | None) -> _Examination:
        waited_days = None if read.late is None else read.late.waited_days
        traits = decoded.traits if read.late is None else decoded.traits | Trait.LATE
        before = None if self.history_key is None else ServicesBefore(history, decoded.claim)
        facts = self._gatherer.gather(decoded.claim, traits, before)
        profile = self._only or self._profile_of(decoded.claim)
        # Suppressions lapse by the day of receipt, so that a claim read again gets the verdict it had.
        lapsed = bisect_left(self._last_days[profile.name], read.received_on)
        plan = self._plans[profile.name, lapsed, facts.is_institutional]
        earlier = None
        if self.history_key is not None:
            # Of a claim that is rejected most often nobody asks.
            own = OwnClaim(facts, read.received_on, self.history_key)
            earlier = EarlierClaims(own, history, "" if history else read.missing or NOT_LOOKED_UP)
        checked = CheckResult(plan, plan.context(facts, read.received_on, earlier, waited_days))
        return _Examination(read, history, profile, checked, (enrich(facts), ledgers(facts)))

    def _correct(self, examined: _Examination) -> None:
        """Put the claim with its safe fixes in its place, where nothing is found that was not there before."""
        found = [each.finding() for each in examined.checked.findings]
        fixed = make_fixes(examined.read.decoded.body, found)
        if not fixed.findings:
            return
        try:
            corrected = decode(fixed.value, self._max_bytes)
        except UnreadableClaimError:  # a correction may make a claim of the largest size too large
            return
        again = self._gather(examined.read, corrected, examined.history)
        check([again.checked])
        if not new_findings(found, [each.finding() for each in again.checked.findings]):
            examined.checked, examined.tables, examined.fixed = again.checked, again.tables, fixed

    def _write(self, examined: _Examination, seconds: Mapping[str, float]) -> ScrubResult:
        checked, not_read = examined.checked, examined.read.decoded.not_read
        read = examined.read
        written = self._writer.write(read.decoded, checked, examined.tables, examined.fixed, read.late)
        amount = as_money(checked.claim.claim.claim_information.claim_charge_amount)
        return ScrubResult(
            message=written.message,
            outcome_id=written.outcome_id,
            disposition=written.disposition,
            profile=examined.profile.name,
            findings=checked.findings[:MAX_FINDINGS],
            no_data=[gap[0] for gap in checked.no_data],
            errors=checked.plan.ids(checked.errors) if checked.errors else (),
            failures=checked.failures,
            basis=written.basis,
            not_read=len(not_read.paths) + not_read.more,
            lines=len(checked.claim.lines),
            billed=amount if isinstance(amount, Decimal) else None,
            stage_seconds=seconds,
            remember=_entry(checked.context.earlier, written) if checked.context.earlier else None,
            earlier=len(examined.history.claims) if examined.history else None,
        )

    def _profile_of(self, claim: Claim) -> Profile:
        return self.profiles.for_claim(claim.trading_partner_service_id, claim.claim_information.claim_filing_code)


def _entry(earlier: EarlierClaims, written: WrittenOutcome) -> bytes | None:
    """By what the claim is remembered; one that was rejected goes nowhere."""
    if written.disposition is Disposition.REJECTED:
        return None
    state = EarlierState.HELD if written.disposition is Disposition.PENDED else EarlierState.OUT
    return encode(judged(earlier.own, state, bytes.fromhex(written.outcome_id[:16])))


def _shares(marks: Sequence[float], claims: int) -> Mapping[str, float]:
    decode_s, enrich_s, check_s, write_s = ((after - before) / max(claims, 1) for before, after in pairwise(marks))
    # What decides is one look at the worst finding, while the message is written.
    return dict(zip(STAGES, (decode_s, enrich_s, check_s, 0.0, write_s), strict=True))


_TOMBSTONE: Final = ScrubResult()
