"""Unpacks the payload of a record batch within a bound of memory.

aiokafka unpacks whatever comes: 0.4 MB of gzip become 400 MB before any of our limits applies.
"""

import struct
import zlib
from typing import Any, Final

import cramjam

from worker.errors import ClaimscrubError

_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_XERIAL: Final = b"\x82SNAPPY\x00"
_XERIAL_HEADER: Final = 16
_BLOCK_SIZE: Final = struct.Struct("!i")
_FIRST_ROOM: Final = 1024 * 1024
_MORE_ROOM: Final = 8


class UnpackingError(ClaimscrubError):
    """The payload cannot be unpacked within the bound, or cannot be parsed."""


def unpack(codec: int, payload: bytes, most: int) -> bytes:
    """Return what the payload of a batch unpacks to.

    Args:
        codec: The compression, as in the lowest three bits of the attributes of the batch.
        payload: What follows the header of the batch.
        most: Most bytes that it may unpack to.

    Raises:
        UnpackingError: It unpacks to more, or is not what the codec writes, or the codec is unknown.
    """
    try:
        match codec:
            case 0:
                return payload
            case 1:
                return _gunzip(payload, most)
            case 2:
                return _unsnap(payload, most)
            case 3:
                return _unpack_into(cramjam.lz4, payload, most)
            case 4:
                return _unpack_into(cramjam.zstd, payload, most)
    except (zlib.error, cramjam.DecompressionError, struct.error) as error:
        raise UnpackingError from error
    raise UnpackingError


def _gunzip(payload: bytes, most: int) -> bytes:
    parts, room, rest = [], most, payload
    while rest:
        member = zlib.decompressobj(_GZIP_WINDOW)
        # One byte more than there is room for distinguishes what is too large from what just fits.
        part = member.decompress(rest, room + 1)
        if len(part) > room or not member.eof:
            raise UnpackingError
        parts.append(part)
        room -= len(part)
        rest = member.unused_data
    return b"".join(parts)


def _unsnap(payload: bytes, most: int) -> bytes:
    """Unpack a raw Snappy block, or blocks in the framing of xerial's library, which the Java clients write."""
    if not payload.startswith(_XERIAL):
        return _unsnap_block(payload, most)
    parts, room, place = [], most, _XERIAL_HEADER
    while place < len(payload):
        (size,) = _BLOCK_SIZE.unpack_from(payload, place)
        place += _BLOCK_SIZE.size
        if not 0 < size <= len(payload) - place:
            raise UnpackingError
        part = _unsnap_block(payload[place : place + size], room)
        parts.append(part)
        room -= len(part)
        place += size
    return b"".join(parts)


def _unsnap_block(block: bytes, most: int) -> bytes:
    if cramjam.snappy.decompress_raw_len(block) > most:
        raise UnpackingError
    return bytes(cramjam.snappy.decompress_raw(block))


def _unpack_into(codec: Any, payload: bytes, most: int) -> bytes:  # Any: a module of cramjam, which has no types
    """Unpack into rooms of growing size: neither format must say before how long it becomes, and one that does can lie.

    The library does not unpack step by step.
    """
    room = min(_FIRST_ROOM, most)
    while True:
        found = bytearray(room)
        try:
            size = codec.decompress_into(payload, found)
        except cramjam.DecompressionError:
            if room >= most:
                raise
            room = min(room * _MORE_ROOM, most)
        else:
            return bytes(memoryview(found)[:size])
