"""The settings: read from an environment, checked together, never echoed."""

from pathlib import Path

import pytest

from worker.settings import DeliveryGuarantee, HistoryMode, SecurityProtocol, Settings, SettingsError

EXAMPLE = Path(__file__).parents[3] / "config" / "worker.env.example"


def test_without_variables_the_defaults_hold() -> None:
    """An empty environment gives an exactly-once worker on this host's broker."""
    settings = Settings.from_environment({"PATH": "/bin", "CLAIMSCRUB_AS_OF": ""})

    assert settings == Settings()
    assert settings.delivery is DeliveryGuarantee.EXACTLY_ONCE


def test_all_problems_are_reported_at_once_without_values() -> None:
    """Unknown names and bad values come in one error, and no value is in it."""
    environment = {
        "CLAIMSCRUB_GROUPID": "secret-1",
        "CLAIMSCRUB_HTTP_PORT": "secret-2",
        "CLAIMSCRUB_DELIVERY": "secret-3",
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": "user:secret-4@kafka:9092",
        "CLAIMSCRUB_TIME_ZONE": "secret-5",
    }

    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environment)

    named = [problem.partition(":")[0] for problem in caught.value.problems]
    assert sorted(named) == sorted(environment)
    assert "secret" not in str(caught.value)


def test_headers_are_passed_on_by_name_and_none_of_ours_is() -> None:
    """Spaces and case do not matter; what the worker writes itself cannot be named."""
    assert Settings(forward_headers=" X-Flow,x-batch ,").forwarded_headers == {"x-flow", "x-batch"}
    assert Settings().forwarded_headers == frozenset()
    for name in ("ce_id", "CE_type", "claimscrub-offset", "Content-Type", "traceparent"):
        with pytest.raises(SettingsError, match="CLAIMSCRUB_FORWARD_HEADERS"):
            Settings.from_environment({"CLAIMSCRUB_FORWARD_HEADERS": f"x-flow,{name}"})


@pytest.mark.parametrize("server", ["127.0.0.1:9092", "localhost:9092", "[::1]:9092", "127.0.0.1:1,localhost:2"])
def test_plaintext_to_this_host_is_allowed(server: str) -> None:
    """A connection that does not leave the host needs no TLS."""
    assert Settings.from_environment({"CLAIMSCRUB_BOOTSTRAP_SERVERS": server}).brokers


@pytest.mark.parametrize("security", ["plaintext", "sasl-plaintext"])
def test_plaintext_to_another_host_is_refused(security: str, tmp_path: Path) -> None:
    """Claims do not cross a network readable, unless the operator says so."""
    password = tmp_path / "password"
    password.write_text("hunter2")
    environment = {
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": "127.0.0.1:9092,kafka:9092",
        "CLAIMSCRUB_SECURITY": security,
        "CLAIMSCRUB_SASL_USERNAME": "worker",
        "CLAIMSCRUB_SASL_PASSWORD_FILE": str(password),
    }

    with pytest.raises(SettingsError, match="CLAIMSCRUB_ALLOW_INSECURE"):
        Settings.from_environment(environment)

    assert Settings.from_environment({**environment, "CLAIMSCRUB_ALLOW_INSECURE": "true"}).allow_insecure


def test_sasl_needs_a_name_and_a_password_that_no_one_prints(tmp_path: Path) -> None:
    """SASL without a name or a password file is refused; the password is read anew and shown to no one."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"CLAIMSCRUB_SECURITY": "sasl-tls"})
    assert len(caught.value.problems) == 2

    password = tmp_path / "password"
    password.write_text("hunter2\n")
    settings = Settings.from_environment(
        {
            "CLAIMSCRUB_SECURITY": "sasl-tls",
            "CLAIMSCRUB_SASL_USERNAME": "worker",
            "CLAIMSCRUB_SASL_PASSWORD_FILE": str(password),
        }
    )

    assert settings.security is SecurityProtocol.SASL_TLS
    assert settings.sasl_password().get_secret_value() == "hunter2"
    assert "hunter2" not in repr(settings) + repr(settings.sasl_password())


def test_a_bearer_token_takes_the_place_of_name_and_password(tmp_path: Path) -> None:
    """OAUTHBEARER needs a file with a token, and nothing else; the file must be there."""
    environment = {"CLAIMSCRUB_SECURITY": "sasl-tls", "CLAIMSCRUB_SASL_MECHANISM": "OAUTHBEARER"}
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environment)
    assert caught.value.problems == ("CLAIMSCRUB_SASL_TOKEN_FILE: needed for SASL",)

    token = tmp_path / "token"
    with pytest.raises(SettingsError, match="CLAIMSCRUB_SASL_TOKEN_FILE: no file"):
        Settings.from_environment({**environment, "CLAIMSCRUB_SASL_TOKEN_FILE": str(token)})
    token.write_text("hunter2")
    settings = Settings.from_environment({**environment, "CLAIMSCRUB_SASL_TOKEN_FILE": str(token)})

    assert settings.uses_token
    assert "hunter2" not in repr(settings) + settings.digest


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"SCHEMA_IDS": "header"}, "CLAIMSCRUB_REGISTRY_URL: needed for CLAIMSCRUB_SCHEMA_IDS=header"),
        ({"REGISTRY_URL": "http://registry.example:8081"},
         ("CLAIMSCRUB_REGISTRY_URL: a connection without TLS is allowed to this host only "
          "(or set CLAIMSCRUB_ALLOW_INSECURE=true)")),
        ({"REGISTRY_USERNAME": "worker"},
         "CLAIMSCRUB_REGISTRY_USERNAME and CLAIMSCRUB_REGISTRY_PASSWORD_FILE: set both or neither"),
        ({"REGISTRY_USERNAME": "worker", "REGISTRY_PASSWORD_FILE": __file__, "REGISTRY_TOKEN_FILE": __file__},
         "CLAIMSCRUB_REGISTRY_USERNAME and CLAIMSCRUB_REGISTRY_TOKEN_FILE: set one of them"),
        ({"REGISTRY_CA_FILE": "/nowhere"}, "CLAIMSCRUB_REGISTRY_CA_FILE: no file that can be read"),
    ],
)  # fmt: skip
def test_what_a_registry_needs_is_asked_for(more: dict[str, str], problem: str) -> None:
    """Before any request."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({f"CLAIMSCRUB_{name}": value for name, value in more.items()})
    assert caught.value.problems == (problem,)


def test_a_registry_is_reached_by_tls_or_on_this_host() -> None:
    """Or where that is allowed."""
    for url in ("https://registry.example:8081", "http://localhost:8081", "http://[::1]:8081/apis/ccompat/v7"):
        assert Settings.from_environment({"CLAIMSCRUB_REGISTRY_URL": url}).registry_login() is None
    environment = {"CLAIMSCRUB_REGISTRY_URL": "http://registry.example", "CLAIMSCRUB_ALLOW_INSECURE": "true"}
    assert Settings.from_environment(environment).registry_url == "http://registry.example"


@pytest.mark.parametrize("address", ["http://127.0.0.1:4318/v1/traces", "https://collector.example/v1/traces"])
def test_spans_go_to_an_address_of_the_web(address: str) -> None:
    """Off unless set."""
    assert Settings().traces_endpoint is None
    assert Settings.from_environment({"CLAIMSCRUB_TRACES_ENDPOINT": address}).traces_endpoint == address


@pytest.mark.parametrize(
    "address",
    [
        "collector:4318",
        "grpc://collector:4317",
        "http://",
        "http://me:hunter2@collector",
        "http://c/?key=hunter2",
        "http://[",
    ],
)
def test_an_address_for_spans_holds_no_credentials(address: str) -> None:
    """It is on the status page; what is wrong is reported without the value."""
    with pytest.raises(SettingsError, match="CLAIMSCRUB_TRACES_ENDPOINT: must be an address") as caught:
        Settings.from_environment({"CLAIMSCRUB_TRACES_ENDPOINT": address})

    assert "hunter2" not in str(caught.value)


def test_two_settings_have_one_digest_only_if_they_are_the_same() -> None:
    """By it the log and the status page say under which settings a worker ran."""
    assert Settings().digest == Settings().digest
    assert Settings(group_id="other").digest != Settings().digest


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """A missing file is found at the start and not at the first connection."""
    with pytest.raises(SettingsError, match="CLAIMSCRUB_TLS_CA_FILE: no file"):
        Settings.from_environment({"CLAIMSCRUB_TLS_CA_FILE": str(tmp_path / "absent")})


def test_the_prefix_stands_before_every_topic() -> None:
    """Lanes that share a broker have topics of their own."""
    topics = Settings.from_environment({"CLAIMSCRUB_TOPIC_PREFIX": "blue."}).topics

    assert topics.inbound == "blue.claims.inbound.v1"
    assert topics.dead_letter == "blue.claims.dead-letter.v1"


def test_every_setting_is_described() -> None:
    """The example file, which is generated, has a meaning to show for each."""
    assert all(field.description for field in Settings.model_fields.values())


def test_the_example_is_an_environment_that_works() -> None:
    """Every line of the example that sets something, uncommented, is accepted as it stands."""
    lines = [line.removeprefix("# ") for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]
    pairs = (line.split("=", 1) for line in lines if line.startswith("CLAIMSCRUB_"))

    assert Settings.from_environment({name: value for name, value in pairs}) == Settings()  # noqa: C416


def roles(**history: object) -> set[str]:
    """Return the roles of the topics that a worker uses for a memory."""
    return {each.role for each in Settings.model_validate(history).topics_in_use} & {
        "by-patient",
        "history",
        "decisions",
    }


def test_a_memory_needs_a_key_file(tmp_path: Path) -> None:
    """Off unless asked for; without the key file nothing starts, and nothing of the key is in the settings."""
    assert Settings().history is HistoryMode.OFF
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"CLAIMSCRUB_HISTORY": "routed"})
    assert caught.value.problems == ("CLAIMSCRUB_HISTORY_KEY_FILE: needed for CLAIMSCRUB_HISTORY=routed",)
    environment = {
        "CLAIMSCRUB_HISTORY": "keyed",
        "CLAIMSCRUB_HISTORY_KEY_FILE": str(tmp_path / "key"),
        "CLAIMSCRUB_HISTORY_DIR": str(tmp_path),
    }
    with pytest.raises(SettingsError, match="CLAIMSCRUB_HISTORY_KEY_FILE: no file"):
        Settings.from_environment(environment)
    (tmp_path / "key").write_text("hunter2")

    assert "hunter2" not in repr(Settings.from_environment(environment))


def test_a_memory_uses_the_topics_of_its_mode(tmp_path: Path) -> None:
    """Routed claims pass through a topic of their own; what is remembered is kept for longer than it is looked at."""
    key = tmp_path / "key"
    key.touch()
    given = {"history_key_file": key, "history_dir": tmp_path, "history_days": 90}
    routed = Settings.model_validate({"history": "routed", **given})
    keyed = Settings.model_validate({"history": "keyed", **given})

    assert roles() == set()
    assert roles(history="keyed", **given) == {"history", "decisions"}
    assert roles(history="routed", **given) == {"by-patient", "history", "decisions"}
    assert (routed.judged_topic, keyed.judged_topic) == ("claims.by-patient.v1", "claims.inbound.v1")
    assert routed.consumed_topics == ("claims.inbound.v1", "claims.by-patient.v1", "claims.decisions.v1")
    assert keyed.consumed_topics == ("claims.inbound.v1", "claims.decisions.v1")
    assert Settings().consumed_topics == ("claims.inbound.v1",)
    # Decisions are handed on to where claims are judged.
    assert {"claims.inbound.v1", "claims.history.v1"} <= set(keyed.written_topics)
    assert "claims.inbound.v1" not in {*routed.written_topics, *Settings().written_topics}
    history = next(each for each in keyed.topics_in_use if each.role == "history")
    assert history.retention_ms == (90 + 30) * 86_400_000
