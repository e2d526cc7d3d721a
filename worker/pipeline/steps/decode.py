"""Bytes to a claim, or to the reason why they are not one.

JSON parsers disagree about what they forgive; with money and health data nothing is forgiven here: doubled keys,
numbers that are not finite, text that is not UTF-8 and nesting without end are not a claim. What is readable but wrong
(a broken date, a $0 line) stays in the claim and is judged by the edits.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

import msgspec
import orjson
from pydantic import ValidationError

from schemas import claim as published
from schemas.claim import SCHEMA_VERSION, ClaimKind
from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from schemas.part import without_nulls
from schemas.records import EXTRA, Claim
from schemas.shapes import in_one_shape
from schemas.values import WrittenNumber, is_in_range
from worker.edits.facts.traits import Trait
from worker.errors import ClaimscrubError
from worker.fhir.resources import is_resource
from worker.pipeline.steps.known_members import KNOWN, SCHEMA, KnownMembers
from worker.pipeline.steps.schema_flaws import schema_flaws, spelling_flaws
from worker.pipeline.steps.unread import NOTHING_UNREAD, UnreadMembers, is_read_whole, not_read

MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 20_000
MAX_LINES: Final = 999  # no version of the 837 numbers more service lines (LX01 has three digits in the HIPAA guides)

# A string that nothing ends goes on to the end of the text: to look for its end from each quote would be quadratic.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
# What a canonical number begins with, and what precedes it, each as one byte; inside of a string they look alike.
_NUMBERS_SHOWN: Final = bytes.maketrans(b"[,-123456789", b"::0000000000")
_NUMBER: Final = b":0"
_ALL_CURLY: Final = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
# A value, not a key: no text of a list is limited.
_LONG_TEXT: Final = re.compile(rb':"[^"]{31}')
# Of claimSupplementalInformation and serviceLineSupplementalInformation, however the name is put together.
_IN_NAMES_OF_ATTACHMENTS: Final = b"upplemental"
_NULL: Final = b":null"
_SAYS_MUCH_EMPTY: Final = "documentation"
"""The list whose being empty is read from the claim itself."""
_DELETE: Final = b"\x7f"
_VERSIONS: Final = (None, SCHEMA_VERSION)
_DECODER: Final = msgspec.json.Decoder(Claim)
_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)  # numbers, in the digits of their sender
_VERSION_READ: Final = f"$.schemaVersion: expected {SCHEMA_VERSION} as text, which is also read where it is absent."
_LINES_READ: Final = f"$.claimInformation.serviceLines: expected at most {MAX_LINES} lines."
# Blanks are few and quotes are many: to look for either with its neighbor from the blank on takes a sixth of the time.
_BLANK_AT_EDGE: Final = re.compile(rb' (?:(?=")|(?<=" ))')
# As JSON: blanks beyond ASCII, and escapes that may be some.
_ODD_EDGE: Final = re.compile(r'"(?:\s|\\[tnrfu])|(?:\s|\\[tnrf]|\\u....)"')
_ESCAPED_NUL = re.compile(r"\\u0000")


class UnreadableClaimError(ClaimscrubError):
    """The bytes are not a claim.

    `letter` holds why: a closed reason, a stage, and of members with another name or type than the schema's their JSON
    paths. It holds no value of the message.
    """

    def __init__(self, reason: DeadLetterReason, stage: DeadLetterStage, flaws: Iterable[str] = ()) -> None:
        super().__init__(reason.value)
        self.letter = DeadLetter(reason, stage, tuple(flaws))


class DecodedClaim(NamedTuple):
    """A claim with the bytes it came in.

    `body` is the claim as received, on one line. `canonical` is the same content with sorted keys and without blanks:
    two spellings of one claim have one canonical form. `traits` are those of the claim as a whole, values of
    `Trait` added up. `not_read` are the members that nothing reads.
    """

    claim: Claim
    body: bytes
    canonical: bytes
    traits: int
    not_read: UnreadMembers


def decode(value: bytes, max_bytes: int) -> DecodedClaim:
    """Read one message. Raises `UnreadableClaimError`."""
    if not value:
        _refuse(DeadLetterReason.EMPTY, DeadLetterStage.SIZE)
    if len(value) > max_bytes:
        _refuse(DeadLetterReason.TOO_LARGE, DeadLetterStage.SIZE)
    return _decode_plain(value) or _decode(value)


def _decode_plain(value: bytes) -> DecodedClaim | None:
    """Read what most messages are: texts of printable ASCII in members of the schema; None for what has more."""
    if b"\\" in value or _DELETE in value or not value.isascii() or _has_many_commas(value):
        return None
    try:
        claim = _DECODER.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    canonical = _ENCODER.encode(claim)
    # A member that is unknown, doubled, null or an empty list was dropped: then the claim is shorter than its message,
    # as it is without the blanks between the members.
    if len(canonical) != len(value) and canonical.count(b":") != value.count(b":"):
        return None
    if _BLANK_AT_EDGE.search(canonical):
        return None
    if claim.origin or claim.fhir_origin or claim.schema_version not in _VERSIONS or _has_too_many_lines(claim):
        return None
    return DecodedClaim(claim, _one_line(value), canonical, _traits_of_plain_text(canonical), NOTHING_UNREAD)


def _decode(value: bytes) -> DecodedClaim:
    _refuse_excess(value)
    document, canonical = _read_plain(value) or _read(value)
    if _NULL in canonical:
        document = without_nulls(document)
    document = in_one_shape(document)
    _refuse_lines(document)
    more: list[str] = []
    grouped = _grouped(document, SCHEMA, more)
    claim, plain = _converted(grouped)
    # One claim has one canonical form, whichever way its spelling is read.
    is_plain = _DELETE not in plain and plain.count(b":") == canonical.count(b":")
    if claim is None or _has_blank_at_edge(canonical):
        claim = _validated(document)
    unread = _not_read(document, claim.kind) if more else NOTHING_UNREAD
    return DecodedClaim(claim, _one_line(value), plain if is_plain else canonical, _traits_of_text(canonical), unread)


def _grouped(part: dict[str, Any], known: KnownMembers, more: list[str]) -> dict[str, Any]:  # any JSON
    """Return a part with the members that the schema does not name in one of their own; their names are added up.

    A list that was sent empty is in it too: the claim is the same as without it, the document is another.
    """
    inside, made = known.inside, dict[str, Any]()
    for name, member in part.items():
        if name not in known.names:
            more.append(name)
            made.setdefault(EXTRA, {})[name] = member
            continue
        below = inside.get(name)
        made[name] = member if below is None else _grouped_member(member, below, more)
        if isinstance(member, (list, tuple)) and not member and name != _SAYS_MUCH_EMPTY:
            made.setdefault(EXTRA, {})[name] = []
    return made


def _grouped_member(member: Any, known: KnownMembers, more: list[str]) -> Any:  # any JSON
    if isinstance(member, dict):
        return _grouped(member, known, more)
    return [_grouped_member(each, known, more) for each in member] if isinstance(member, (list, tuple)) else member


def _converted(grouped: dict[str, Any]) -> tuple[Claim | None, bytes]:  # any JSON
    """Return the claim of a document and its members of the schema as JSON; None for one that needs a closer look."""
    try:
        # Not strictly: the numbers of segments were read as texts.
        claim = msgspec.convert(grouped, Claim, strict=False)
    except msgspec.ValidationError:
        return None, b""
    return None if _is_of_other_version(claim.schema_version) else claim, _ENCODER.encode(claim)


def _validated(document: dict[str, Any]) -> Claim:  # any JSON
    """Return the claim of any document that the published schema takes. Raises `UnreadableClaimError`."""
    read = _validate(document).model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    return msgspec.convert(_grouped(read, SCHEMA, []), Claim, strict=False)


def _has_blank_at_edge(canonical: bytes) -> bool:
    """Whether a text may begin or end with a blank, which the schema takes away."""
    if _BLANK_AT_EDGE.search(canonical):
        return True
    if canonical.isascii() and b"\\" not in canonical:
        return False
    return _ODD_EDGE.search(canonical.decode()) is not None


def _has_too_many_lines(claim: Claim | published.Claim) -> bool:
    return len(claim.claim_information.service_lines) > MAX_LINES


def _refuse_lines(document: dict[str, Any]) -> None:  # any JSON value
    """Refuse too many lines before each of them is read, which takes far longer than to count them."""
    information = document.get("claimInformation")
    lines = information.get("serviceLines") if isinstance(information, dict) else None
    if isinstance(lines, list) and len(lines) > MAX_LINES:
        raise UnreadableClaimError(DeadLetterReason.TOO_MANY_ELEMENTS, DeadLetterStage.SCHEMA, (_LINES_READ,))


def _is_of_other_version(version: object) -> bool:
    return version is not None and (not isinstance(version, str) or version.split(".")[0] != SCHEMA_VERSION)


def _traits_of_text(canonical: bytes) -> int:
    is_plain = canonical.isascii() and b"\\" not in canonical and _DELETE not in canonical
    return (0 if is_plain else Trait.SPECIAL_TEXT) | _traits_of_plain_text(canonical)


def _traits_of_plain_text(canonical: bytes) -> int:
    return (Trait.LONG_TEXT if _LONG_TEXT.search(canonical) else 0) | (
        Trait.ATTACHMENT if _IN_NAMES_OF_ATTACHMENTS in canonical else 0
    )


def read_json(value: bytes) -> dict[str, Any]:  # any JSON value
    """Read a document that is not a claim yet; its numbers are `WrittenNumber`. Raises `UnreadableClaimError`.

    In a FHIR resource a number may have any length: most are not amounts, and whoever reads one as an amount judges it.
    """
    _refuse_depth(value)
    try:
        return _read(value)[0]
    except UnreadableClaimError as error:
        if error.letter.reason is not DeadLetterReason.NUMBER_OUT_OF_RANGE:
            raise
        document = _read(value, WrittenNumber)[0]
        if not is_resource(document):
            raise
        return document


def write_json(document: dict[str, Any]) -> bytes:  # any JSON value
    """Write a document with its numbers in the digits of their sender."""
    return orjson.dumps(document, default=_digits, option=orjson.OPT_PASSTHROUGH_SUBCLASS)


def _digits(number: object) -> orjson.Fragment:
    if not isinstance(number, WrittenNumber):
        raise TypeError
    return orjson.Fragment(str(number))


def claim_of_outcome(document: dict[str, Any]) -> dict[str, Any]:  # any JSON value
    """Return the claim in an outcome message. Raises `UnreadableClaimError`."""
    claim = document.get("claim")
    if not isinstance(claim, dict):
        flaw = "$.claim: expected an object with the claim of the outcome."
        raise UnreadableClaimError(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, (flaw,))
    return claim


def refuse_other_forms(document: dict[str, Any]) -> None:  # any JSON value
    """Return when a document has the form of a claim message. Raises `UnreadableClaimError` with what does not."""
    document = in_one_shape(without_nulls(document))
    _not_read(document, _validate(document).kind)


Document: TypeAlias = tuple[dict[str, Any], bytes]
"""The content of a message, and its canonical form."""


def _read_plain(value: bytes) -> Document | None:
    """Read what most messages are, JSON without escapes, numbers and doubled keys; None for what needs the closer look.

    orjson keeps the last of two doubled keys, so its canonical form then lacks the quotes of the other one.
    """
    if b"\\" in value:
        return None
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    canonical = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    if not isinstance(document, dict) or canonical.count(b'"') != value.count(b'"'):
        return None
    if _NUMBER in canonical.translate(_NUMBERS_SHOWN):
        return None
    return document, canonical


def _read(value: bytes, number: Callable[[str], str] | None = None) -> Document:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        _refuse(DeadLetterReason.NOT_UTF8)
    document = _parse(text, number or _number)
    if not isinstance(document, dict):
        _refuse(DeadLetterReason.NOT_OBJECT)
    if _ESCAPED_NUL.search(text) and _holds_nul(document):
        _refuse(DeadLetterReason.CONTROL_CHARACTER)
    try:
        return document, orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a lone surrogate, the one thing that json reads and UTF-8 cannot hold
        _refuse(DeadLetterReason.NOT_UTF8)


def _refuse(reason: DeadLetterReason, stage: DeadLetterStage = DeadLetterStage.DECODE) -> NoReturn:
    raise UnreadableClaimError(reason, stage)


def _refuse_excess(value: bytes) -> None:
    # Brackets and commas inside of strings count at first; only a message that is then too much pays for the answer.
    _refuse_depth(value)
    if not _has_many_commas(value):
        return
    if _STRING_OR_BRACKET.sub(b"", value).count(b",") > MAX_ELEMENTS:
        _refuse(DeadLetterReason.TOO_MANY_ELEMENTS)


def _has_many_commas(value: bytes) -> bool:
    return len(value) > MAX_ELEMENTS and value.count(b",") > MAX_ELEMENTS


def _refuse_depth(value: bytes) -> None:
    if _is_flat(value):
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(value):
        piece = match[0]
        depth += (piece in b"[{") - (piece in b"]}")
        if depth > MAX_DEPTH:
            _refuse(DeadLetterReason.TOO_DEEP)


def _is_flat(value: bytes) -> bool:
    """Whether there are few brackets, or none once the innermost pairs were taken out as often as may be nested."""
    brackets = value.translate(_ALL_CURLY, _NO_BRACKETS)
    if brackets.count(b"{") <= MAX_DEPTH:
        return True
    for _ in range(MAX_DEPTH):
        inner = brackets.replace(b"{}", b"")
        if len(inner) == len(brackets):
            break
        brackets = inner
    return not brackets


def _parse(text: str, number: Callable[[str], str]) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=number,
            parse_float=number,
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
    if not is_in_range(digits):
        _refuse(DeadLetterReason.NUMBER_OUT_OF_RANGE)
    return WrittenNumber(digits)


def _not_finite(_: str) -> NoReturn:
    _refuse(DeadLetterReason.NON_FINITE_NUMBER)


def _holds_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(member) for key, member in value.items())
    if isinstance(value, list):
        return any(_holds_nul(member) for member in value)
    return isinstance(value, str) and "\0" in value


def _validate(document: dict[str, Any]) -> published.Claim:  # any JSON value
    if _is_of_other_version(document.get("schemaVersion")):
        raise UnreadableClaimError(DeadLetterReason.UNSUPPORTED_VERSION, DeadLetterStage.SCHEMA, (_VERSION_READ,))
    try:
        claim = published.Claim.model_validate(document)
    except ValidationError as error:
        # A known member under another name is often why one is missing.
        flaws = tuple(spelling_flaws(document)) or schema_flaws(error, document)
        raise UnreadableClaimError(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, flaws) from None
    if _has_too_many_lines(claim):
        raise UnreadableClaimError(DeadLetterReason.TOO_MANY_ELEMENTS, DeadLetterStage.SCHEMA, (_LINES_READ,))
    return claim


def _not_read(document: dict[str, Any], kind: ClaimKind) -> UnreadMembers:  # any JSON value
    if is_read_whole(document, KNOWN[kind]):
        return NOTHING_UNREAD
    if flaws := tuple(spelling_flaws(document)):
        raise UnreadableClaimError(DeadLetterReason.SCHEMA, DeadLetterStage.SCHEMA, flaws)
    return not_read(document, kind)


def _one_line(value: bytes) -> bytes:
    # Inside a JSON string a line break is always escaped, so these bytes can only be blanks between tokens.
    return value.replace(b"\r", b"").replace(b"\n", b"") if b"\n" in value or b"\r" in value else value
