"""`claimscrub history load`: claims that were sent before anything was remembered, from files."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click
import orjson

from schemas.dead_letter import DeadLetter
from schemas.outcome import Disposition
from worker.bootstrap import build_pipeline
from worker.cli.history.copies import memory_settings, show_done
from worker.cli.shared.audit import audit
from worker.cli.shared.broker import on_broker
from worker.cli.shared.claim_files import ClaimInput, read_what_can_be_read
from worker.cli.shared.claim_paths import ClaimFileError, expand
from worker.cli.shared.console import DAY, EXIT_SOME_NOT, echo
from worker.errors import ConfigurationError
from worker.history.decisions import decision_id, encode_decision
from worker.history.entry import EarlierState, encode
from worker.history.key import HistoryKey, partition_of
from worker.history.store import HistoryRecord, HistoryStoreError, SqliteHistory
from worker.pipeline.decisions import is_decision
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.decode import UnreadableClaimError, claim_of_outcome, read_json
from worker.settings import Settings
from worker.stream.history.changelog import claim_id
from worker.stream.history.errors import HistoryError
from worker.stream.history.repartition import LoadedClaims, beginnings, repartition
from worker.wording.counts import counted

_AT_ONCE: Final = 1000
_FIRST_PLACE: Final = -(2**62)
_PLACES_OF_A_DAY: Final = 2**32
_STATES: Final = {Disposition.SCRUBBED.value: EarlierState.OUT, Disposition.PENDED.value: EarlierState.HELD}


_REJECTED: Final = "rejected, so that nobody sent them"
_EARLIER: Final = "received before --since"
_LATER: Final = "received since the memory began"
_NOBODY: Final = "without payer or member id, or a dependent's birth date and first name"
_UNDATED: Final = "without a day of service, and --received-on is not given"
_NO_RECEIPT: Final = "without a day of receipt: the memory has begun and may know them; give --received-on"
_TWICE: Final = "the same as another one"


@dataclass(slots=True)
class _Loading:
    """What files hold of the time before a memory."""

    pipeline: Pipeline
    key: HistoryKey
    began: Mapping[int, date | None]
    since: date
    received_on: date | None
    stores: dict[int, SqliteHistory] = field(default_factory=dict)
    read: int = 0
    unreadable: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None
    _waiting: dict[int, list[HistoryRecord]] = field(default_factory=dict)
    _claims: set[bytes] = field(default_factory=set)

    def take(self, found: ClaimInput, folder: Path) -> None:
        """Take what a file holds next."""
        if found.problem:
            self.unreadable += not found.is_passed_over
            echo(f"{found.where}: {found.problem}", is_error=True)
            return
        try:
            record = self._record(found.value)
        except UnreadableClaimError as error:
            record = error.letter
        if isinstance(record, DeadLetter):
            self.unreadable += 1
            echo(" ".join((f"{found.where}: cannot be read ({record.reason}).", *record.flaws)), is_error=True)
            return
        if isinstance(record, str):
            self._leave_out(record)
            return
        if record.claim in self._claims:
            self._leave_out(_TWICE)
            return
        self._claims.add(record.claim)
        self.read += 1
        self.first, self.last = (
            min(self.first or date.max, record.received_on),
            max(self.last or date.min, record.received_on),
        )
        number = partition_of(record.person, len(self.began))
        waiting = self._waiting.setdefault(number, [])
        waiting.append(record)
        if len(waiting) >= _AT_ONCE:
            self._store(number, folder)

    def _leave_out(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1

    def finish(self, folder: Path) -> None:
        """Bring the rest into the stores."""
        for number in list(self._waiting):
            self._store(number, folder)
        for store in self.stores.values():
            store.end_filling()

    def close(self) -> None:
        """Close the stores."""
        for store in self.stores.values():
            store.close()

    def _store(self, number: int, folder: Path) -> None:
        store = self.stores.get(number)
        if store is None:
            file = folder / f"loaded-{number}"
            store = SqliteHistory(file, key=self.key.fingerprint, since=date.min, is_rebuildable=True)
            self.stores[number] = store
            store.begin_filling()
        store.apply(self._waiting.pop(number))

    def _record(self, value: bytes) -> HistoryRecord | DeadLetter | str:
        """Return what is kept of a claim, outcome or decision, or why nothing is. Raises `UnreadableClaimError`."""
        if is_decision(value):
            read = self.pipeline.read_decision(value)
            entry = encode_decision(read.decision)
            return self._placed(read.person, decision_id(entry), read.decision.on, entry)
        document = read_json(value)
        received_on, state, outcome = self.received_on, EarlierState.OUT, ""
        if "outcomeId" in document:
            if document.get("disposition") not in _STATES:
                return _REJECTED
            try:
                received_on, outcome = date.fromisoformat(document["receivedOn"]), str(document["outcomeId"])
                bytes.fromhex(outcome)
            except (KeyError, TypeError, ValueError):
                return _UNDATED
            state = _STATES[document["disposition"]]
            value = orjson.dumps(claim_of_outcome(document))
        results, claims = self.pipeline.read_many([(value, received_on or date.min)])
        if not claims:
            return results[0].dead_letter or _UNDATED
        if claims[0].person is None:
            return _NOBODY
        if received_on is None and self.began[partition_of(claims[0].person, len(self.began))] is not None:
            return _NO_RECEIPT
        earlier = self.pipeline.as_remembered(claims[0], received_on)
        if earlier is None:
            return _UNDATED
        name = claim_id(f"loaded/{earlier.received_on}/{hashlib.sha256(value).hexdigest()}")
        entry = encode(earlier._replace(state=state, outcome=bytes.fromhex(outcome[:16]) or earlier.outcome))
        return self._placed(claims[0].person, name, earlier.received_on, entry)

    def _placed(self, person: bytes, name: bytes, received_on: date, entry: bytes) -> HistoryRecord | str:
        began = self.began[partition_of(person, len(self.began))]
        if received_on < self.since:
            return _EARLIER
        if began is not None and received_on >= began:
            return _LATER
        # Before everything that was judged: by day, and on a day as the files have them.
        place = _FIRST_PLACE + received_on.toordinal() * _PLACES_OF_A_DAY + self.read
        return HistoryRecord(person, name, place, received_on, entry)


@click.command("load")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--since", type=DAY, required=True, help="The first day of which the files hold every claim.")
@click.option(
    "--received-on",
    type=DAY,
    help="When the claims were received. [default: the day in an outcome, else the last day of service]",
)
@click.option("--allow", type=click.IntRange(min=0), default=0, metavar="N", help="Load though N cannot be read.")
@click.option("--yes", "is_confirmed", is_flag=True, help="Load; without it the command only says what it would do.")
def load(
    paths: tuple[str, ...], since: datetime, received_on: datetime | None, allow: int, *, is_confirmed: bool
) -> None:
    """Remember claims that were sent before the memory began, while all workers are stopped.

    PATH is a file or a folder of claims in X12, JSON or FHIR R4, of outcomes as `claimscrub tail --format jsonl` writes
    them, or - for stdin; payers' decisions may be among them. They are not judged: a claim counts as sent, a pended
    outcome as known, and one that was rejected is left out. Where the memory has begun, what was received since is
    left out as well, and so is a claim whose day of receipt nobody gives. The same message twice is loaded once; a
    claim must not be there in two forms.

    Edits then look back to --since: it is you who says that no claim from that day on is missing. The memory goes to
    the next series of topics, as of `claimscrub history repartition`; --since of a second run reaches further back.

    Exit code 1 if something cannot be read, or is refused; then nothing is changed.
    """
    settings, key = memory_settings()
    day = since.date()
    try:
        began = on_broker(settings, beginnings(settings, key.fingerprint))
        if later := [each for each in began.values() if each is not None and each <= day]:
            raise click.ClickException(f"the memory reaches back to {min(later)} already")
        pipeline = build_pipeline(
            settings.config_dir, user_edits=settings.edits_dir, max_bytes=settings.max_message_bytes
        ).remembering(key)
        files = expand(paths)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-", dir=_folder(settings))))
            loading = _Loading(pipeline, key, began, day, None if received_on is None else received_on.date())
            stack.callback(loading.close)
            for found in read_what_can_be_read(files, settings.max_outcome_bytes):
                loading.take(found, folder)
            loading.finish(folder)
            _show(loading)
            if loading.unreadable > allow:
                echo(f"Nothing was changed. --allow {loading.unreadable} loads the rest all the same.")
                raise SystemExit(EXIT_SOME_NOT)
            if not is_confirmed:
                echo("Nothing was changed. --yes loads.")
                return
            audit(settings, "history-load", topic=settings.topics.history, claims=loading.read, since=day)
            loaded = LoadedClaims(loading.stores, day, began)
            work = repartition(settings, key.fingerprint, None, loaded=loaded, say=echo)
            show_done(settings, on_broker(settings, work))
    except (HistoryError, HistoryStoreError, ConfigurationError, ClaimFileError) as error:
        raise click.ClickException(str(error)) from None
    echo(f"Claims are known from {day} on.")


def _folder(settings: Settings) -> Path | None:
    return settings.history_dir if settings.history_dir is not None and settings.history_dir.is_dir() else None


def _show(loading: _Loading) -> None:
    window = f", received from {loading.first} to {loading.last}" if loading.read else ""
    echo(f"The files hold {counted(loading.read, 'claim or decision', 'claims and decisions')} to remember{window}.")
    for line in _left_out(loading.left_out):
        echo(line)
    if loading.unreadable:
        echo(f"Could not be read: {loading.unreadable}.")
    ends = sorted({each for each in loading.began.values() if each is not None})
    echo(f"The memory began on {ends[0]}." if ends else "The memory has not begun.")
    echo(f"Claims would be known from {loading.since} on.")


def _left_out(reasons: Mapping[str, int]) -> Iterator[str]:
    for reason, count in sorted(reasons.items()):
        yield f"Left out: {count} {reason}."
