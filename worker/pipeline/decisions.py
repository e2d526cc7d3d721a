"""Reads the message of a payer's decision: on whose claim it is, and what is kept of it."""

from types import MappingProxyType
from typing import Final, NamedTuple

import orjson

from schemas.decision import SCHEMA_VERSION, ClaimDecision, PayerDecision
from worker.history.decisions import Decision
from worker.history.key import HistoryKey
from worker.history.person import identity_text
from worker.payers.profile import Profiles
from worker.pipeline.beside_claims import read_message

_SAYS_DECISION: Final = b'"decision"'
_SAYS_CLAIM: Final = b'"claimInformation"'
_EXPECTED: Final = MappingProxyType({"enum": f"expected one of {', '.join(PayerDecision)}"})


class ReadDecision(NamedTuple):
    """A decision that was read; `person` are the 16 bytes under which the patient is known."""

    person: bytes
    decision: Decision


def is_decision(value: bytes) -> bool:
    """Whether a line of a file is meant as a payer's decision, and not as a claim."""
    if _SAYS_DECISION not in value or _SAYS_CLAIM in value:
        return False
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and {"claim", "decision"} <= document.keys()


def read_decision(value: bytes, profiles: Profiles, key: HistoryKey) -> ReadDecision:
    """Read a message of a decision. Raises `UnreadableClaimError`, whose letter holds no value of it."""
    _, read = read_message(value, ClaimDecision, SCHEMA_VERSION, lambda named: named == SCHEMA_VERSION, _EXPECTED)
    claim, dependent = read.claim, read.claim.dependent
    payer = profiles.payer_of(claim.trading_partner_service_id) or ""
    born, name = (dependent.date_of_birth, dependent.first_name) if dependent else (None, None)
    identity = identity_text(payer, claim.subscriber.member_id, born, name)
    decision = Decision(key.mark(claim.patient_control_number), key.mark(claim.billing.npi), read.decision, read.on)
    return ReadDecision(key.person(identity), decision)
