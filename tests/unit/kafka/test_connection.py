"""How the clients connect: ours and Faust's in the same way."""

import ssl
from pathlib import Path

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from worker.kafka.connection import client_options
from worker.settings import Settings
from worker.stream.faust_app import credentials


def _settings(folder: Path, **more: object) -> Settings:
    secret = folder / "secret"
    secret.write_text("hunter2\n")
    return Settings.model_validate(
        {"sasl_username": "worker", "sasl_password_file": secret, "sasl_token_file": secret, **more}
    )


@pytest.mark.parametrize("security", ["plaintext", "tls", "sasl-plaintext", "sasl-tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"])
async def test_fausts_consumer_connects_as_our_own_clients_do(tmp_path: Path, security: str, mechanism: str) -> None:
    """The same protocol, mechanism, name, secret and TLS context under every combination of settings."""
    settings = _settings(tmp_path, security=security, sasl_mechanism=mechanism)

    ours = client_options(settings)
    fausts = dict(credentials_to_aiokafka_auth(credentials(settings), None))

    assert ours["security_protocol"] == fausts["security_protocol"]
    for name in ("sasl_mechanism", "sasl_plain_username", "sasl_plain_password"):
        assert ours.get(name) == fausts.get(name)
    for options in (ours, fausts):
        assert (options.get("ssl_context") is not None) == settings.uses_tls
        provider = options.get("sasl_oauth_token_provider")
        assert (provider is not None) == (settings.uses_sasl and settings.uses_token)
        assert provider is None or await provider.token() == "hunter2"


def test_a_tls_connection_checks_the_broker(tmp_path: Path) -> None:
    """TLS 1.2 at least, the host's name, and a certificate that somebody known has signed."""
    context: ssl.SSLContext = client_options(_settings(tmp_path, security="tls"))["ssl_context"]

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


async def test_a_renewed_token_is_used_for_the_next_connection(tmp_path: Path) -> None:
    """The file is read again each time."""
    settings = _settings(tmp_path, security="sasl-tls", sasl_mechanism="OAUTHBEARER")
    provider = client_options(settings)["sasl_oauth_token_provider"]
    assert await provider.token() == "hunter2"

    (tmp_path / "secret").write_text("renewed")

    assert await provider.token() == "renewed"
