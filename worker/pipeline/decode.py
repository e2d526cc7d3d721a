"""Bytes to a claim, or to the reason why they are none.

JSON parsers disagree about what they forgive; with money and health data nothing is forgiven here: doubled keys,
numbers that are not finite, text that is not UTF-8 and nesting without end are no claim. What is readable but wrong
(a broken date, a $0 line) stays in the claim and is judged by the edits.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import orjson
from pydantic import ValidationError

from schemas.claim import SCHEMA_VERSION, Claim
from schemas.dead_letter import DeadLetterReason, DeadLetterStage

MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 20_000
MAX_LINES: Final = 999  # no version of the 837 numbers more service lines (LX01 has three digits in the HIPAA guides)
MAX_DIGITS: Final = 18

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_ESCAPED_NUL = re.compile(r"\\u0000")


class NotAClaimError(Exception):
    """The bytes are no claim. Holds a closed reason and a stage, never a word of the message."""

    def __init__(self, reason: DeadLetterReason, stage: DeadLetterStage) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.stage = stage


@dataclass(frozen=True, slots=True)
class Decoded:
    """A claim with the bytes it came in.

    `body` is the claim as received, on one line. `canonical` is the same content with sorted keys and without blanks:
    two spellings of one claim have one canonical form.
    """

    claim: Claim
    body: bytes
    canonical: bytes


class _WrittenNumber(str):
    """A JSON number in the digits of its sender: binary floats never touch money."""

    __slots__ = ()


def decode(value: bytes, max_bytes: int) -> Decoded:
    """Read one message. Raises `NotAClaimError`."""
    if not value:
        _refuse(DeadLetterReason.EMPTY, DeadLetterStage.SIZE)
    if len(value) > max_bytes:
        _refuse(DeadLetterReason.TOO_LARGE, DeadLetterStage.SIZE)
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        _refuse(DeadLetterReason.NOT_UTF8)
    _refuse_excess(text)
    document = _parse(text)
    if not isinstance(document, dict):
        _refuse(DeadLetterReason.NOT_OBJECT)
    if _ESCAPED_NUL.search(text) and _holds_nul(document):
        _refuse(DeadLetterReason.CONTROL_CHARACTER)
    try:
        canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a lone surrogate, the one thing that json reads and UTF-8 cannot hold
        _refuse(DeadLetterReason.NOT_UTF8)
    return Decoded(_validate(document), _one_line(value), canonical)


def _refuse(reason: DeadLetterReason, stage: DeadLetterStage = DeadLetterStage.DECODE) -> NoReturn:
    raise NotAClaimError(reason, stage)


def _refuse_excess(text: str) -> None:
    # The two counts are upper bounds; only a message that exceeds one pays for the exact answer.
    if text.count("{") + text.count("[") > MAX_DEPTH:
        depth = 0
        for match in _STRING_OR_BRACKET.finditer(text):
            piece = match[0]
            depth += (piece in "[{") - (piece in "]}")
            if depth > MAX_DEPTH:
                _refuse(DeadLetterReason.TOO_DEEP)
    if text.count(",") > MAX_ELEMENTS and _STRING_OR_BRACKET.sub("", text).count(",") > MAX_ELEMENTS:
        _refuse(DeadLetterReason.TOO_MANY_ELEMENTS)


def _parse(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_not_finite,
        )
    except json.JSONDecodeError:
        _refuse(DeadLetterReason.NOT_JSON)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # any JSON value
    members = dict(pairs)
    if len(members) != len(pairs):
        _refuse(DeadLetterReason.DUPLICATE_KEY)
    return members


def _number(digits: str) -> str:
    mantissa, _, exponent = digits.lower().partition("e")
    if len(mantissa.lstrip("-").replace(".", "")) > MAX_DIGITS or len(exponent.lstrip("+-")) > 2:  # noqa: PLR2004
        _refuse(DeadLetterReason.NUMBER_OUT_OF_RANGE)
    return _WrittenNumber(digits)


def _not_finite(_: str) -> NoReturn:
    _refuse(DeadLetterReason.NON_FINITE_NUMBER)


def _holds_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(member) for key, member in value.items())
    if isinstance(value, list):
        return any(_holds_nul(member) for member in value)
    return isinstance(value, str) and "\0" in value


def _validate(document: dict[str, Any]) -> Claim:  # any JSON value
    version = document.get("schemaVersion")
    if version is not None and (not isinstance(version, str) or version.split(".")[0] != SCHEMA_VERSION):
        _refuse(DeadLetterReason.UNSUPPORTED_VERSION, DeadLetterStage.SCHEMA)
    try:
        claim = Claim.model_validate(document)
    except ValidationError:
        _refuse(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA)
    if len(claim.claim_information.service_lines) > MAX_LINES:
        _refuse(DeadLetterReason.TOO_MANY_ELEMENTS, DeadLetterStage.SCHEMA)
    return claim


def _one_line(value: bytes) -> bytes:
    # Inside a JSON string a line break is always escaped, so these bytes can only be blanks between tokens.
    return value.replace(b"\r", b"").replace(b"\n", b"") if b"\n" in value or b"\r" in value else value
