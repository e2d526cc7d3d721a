"""Every topic: name, key, content, retention, and whether it holds PHI."""

from dataclasses import dataclass, replace
from typing import Final, Literal

_DAY_MS: Final = 24 * 60 * 60 * 1000
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as the worker expects to find it on the broker.

    Attributes:
        name: The name without a prefix.
        role: The worker's name for it.
        direction: `in` if the worker reads it, `out` if it writes it.
        key: The record key; never anything that identifies a person.
        schema: The name of the message in the AsyncAPI document; None when the value is the message as received.
        partitions: How many partitions `claimscrub` creates.
        retention_ms: How long records are kept; -1 keeps them.
        cleanup_policy: Kafka's `cleanup.policy`.
        max_message_bytes: Kafka's `max.message.bytes`.
        has_phi: Whether values identify people, so that access and retention follow HIPAA.
        meaning: What it carries, in one sentence.
    """

    name: str
    role: str
    direction: Literal["in", "out"]
    key: str
    schema: str | None
    partitions: int
    retention_ms: int
    cleanup_policy: Literal["delete", "compact"]
    max_message_bytes: int
    has_phi: bool
    meaning: str

    @property
    def config(self) -> dict[str, str]:
        """Return the topic's settings as Kafka names them."""
        return {
            "cleanup.policy": self.cleanup_policy,
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_message_bytes),
        }


_CLAIM_KEY: Final = "an opaque id of the claim: random or a salted hash, never PHI"
_CLAIM_PARTITIONS: Final = 6

MAX_OUTCOME_BYTES: Final = 4 * _MIB
"""The largest record that the worker writes: a claim of 1 MiB with its findings and headers fits."""

INBOUND: Final = Topic(
    name="claims.inbound.v1",
    role="inbound",
    direction="in",
    key=_CLAIM_KEY,
    schema="claim",
    partitions=_CLAIM_PARTITIONS,
    retention_ms=7 * _DAY_MS,
    cleanup_policy="delete",
    max_message_bytes=2 * _MIB,
    has_phi=True,
    meaning="Claims to scrub: one as JSON, a FHIR Claim or Bundle, or X12 837s with content type application/edi-x12.",
)
SCRUBBED: Final = Topic(
    name="claims.scrubbed.v1",
    role="scrubbed",
    direction="out",
    key="the key of the inbound message",
    schema="outcome",
    partitions=_CLAIM_PARTITIONS,
    retention_ms=7 * _DAY_MS,
    cleanup_policy="delete",
    max_message_bytes=MAX_OUTCOME_BYTES,
    has_phi=True,
    meaning="Claims in which nothing was found that a payer would reject or pend.",
)
REJECTED: Final = replace(
    SCRUBBED,
    name="claims.rejected.v1",
    role="rejected",
    meaning="Claims that a payer would reject, with the findings that explain why.",
)
PENDED: Final = replace(
    SCRUBBED,
    name="claims.pended.v1",
    role="pended",
    meaning="Claims that a person has to look at, with the findings that explain why.",
)
DEAD_LETTER: Final = replace(
    SCRUBBED,
    name="claims.dead-letter.v1",
    role="dead-letter",
    schema=None,
    retention_ms=14 * _DAY_MS,
    meaning="Messages that are not a claim, unchanged, with headers that give the reason.",
)
SUBMIT: Final = replace(
    SCRUBBED,
    name="claims.submit.x12.v1",
    role="submit",
    schema="submission",
    meaning="Clean claims as 837s, an interchange for those of one message; only where CLAIMSCRUB_SUBMIT_X12 is true.",
)
ACKNOWLEDGEMENTS: Final = replace(
    SCRUBBED,
    name="claims.acknowledgements.v1",
    role="acknowledgements",
    schema="acknowledgement",
    meaning="Answers to X12 messages: TA1, 999 and 277CA, as X12 or JSON; only where CLAIMSCRUB_ACKNOWLEDGE is set.",
)
REFERENCE_UPDATES: Final = Topic(
    name="reference.updates.v1",
    role="reference-updates",
    direction="in",
    key="the digest of the reference tables, so that compaction keeps one notice for each",
    schema="reference-update",
    partitions=1,
    retention_ms=-1,
    cleanup_policy="compact",
    max_message_bytes=_MIB,
    has_phi=False,
    meaning="Notices to workers to swap to the reference tables of another folder.",
)

TOPICS: Final = (INBOUND, SCRUBBED, REJECTED, PENDED, DEAD_LETTER, SUBMIT, ACKNOWLEDGEMENTS, REFERENCE_UPDATES)


@dataclass(frozen=True, slots=True)
class TopicNames:
    """The names in force, with the deployment's prefix."""

    inbound: str
    scrubbed: str
    rejected: str
    pended: str
    dead_letter: str
    submit: str
    acknowledgements: str
    reference_updates: str


def topic_names(prefix: str = "") -> TopicNames:
    """Return the names of all topics under a prefix, so that lanes can share one broker."""
    return TopicNames(
        inbound=prefix + INBOUND.name,
        scrubbed=prefix + SCRUBBED.name,
        rejected=prefix + REJECTED.name,
        pended=prefix + PENDED.name,
        dead_letter=prefix + DEAD_LETTER.name,
        submit=prefix + SUBMIT.name,
        acknowledgements=prefix + ACKNOWLEDGEMENTS.name,
        reference_updates=prefix + REFERENCE_UPDATES.name,
    )


def topics_under(prefix: str = "") -> tuple[Topic, ...]:
    """Return all topics with their names under a prefix."""
    return tuple(replace(topic, name=prefix + topic.name) for topic in TOPICS)
