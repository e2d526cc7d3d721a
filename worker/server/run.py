"""Runs the server: opens its port, starts the processes, answers until it is asked to stop, reads files again."""

import asyncio
import contextlib
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from worker.bootstrap import version
from worker.errors import ClaimscrubError
from worker.observe.hosts import is_loopback, own_names
from worker.observe.logs import Logs, unbuffered
from worker.observe.recorder import Recorder
from worker.observe.server_metrics import SERVER_CATALOGUE
from worker.server.api import Api, ServerLimits
from worker.server.connections import Clients
from worker.server.frames import ProcessTask
from worker.server.gate import FrontGate
from worker.server.pages import Pages
from worker.server.pool import NotLoadedError, ScrubPool
from worker.server.service import HttpService
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode

new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with contextlib.suppress(ImportError):  # uvloop exists for CPython on Linux and macOS only
    from uvloop import new_event_loop

_LEAST_TOKEN: Final = 16
_BACKLOG: Final = 1024


class ServeError(ClaimscrubError):
    """The server cannot start as it is asked to; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How the server is asked for: where, with which files, and who may ask it."""

    host: str
    port: int
    processes: int
    config: Path | None = None
    user_edits: Path | None = None
    token: str | None = field(default=None, repr=False)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    client_ca: Path | None = None
    allows_insecure: bool = False

    def refuse_what_is_unsafe(self, address: str) -> None:
        """Return if this may be served at an address. Raises `ServeError`."""
        if self.token is not None and len(self.token) < _LEAST_TOKEN:
            raise ServeError(f"the token has fewer than {_LEAST_TOKEN} characters; `openssl rand -hex 32` makes one")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ServeError("--tls-cert and --tls-key belong together")
        if self.client_ca is not None and self.tls_cert is None:
            raise ServeError("--client-ca needs --tls-cert and --tls-key")
        if is_loopback(address):
            return
        if self.token is None and self.client_ca is None:
            raise ServeError(
                f"{self.host} can be reached from other machines: give a token (--token-file), or the authority of the "
                "clients' certificates (--client-ca)"
            )
        if self.tls_cert is None and not self.allows_insecure:
            raise ServeError(
                f"{self.host} can be reached from other machines, and without TLS claims and token cross the network "
                "readable: give --tls-cert and --tls-key, or --allow-insecure where a proxy in front of it ends TLS"
            )

    def tls(self) -> ssl.SSLContext | None:
        """Return the context of TLS; None without. Raises `ServeError` for files that cannot be used."""
        if self.tls_cert is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.tls_cert, self.tls_key)
            if self.client_ca is not None:
                context.load_verify_locations(self.client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            raise ServeError(f"the TLS files cannot be used: {error.strerror or type(error).__name__}") from None
        return context


class Server:
    """One server, from its start to its end."""

    def __init__(self, options: ServeOptions, settings: Settings, say: Callable[[str], None]) -> None:
        self._options, self._settings, self._say = options, settings, say
        self._recorder = Recorder(catalogue=SERVER_CATALOGUE)
        self._logs = Logs(settings.log_level, self._recorder.count, unbuffered(sys.stderr))
        self._log = self._logs.log
        config, user_edits = options.config or settings.config_dir, options.user_edits or settings.edits_dir
        task = ProcessTask(
            config=str(config) if config else None,
            user_edits=str(user_edits) if user_edits else None,
            cpu_s=settings.claim_budget_s,
            hang_s=settings.claim_hang_s,
            message_cpu_s=settings.message_budget_s,
            memory_mib=settings.memory_limit_mib,
            most_bytes=settings.max_message_bytes,
            most_claims=settings.max_message_claims,
        )
        self._pool = ScrubPool(task, options.processes, self._note_end)
        limits = ServerLimits(settings.max_message_bytes, settings.max_outcome_bytes)
        self._api = Api(self._pool, self._recorder, limits, self._settings.today)
        self._ended = asyncio.Event()
        self._asked: list[asyncio.Task[None]] = []

    def _note_end(self) -> None:
        self._recorder.count("scrub_processes_ended_total")
        self._log.error("scrub-process-ended")

    async def run(self) -> ExitCode:
        """Serve until SIGTERM or Ctrl-C. Raises `ServeError`, and `NotLoadedError` for a broken configuration."""
        options = self._options
        listening = _listen(options)
        try:
            address = listening.getsockname()
            options.refuse_what_is_unsafe(address[0])
            tls = options.tls()
            self._logs.take_over_libraries()
            await self._pool.start()
        except BaseException:
            listening.close()
            await self._pool.close()
            raise
        self._show_loaded()
        gate = FrontGate(own_names(options.host, address[0]), options.token, tls is not None)
        service = HttpService(gate, self._api, Pages(self._api, gate), self._recorder)
        clients = Clients(service.answer)
        loop = asyncio.get_running_loop()
        serving = await loop.create_server(clients, sock=listening, backlog=_BACKLOG, ssl=tls)
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._ended.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        self._recorder.compute("scrubs_waiting", lambda: float(self._pool.waiting))
        self._log.info("serving", host=options.host, port=address[1], version=version())
        scheme = "https" if tls else "http"
        named = f"[{options.host}]" if ":" in options.host else options.host
        self._say(f"Workbench and API: {scheme}://{named}:{address[1]}/")
        await self._ended.wait()
        return await self._stop(serving, clients)

    async def _stop(self, serving: asyncio.Server, clients: Clients) -> ExitCode:
        """Take no more requests, answer those that are there, and end the processes."""
        self._log.info("stopping")
        self._api.is_stopping = clients.is_stopping = True
        serving.close()
        clients.break_off(only_idle=True)
        code = ExitCode.STOPPED
        try:
            async with asyncio.timeout(self._settings.stop_grace_s):
                await clients.at_rest()
        except TimeoutError:
            code = ExitCode.STOP_DEADLINE
        # What was written is read within moments, or not at all.
        await asyncio.sleep(_LOOK_AGAIN_S)
        clients.break_off()
        await self._pool.close()
        self._log.info("stopped", exit_code=int(code))
        self._logs.close()
        return code

    def _show_loaded(self) -> None:
        loaded, recorder = self._pool.loaded, self._recorder
        recorder.know_edits(loaded.edits)
        recorder.know_payers(loaded.profiles)
        recorder.set("ruleset_info", 1.0, loaded.ruleset)
        recorder.set("reference_info", 1.0, loaded.reference)

    def _reload(self) -> None:
        self._asked = [task for task in self._asked if not task.done()]
        self._asked.append(asyncio.create_task(self._load_again()))

    async def _load_again(self) -> None:
        """Read tables, profiles, guides and edits again; what is broken is refused whole."""
        before = self._pool.loaded
        try:
            await self._pool.start()
        except NotLoadedError as error:
            self._log.error("configuration-rejected", audit=True, asked_by="sighup", problem=str(error))
            return
        loaded = self._pool.loaded
        if (before.ruleset, before.reference) != (loaded.ruleset, loaded.reference):
            self._recorder.forget("ruleset_info", before.ruleset)
            self._recorder.forget("reference_info", before.reference)
        self._show_loaded()
        self._log.info(
            "reference-swapped", audit=True, asked_by="sighup", digest=loaded.reference, ruleset=loaded.ruleset
        )


_LOOK_AGAIN_S: Final = 0.05


def _listen(options: ServeOptions) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ServeError(f"cannot listen on {options.host}:{options.port}: {error.strerror or error}") from None


def serve(options: ServeOptions, settings: Settings, say: Callable[[str], None]) -> ExitCode:
    """Run a server to its end. Raises `ServeError` and `NotLoadedError`."""

    async def run() -> ExitCode:
        return await Server(options, settings, say).run()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(run())
