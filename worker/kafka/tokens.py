"""Gives the broker a bearer token from a file that something else renews, such as a projected volume or a sidecar."""

import asyncio
import base64
from pathlib import Path

import orjson
from aiokafka.abc import AbstractTokenProvider


class FileToken(AbstractTokenProvider):
    """Reads the token again for each connection: a token that was renewed is used at the next one."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def token(self) -> str:
        """Return the token. Raises `OSError` if the file is gone."""
        return await asyncio.to_thread(_read, self._file)


def token_expiry(file: Path | None) -> float:
    """Return when the token in a file expires, in seconds since 1970; 0 if it is not a JWT that says so, or no file.

    Nothing is verified: that is the broker's part.
    """
    try:
        payload = _read(file).split(".")[1] if file else ""
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"])
    except (OSError, ValueError, LookupError, TypeError):
        return 0.0


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()
