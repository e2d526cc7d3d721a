"""Workers and commands as forks of a process that has imported what they import, and has loaded the shipped tables.

Both cost two seconds and a half of a processor, more than all that a worker does in most tests. From its own first line
to the end of the interpreter a fork does what `python -m` does, but for the tables. Tests whose subject is the start
before that line, or bytes that a new hash seed could change, start an interpreter:
`tests.stream.support.WorkerProcess`.

`python -m tests.stream.forks DESCRIPTOR` is the process that is forked; it reads requests from the socket of that
descriptor and ends when the socket is closed.
"""

import atexit
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from tests.shared_tables import share_tables
from tests.stream.patience import let_consumers_rest
from tests.stream.support import ROOT, Process, WorkerProcess
from worker.bootstrap import build_pipeline

_IMPORTED: Final = (
    "worker.agents",
    "worker.bootstrap",
    "worker.cli.commands",
    "worker.cli.dead_letters",
    "worker.cli.replay.command",
    "worker.cli.send",
    "worker.cli.tail",
    "worker.cli.topics",
    "worker.cli.worker",
)
_REQUEST_BYTES: Final = 1 << 18


class Fork:
    """A program in a fork, with the part of `subprocess.Popen` that tests use."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._status = os.fdopen(status, "rb")

    def poll(self) -> int | None:
        """Return the exit code, the negative signal that ended the process, or None while it runs."""
        return self._returncode(0)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once there is one. Raises `subprocess.TimeoutExpired`."""
        code = self._returncode(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def _returncode(self, timeout_s: float | None) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], timeout_s)[0]:
            with self._status:
                self.returncode = int(self._status.read())
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Forks:
    """The process that is forked."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def start(
        self, arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, out: int, err: int
    ) -> Fork:
        """Run `python ARGUMENTS`, which begin with "-m" and a module, in a fork with these descriptors as 1 and 2."""
        option, module, *rest = arguments
        if option != "-m":
            raise ValueError(f"only modules run in a fork, not {option}")
        request = json.dumps(
            {"module": module, "arguments": rest, "environment": dict(environment), "folder": str(folder)}
        ).encode()
        status, theirs = os.pipe()
        try:
            socket.send_fds(self._socket, [len(request).to_bytes(4)], [out, err, theirs])
            self._socket.sendall(request)
        finally:
            os.close(theirs)
        return Fork(int.from_bytes(_read(self._socket, 4)), status)

    def close(self) -> None:
        """End the process; what it forked goes on."""
        self._socket.close()
        self._process.wait()


@cache
def forks() -> Forks:
    """The one of this process."""
    made = Forks()
    atexit.register(made.close)
    return made


class ForkedWorker(WorkerProcess):
    """One worker as a fork."""

    def _start(self, program: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: IO[bytes]) -> Process:
        return forks().start(program, environment, folder, log.fileno(), log.fileno())


def run_forked(
    arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run `python ARGUMENTS` as a fork to its end. Raises `subprocess.TimeoutExpired`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code = forks().start(arguments, environment, folder, out.fileno(), err.fileno()).wait(timeout_s)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, code, out.read().decode(), err.read().decode())


def _read(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


class _Server:
    """The loop of the process that is forked."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._statuses: dict[int, int] = {}
        """The pipe on which the end of each fork is reported, by its process id."""
        self._woken, self._wakes = socket.socketpair()
        self._woken.settimeout(0)
        self._wakes.settimeout(0)

    def serve(self) -> Callable[[], object] | None:
        """Return in each fork with its program; None once the requests are at their end."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakes.fileno())
        while True:
            ready, _, _ = select.select([self._requests, self._woken], [], [])
            if self._woken in ready:
                self._woken.recv(4096)
                self._report_ends()
            if self._requests in ready:
                length, descriptors, _, _ = socket.recv_fds(self._requests, 4, 3)
                if not length:
                    return None
                request = json.loads(_read(self._requests, int.from_bytes(length)))
                out, err, status = descriptors
                pid = os.fork()
                if pid == 0:
                    return self._become(request, out, err, status)
                self._statuses[pid] = status
                os.close(out)
                os.close(err)
                self._requests.sendall(pid.to_bytes(4))

    def _report_ends(self) -> None:
        while self._statuses:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            pipe = self._statuses.pop(pid)
            os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(pipe)

    def _become(self, request: dict[str, Any], out: int, err: int, status: int) -> Callable[[], object]:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for opened in (self._requests, self._woken, self._wakes):
            opened.close()
        os.dup2(out, 1)
        os.dup2(err, 2)
        for descriptor in (out, err, status, *self._statuses.values()):
            os.close(descriptor)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = [request["module"], *request["arguments"]]
        return lambda: runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


def _main() -> None:
    requests = socket.socket(fileno=int(sys.argv[1]))
    for module in _IMPORTED:
        importlib.import_module(module)
    let_consumers_rest()
    share_tables()
    build_pipeline()  # imports the modules of the edits and loads the tables, nearly all of the rest of a start
    if threading.active_count() > 1:
        raise RuntimeError("an import has started a thread, which a fork would not have")
    program = _Server(requests).serve()
    if program is not None:
        program()


if __name__ == "__main__":
    _main()
