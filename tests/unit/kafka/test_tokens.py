"""When a bearer token expires, as far as it says so."""

import base64
import json
from pathlib import Path

import pytest

from worker.kafka.tokens import token_expiry


def jwt(payload: object) -> str:
    """A token with a payload and a signature that nobody looks at."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, payload)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".c2lnbg"


@pytest.mark.parametrize(
    ("expires", "expected"), [(1_800_000_000, 1_800_000_000.0), (1_800_000_000.5, 1_800_000_000.5)]
)
def test_a_token_says_when_it_expires(tmp_path: Path, expires: float, expected: float) -> None:
    """The claim exp, a NumericDate (RFC 7519, 4.1.4); a newline at the end of the file is none of the token."""
    (tmp_path / "token").write_text(jwt({"sub": "x", "exp": expires}) + "\n")

    assert token_expiry(tmp_path / "token") == expected


@pytest.mark.parametrize(
    "text", ["", "opaque", "a.b", "a.%%%.c", jwt({}), jwt([]), jwt("exp"), jwt({"exp": None}), jwt({"exp": "soon"})]
)
def test_what_says_nothing_of_its_expiry_has_none(tmp_path: Path, text: str) -> None:
    """An opaque token is as good as any other; only its expiry is unknown."""
    (tmp_path / "token").write_text(text)

    assert token_expiry(tmp_path / "token") == 0


def test_without_a_file_there_is_no_expiry(tmp_path: Path) -> None:
    """Other mechanisms have no token, and a file may be gone for a moment."""
    assert token_expiry(None) == 0
    assert token_expiry(tmp_path / "gone") == 0
