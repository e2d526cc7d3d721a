"""What must hold between the fields of the settings, and of the files that they name."""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from worker.settings.fields import ENV_PREFIX, HistoryMode, SchemaIdPlace, SettingsFields


def broken_rules(fields: SettingsFields) -> list[str]:
    """Return a sentence for each rule that the fields break, without any value; none when they fit together."""
    problems = []
    if not fields.uses_tls and not fields.allow_insecure and not all(map(_is_loopback, fields.brokers)):
        problems.append(
            "CLAIMSCRUB_SECURITY: a connection without TLS is allowed to this host only "
            "(or set CLAIMSCRUB_ALLOW_INSECURE=true)"
        )
    needed = ("sasl_token_file",) if fields.uses_token else ("sasl_username", "sasl_password_file")
    if fields.uses_sasl:
        missing = [name for name in needed if getattr(fields, name) is None]
        problems.extend(f"{ENV_PREFIX}{name.upper()}: needed for SASL" for name in missing)
    if (fields.tls_cert_file is None) != (fields.tls_key_file is None):
        problems.append("CLAIMSCRUB_TLS_CERT_FILE and CLAIMSCRUB_TLS_KEY_FILE: set both or neither")
    if fields.claim_hang_s <= fields.claim_budget_s:
        problems.append("CLAIMSCRUB_CLAIM_HANG_S: must be above CLAIMSCRUB_CLAIM_BUDGET_S")
    if fields.max_outcome_bytes < fields.max_message_bytes:
        problems.append("CLAIMSCRUB_MAX_OUTCOME_BYTES: must be at least CLAIMSCRUB_MAX_MESSAGE_BYTES")
    if fields.history is not HistoryMode.OFF and fields.history_key_file is None:
        problems.append(f"CLAIMSCRUB_HISTORY_KEY_FILE: needed for CLAIMSCRUB_HISTORY={fields.history}")
    if fields.late_documentation and fields.history is HistoryMode.OFF:
        problems.append(
            "CLAIMSCRUB_LATE_DOCUMENTATION: needs CLAIMSCRUB_HISTORY=routed or keyed, by which a document comes to the "
            "worker that keeps its claim"
        )
    problems += _registry_problems(fields)
    for name in (
        "history_key_file",
        "tls_ca_file",
        "tls_cert_file",
        "tls_key_file",
        "sasl_password_file",
        "sasl_token_file",
        "registry_ca_file",
        "registry_password_file",
        "registry_token_file",
    ):
        path = getattr(fields, name)
        if path is not None and not os.access(path, os.R_OK):
            problems.append(f"{ENV_PREFIX}{name.upper()}: no file that can be read")
    return problems


def _registry_problems(fields: SettingsFields) -> list[str]:
    problems = []
    if fields.schema_ids is not SchemaIdPlace.OFF and fields.registry_url is None:
        problems.append(f"CLAIMSCRUB_REGISTRY_URL: needed for CLAIMSCRUB_SCHEMA_IDS={fields.schema_ids}")
    if (fields.registry_username is None) != (fields.registry_password_file is None):
        problems.append("CLAIMSCRUB_REGISTRY_USERNAME and CLAIMSCRUB_REGISTRY_PASSWORD_FILE: set both or neither")
    if fields.registry_username is not None and fields.registry_token_file is not None:
        problems.append("CLAIMSCRUB_REGISTRY_USERNAME and CLAIMSCRUB_REGISTRY_TOKEN_FILE: set one of them")
    address = urlsplit(fields.registry_url or "https://none")
    if address.scheme != "https" and not fields.allow_insecure and not _is_loopback_host(address.hostname or ""):
        problems.append(
            "CLAIMSCRUB_REGISTRY_URL: a connection without TLS is allowed to this host only "
            "(or set CLAIMSCRUB_ALLOW_INSECURE=true)"
        )
    return problems


def _is_loopback(server: str) -> bool:
    return _is_loopback_host(server.rpartition(":")[0].strip("[]"))


def _is_loopback_host(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
