"""What the worker and the process of its shadow say to each other over pipes."""

from datetime import date
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from worker.history.entry import decode, encode
from worker.history.view import History
from worker.settings import HistoryMode, Settings

CLAIM_CPU_S: Final = 0.5
"""Most processor time of a claim in the shadow: real claims take a thousandth of a second."""


class ShadowTask(msgspec.Struct, frozen=True, tag="load"):
    """What the process loads before its first claim, and what bounds it.

    `config`, `tables`, `user_edits` and `cache` are folders, `history_key` is the file of the key where claims are
    remembered; the others are as in `Settings`.
    """

    config: str
    tables: str
    user_edits: str | None
    allow_writable_edits: bool
    cache: str | None
    history_key: str | None
    claim_cpu_s: float
    claim_hang_s: float
    memory_limit_mib: int
    max_message_bytes: int

    @classmethod
    def of(cls, settings: Settings, tables: Path) -> "ShadowTask":
        """Return that of a worker with a shadow; `tables` are those in force, for a configuration without its own.

        Raises `ValueError` without a shadow.
        """
        config = settings.shadow_config_dir
        if config is None:
            raise ValueError("CLAIMSCRUB_SHADOW_CONFIG_DIR is not set")
        own = config / "reference"
        edits = settings.shadow_edits_dir or settings.edits_dir
        remembers = settings.history is not HistoryMode.OFF
        return cls(
            config=str(config),
            tables=str(own if own.is_dir() else tables),
            user_edits=None if edits is None else str(edits),
            allow_writable_edits=settings.allow_writable_edits,
            cache=None if settings.cache_dir is None else str(settings.cache_dir),
            history_key=str(settings.history_key_file) if remembers else None,
            claim_cpu_s=min(settings.claim_budget_s, CLAIM_CPU_S),
            claim_hang_s=settings.claim_hang_s,
            memory_limit_mib=settings.memory_limit_mib,
            max_message_bytes=settings.max_message_bytes,
        )


class ShadowLoaded(msgspec.Struct, frozen=True, tag="loaded"):
    """What the process has loaded; `problems` instead when it could not."""

    ruleset: str = ""
    reference: str = ""
    edits: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class SeenHistory(msgspec.Struct, frozen=True):
    """What was known of a patient before a claim, its claims as they are kept."""

    since: date
    until: date
    claims: tuple[bytes, ...]
    is_cut: bool
    digest: bytes

    @classmethod
    def of(cls, history: History) -> "SeenHistory":
        """Return a history as it goes through a pipe."""
        claims = tuple([encode(each) for each in history.claims])
        return cls(history.since, history.until, claims, history.is_cut, history.digest)

    def history(self) -> History:
        """Return the history. Raises `DamagedEntryError`."""
        claims = tuple([decode(each) for each in self.claims])
        return History(self.since, self.until, claims, self.is_cut, self.digest)


class ShadowClaim(msgspec.Struct, frozen=True):
    """One claim as it was judged, the day it counts as received on, and what was known of its patient."""

    value: bytes
    day: date
    history: SeenHistory | None = None


class ShadowSlice(msgspec.Struct, frozen=True, tag="slice"):
    """Claims to judge."""

    claims: tuple[ShadowClaim, ...]


class ShadowVerdict(msgspec.Struct, frozen=True):
    """What the shadow makes of one claim, as far as it is compared; without a disposition where it fails."""

    disposition: str
    findings: tuple[tuple[str, str], ...] = ()
    undecided: tuple[str, ...] = ()
    profile: str = ""


class ShadowVerdicts(msgspec.Struct, frozen=True, tag="verdicts"):
    """The verdicts on a slice, in its order, and the seconds that they took."""

    verdicts: tuple[ShadowVerdict, ...]
    seconds: float


ShadowAsked: TypeAlias = ShadowTask | ShadowSlice
ShadowAnswered: TypeAlias = ShadowLoaded | ShadowVerdicts
ASKED_OF_SHADOW: Final = msgspec.msgpack.Decoder(ShadowAsked)
ANSWERED_BY_SHADOW: Final = msgspec.msgpack.Decoder(ShadowAnswered)
