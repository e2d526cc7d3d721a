"""Reads the messages beside claims, such as decisions and documents: JSON that its schema accepts, or the reason."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from schemas.part import without_nulls
from worker.pipeline.steps.decode import UnreadableClaimError, read_json
from worker.pipeline.steps.schema_flaws import message_flaws

Model = TypeVar("Model", bound=BaseModel)


def read_message(
    value: bytes, model: type[Model], version: str, reads: Callable[[object], bool], words: Mapping[str, str]
) -> tuple[dict[str, Any], Model]:  # any JSON value
    """Return a message as JSON without nulls, and as its model.

    Args:
        value: Its bytes.
        model: Its model.
        version: The version of its schema, which holds where the message names none.
        reads: Whether a version that it names is read.
        words: Further words on what is wrong, by the type of pydantic's error.

    Raises:
        UnreadableClaimError: The letter holds no value of it.
    """
    if not value:
        raise UnreadableClaimError(DeadLetterReason.EMPTY, DeadLetterStage.SIZE)
    document = without_nulls(read_json(value))
    if not reads(document.get("schemaVersion", version)):
        flaw = f"$.schemaVersion: expected {version} as text, which is also read where it is absent."
        raise UnreadableClaimError(DeadLetterReason.UNSUPPORTED_VERSION, DeadLetterStage.SCHEMA, (flaw,))
    try:
        return document, model.model_validate(document)
    except ValidationError as error:
        flaws = tuple(message_flaws(error, words))
        raise UnreadableClaimError(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, flaws) from None
