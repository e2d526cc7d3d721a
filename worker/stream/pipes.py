"""How our processes speak to each other over pipes: MessagePack behind four bytes of length."""

from typing import BinaryIO, Final

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
