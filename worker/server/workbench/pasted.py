"""What was pasted, in whatever form: its claims, and what they were wrapped in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from schemas.dead_letter import HEADER_REASON, DeadLetterReason
from schemas.outcome import Disposition
from worker.pipeline.fixes import patch
from worker.pipeline.forms import ClaimDocument, RefusedClaim, interchange_claims, resource_claims, says_resource
from worker.pipeline.steps.decode import UnreadableClaimError, claim_of_outcome, read_json, write_json
from worker.wording import dead_letter_reasons
from worker.wording.counts import counted
from worker.x12.read.segments import is_x12

_OUTCOME: Final = b'"outcomeId"'
_DEAD_LETTER: Final = (HEADER_REASON.encode(), b'"verdict"')
_ANEW: Final = "shown, scrubbed anew"


@dataclass(frozen=True, slots=True)
class PastedClaim:
    """A claim of a paste: where it is, its message, or why it is none."""

    place: str
    value: bytes | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReadPaste:
    """A paste: its claims, the text that holds them, and where they were wrapped in what they had become before.

    `said` has a sentence on each kind of wrapping; `day` is the one on which all outcomes say that they were received.
    """

    claims: tuple[PastedClaim, ...] = ()
    text: str = ""
    said: tuple[str, ...] = ()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class _Unwrapped:
    """A message that was wrapped: what it is now, None when it is not there, and what wrapped it."""

    value: bytes | None
    disposition: str = ""
    day: date | None = None
    reason: DeadLetterReason | None = None


def read_paste(text: str) -> ReadPaste:
    """Return the claims of a text; those of outcomes and dead letters are taken out of them."""
    body = text.encode("utf-8", "surrogatepass")
    lines = [line for line in body.splitlines() if line.strip()]
    if not lines:
        return ReadPaste(text=text)
    is_one = not (
        len(lines) > 1 and all(line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for line in lines)
    )
    if is_one and (is_x12(body) or says_resource(body)):
        return ReadPaste(_claims(body), text)
    messages = [body.strip()] if is_one else [line.strip() for line in lines]
    unwrapped = [_unwrapped(each) for each in messages]
    wrapped = [each for each in unwrapped if each is not None]
    if not wrapped:
        return ReadPaste(_messages([(each, "") for each in messages], is_one=is_one), text)
    inner = [(message, "") if each is None else _inner(each) for message, each in zip(messages, unwrapped, strict=True)]
    if is_one and wrapped[0].disposition and (claim := inner[0][0]):
        shown = patch.write(patch.read(claim), indent=True)
    else:
        shown = b"\n".join(value or message for (value, _), message in zip(inner, messages, strict=True))
    days = {each.day for each in wrapped if each.disposition}
    return ReadPaste(
        claims=_messages(inner, is_one=is_one),
        text=shown.decode("utf-8", "surrogatepass"),
        said=_sentences(wrapped),
        day=days.pop() if len(days) == 1 else None,
    )


def _messages(messages: list[tuple[bytes | None, str]], *, is_one: bool) -> tuple[PastedClaim, ...]:
    if is_one:
        ((value, problem),) = messages
        return _claims(value) if value is not None else (PastedClaim("", None, problem),)
    return tuple(PastedClaim(f"Line {number}", *each) for number, each in enumerate(messages, 1))


def _claims(body: bytes) -> tuple[PastedClaim, ...]:
    """Return the claims of one message of any form."""
    if is_x12(body):
        return tuple(map(_part, interchange_claims(body)))
    if says_resource(body):
        return tuple(map(_part, resource_claims(body)))
    return (PastedClaim("", body),)


def _part(part: ClaimDocument | RefusedClaim) -> PastedClaim:
    if isinstance(part, ClaimDocument):
        return PastedClaim(part.place, orjson.dumps(part.document))
    return PastedClaim("", None, part.sentence)


def _unwrapped(message: bytes) -> _Unwrapped | None:
    """Return what an outcome or a dead letter was made of; None for whatever is neither."""
    if _OUTCOME not in message and not any(each in message for each in _DEAD_LETTER):
        return None
    try:
        document = read_json(message)
    except UnreadableClaimError:
        return None
    return _from_outcome(document) or _from_record(document) or _from_letter(document)


def _from_outcome(document: Any) -> _Unwrapped | None:  # any JSON
    if not isinstance(document, dict) or "outcomeId" not in document:
        return None
    try:
        claim = claim_of_outcome(document)
    except UnreadableClaimError:
        return None
    disposition = document.get("disposition")
    try:
        day = date.fromisoformat(str(document.get("receivedOn")))
    except ValueError:
        day = None
    is_known = isinstance(disposition, str) and disposition in {each.value for each in Disposition}
    return _Unwrapped(write_json(claim), str(disposition) if is_known else "of another kind", day)


def _from_record(document: Mapping[str, Any]) -> _Unwrapped | None:  # any JSON
    """Of a record as `claimscrub tail` shows it, with headers and value."""
    headers, value = document.get("headers"), document.get("value")
    if not isinstance(headers, dict):
        return None
    reason = _reason(headers.get(HEADER_REASON))
    return _from_outcome(value) if reason is None else _Unwrapped(_bytes(value), reason=reason)


def _from_letter(document: Mapping[str, Any]) -> _Unwrapped | None:  # any JSON
    """Of a dead letter as `claimscrub dead-letters` shows it."""
    reason, message = _reason(document.get("verdict")), document.get("message")
    if reason is None or "original" not in document:
        return None
    return _Unwrapped(_bytes(message.get("value")) if isinstance(message, dict) else None, reason=reason)


def _reason(text: object) -> DeadLetterReason | None:
    return next((each for each in DeadLetterReason if each.value == text), None)


def _bytes(value: Any) -> bytes | None:  # any JSON
    if isinstance(value, dict):
        return write_json(value)
    return value.encode("utf-8", "surrogatepass") or None if isinstance(value, str) else None


def _inner(each: _Unwrapped) -> tuple[bytes | None, str]:
    why = "This dead letter came without its message; `claimscrub dead-letters show PLACE --reveal` shows it."
    return each.value, "" if each.value is not None else why


def _sentences(wrapped: list[_Unwrapped]) -> tuple[str, ...]:
    outcomes = [each for each in wrapped if each.reason is None]
    letters = [each for each in wrapped if each.reason is not None]
    said = []
    if len(outcomes) == 1:
        of = f"{outcomes[0].disposition}, received on {outcomes[0].day}" if outcomes[0].day else outcomes[0].disposition
        said.append(f"This is an outcome ({of}); its claim is {_ANEW}.")
    elif outcomes:
        said.append(f"These are {counted(len(outcomes), 'outcome')}; their claims are {_ANEW}.")
    for reason in dict.fromkeys(each.reason for each in letters if each.reason):
        same = [each for each in letters if each.reason is reason]
        what = "This is a dead letter" if len(same) == 1 else f"These are {counted(len(same), 'dead letter')}"
        of = "its message" if len(same) == 1 else "of each the message"
        held = any(each.value is not None for each in same)
        why = dead_letter_reasons.in_words(reason)
        said.append(f"{what} ({reason.value}: {why}){f'; {of} is {_ANEW}' if held else ''}.")
    return tuple(said)
