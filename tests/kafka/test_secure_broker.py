"""Worker and commands on an Apache Kafka that asks who comes: every way in, and what is said where none leads in."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.inputs.malformed import sound, written
from tests.kafka.secure_broker import PASSWORD, STRANGER, USER, SecureBroker, authority, token
from tests.stream.support import REAL_WORKER, WorkerProcess, progress, until
from worker.cli.commands import claimscrub
from worker.samples import synthetic
from worker.settings import ENV_PREFIX, Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [
    pytest.mark.kafka,
    # aiokafka does not wait for the end of a connection that it gives up under TLS, and asyncio's loop ends before it.
    pytest.mark.usefixtures("nothing_left_open"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Given = dict[str, str]
"""Settings without their prefix."""


def way_in(broker: SecureBroker, folder: Path, way: str) -> Given:
    """The settings that lead in, by a SASL mechanism or by a certificate."""
    certificates, secret = broker.certificates, folder / "secret"
    trusting = {"TLS_CA_FILE": str(certificates.authority)}
    if way == "certificate":
        return trusting | {
            "BOOTSTRAP_SERVERS": broker.with_certificate,
            "SECURITY": "tls",
            "TLS_CERT_FILE": str(certificates.certificate("broker")),
            "TLS_KEY_FILE": str(certificates.key("broker")),
        }
    login = trusting | {"BOOTSTRAP_SERVERS": broker.with_login, "SECURITY": "sasl-tls", "SASL_MECHANISM": way}
    if way == "OAUTHBEARER":
        secret.write_text(token(600))
        return login | {"SASL_TOKEN_FILE": str(secret)}
    secret.write_text(PASSWORD + "\n")
    return login | {"SASL_USERNAME": USER, "SASL_PASSWORD_FILE": str(secret)}


def prefixed(given: Given) -> dict[str, str]:
    """The settings as variables."""
    return {ENV_PREFIX + name: value for name, value in given.items()}


def run(given: Given, *arguments: str) -> Result:
    """Run a command under some settings."""
    return CliRunner(env=prefixed(given)).invoke(claimscrub, arguments)


@pytest.mark.parametrize("way", ["SCRAM-SHA-512", "PLAIN", "OAUTHBEARER", "certificate"])
def test_every_way_in_leads_worker_and_commands_in(guarded: SecureBroker, tmp_path: Path, way: str) -> None:
    """Topics are created, claims sent, scrubbed in transactions, and read back, all over TLS."""
    given = way_in(guarded, tmp_path, way) | {"TOPIC_PREFIX": f"{way}.", "GROUP_ID": way}
    given |= {"AS_OF": synthetic.RECEIVED_ON, "OPERATOR": "claims-operations"}
    file = tmp_path / "claims.jsonl"
    file.write_bytes(written(sound()) + b"\n{broken\n")

    created = run(given, "topics", "create", "--partitions", "1")
    sent = run(given, "send", str(file))
    settings = Settings.from_environment(prefixed(given))
    with WorkerProcess(settings, tmp_path, "worker", REAL_WORKER) as worker:
        asyncio.run(progress(settings, 2))
        expiry = worker.metric("claimscrub_sasl_token_expiry_timestamp_seconds")
        code = worker.stop()
    outcome = run(given, "tail", "scrubbed", "--from-start", "--max", "1", "--format", "jsonl")
    letters = run(given, "dead-letters", "list", "--format", "jsonl")

    assert [each.exit_code for each in (created, sent, outcome, letters)] == [0] * 4, created.output + sent.output
    assert code == ExitCode.STOPPED
    assert json.loads(outcome.stdout)["disposition"] == "scrubbed"
    assert json.loads(letters.stdout)["verdict"] == "not-json"
    (starting,) = worker.events("starting")
    assert starting["audit"]
    assert (starting["operator"], starting.get("login")) == ("claims-operations", given.get("SASL_USERNAME"))
    assert (expiry > 0) == (way == "OAUTHBEARER")
    assert PASSWORD not in worker.log_file.read_text()


def test_the_doctor_says_who_may_do_what_a_worker_does(guarded: SecureBroker, tmp_path: Path) -> None:
    """Nothing is wrong for one who may all; one who may nothing hears each right that is missing."""
    known = way_in(guarded, tmp_path, "PLAIN") | {"TOPIC_PREFIX": "doctor.", "GROUP_ID": "doctor"}
    before = run(known, "doctor")
    created = run(known, "topics", "create", "--partitions", "1")
    after = run(known, "doctor", "--format", "json")
    stranger = run(known | {"SASL_USERNAME": STRANGER}, "doctor", "--format", "json")

    assert (before.exit_code, created.exit_code, after.exit_code, stranger.exit_code) == (1, 0, 0, 1), before.output
    assert "doctor.claims.inbound.v1 is missing" in before.stdout
    assert created.stdout.count("created doctor.") == len(Settings().topics_in_use)
    states = {each["part"]: each["state"] for each in json.loads(after.stdout)}
    assert (states["rights"], states["topics"], states["broker"], states["group"]) == ("good",) * 4
    missing = [each["sentence"] for each in json.loads(stranger.stdout) if each["part"] == "rights"]
    assert "No right to READ topic doctor.claims.inbound.v1." in missing
    assert "No right to WRITE topic doctor.claims.scrubbed.v1." in missing
    assert "No right to DESCRIBE group doctor." in missing


def wrong_password(_broker: SecureBroker, given: Given, folder: Path) -> Given:
    """Somebody else's."""
    (folder / "secret").write_text("hunter3")
    return given


def expired_token(_broker: SecureBroker, given: Given, folder: Path) -> Given:
    """Good until a minute ago."""
    (folder / "secret").write_text(token(-60))
    return given


def wrong_authority(_broker: SecureBroker, given: Given, folder: Path) -> Given:
    """Of the same name, and with another key."""
    return given | {"TLS_CA_FILE": str(authority(folder / "other").authority)}


def other_host(broker: SecureBroker, given: Given, _folder: Path) -> Given:
    """The certificate is for 127.0.0.1."""
    return given | {"BOOTSTRAP_SERVERS": f"localhost:{broker.behind_proxy}"}


def no_certificate(_broker: SecureBroker, given: Given, _folder: Path) -> Given:
    """No client certificate, where the broker asks for one."""
    return {name: value for name, value in given.items() if name not in {"TLS_CERT_FILE", "TLS_KEY_FILE"}}


def plain_port(broker: SecureBroker, given: Given, _folder: Path) -> Given:
    """TLS where none is spoken."""
    return given | {"BOOTSTRAP_SERVERS": broker.address}


Change = Callable[[SecureBroker, Given, Path], Given]
SAID = {"login": "refuses the login", "certificate": "cannot be verified", "tls": "refuses our TLS"}
WRONG = [
    ("SCRAM-SHA-512", wrong_password, "login"),
    ("PLAIN", wrong_password, "login"),
    ("OAUTHBEARER", expired_token, "login"),
    ("PLAIN", wrong_authority, "certificate"),
    ("PLAIN", other_host, "certificate"),
    ("certificate", no_certificate, "tls"),
    ("PLAIN", plain_port, "tls"),
]


@pytest.mark.parametrize(("way", "change", "reason"), WRONG, ids=lambda each: getattr(each, "__name__", each))
def test_what_does_not_lead_in_is_said_in_one_sentence(
    guarded: SecureBroker, tmp_path: Path, way: str, change: Change, reason: str
) -> None:
    """A command ends with 69, without a traceback and without a secret."""
    given = change(guarded, way_in(guarded, tmp_path, way), tmp_path)

    result = run(given, "topics", "check")

    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (ExitCode.BROKER_UNREACHABLE, "", 1)
    assert SAID[reason] in result.stderr
    assert "hunter" not in result.stderr


@pytest.mark.parametrize(("way", "change", "reason"), [WRONG[0], WRONG[3]], ids=["login", "certificate"])
async def test_a_worker_that_is_not_let_in_logs_why(
    guarded: SecureBroker, tmp_path: Path, way: str, change: Change, reason: str
) -> None:
    """It tries again, and stops in order when it is asked to."""
    given = change(guarded, way_in(guarded, tmp_path, way), tmp_path)

    with WorkerProcess(Settings.from_environment(prefixed(given)), tmp_path, "worker", REAL_WORKER) as worker:
        await until(lambda: len(worker.events("broker-unreachable")) > 1, "the worker has tried a broker twice")
        told = {line.get("reason") for line in worker.events("broker-unreachable")}
        code = worker.stop()

    assert told == {reason}
    assert code == ExitCode.STOPPED
    assert "hunter" not in worker.log_file.read_text()
