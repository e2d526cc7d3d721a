"""Every kind of bad input that a sender, a broker or an edit can bring about, row by row, with what must become of it.

`tests.inputs.malformed` has many inputs of the kinds that bytes alone can show; here each kind is once or twice, among
them those of keys, headers, times and transactions.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal

from schemas.dead_letter import DeadLetterReason as Reason
from tests.inputs.malformed import LIMIT, SERVICE, lines, raw, sound, with_value, written
from worker.samples import synthetic

ORDINARY_KEY: Final = b"key"
RECEIVED_MS: Final = int(datetime.fromisoformat(f"{synthetic.RECEIVED_ON}T12:00:00+00:00").timestamp() * 1000)
YEAR_2500_MS: Final = int(datetime(2500, 1, 1, tzinfo=UTC).timestamp() * 1000)

Ends = Literal["dead-lettered", "rejected", "pended", "scrubbed", "skipped", "unseen", "any outcome"]
Sent = Literal["plain", "gzip", "zstd", "committed", "aborted"]


@dataclass(frozen=True)
class BadInput:
    """One message and its end.

    `why` is the reason of a dead letter, the edit that rejects, or the edit that failed. `sent` is how the message
    reaches the topic: in a compressed batch, or in a transaction that is committed or aborted.
    """

    value: bytes | None
    ends: Ends
    why: str = ""
    key: bytes | None = ORDINARY_KEY
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_ms: int = RECEIVED_MS
    sent: Sent = "plain"


def _dead(reason: Reason, *values: bytes) -> tuple[BadInput, ...]:
    return tuple(BadInput(value, "dead-lettered", reason) for value in values)


def _rejected(edit: str, *values: bytes) -> tuple[BadInput, ...]:
    return tuple(BadInput(value, "rejected", edit) for value in values)


def _scrubbed(*values: bytes) -> tuple[BadInput, ...]:
    return tuple(BadInput(value, "scrubbed") for value in values)


def _failing(harm: str) -> BadInput:
    """A claim on which the edit of `tests/stream/hostile_edits` fails."""
    return BadInput(with_value("claimInformation.patientControlNumber", harm), "pended", "USR-90")


def _many_findings() -> bytes:
    document = sound()
    line = document["claimInformation"]["serviceLines"][1]
    document["claimInformation"]["serviceLines"] = [line | {"serviceDate": "yesterday"} for _ in range(300)]
    return written(document)


def _fills_the_limit() -> bytes:
    """A claim of exactly the largest size: whatever is said of it makes the outcome larger."""
    short = len(written(sound() | {"padding": ""}))
    return written(sound() | {"padding": "x" * (LIMIT - short)})


_GOOD: Final = written(sound())
_TEXT: Final = _GOOD.decode()
_AMOUNT: Final = "claimInformation.claimChargeAmount"
_LINE_AMOUNT: Final = f"{SERVICE}.lineItemChargeAmount"
_NUMBER: Final = "claimInformation.patientControlNumber"
_DATE: Final = "claimInformation.serviceLines.0.serviceDate"
_FORGED: Final = (
    ("claimscrub-dlq-schema", b"1"),
    ("claimscrub-dlq-reason", b"forged"),
    ("Claimscrub-Replays", b"98"),
    ("x-own", b"kept"),
)

ROWS: Final = MappingProxyType(
    {
        "a tombstone": (BadInput(None, "skipped"),),
        "no bytes at all": _dead(Reason.EMPTY, b""),
        "more bytes than a message may have": _dead(Reason.TOO_LARGE, _GOOD + b" " * LIMIT),
        "a batch that unpacks to thirty megabytes": (
            BadInput(b"x" * 30_000_000, "dead-lettered", Reason.TOO_LARGE, sent="gzip"),
        ),
        "bytes that are not UTF-8": _dead(Reason.NOT_UTF8, _GOOD.replace(b"SYNTHETIC", b"SYNTH\xc9TIC")),
        "a byte-order mark": _dead(Reason.NOT_JSON, b"\xef\xbb\xbf" + _GOOD),
        "UTF-16 and UTF-32": _dead(Reason.NOT_JSON, _TEXT.encode("utf-16-le"), _TEXT.encode("utf-32-be")),
        "JSON that breaks off": _dead(Reason.NOT_JSON, _GOOD[: len(_GOOD) // 2]),
        "two documents, and bytes after the end": _dead(Reason.NOT_JSON, _GOOD + _GOOD, _GOOD + b" x"),
        "a null, a number or a list in place of the claim": _dead(Reason.NOT_OBJECT, b"null", b"1", b"[%b]" % _GOOD),
        "nesting without end": _dead(Reason.TOO_DEEP, b'{"a":' * 65 + b"1" + b"}" * 65, b"[" * 100_000),
        "a hundred thousand members, ten thousand lines": _dead(
            Reason.TOO_MANY_ELEMENTS,
            b"{" + b",".join(b'"%05d":1' % each for each in range(100_000)) + b"}",
            lines(10_000),
        ),
        "almost a megabyte in a field of some characters": _rejected(
            "FMT-03", with_value(_NUMBER, "A" * 900_000), with_value(f"{SERVICE}.procedureCode", "J" * 900_000)
        ),
        "a member twice, with other amounts": _dead(
            Reason.DUPLICATE_KEY,
            _GOOD.replace(b'"claimChargeAmount"', b'"claimChargeAmount":"1.00","claimChargeAmount"'),
        ),
        "numbers that are none": _dead(
            Reason.NON_FINITE_NUMBER, *(raw(_AMOUNT, text) for text in ("NaN", "Infinity", "-Infinity"))
        ),
        "numbers beyond all measure": _dead(
            Reason.NUMBER_OUT_OF_RANGE, *(raw(_AMOUNT, text) for text in ("1e999", "9" * 4_000, "9" * 4_400))
        ),
        "money as a binary float writes it": _rejected(
            "FMT-03", *(raw(_LINE_AMOUNT, text) for text in ("0.30000000000000004", "0.125", "1e2"))
        ),
        "a total that is not a sum, and charges below zero": (
            *_rejected("FMT-04", with_value(_AMOUNT, "1.00"), with_value(_AMOUNT, "999999999.99")),
            *_rejected("FMT-07", with_value(_LINE_AMOUNT, "-4000.00")),
        ),
        "control characters in text": (
            *_dead(Reason.CONTROL_CHARACTER, raw("subscriber.lastName", '"A\\u0000B"')),
            *_dead(Reason.NOT_JSON, raw("subscriber.lastName", '"A\x07B"')),
        ),
        "half of a surrogate pair": _dead(Reason.NOT_UTF8, raw("subscriber.lastName", '"\\ud800"')),
        "letters that look like others, turn the line or have no width": _rejected(
            "FMT-03", *(with_value(_NUMBER, text) for text in ("\u0410-0001", "\u202eA1", "A\u200bB"))
        ),
        "a schema version of the future": _dead(Reason.UNSUPPORTED_VERSION, written(sound() | {"schemaVersion": "4"})),
        "no schema version, which means the one in force": _scrubbed(_GOOD),
        "names in another spelling": _dead(
            Reason.SCHEMA,
            _GOOD.replace(b'"claimInformation"', b'"claim_information"'),
            _GOOD.replace(b'"procedureCode"', b'"ProcedureCode"'),
            written(sound() | {"claim_information": {}}),
        ),
        "fields that nobody knows": _scrubbed(written(sound() | {"unknown": {"nested": [1, None, "deep"]}})),
        "names made to harm, and ten thousand characters long": _scrubbed(
            written(sound() | {"__proto__": {"admin": True}, "x" * 10_000: "y"})
        ),
        "a line of a log inside of a name": _rejected(
            "FMT-03", with_value("subscriber.lastName", 'A\n{"event":"forged"}')
        ),
        "terminal sequences and odd line ends in identifiers": _rejected(
            "FMT-03", with_value(_NUMBER, "A\x1b[31m"), with_value(_NUMBER, "A\u2028B")
        ),
        "days that no calendar has": (
            *_rejected("FMT-03", *(with_value(_DATE, day) for day in ("20230229", "00000101", "120230101"))),
            *_rejected("DAT-01", with_value(_DATE, "99991231")),
        ),
        "service after receipt by the record's own time, and before birth": (
            *_rejected("DAT-01", with_value(_DATE, "20260321")),
            *_rejected("DAT-03", with_value("subscriber.dateOfBirth", "20260303")),
        ),
        "no key": (BadInput(_GOOD, "scrubbed", key=None),),
        # Keys are opaque here: one that named its claim would carry what identifies a person.
        "a key that says another claim than the message": (BadInput(_GOOD, "scrubbed", key=b"another claim"),),
        "a key of ten thousand bytes": (BadInput(_GOOD, "dead-lettered", Reason.KEY_INVALID, key=b"\xff\x00" * 5_000),),
        "a thousand headers, no text in them, a megabyte of them": (
            BadInput(_GOOD, "scrubbed", headers=tuple((f"x-{number}", b"\xff\x00") for number in range(1_000))),
            BadInput(_GOOD, "dead-lettered", Reason.TOO_LARGE, headers=(("x", b"x" * LIMIT),)),
        ),
        "headers forged to look like ours": (
            BadInput(b"", "dead-lettered", Reason.EMPTY, headers=_FORGED),
            BadInput(_GOOD, "scrubbed", headers=_FORGED),
        ),
        "a broken trace, and two at once": (
            BadInput(_GOOD, "scrubbed", headers=(("traceparent", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00"),)),
            BadInput(_GOOD, "scrubbed", headers=(("traceparent", b"00-" + b"1" * 32 + b"-" + b"1" * 16 + b"-01"),) * 2),
        ),
        "times before all time and in the year 2500": (
            BadInput(_GOOD, "any outcome", timestamp_ms=-1),
            BadInput(_GOOD, "any outcome", timestamp_ms=0),
            BadInput(_GOOD, "any outcome", timestamp_ms=YEAR_2500_MS),
        ),
        "the same claim twice": _scrubbed(written(sound() | {"twice": True}), written(sound() | {"twice": True})),
        "another claim under the same number": _scrubbed(
            written(sound() | {"version": "one"}), written(sound() | {"version": "two"})
        ),
        "an edit that raises, loops or backtracks": (_failing("RAISE"), _failing("LOOP"), _failing("REGEX")),
        "findings without end, and an outcome that no topic takes": (
            *_rejected("FMT-03", _many_findings()),
            BadInput(_fills_the_limit(), "dead-lettered", Reason.OUTPUT_TOO_LARGE),
        ),
        "a transaction that was aborted, one that was committed, another codec": (
            BadInput(_GOOD, "unseen", sent="aborted"),
            BadInput(_GOOD, "scrubbed", sent="committed"),
            BadInput(_GOOD, "scrubbed", sent="zstd"),
        ),
    }
)
"""What each row is in our words, and its inputs."""
