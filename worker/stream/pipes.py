"""How our processes speak to each other over pipes: MessagePack behind four bytes of length."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Final, Never

import msgspec

LENGTH_BYTES: Final = 4
_ENCODER: Final = msgspec.msgpack.Encoder()


def framed(message: msgspec.Struct) -> bytes:
    """Return a message as it goes through a pipe."""
    written = _ENCODER.encode(message)
    return len(written).to_bytes(LENGTH_BYTES, "big") + written


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next message of a pipe; None at its end."""
    head = stream.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "big")
    written = stream.read(length)
    return written if len(written) == length else None


def serve_stdio(serve: Callable[[BinaryIO, BinaryIO], None]) -> Never:
    """Serve one pipe from stdin to stdout, and end the process; signals are the business of who started it.

    Whatever else writes to stdout writes to stderr instead.
    """
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with suppress(BrokenPipeError):  # who started it was killed: nobody reads the answer
        serve(sys.stdin.buffer, answers)
    # Every answer is flushed; to take the tables apart would take a second.
    os._exit(0)
