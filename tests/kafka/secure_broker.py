"""One broker of Apache Kafka that lets in only who it knows: SASL over TLS on one port, certificates on another."""

import base64
import contextlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from tests.kafka.broker import Broker, KafkaMissingError, free_ports, jars

USER: Final = "worker"
STRANGER: Final = "stranger"
"""Is let in, and may do nothing."""
PASSWORD: Final = "hunter2"  # noqa: S105 - of a broker that lives for a test
_NEW_KEY: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_LOGIN: Final = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class Certificates:
    """A certificate authority, and certificates for 127.0.0.1 that it has signed; all in PEM."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate."""
        return self.folder / "ca.pem"

    def certificate(self, name: str) -> Path:
        """A certificate."""
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        """The key of a certificate."""
        return self.folder / f"{name}.key"

    def sign(self, name: str) -> None:
        """Make a key, and a certificate of it that is good for two days."""
        request, host = self.folder / f"{name}.csr", self.folder / "host"
        host.write_text("subjectAltName=IP:127.0.0.1\n")
        _openssl("req", *_NEW_KEY, "-subj", f"/CN={name}", "-keyout", self.key(name), "-out", request)
        authority = ("-CA", self.authority, "-CAkey", self.key("ca"), "-CAcreateserial")
        told = ("-days", "2", "-extfile", host, "-out", self.certificate(name))
        _openssl("x509", "-req", "-in", request, *authority, *told)


def authority(folder: Path) -> Certificates:
    """Make a certificate authority in a folder that it creates."""
    folder.mkdir()
    made = Certificates(folder)
    _openssl(
        *("req", "-x509", *_NEW_KEY, "-subj", "/CN=authority", "-days", "2"),
        *("-keyout", made.key("ca"), "-out", made.authority),
    )
    return made


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


class SecureBroker(Broker):
    """A broker whose two further ports ask who comes; the plain one is left to the broker itself."""

    @property
    def with_login(self) -> str:
        """The host:port where SASL over TLS is spoken."""
        return f"127.0.0.1:{self.behind_proxy}"

    @property
    def with_certificate(self) -> str:
        """The host:port where a client shows a certificate."""
        return f"127.0.0.1:{self.proxy}"

    @property
    def certificates(self) -> Certificates:
        """Who signs the certificates: `broker` is one, and one of a client too."""
        return Certificates(self.folder / "certificates")

    def write_settings(self, voters: str, count: int) -> Path:
        """Write the broker's settings and return the file; of two lines with one name the later holds."""
        file = super().write_settings(voters, count)
        ours = authority(self.certificates.folder)
        ours.sign("broker")
        store = self.folder / "broker-with-key.pem"
        store.write_bytes(ours.key("broker").read_bytes() + ours.certificate("broker").read_bytes())
        plain = f"PLAINTEXT://{self.address}"
        secure = f"LOGIN://{self.with_login},MUTUAL://{self.with_certificate}"
        own = {
            "listeners": f"{plain},{secure},CONTROLLER://127.0.0.1:{self.controller}",
            "advertised.listeners": f"{plain},{secure}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_SSL,MUTUAL:SSL",
            "listener.name.mutual.ssl.client.auth": "required",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": store,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": ours.authority,
            "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN,OAUTHBEARER",
            "listener.name.login.scram-sha-512.sasl.jaas.config": f"{_LOGIN}.scram.ScramLoginModule required;",
            "listener.name.login.plain.sasl.jaas.config": f"{_LOGIN}.plain.PlainLoginModule required "
            f'user_{USER}="{PASSWORD}" user_{STRANGER}="{PASSWORD}";',
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:ANONYMOUS;User:{USER};User:CN=broker",
            # Takes any token whose header says that it has no signature, and which is not over.
            "listener.name.login.oauthbearer.sasl.jaas.config": f"{_LOGIN}.oauthbearer.OAuthBearerLoginModule required "
            'unsecuredLoginStringClaim_sub="broker";',
        }
        with file.open("a") as more:
            more.write("\n" + "\n".join(f"{name}={value}" for name, value in own.items()) + "\n")
        return file


@contextlib.contextmanager
def secure_broker() -> Iterator[SecureBroker]:
    """Run a broker that asks who comes; it ends with the block, however that ends."""
    jars()
    if shutil.which("openssl") is None:
        raise KafkaMissingError("the tests on a broker that asks who comes need `openssl`")
    folder = Path(tempfile.mkdtemp(prefix="claimscrub-kafka-"))
    port, controller, with_login, with_certificate = free_ports(4)
    broker = SecureBroker(1, folder, port, controller, with_login, with_certificate)
    try:
        settings = broker.write_settings(f"1@127.0.0.1:{broker.controller}", 1)
        user = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
        broker.format(uuid4().hex[:22], settings, "--add-scram", user)
        broker.start()
        broker.wait_until_open()
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


def token(lives_s: float) -> str:
    """Return a bearer token without a signature, which is over after some seconds."""
    moment = int(time.time())
    parts = {"alg": "none"}, {"sub": USER, "iat": moment - 3600, "exp": moment + lives_s}
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."
