"""The notice to use different reference tables, or rules: the message on the reference update topic."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAX_NOTICE_BYTES: Final = 64 * 1024


class ReferenceNotice(BaseModel):
    """Workers are to scrub with the reference tables of a folder, and perhaps to read their rules again.

    A notice moves no data: the folder is there already, at the same path for every worker.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, strict=True)

    directory: Annotated[str, Field(pattern=r"^/[^\x00]*$", max_length=1024)] = Field(
        description="Absolute path of the reference folder as the workers see it.",
    )
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="Digest of the snapshot that the folder must give; `claimscrub reference verify` shows its start.",
    )
    ruleset: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = Field(
        default=None,
        description="Digest of the rules (profiles, guides, own edits) that each worker must read from where it is "
        "configured to; where it is absent the rules stay as they are.",
    )


def read_notice(value: bytes) -> ReferenceNotice | None:
    """Return the notice in a message; None when it is not one."""
    if len(value) > MAX_NOTICE_BYTES:
        return None
    try:
        return ReferenceNotice.model_validate_json(value)
    except ValidationError:
        return None
