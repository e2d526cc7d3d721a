"""The operator's settings: each field is a CLAIMSCRUB_ variable, and good or bad by itself."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.dead_letter import HEADER_NAMESPACE
from schemas.topics import FIRST_SERIES, HISTORY_DAYS, MAX_OUTCOME_BYTES

ENV_PREFIX: Final = "CLAIMSCRUB_"

CLAIM_BUDGET_S: Final = 2.0
"""Seconds of processor time for one claim where nothing else is set."""

_MIB: Final = 1024 * 1024
_OWN_HEADERS: Final = (HEADER_NAMESPACE, "ce_")
_OTHER_HEADERS: Final = frozenset({"content-type", "traceparent"})
_TOPIC_NAME: Final = r"^[A-Za-z0-9._-]*$"


class DeliveryGuarantee(StrEnum):
    """The guarantee to a reader of the outcomes."""

    EXACTLY_ONCE = "exactly-once"
    AT_LEAST_ONCE = "at-least-once"


class Acknowledgements(StrEnum):
    """Whether X12 messages are answered on a topic, and in which form."""

    OFF = "off"
    X12 = "x12"
    JSON = "json"


class HistoryMode(StrEnum):
    """Whether earlier claims of a patient are remembered, and how the claims of one come together."""

    OFF = "off"
    ROUTED = "routed"
    """Workers split what comes in into single claims and place them by patient."""
    KEYED = "keyed"
    """Senders place single claims by patient."""


class SchemaIdPlace(StrEnum):
    """Where outcomes name their schema in a registry."""

    OFF = "off"
    HEADER = "header"
    """In the header `__value_schema_id`; the value stays as it is."""
    ENVELOPE = "envelope"
    """In five bytes before the value."""


class SecurityProtocol(StrEnum):
    """How the connection to the broker is protected."""

    PLAINTEXT = "plaintext"
    TLS = "tls"
    SASL_PLAINTEXT = "sasl-plaintext"
    SASL_TLS = "sasl-tls"


class SettingsFields(BaseModel):
    """The fields of the settings, and what follows from few of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    bootstrap_servers: Annotated[str, Field(min_length=1)] = Field(
        default="127.0.0.1:9092",
        description="Kafka brokers to start from, as host:port, separated by commas.",
    )
    group_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._-]+$")] = Field(
        default="claimscrub",
        description="Consumer group; workers of one group share the partitions.",
    )
    delivery: DeliveryGuarantee = Field(
        default=DeliveryGuarantee.EXACTLY_ONCE,
        description="exactly-once (transactions) or at-least-once (for brokers without transactions).",
    )
    topic_prefix: Annotated[str, Field(max_length=100, pattern=_TOPIC_NAME)] = Field(
        default="",
        description="Put before every topic name, so that several environments can share one broker.",
    )
    batch_max_claims: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=500,
        description="Most messages of a partition that are on their way at once, and that are suspected when a worker "
        "dies.",
    )
    batch_max_bytes: Annotated[int, Field(ge=1024, le=256 * _MIB)] = Field(
        default=_MIB,
        description="Most bytes of messages of a partition that are scrubbed before they are handed over.",
    )
    max_message_bytes: Annotated[int, Field(ge=1024, le=64 * _MIB)] = Field(
        default=_MIB,
        description="Largest message, with its headers, that is read as a claim; a larger one is a dead letter.",
    )
    max_outcome_bytes: Annotated[int, Field(ge=1024, le=64 * _MIB)] = Field(
        default=MAX_OUTCOME_BYTES,
        description="Largest record that the worker sends; the outcome topics must accept it.",
    )
    max_message_claims: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=25_000,
        description="Most claims in one message; with more it is one dead letter. An 837 should hold at most 5,000.",
    )
    max_message_outcome_bytes: Annotated[int, Field(ge=1024, le=1024 * _MIB)] = Field(
        default=192 * _MIB,
        description="Most bytes of outcomes of one message, which leave in one transaction; with more it is one dead "
        "letter.",
    )
    message_budget_s: Annotated[float, Field(ge=1, le=600)] = Field(
        default=60.0,
        description="Seconds of processor time for all claims of one message; with more it is one dead letter.",
    )
    forward_headers: str = Field(
        default="",
        description="Names of headers, separated by commas, that results have as their message had them; never ones "
        "that may identify a person.",
    )
    submit_x12: bool = Field(
        default=False,
        description="Also write the clean claims of each message as an 837, with the fixes that the profile has made.",
    )
    acknowledge: Acknowledgements = Field(
        default=Acknowledgements.OFF,
        description="Also answer X12 messages: off, x12 (TA1 where asked for, 999, 277CA) or json (the same as JSON).",
    )
    history: HistoryMode = Field(
        default=HistoryMode.OFF,
        description="Remember earlier claims of each patient: off, routed (workers place claims by patient) or keyed "
        "(senders do).",
    )
    history_key_file: Path | None = Field(
        default=None,
        description="File with the secret under which patients are remembered; `claimscrub history key` makes one.",
    )
    history_dir: Path | None = Field(
        default=None,
        description="Folder of this worker alone for its part of the memory, on a volume that outlives a restart.",
    )
    history_days: Annotated[int, Field(ge=1, le=3660)] = Field(
        default=HISTORY_DAYS,
        description="Days for which a claim is remembered.",
    )
    history_series: Annotated[int, Field(ge=1, le=9999)] = Field(
        default=FIRST_SERIES,
        description="Which copy of the memory's topics is in use; `claimscrub history repartition` makes the next one.",
    )
    late_documentation: bool = Field(
        default=False,
        description="Keep pended claims whole, read documentation that comes later, and scrub them again with it; "
        "needs CLAIMSCRUB_HISTORY.",
    )
    pended_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=45,
        description="Days for which a pended claim is waited for; then it is rejected by DOC-11.",
    )
    document_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=14,
        description="Days for which a document waits for its claim; then it is a dead letter.",
    )
    learn: bool = Field(
        default=False,
        description="Have the topic of payers' answers, which `claimscrub learner` joins with outcomes.",
    )
    learn_dir: Path | None = Field(
        default=None,
        description="Folder of `claimscrub learner` alone, on a volume that outlives a restart; it holds PHI.",
    )
    learn_days: Annotated[int, Field(ge=1, le=3660)] = Field(
        default=HISTORY_DAYS,
        description="Days for which `claimscrub learner` keeps a claim after its outcome or its last answer.",
    )
    claim_budget_s: Annotated[float, Field(ge=0.1, le=60)] = Field(
        default=CLAIM_BUDGET_S,
        description="Seconds of processor time for one claim; the edit that runs then is reported as failed.",
    )
    claim_hang_s: Annotated[float, Field(ge=1, le=600)] = Field(
        default=20.0,
        description="Seconds after which a claim that holds the worker ends it; the third time it is a dead letter.",
    )
    memory_limit_mib: Annotated[int, Field(ge=0, le=1024 * 1024)] = Field(
        default=2048,
        description="Most memory of the worker in MiB; an edit that asks for more fails. 0 sets no limit.",
    )
    dead_letter_limit_window: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=1000,
        description="Messages of a partition over which the share of dead letters that may be our fault is taken; "
        "0 sets no limit.",
    )
    dead_letter_limit_share: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.5,
        description="Share of dead letters that may be our fault (internal-error, over-budget, crash-loop) at which a "
        "worker takes no more claims, until new tables or a restart.",
    )
    session_timeout_s: Annotated[int, Field(ge=6, le=300)] = Field(
        default=10,
        description="Seconds until the group gives a silent worker's partitions to another.",
    )
    transaction_timeout_s: Annotated[int, Field(ge=10, le=900)] = Field(
        default=15,
        description="Seconds until the broker aborts the open transaction of a worker that died, for which readers of "
        "outcomes wait at most; a batch that the broker does not take for so long ends the worker.",
    )
    instance_id: Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9._-]+$")] | None = Field(
        default=None,
        description="Fixed name of this worker in the group, as the pod name: a restart keeps its partitions.",
    )
    http_host: Annotated[str, Field(min_length=1)] = Field(
        default="127.0.0.1",
        description="Address of the status page at /, of /livez, /readyz and /metrics.",
    )
    http_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=9464,
        description="Port of the status page, /livez, /readyz and /metrics; 0 lets the system choose.",
    )
    stop_grace_s: Annotated[int, Field(ge=2, le=600)] = Field(
        default=20,
        description="Seconds from SIGTERM until the worker is gone, whatever happens.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Least level that is logged.",
    )
    config_dir: Path | None = Field(
        default=None,
        description="Folder with payers, guides and reference tables; the ones in the package if not set.",
    )
    edits_dir: Path | None = Field(
        default=None,
        description="Folder with your own edits, one Python file each; config/README.md explains how to write one.",
    )
    allow_writable_edits: bool = Field(
        default=False,
        description="Allow your own edits to be writable by group or others; what they write runs in the worker.",
    )
    cache_dir: Path | None = Field(
        default=None,
        description="Folder where compiled tables are kept for the next start; the user's cache folder if not set.",
    )
    shadow_config_dir: Path | None = Field(
        default=None,
        description="Folder with a second configuration that judges every claim beside the first and changes nothing; "
        "differences go to a topic. Without tables of its own it has those in force.",
    )
    shadow_edits_dir: Path | None = Field(
        default=None,
        description="Folder with the own edits of the second configuration; CLAIMSCRUB_EDITS_DIR if not set.",
    )
    shadow_share: Annotated[float, Field(ge=0.1, le=100)] = Field(
        default=2.0,
        description="Most time of the second configuration as a multiple of that of the first over 1,000 claims; above "
        "it is switched off. The same configuration takes about 1.",
    )
    reference_root: Path | None = Field(
        default=None,
        description="A notice may name reference tables below this folder only; CLAIMSCRUB_CONFIG_DIR if not set.",
    )
    traces_endpoint: str | None = Field(
        default=None,
        description="OTLP/HTTP address for spans, as http://127.0.0.1:4318/v1/traces; none are made if not set.",
    )
    operator: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None,
        description="Who runs this worker, for the audit lines; the user of the operating system if not set.",
    )
    revision: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        default="unknown",
        description="Commit that the worker was built from; the image sets it.",
    )
    audit_file: Path | None = Field(
        default=None,
        description="File for a JSON line on each replay, published table and revealed message; stderr if not set.",
    )
    as_of: date | None = Field(
        default=None,
        description="Pretend that every claim was received on this day (YYYY-MM-DD), for demos and replays.",
    )
    time_zone: str = Field(
        default="America/New_York",
        description="Zone in which a record's timestamp becomes the day of receipt.",
    )
    security: SecurityProtocol = Field(
        default=SecurityProtocol.PLAINTEXT,
        description="plaintext, tls, sasl-plaintext or sasl-tls; the plain ones only to this host.",
    )
    allow_insecure: bool = Field(
        default=False,
        description="Allow a connection without TLS to another host; claims then cross the network readable.",
    )
    tls_ca_file: Path | None = Field(
        default=None,
        description="PEM file with the authorities that sign the brokers' certificates; if not set, the system's.",
    )
    tls_cert_file: Path | None = Field(
        default=None,
        description="PEM file with this worker's certificate, for brokers that ask for one.",
    )
    tls_key_file: Path | None = Field(
        default=None,
        description="PEM file with the key of this worker's certificate.",
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        default="SCRAM-SHA-512",
        description="How the worker proves who it is under sasl-plaintext and sasl-tls.",
    )
    sasl_username: str | None = Field(
        default=None,
        description="User name for SASL.",
    )
    sasl_password_file: Path | None = Field(
        default=None,
        description="File that holds the password for SASL, and nothing else.",
    )
    sasl_token_file: Path | None = Field(
        default=None,
        description="File that holds the bearer token for OAUTHBEARER; read again for each connection.",
    )
    registry_url: str | None = Field(
        default=None,
        description="Address of a schema registry with the REST API of Confluent, in which `claimscrub topics create` "
        "registers the schemas, as https://registry.example:8081.",
    )
    registry_ca_file: Path | None = Field(
        default=None,
        description="PEM file with the authorities that sign the registry's certificate; if not set, the system's.",
    )
    registry_username: Annotated[str, Field(min_length=1, pattern=r"^[^:]+$")] | None = Field(
        default=None,
        description="User name for the registry.",
    )
    registry_password_file: Path | None = Field(
        default=None,
        description="File that holds the password for the registry, and nothing else.",
    )
    registry_token_file: Path | None = Field(
        default=None,
        description="File that holds a bearer token for the registry, in place of name and password.",
    )
    schema_ids: SchemaIdPlace = Field(
        default=SchemaIdPlace.OFF,
        description="Where outcomes name their schema in the registry: off, header (__value_schema_id) or envelope "
        "(five bytes before the JSON); needs CLAIMSCRUB_REGISTRY_URL.",
    )
    accept_envelopes: bool = Field(
        default=False,
        description="Read JSON behind the five bytes that a registry's serializer writes; otherwise such a message is "
        "a dead letter.",
    )

    @field_validator("time_zone")
    @classmethod
    def _is_known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # likewise for a path, and for a folder of zones
            raise ValueError("is not a time zone of the IANA database") from None
        return value

    @field_validator("bootstrap_servers")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        for server in value.split(","):
            host, _, port = server.strip().rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) <= 65535 or "@" in host or "/" in host:  # noqa: PLR2004
                raise ValueError("must be host:port, separated by commas, without credentials")
        return value

    @field_validator("forward_headers")
    @classmethod
    def _are_names_of_others(cls, value: str) -> str:
        for name in _names(value):
            if name.startswith(_OWN_HEADERS) or name in _OTHER_HEADERS:
                raise ValueError(
                    "must name headers of your own: not content-type, traceparent, ce_... or claimscrub-..."
                )
        return value

    @field_validator("traces_endpoint", "registry_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        try:
            parts = urlsplit(value or "http://none")
            # The status page shows it, so there is no place in it for a key.
            is_bare = "@" not in parts.netloc and not parts.query
            is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and is_bare
        except ValueError:
            is_good = False
        if not is_good:
            raise ValueError("must be an address that begins with http:// or https://, without credentials")
        return value

    @property
    def brokers(self) -> tuple[str, ...]:
        """Return the host:port of every broker to start from."""
        return tuple(server.strip() for server in self.bootstrap_servers.split(","))

    @property
    def forwarded_headers(self) -> frozenset[str]:
        """Return the names of the headers that are passed on, in lower case."""
        return _names(self.forward_headers)

    @property
    def uses_tls(self) -> bool:
        """Return whether the connection is encrypted."""
        return self.security in {SecurityProtocol.TLS, SecurityProtocol.SASL_TLS}

    @property
    def uses_sasl(self) -> bool:
        """Return whether the worker logs in."""
        return self.security in {SecurityProtocol.SASL_PLAINTEXT, SecurityProtocol.SASL_TLS}

    @property
    def uses_token(self) -> bool:
        """Return whether the worker logs in with a bearer token instead of a name and a password."""
        return self.sasl_mechanism == "OAUTHBEARER"


def _names(listed: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in listed.split(",")) - {""}
