"""Reads the message of a payer's decision: on whose claim it is, and what is kept of it."""

from types import MappingProxyType
from typing import Final, NamedTuple, NoReturn

import orjson
from pydantic import ValidationError

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from schemas.decision import SCHEMA_VERSION, ClaimDecision, PayerDecision
from schemas.part import without_nulls
from worker.history.decisions import Decision
from worker.history.key import HistoryKey
from worker.history.person import identity_text
from worker.payers.profile import Profiles
from worker.pipeline.steps.decode import UnreadableClaimError, read_json
from worker.pipeline.steps.schema_flaws import message_flaws

_SAYS_DECISION: Final = b'"decision"'
_SAYS_CLAIM: Final = b'"claimInformation"'
_EXPECTED: Final = MappingProxyType({"enum": f"expected one of {', '.join(PayerDecision)}"})


class ReadDecision(NamedTuple):
    """A decision that was read; `identity` is what the patient is known by, health data that is never written."""

    identity: str
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
    if not value:
        raise UnreadableClaimError(DeadLetterReason.EMPTY, DeadLetterStage.SIZE)
    document = without_nulls(read_json(value))
    if document.get("schemaVersion", SCHEMA_VERSION) != SCHEMA_VERSION:
        flaw = f"$.schemaVersion: expected {SCHEMA_VERSION} as text, which is also read where it is absent."
        _refuse(DeadLetterReason.UNSUPPORTED_VERSION, flaw)
    try:
        read = ClaimDecision.model_validate(document)
    except ValidationError as error:
        _refuse(DeadLetterReason.SCHEMA, *message_flaws(error, _EXPECTED))
    claim, dependent = read.claim, read.claim.dependent
    payer = profiles.payer_of(claim.trading_partner_service_id) or ""
    born, name = (dependent.date_of_birth, dependent.first_name) if dependent else (None, None)
    identity = identity_text(payer, claim.subscriber.member_id, born, name)
    decision = Decision(key.mark(claim.patient_control_number), key.mark(claim.billing.npi), read.decision, read.on)
    return ReadDecision(identity, key.person(identity), decision)


def _refuse(reason: DeadLetterReason, *flaws: str) -> NoReturn:
    raise UnreadableClaimError(reason, DeadLetterStage.SCHEMA, flaws)
