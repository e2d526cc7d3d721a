"""Runs one worker until it is asked to stop; its exit code shows how it ended."""

import asyncio
import contextlib
import platform
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Final, TypeVar

from worker.collector import lasting
from worker.early_signals import STOP_SIGNALS, ignore_signals
from worker.history.key import read_key
from worker.kafka.envelopes import SchemaStamp
from worker.kafka.registry import schema_stamp
from worker.kafka.tokens import token_expiry
from worker.kafka.topics import partition_counts, record_limit
from worker.observe.health import HealthState
from worker.observe.logs import Logs
from worker.observe.operator import user_name
from worker.observe.port import HealthServer
from worker.observe.recorder import Recorder
from worker.observe.traces import Spans
from worker.observe.vital_signs import watch_process
from worker.settings import HistoryMode, Settings
from worker.stream.budget import ClaimBudget, lift_process_limit, limit_process
from worker.stream.committer import Committer
from worker.stream.connection_metrics import watch_connections
from worker.stream.dead_letter_limit import DeadLetterLimit
from worker.stream.exit_codes import ExitCode
from worker.stream.faust_app import build_app
from worker.stream.faust_transport import Group
from worker.stream.history.errors import OtherHistoryError
from worker.stream.history.histories import Histories
from worker.stream.history.offline import refuse_uncopied
from worker.stream.history.upkeep import keep_histories
from worker.stream.lanes import Lanes
from worker.stream.last_words import LastWords, NotLoadableError, last_words, port_words
from worker.stream.lifecycle import (
    Watchdog,
    connect_rebalancing,
    has_own_group,
    on_daemon_thread,
    tick,
    wait_for_topics,
    watch_group,
    watch_readiness,
    within,
)
from worker.stream.log_reports import LogReports
from worker.stream.positions import Positions
from worker.stream.records import Provenance
from worker.stream.reference.loaded import report_loaded, warn_of_lapsed
from worker.stream.reference.notices import follow_notices
from worker.stream.reference.swap import ReferenceSwap
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber, ScrubberFactory
from worker.stream.shadow.shadow import Shadow
from worker.stream.stalls import watch_lanes
from worker.stream.status import WorkerStatus
from worker.stream.topic_watch import watch_faust, watch_topic

_new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with contextlib.suppress(ImportError):  # uvloop exists for CPython on Linux and macOS only
    from uvloop import new_event_loop as _new_event_loop

_CATCH_UP_S: Final = 30.0
"""How long the first claim waits for tables that were announced earlier."""

T = TypeVar("T")

AttachAgent = Callable[[Runtime], None]
"""Adds one agent to the app of a worker."""


def run_worker(
    settings: Settings,
    scrubber_factory: ScrubberFactory,
    agents: Sequence[AttachAgent],
    *,
    app_version: str = "0",
    spans: Spans | None = None,
) -> ExitCode:
    """Run the worker in the main thread until SIGTERM, SIGINT or a failure, and return its exit code.

    Args:
        settings: What the operator set.
        scrubber_factory: Loads the reference data and builds the scrubber; called once, after the
            health port answers, so that a slow load shows as "not ready".
        agents: What listens: `worker.agents.AGENTS`.
        app_version: Version of the worker, for dead letters and metrics.
        spans: Where spans go; none are made if not given.
    """
    run = _WorkerRun(settings, scrubber_factory, agents, app_version=app_version, spans=spans)
    with asyncio.Runner(loop_factory=_new_event_loop) as runner:
        try:
            return runner.run(run.run())
        except Exception as error:  # noqa: BLE001 -- whatever ends a worker is told in one line
            return run.leave(last_words(error, settings))


class _WorkerRun:
    def __init__(
        self,
        settings: Settings,
        scrubber_factory: ScrubberFactory,
        agents: Sequence[AttachAgent],
        *,
        app_version: str,
        spans: Spans | None,
    ) -> None:
        self._settings = settings
        self._scrubber_factory = scrubber_factory
        self._agents = agents
        self._app_version = app_version
        self._spans = spans
        self._health = HealthState()
        self._recorder = Recorder()
        watch_process(self._recorder, self._health)
        self._recorder.compute("sasl_token_expiry_timestamp_seconds", lambda: token_expiry(settings.sasl_token_file))
        self._status = WorkerStatus(settings, self._recorder, self._health, app_version)
        self._logs = Logs(settings.log_level, self._recorder.count)
        self._watchdog = Watchdog(settings.stop_grace_s)
        self._budget = ClaimBudget(settings.claim_budget_s, settings.claim_hang_s)
        self._stop_asked = asyncio.Event()
        self._reload_asked = asyncio.Event()

    async def run(self) -> ExitCode:
        self._logs.take_over_libraries()
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            # The loop's own handlers wait for the loop, and a scrubber that hangs holds it.
            signal.signal(number, lambda *_: self._ask_to_stop(loop))
        self._budget.install()
        limit_process(self._settings.memory_limit_mib)
        signal.signal(signal.SIGHUP, lambda *_: loop.call_soon_threadsafe(self._ask_to_reload))
        try:
            server = HealthServer(
                self._settings.http_host,
                self._settings.http_port,
                self._health,
                self._recorder.exposition,
                self._status.document,
            )
        except OSError as error:
            return self.leave(port_words(error, self._settings))
        self._logs.log.info(
            "starting",
            audit=True,
            port=server.port,
            version=self._app_version,
            revision=self._settings.revision,
            settings=self._settings.digest,
            instance=self._settings.instance_id,
            operator=self._settings.operator or user_name(),
            login=self._settings.sasl_username if self._settings.uses_sasl else None,
        )
        ticking = asyncio.create_task(tick(self._health))
        try:
            code = await self._load_and_serve()
        finally:
            ticking.cancel()
            server.close()
        ignore_signals()
        self._logs.log.info("stopped", audit=True, exit_code=int(code), instance=self._settings.instance_id)
        self._logs.close()
        # The watchdog stays: threads that Faust left behind may still hold up the interpreter's exit.
        self._watchdog.exit_code = code
        self._watchdog.start_clock()
        return code

    def leave(self, words: LastWords) -> ExitCode:
        """Log why the worker ends, flush the log, and return its exit code."""
        ignore_signals()
        lift_process_limit()
        self._logs.log.critical(words.event, audit=True, problem=words.problem, **words.facts)
        self._logs.log.info("stopped", audit=True, exit_code=int(words.exit_code), instance=self._settings.instance_id)
        self._logs.close()
        self._watchdog.exit_code = words.exit_code
        self._watchdog.start_clock()
        return words.exit_code

    def _ask_to_stop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watchdog.start_clock()
        loop.call_soon_threadsafe(self._stop_asked.set)

    def _ask_to_reload(self) -> None:
        # It is met once the worker serves, which can be a while after the start.
        self._logs.log.info("reload-asked", audit=True)
        self._reload_asked.set()

    async def _load_and_serve(self) -> ExitCode:
        try:
            with lasting():
                loaded = await self._unless_asked_to_stop(on_daemon_thread(self._scrubber_factory))
        except (NotLoadableError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, there is nothing to scrub with
            self._logs.log.critical("configuration-broken", exception=type(error).__name__)
            return ExitCode.NOT_LOADABLE
        if loaded is None:
            return ExitCode.STOPPED
        self._describe(loaded)
        self._health.note("reference_loaded", is_ready=True)
        has_topics = await self._unless_asked_to_stop(wait_for_topics(self._settings, self._logs.log, self._stop_asked))
        if not has_topics:
            return ExitCode.BROKER_UNREACHABLE if has_topics is False else ExitCode.STOPPED
        self._recorder.since("broker_silent_seconds", time.time())
        self._health.note("broker_answers", is_ready=True)
        news = LogReports(self._logs.log, self._recorder)
        positions = Positions(self._settings, news)
        limit = await self._unless_asked_to_stop(record_limit(self._settings))
        if limit is None:
            return ExitCode.STOPPED
        stamp = await self._unless_asked_to_stop(schema_stamp(self._settings))
        if stamp is None:
            return ExitCode.STOPPED
        try:
            histories = await self._unless_asked_to_stop(self._histories())
        except OtherHistoryError as error:
            self._logs.log.critical("history-refused", audit=True, problem=str(error))
            return ExitCode.SETTINGS
        runtime = self._runtime(loaded, limit, stamp, partial(Lanes, first_offset=positions.first_offset, news=news))
        runtime.histories = runtime.lanes.histories = histories
        runtime.shadow = self._status.shadow = self._shadow(loaded)
        self._status.loaded = lambda: runtime.loaded
        connect_rebalancing(runtime)
        for attach in self._agents:
            attach(runtime)
        return await self._serve(runtime, positions)

    def _shadow(self, loaded: LoadedScrubber) -> Shadow | None:
        if self._settings.shadow_config_dir is None or loaded.source is None:
            return None
        return Shadow(self._settings, loaded.source.home, self._recorder, self._logs.log)

    async def _histories(self) -> Histories | None:
        """Return what remembers earlier claims. Raises `ConfigurationError`, `OtherHistoryError`, `KafkaError`."""
        settings = self._settings
        if settings.history_key_file is None or settings.history is HistoryMode.OFF:
            return None
        key = read_key(settings.history_key_file)
        await refuse_uncopied(settings)
        counts = await partition_counts(settings, [settings.judged_topic])
        return Histories(settings, key, counts[settings.judged_topic], self._recorder)

    async def _unless_asked_to_stop(self, work: Coroutine[object, object, T]) -> T | None:
        """Return what the work returns; none when a stop is asked for first, which nothing silent can hold up."""
        task = asyncio.create_task(work)
        asked = asyncio.create_task(self._stop_asked.wait())
        await asyncio.wait((task, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        # What looks for a stop itself ends with it, and says that it has found nothing.
        if task.done() and not self._stop_asked.is_set():
            return task.result()
        task.cancel()
        return None

    def _describe(self, loaded: LoadedScrubber) -> None:
        self._status.loaded = lambda: loaded
        self._recorder.set(
            "build_info",
            1,
            self._app_version,
            self._settings.revision,
            platform.python_version(),
            self._settings.delivery,
        )
        self._recorder.set("settings_info", 1, self._settings.digest)
        report_loaded(self._recorder, loaded)
        warn_of_lapsed(self._logs.log, loaded, self._settings.as_of)
        self._logs.log.info("reference-loaded", audit=True, result=loaded.loaded_from, **dict(loaded.versions))

    def _runtime(
        self,
        loaded: LoadedScrubber,
        limit: int,
        stamp: SchemaStamp,
        new_lanes: Callable[[Group, Committer, Recorder], Lanes],
    ) -> Runtime:
        app = build_app(self._settings)
        group = Group(app)
        committer = Committer(self._settings, self._recorder, group, limit)
        watch_connections(self._recorder, group, committer)
        return Runtime(
            settings=self._settings,
            app=app,
            group=group,
            lanes=new_lanes(group, committer, self._recorder),
            committer=committer,
            loaded=loaded,
            provenance=Provenance(
                self._settings.topics, self._app_version, limit, self._settings.forwarded_headers, stamp
            ),
            recorder=self._recorder,
            health=self._health,
            log=self._logs.log,
            budget=self._budget,
            limit=DeadLetterLimit(self._settings.dead_letter_limit_window, self._settings.dead_letter_limit_share),
            spans=self._spans,
        )

    async def _serve(self, runtime: Runtime, positions: Positions) -> ExitCode:
        if await self._unless_asked_to_stop(_done(runtime.committer.start())) is None:
            return ExitCode.STOPPED
        is_own_group = await self._unless_asked_to_stop(has_own_group(runtime))
        if not is_own_group:
            return ExitCode.BROKER_UNREACHABLE if is_own_group is False else ExitCode.STOPPED
        work = [
            watch_faust(runtime),
            watch_group(runtime),
            watch_lanes(runtime, positions),
            watch_topic(runtime),
            watch_readiness(runtime.health, runtime.log),
            self._end_when_asked(runtime),
            *(chore() for chore in runtime.chores),
        ]
        if runtime.histories is not None:
            work.append(keep_histories(runtime, runtime.histories))
        if runtime.shadow is not None:
            work.append(runtime.shadow.run())
        swap = None
        if runtime.loaded.source is not None:
            swap = ReferenceSwap(runtime)
            work += [swap.run(), follow_notices(self._settings, swap, runtime.log), self._reload_when_asked(swap)]
        tasks = [asyncio.create_task(each) for each in (self._start(runtime, swap), *work)]
        await runtime.ended.wait()
        self._watchdog.start_clock()
        for task in tasks[1:]:
            task.cancel()
        await self._stop(runtime)
        tasks[0].cancel()
        return runtime.exit_code

    async def _start(self, runtime: Runtime, swap: ReferenceSwap | None) -> None:
        if swap is not None and not await within(_CATCH_UP_S, swap.settled()):
            runtime.log.warning("reference-notices-late", seconds=_CATCH_UP_S)
            swap.begin()
        try:
            await runtime.app.start()
        except Exception as error:  # noqa: BLE001 -- Faust raises whatever its services raised
            if not runtime.ended.is_set():
                runtime.log.critical("start-failed", exception=type(error).__name__)
                runtime.end(ExitCode.CRASHED)

    async def _reload_when_asked(self, swap: ReferenceSwap) -> None:
        while True:
            await self._reload_asked.wait()
            self._reload_asked.clear()
            swap.reload()

    async def _end_when_asked(self, runtime: Runtime) -> None:
        await self._stop_asked.wait()
        runtime.log.info("stop-asked", audit=True)
        runtime.end(ExitCode.STOPPED)

    async def _stop(self, runtime: Runtime) -> None:
        """Let the batch in flight end, then leave the group; each step has its share of the grace period."""
        share_s = self._settings.stop_grace_s / 4
        is_done = await runtime.lanes.revoke(share_s)
        if is_done or runtime.exit_code is not ExitCode.STOPPED:
            self._watchdog.exit_code = runtime.exit_code
        with contextlib.suppress(asyncio.CancelledError):
            await within(share_s, runtime.app.stop())
        await within(share_s, runtime.committer.stop())
        if runtime.histories is not None:
            runtime.histories.stop()
        if runtime.spans is not None:
            await within(share_s, asyncio.to_thread(runtime.spans.close))


async def _done(work: Coroutine[object, object, None]) -> bool:
    """Return True once the work is done."""
    await work
    return True
