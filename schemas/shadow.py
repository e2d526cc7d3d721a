"""What a shadow would have done otherwise: the message on the topic of differences."""

from typing import Final

from pydantic import Field

from schemas.outcome import Disposition, Message, Number, Severity

SCHEMA_VERSION: Final = "1"


class ShadowFinding(Message):
    """A finding that only one of the two has."""

    edit: str
    severity: Severity


class ShadowVersions(Message):
    """Digests of the edits with their settings and of the tables, and the payer profile of the claim."""

    ruleset: str
    reference: str
    profile: str


class ShadowDifference(Message):
    """How a second configuration judges a claim otherwise than the one in force, whose outcome is not affected.

    It holds nothing of the claim but its total charge.
    """

    schema_version: str = Field(default=SCHEMA_VERSION, description="major version of this message")
    outcome_id: str = Field(description="the id of the outcome that was published")
    before: Disposition = Field(description="where the claim went, by the configuration in force")
    after: Disposition = Field(description="where it would have gone by the shadow")
    charge: Number | None = Field(default=None, description="its total charge in dollars, where it can be read")
    new: tuple[ShadowFinding, ...] = Field(default=(), description="findings that only the shadow has")
    gone: tuple[ShadowFinding, ...] = Field(default=(), description="findings that the shadow does not have")
    undecided: tuple[str, ...] = Field(default=(), description="edits that have no data or fail in the shadow only")
    decided: tuple[str, ...] = Field(
        default=(), description="edits that have no data or fail everywhere but in the shadow"
    )
    in_force: ShadowVersions = Field(description="what judged the claim")
    shadow: ShadowVersions = Field(description="what judged it beside that")
