"""The reference agent: listens for notices that a new edition of a reference table is out.

A notice moves no data: the operator's own import does. It is checked, logged and counted, so that a
worker that runs on an old edition can be seen.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from worker.stream.shell import Shell

_MAX_NOTICE_BYTES: Final = 64 * 1024
_NAME: Final = r"^[a-z0-9][a-z0-9._-]{0,63}$"


class ReferenceNotice(BaseModel):
    """A new edition of a reference table is out."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, strict=True)

    table: Annotated[str, Field(pattern=_NAME)]
    edition: Annotated[str, Field(pattern=_NAME)]


def read_notice(value: bytes | None) -> ReferenceNotice | None:
    """Return the notice in a message; none if it is not one."""
    if value is None or len(value) > _MAX_NOTICE_BYTES:
        return None
    try:
        return ReferenceNotice.model_validate_json(value)
    except ValidationError:
        return None


def attach_reference(shell: Shell) -> None:
    """Add the reference agent to the app."""
    topic = shell.app.topic(
        shell.settings.topics.reference_updates,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )

    async def reference(stream: Any) -> None:  # Any: Faust's stream; it has no types for what it yields here
        async for value in stream:
            note(shell, value)

    shell.app.agent(topic, name="reference", concurrency=1)(reference)


def note(shell: Shell, value: bytes | None) -> None:
    """Log and count one notice; a message that is none is counted as rejected."""
    notice = read_notice(value)
    if notice is None:
        shell.recorder.count("reference_updates_total", "rejected")
        shell.log.warning("reference-notice-rejected")
        return
    shell.recorder.count("reference_updates_total", "accepted")
    shell.log.info("reference-notice", table=notice.table, edition=notice.edition)
