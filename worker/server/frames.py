"""What the server and its scrubbing processes say to each other over pipes."""

from datetime import date
from typing import Final, TypeAlias

import msgspec

from worker.stream.scrubber import Form


class ProcessTask(msgspec.Struct, frozen=True, tag="load"):
    """What a scrubbing process loads before its first claim, and what bounds each claim.

    `config` and `user_edits` are folders, `cpu_s` and `hang_s` those of `ClaimBudget`, `message_cpu_s` the processor
    time of whatever is more than a claim, `memory_mib` as in `limit_process`, `most_bytes` the longest claim message.
    """

    config: str | None
    user_edits: str | None
    cpu_s: float
    hang_s: float
    message_cpu_s: float
    memory_mib: int
    most_bytes: int
    most_claims: int


class ProcessLoaded(msgspec.Struct, frozen=True, tag="loaded"):
    """What a scrubbing process has loaded; `problems` instead when it could not."""

    ruleset: str = ""
    reference: str = ""
    edits: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class PostedClaim(msgspec.Struct, frozen=True):
    """One claim message, the day it counts as received on, and the profile to hold it to; None for its payer's own."""

    value: bytes
    day: date
    profile: str | None = None


class ClaimSlice(msgspec.Struct, frozen=True, tag="slice"):
    """Claims that are scrubbed together."""

    claims: tuple[PostedClaim, ...]


class PostedVerdict(msgspec.Struct, frozen=True):
    """What became of one claim: an outcome as the worker writes it, or the reason why there is none."""

    disposition: str
    value: bytes | None = None
    reason: str = ""
    stage: str = ""
    flaws: tuple[str, ...] = ()
    profile: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    no_data: tuple[str, ...] = ()
    edit_errors: tuple[str, ...] = ()
    basis: str = ""
    stage_seconds: dict[str, float] = {}


class SliceVerdicts(msgspec.Struct, frozen=True, tag="verdicts"):
    """The verdicts on a slice, in its order."""

    verdicts: tuple[PostedVerdict, ...]


class SplitMessage(msgspec.Struct, frozen=True, tag="split"):
    """A message of another form, to be split into claims."""

    value: bytes
    form: Form


class ClaimPart(msgspec.Struct, frozen=True):
    """A claim of a message with its place, or (without a value) why a part of it is not a claim."""

    place: str
    value: bytes | None = None
    reason: str = ""
    stage: str = ""
    sentence: str = ""


class SplitParts(msgspec.Struct, frozen=True, tag="parts"):
    """The parts of a message; `limit` says that it holds more than a message may."""

    parts: tuple[ClaimPart, ...]
    limit: str = ""


class DeskQuestion(msgspec.Struct, frozen=True, tag="question"):
    """Anything else that needs tables or processor time: what is asked, with its options, and a body."""

    name: str
    options: dict[str, str] = {}
    body: bytes = b""


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """The answer to a question, as it goes to the client."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = {}


Asked: TypeAlias = ProcessTask | ClaimSlice | SplitMessage | DeskQuestion
Answered: TypeAlias = ProcessLoaded | SliceVerdicts | SplitParts | Reply

ASKED: Final = msgspec.msgpack.Decoder(Asked)
ANSWERED: Final = msgspec.msgpack.Decoder(Answered)
