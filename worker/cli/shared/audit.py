"""Writes down who replayed, published or looked at what, before it happens: one JSON line each, no claim content."""

import os
import sys
from datetime import UTC, datetime

import click
import orjson

from worker.cli.shared.console import echo_json
from worker.kafka.past import PastMessage
from worker.observe.operator import user_name
from worker.settings import Settings


def audit(settings: Settings, action: str, **facts: object) -> None:
    """Append one line to CLAIMSCRUB_AUDIT_FILE, on disk before this returns; to stderr if it is not set.

    Raises `click.ClickException` when the file cannot be written: what cannot be audited is not done.
    """
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = orjson.dumps({"at": moment, "operator": settings.operator or user_name(), "action": action, **facts})
    if settings.audit_file is None:
        echo_json(line, is_error=True)
        sys.stderr.flush()
        return
    try:
        # For its owner only: places and reasons reveal more together than one by one.
        handle = os.open(settings.audit_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(handle, "ab", buffering=0) as file:  # noqa: PTH123 - the file is open already
            file.write(line + b"\n")
            os.fsync(handle)
    except OSError as error:
        raise click.ClickException(f"CLAIMSCRUB_AUDIT_FILE cannot be written ({type(error).__name__}).") from None


def place_facts(past: PastMessage) -> dict[str, object]:
    """Return the entry of an audit line for one record."""
    record, message = past.record, past.message
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "verdict": past.verdict,
        "original": {"topic": message.topic, "partition": message.partition, "offset": message.offset},
        "replays": past.replays,
    }
