"""Builds the Faust app: what it may do, and above all what it may not."""

from typing import Final

import faust
from faust.auth import OAuthCredentials
from yarl import URL

from worker.kafka.connection import METADATA_MS, tls_context
from worker.kafka.record_batches import allow_unpacked, guard_consumers
from worker.kafka.tokens import FileToken
from worker.settings import Settings
from worker.stream.committer import client_id_of, process_name
from worker.stream.faust_transport import Faust, NoTables, Transport, count_jumps, pace_fetches

HEARTBEAT_S: Final = 3.0
_BUFFERED_MESSAGES: Final = 256
_HEADERS_BYTES: Final = 64 * 1024
_REQUEST_TIMEOUT_S: Final = 90.0
_COMMIT_EVERY: Final = 100
_COMMIT_INTERVAL_S: Final = 0.5


class _App(faust.App):
    def _create_directories(self) -> None:
        """Create none: there are no tables, and the worker's file system is read-only."""


def build_app(settings: Settings) -> Faust:
    """Return the app, not started.

    It starts no web server, declares no topic, keeps no table, and never commits an offset of a claim:
    Faust's own exactly-once sends outcomes outside the transaction that holds the offsets, and its own
    commits go on after a produce that failed.
    """
    guard_consumers()
    count_jumps()
    pace_fetches()
    allow_unpacked(settings.max_message_bytes + _HEADERS_BYTES)
    app = _App(
        settings.group_id,
        # Faust reads variables such as BROKER_URL and lets them win over what the code says.
        env={},
        broker=[URL(f"kafka://{server}") for server in settings.brokers],
        broker_credentials=credentials(settings),
        # Whoever comes after this process looks for it among the members by this name.
        broker_client_id=client_id_of(process_name(settings)),
        broker_session_timeout=float(settings.session_timeout_s),
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_request_timeout=_REQUEST_TIMEOUT_S,
        broker_commit_every=_COMMIT_EVERY,
        broker_commit_interval=_COMMIT_INTERVAL_S,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_MS,
        consumer_group_instance_id=settings.instance_id,
        consumer_max_fetch_size=max(settings.max_message_bytes, 1024 * 1024),
        key_serializer="raw",
        value_serializer="raw",
        processing_guarantee="at_least_once",
        store="memory://",
        # Counted in messages, so memory is bounded by this times the largest message.
        stream_buffer_maxsize=_BUFFERED_MESSAGES,
        # Waiting for the stream has no deadline: one hung event and SIGTERM would never end.
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        TableManager=NoTables,
        web_enabled=False,
        worker_redirect_stdouts=False,
        autodiscover=False,
        logging_config=None,
        loghandlers=[],
    )
    app.transport = Transport([URL(f"kafka://{server}") for server in settings.brokers], app)
    return app


def credentials(settings: Settings) -> faust.types.auth.CredentialsT | None:
    """Return how Faust's consumer proves who it is; the same as for our own clients."""
    context = tls_context(settings)
    if settings.uses_sasl and settings.uses_token and settings.sasl_token_file is not None:
        return OAuthCredentials(oauth_cb=FileToken(settings.sasl_token_file), ssl_context=context)
    if settings.uses_sasl:
        return faust.SASLCredentials(
            mechanism=settings.sasl_mechanism,
            username=settings.sasl_username,
            password=settings.sasl_password().get_secret_value(),
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)
