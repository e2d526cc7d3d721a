"""A worker with a trivial scrubber, run as `python -m tests.stream.fake_worker`, so that it can be killed."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from schemas.decision import PayerDecision
from tests.stream.patience import let_consumers_rest
from worker.agents import AGENTS
from worker.history.decisions import Decision
from worker.history.entry import EarlierClaim, EarlierState, encode
from worker.history.key import NO_MARK, HistoryKey, read_key
from worker.history.view import History
from worker.pipeline.late_documents import LateJoin
from worker.settings import Settings
from worker.stream.run import run_worker
from worker.stream.scrubber import ClaimVerdict, Destination, Form, LoadedScrubber, ReadMessage, ReferenceEdition

VERSIONS: Mapping[str, str] = {"ruleset": "rules-1", "reference": "tables-1", "profile": "default"}
EDIT_IDS = ("TST-01", "TST-02")
BROKEN = "broken"
"""An argument of the program: a deployment that fails on claims with a "padding"."""

DISPOSITIONS: tuple[Destination, ...] = ("scrubbed", "rejected", "pended")


def expected_disposition(number: int) -> Destination:
    """Return where the claim of a number goes."""
    return DISPOSITIONS[number % 3]


class FakeScrubber:
    """Decides by the number in {"id": number}; {"sleep": s} blocks, "raise" raises, "grow" grows, "kill" kills."""

    def __init__(self, key: HistoryKey | None = None) -> None:
        self.key = key

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:
        """Return a verdict that is a pure function of the value and the day."""
        try:
            claim = json.loads(value or b"")
        except ValueError:
            dead = DeadLetter(DeadLetterReason.NOT_JSON, DeadLetterStage.DECODE)
            return ClaimVerdict("dead-lettered", dead_letter=dead, versions=VERSIONS)
        if "sleep" in claim:
            time.sleep(claim["sleep"])
        if "kill" in claim:
            os.kill(os.getpid(), signal.SIGKILL)
        if "raise" in claim:
            raise RuntimeError(claim["raise"])
        if "padding" in claim and BROKEN in sys.argv:
            raise RuntimeError(BROKEN)
        disposition = expected_disposition(claim["id"])
        outcome = {"claim": claim, "disposition": disposition, "receivedOn": received_on.isoformat()}
        if "grow" in claim:
            outcome["padding"] = "x" * claim["grow"]
        body = json.dumps(outcome, sort_keys=True).encode()
        return ClaimVerdict(
            disposition,
            value=body,
            outcome_id=sha256(body).hexdigest(),
            findings=(("TST-01", "reject"),) if disposition == "rejected" else (),
            no_data=("TST-02",) if disposition == "pended" else (),
            basis="partial" if disposition == "scrubbed" else "full",
            tables=(("mue", "missing"),) if disposition == "scrubbed" else (),
            lines=1,
            stage_seconds={"decode": 0.00001, "check": 0.00002},
            versions=VERSIONS,
        )

    def read(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ReadMessage]:
        """Return claims with their patient, the "p" in them; none of those without."""
        return [self._read(value, day) for value, day in messages]

    def _read(self, value: bytes | None, day: date) -> ReadMessage:
        try:
            patient = json.loads(value or b"").get("p")
        except ValueError:
            return ReadMessage(self.scrub(value, received_on=day))
        identity = None if patient is None else str(patient)
        person = None if identity is None or self.key is None else self.key.person(identity)
        return ReadMessage(None, person, (value, day))

    def control(self, read: ReadMessage) -> bytes:
        """Return the number of a claim."""
        number: int = json.loads(read.claim[0])["id"]
        return number.to_bytes(8, "big")

    def route(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ReadMessage]:
        """Read claims whole."""
        return self.read(messages)

    def read_decision(self, value: bytes) -> ReadMessage:
        """Return {"p": patient, "of": number, "decision": ...} as a decision of a distant day."""
        try:
            document = json.loads(value)
            on = Decision(document["of"].to_bytes(8, "big"), NO_MARK, PayerDecision(document["decision"]), date.max)
        except (ValueError, KeyError):
            dead = DeadLetter(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA)
            return ReadMessage(ClaimVerdict("dead-lettered", dead_letter=dead, versions=VERSIONS))
        return ReadMessage(None, self.key.person(str(document["p"])) if self.key else None, decision=on)

    def judge(self, claims: Sequence[tuple[ReadMessage, History | None]]) -> list[ClaimVerdict]:
        """Return verdicts that name the claims that were seen before each."""
        return [self._judged(each.claim, known) for each, known in claims]

    def _judged(self, message: tuple[bytes, date], known: History | None) -> ClaimVerdict:
        value, day = message
        verdict = self.scrub(value, received_on=day)
        if verdict.value is None:
            return verdict
        number = json.loads(value)["id"]
        earlier = [] if known is None else [_named(each) for each in known.claims]
        body = json.dumps(json.loads(verdict.value) | {"earlier": earlier}, sort_keys=True).encode()
        entry = None if verdict.disposition == "rejected" else encode(remembered(number, day))
        return replace(verdict, value=body, outcome_id=sha256(body).hexdigest(), entry=entry)

    def read_late(self, value: bytes, received_on: date, late: LateJoin) -> ReadMessage:  # noqa: ARG002 - the seam
        """Return a claim as ever: nothing comes late here."""
        return self._read(value, received_on)

    def read_document(self, value: bytes) -> ReadMessage:
        """Take nothing for a document."""
        return ReadMessage(self.scrub(value, received_on=date.min))

    def route_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:  # noqa: ARG002 - the seam
        """Take each line for a claim."""
        for line in value.splitlines():
            (read,) = self.read([(line, received_on)])
            yield read.verdict or ClaimVerdict("routed", value=line, route=read)

    def scrub_many(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ClaimVerdict]:
        """Scrub one after the other, and fail as the first that fails."""
        return [self.scrub(value, received_on=day) for value, day in messages]

    def scrub_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:  # noqa: ARG002 - the seam
        """Take each line for a claim."""
        for line in value.splitlines():
            yield self.scrub(line, received_on=received_on)


def _named(claim: EarlierClaim) -> int:
    """Return the number of an earlier claim; that of one that was returned is negative."""
    number = int.from_bytes(claim.control, "big")
    return -number if claim.state is EarlierState.REFUSED else number


def remembered(number: int, day: date) -> EarlierClaim:
    """Return what is remembered of a claim: its number."""
    own, is_institutional = number.to_bytes(8, "big"), False
    marks = (NO_MARK, own, NO_MARK, NO_MARK, NO_MARK, NO_MARK)
    return EarlierClaim(day, EarlierState.OUT, is_institutional, "1", *marks, "", None, None, ())


def load() -> LoadedScrubber:
    """Load the fake scrubber."""
    key_file = os.environ.get("CLAIMSCRUB_HISTORY_KEY_FILE")
    scrubber = FakeScrubber(read_key(Path(key_file)) if key_file else None)
    edition = ReferenceEdition("ndc", "2025q1", date(2025, 1, 1), date(2025, 3, 31))
    return LoadedScrubber(
        scrubber,
        scrubber,
        edit_ids=EDIT_IDS,
        editions=(edition,),
        versions=VERSIONS,
    )


if __name__ == "__main__":
    let_consumers_rest()
    sys.exit(run_worker(Settings.from_environment(os.environ), load, AGENTS, app_version="1.2.3"))
