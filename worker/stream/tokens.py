"""Hands the broker a bearer token from a file that something else renews, such as a projected volume or a sidecar."""

import asyncio
from pathlib import Path

from aiokafka.abc import AbstractTokenProvider


class FileToken(AbstractTokenProvider):
    """Reads the token anew for each connection: a token that was renewed is used at the next one."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def token(self) -> str:
        """Return the token. Raises `OSError` if the file is gone."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> str:
        return self._file.read_text(encoding="utf-8").strip()
