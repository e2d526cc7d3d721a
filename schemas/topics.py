"""Every topic, declared once: name, key, content, retention, and whether it holds PHI."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, Self, overload

_DAY_MS: Final = 24 * 60 * 60 * 1000
_MIB: Final = 1024 * 1024

HISTORY_DAYS: Final = 400
"""How long a claim is remembered where nothing else is set: a year, and a month for what comes late."""

HISTORY_MARGIN_DAYS: Final = 30
"""How much longer its record is kept than it is looked at."""


FIRST_SERIES: Final = 1
"""The topics of a memory that was never copied to another number of partitions."""


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A kind of message, as the AsyncAPI document describes it.

    Attributes:
        name: Its name in the AsyncAPI document; of `json`, also that of its schema in `schemas/json`.
        title: A few words.
        form: `json` as a schema says, `x12` as X12 or JSON, `bytes` for whatever came in.
        summary: What it holds, in one sentence, where the title does not say it.
        is_event: Whether it has the headers of a CloudEvent.
    """

    name: str
    title: str
    form: Literal["json", "x12", "bytes"]
    summary: str | None = None
    is_event: bool = False


CLAIM: Final = MessageKind(
    "claim",
    "Claim",
    "json",
    "A claim as JSON, as the schema says; FHIR R4 Claims and Bundles and 837 interchanges are read as well.",
)
OUTCOME: Final = MessageKind("outcome", "Outcome", "json", is_event=True)
DEAD_LETTER: Final = MessageKind(
    "dead-letter",
    "Dead letter",
    "bytes",
    "The inbound message unchanged, with its own headers first and ours behind them.",
    is_event=True,
)
SUBMISSION: Final = MessageKind(
    "submission",
    "Submission",
    "x12",
    "An interchange of 837P or 837I (005010X222A1, 005010X223A2) with clean claims.",
    is_event=True,
)
ACKNOWLEDGEMENT: Final = MessageKind(
    "acknowledgement",
    "Acknowledgement",
    "x12",
    "A TA1, a 999 (005010X231A1) or a 277CA (005010X214), as X12 or as JSON; ce_type says which.",
    is_event=True,
)
ROUTED_CLAIM: Final = MessageKind(
    "routed-claim",
    "Claim of a patient",
    "bytes",
    "One claim as JSON with the headers that its message had; claimscrub-origin holds its place there, claimscrub-key "
    "the key. What could not be read is here unchanged.",
)
HISTORY_ENTRY: Final = MessageKind(
    "history-entry",
    "Remembered claim",
    "bytes",
    "What is kept of a claim that went out, in a form of our own: codes, days, units, amounts, and salted hashes of "
    "numbers. Empty where it is taken out.",
)
DECISION: Final = MessageKind(
    "decision",
    "Payer's decision",
    "json",
    "What a payer decided of a claim that was sent: whether it was returned, denied or paid.",
)
LATE_DOCUMENTATION: Final = MessageKind(
    "late-documentation",
    "Late documentation",
    "json",
    "What the record holds for a claim that is pended, or is about to be.",
)
PENDED_CLAIM: Final = MessageKind(
    "pended-claim",
    "Kept claim or document",
    "bytes",
    "A claim that waits for documentation, whole, or a document that waits for its claim, in a form of our own. Empty "
    "where it is taken out.",
)
PAYER_RESPONSE: Final = MessageKind(
    "payer-response",
    "Payer's answer",
    "x12",
    "Interchanges of 835 (005010X221A1), 277CA (005010X214) and 999 (005010X231A1), as the payer sent them.",
)
SHADOW_DIFFERENCE: Final = MessageKind(
    "shadow-difference",
    "Difference of a shadow",
    "json",
    "How a second configuration judges a claim otherwise than the one in force; nothing of the claim but its charge.",
    is_event=True,
)
REFERENCE_UPDATE: Final = MessageKind("reference-update", "Reference update notice", "json")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as the worker expects to find it on the broker.

    As a member of `TopicNames` it is a descriptor: the class has the topic, an instance has its full name.

    Attributes:
        name: The name without a prefix.
        direction: `in` if the worker reads it, `out` if it writes it, `both` for what workers send one another.
        key: The record key; never anything that identifies a person.
        message: The kind of its messages.
        partitions: How many partitions `claimscrub` creates; of `history` as many as where claims are judged.
        has_claim_partitions: Whether a record goes to the partition of its claim, so that all such topics need one
            partition count.
        retention_ms: How long records are kept; -1 keeps them.
        cleanup_policy: Kafka's `cleanup.policy`.
        max_message_bytes: Kafka's `max.message.bytes`.
        has_phi: Whether values identify people, so that access and retention follow HIPAA.
        meaning: What it carries, in one sentence.
        needs: The setting of the worker without which the topic is not used, where there is one: false, `off` or unset.
        needs_value: The one value of that setting with which it is used; any but those when None.
        more_config: Settings beyond those above, as Kafka names them.
        is_of_memory: Whether `claimscrub history repartition` copies it, so that its name has the number of the series.
        role: The worker's name for it: the name of the member, with hyphens.
    """

    name: str
    direction: Literal["in", "out", "both"]
    key: str
    message: MessageKind
    partitions: int
    has_claim_partitions: bool
    retention_ms: int
    cleanup_policy: Literal["delete", "compact", "compact,delete"]
    max_message_bytes: int
    has_phi: bool
    meaning: str
    needs: str | None = None
    needs_value: str | None = None
    more_config: tuple[tuple[str, str], ...] = ()
    is_of_memory: bool = False
    role: str = field(default="", kw_only=True)

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the role from the name of the member."""
        object.__setattr__(self, "role", name.replace("_", "-"))

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: "TopicNames", owner: type) -> str: ...

    def __get__(self, instance: "TopicNames | None", owner: type) -> "Self | str":
        """Return the topic, or of an instance its full name."""
        return self if instance is None else self.full_name(instance.prefix, instance.series)

    def full_name(self, prefix: str, series: int = FIRST_SERIES) -> str:
        """Return the name under a prefix; of a topic of the memory, in the series of so many copies."""
        return f"{prefix}{self.name}{f'.s{series}' if self.is_of_memory and series > FIRST_SERIES else ''}"

    @property
    def config(self) -> dict[str, str]:
        """Return the topic's settings as Kafka names them."""
        return {
            "cleanup.policy": self.cleanup_policy,
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_message_bytes),
            **dict(self.more_config),
        }

    def kept_days(self, days: int) -> Self:
        """Return the topic with records that are kept for so many days."""
        return replace(self, retention_ms=days * _DAY_MS)


MAX_OUTCOME_BYTES: Final = 4 * _MIB
"""The largest record that the worker writes: a claim of 1 MiB with its findings and headers fits."""


@dataclass(frozen=True)
class TopicNames:
    """The full names of all topics under a deployment's prefix, so that environments can share one broker.

    `series` counts the copies of the topics of a memory.
    """

    prefix: str = ""
    series: int = FIRST_SERIES

    inbound = Topic(
        name="claims.inbound.v1",
        direction="in",
        key="an opaque id of the claim: random or a salted hash, never PHI",
        message=CLAIM,
        partitions=6,
        has_claim_partitions=True,
        retention_ms=7 * _DAY_MS,
        cleanup_policy="delete",
        max_message_bytes=2 * _MIB,
        has_phi=True,
        meaning="Claims to scrub: one as JSON, a FHIR Claim or Bundle, or X12 837s with content type "
        "application/edi-x12.",
    )
    scrubbed = replace(
        inbound,
        name="claims.scrubbed.v1",
        direction="out",
        key="the key of the inbound message",
        message=OUTCOME,
        max_message_bytes=MAX_OUTCOME_BYTES,
        meaning="Claims in which nothing was found that a payer would reject or pend.",
    )
    rejected = replace(
        scrubbed,
        name="claims.rejected.v1",
        meaning="Claims that a payer would reject, with the findings that explain why.",
    )
    pended = replace(
        scrubbed,
        name="claims.pended.v1",
        meaning="Claims that a person has to look at, with the findings that explain why.",
    )
    dead_letter = replace(
        scrubbed,
        name="claims.dead-letter.v1",
        message=DEAD_LETTER,
        retention_ms=14 * _DAY_MS,
        meaning="Messages that are not a claim, unchanged, with headers that give the reason.",
    )
    submit = replace(
        scrubbed,
        name="claims.submit.x12.v1",
        message=SUBMISSION,
        meaning="Clean claims as 837s, an interchange for those of one message; only where CLAIMSCRUB_SUBMIT_X12 is "
        "true.",
        needs="submit_x12",
    )
    acknowledgements = replace(
        scrubbed,
        name="claims.acknowledgements.v1",
        message=ACKNOWLEDGEMENT,
        meaning="Answers to X12 messages: TA1, 999 and 277CA, as X12 or JSON; only where CLAIMSCRUB_ACKNOWLEDGE is "
        "set.",
        needs="acknowledge",
    )
    shadow = replace(
        scrubbed,
        name="claims.shadow.v1",
        message=SHADOW_DIFFERENCE,
        has_phi=False,
        meaning="Claims that a second configuration judges otherwise, and how; only where CLAIMSCRUB_SHADOW_CONFIG_DIR "
        "is set.",
        needs="shadow_config_dir",
    )
    by_patient = replace(
        inbound,
        name="claims.by-patient.v1",
        direction="both",
        key="a salted hash of payer and member, or of the place of a message that names none",
        message=ROUTED_CLAIM,
        partitions=24,
        has_claim_partitions=False,
        max_message_bytes=MAX_OUTCOME_BYTES,
        meaning="Single claims, those of a patient in one partition; only where CLAIMSCRUB_HISTORY is routed.",
        needs="history",
        needs_value="routed",
        is_of_memory=True,
    )
    history = replace(
        by_patient,
        name="claims.history.v1",
        direction="out",
        key="a salted hash of payer and member, and one of the place of the claim",
        message=HISTORY_ENTRY,
        retention_ms=(HISTORY_DAYS + HISTORY_MARGIN_DAYS) * _DAY_MS,
        cleanup_policy="compact,delete",
        meaning="What is remembered of each claim, from which a worker restores its memory; only where "
        "CLAIMSCRUB_HISTORY is set.",
        needs_value=None,
        more_config=(
            ("delete.retention.ms", str(7 * _DAY_MS)),
            ("max.compaction.lag.ms", str(_DAY_MS)),
        ),
    )
    decisions = replace(
        inbound,
        name="claims.decisions.v1",
        key="an opaque id of the claim: random or a salted hash, never PHI",
        message=DECISION,
        meaning="Decisions of payers on claims that were sent; only where CLAIMSCRUB_HISTORY is set.",
        needs="history",
    )
    documentation = replace(
        inbound,
        name="claims.documentation.v1",
        key="an opaque id of the document: random or a salted hash, never PHI",
        message=LATE_DOCUMENTATION,
        meaning="Documentation of claims that are pended, or are about to be; only where "
        "CLAIMSCRUB_LATE_DOCUMENTATION is true.",
        needs="late_documentation",
    )
    pending = replace(
        by_patient,
        name="claims.pending.v1",
        direction="out",
        key="a salted hash of payer and member, and one of the place of the claim or of the content of the document",
        message=PENDED_CLAIM,
        retention_ms=-1,
        cleanup_policy="compact",
        meaning="Claims that wait for documentation and documents that wait for their claim, from which a worker "
        "restores them; only where CLAIMSCRUB_LATE_DOCUMENTATION is true.",
        needs="late_documentation",
        needs_value=None,
        more_config=history.more_config,
    )
    responses = replace(
        inbound,
        name="payer.responses.v1",
        key="an opaque id of the file: random or a salted hash, never PHI",
        message=PAYER_RESPONSE,
        partitions=1,
        has_claim_partitions=False,
        max_message_bytes=MAX_OUTCOME_BYTES,
        meaning="Payers' answers to claims as X12: 835, 277CA and 999; only where CLAIMSCRUB_LEARN is true.",
        needs="learn",
    )
    reference_updates = Topic(
        name="reference.updates.v1",
        direction="in",
        key="the digest of the reference tables, so that compaction keeps one notice for each",
        message=REFERENCE_UPDATE,
        partitions=1,
        has_claim_partitions=False,
        retention_ms=-1,
        cleanup_policy="compact",
        max_message_bytes=_MIB,
        has_phi=False,
        meaning="Notices to workers to swap to the reference tables of another folder.",
    )


TOPICS: Final = tuple(member for member in vars(TopicNames).values() if isinstance(member, Topic))
"""Every topic, without a prefix, in the order of declaration."""


def topics_under(prefix: str = "", series: int = FIRST_SERIES) -> tuple[Topic, ...]:
    """Return all topics with their names under a prefix; those of the memory in a series."""
    return tuple(replace(topic, name=topic.full_name(prefix, series)) for topic in TOPICS)
