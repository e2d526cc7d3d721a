"""The key of a claim that is sent."""

import json
from typing import Any

import pytest

from tests.inputs.malformed import sound
from worker.kafka.send import claim_key


def _key(**changes: Any) -> bytes:  # any JSON value
    claim = sound()
    claim["claimInformation"] |= changes
    return claim_key(json.dumps(claim).encode())


def test_a_correction_has_the_key_of_its_original() -> None:
    """Whatever else of the claim is another; a claim with another number has, nearly always, another key."""
    original = _key(patientControlNumber="SYN-1")

    assert _key(patientControlNumber="SYN-1", claimFrequencyCode="7", claimChargeAmount="1.00") == original
    others = {_key(patientControlNumber=f"SYN-{number}") for number in range(2, 102)}
    assert len(others) > 90


def test_many_claims_share_a_key() -> None:
    """So that a key names nobody: 20,000 claims have 4,096 at the most, and use nearly all."""
    claim = sound()
    keys = set()
    for number in range(20_000):
        claim["claimInformation"]["patientControlNumber"] = f"SYN-{number}"
        keys.add(claim_key(json.dumps({name: claim[name] for name in _NEEDED}).encode()))

    assert 3900 < len(keys) <= 4096


_NEEDED = ("tradingPartnerServiceId", "billing", "claimInformation")


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b"7", b'{"billing": "x"}', b"ISA*00*", b"\xff"])
def test_what_is_no_such_claim_has_a_key_of_its_own(value: bytes | None) -> None:
    """Random, so that such messages are spread."""
    assert claim_key(value) != claim_key(value)
