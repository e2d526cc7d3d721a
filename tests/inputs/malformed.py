"""More than 200 inputs in more than 30 kinds that no sound sender would send, with what must become of each.

`expected` is the reason of a dead letter, or the edit that must find the flaw, or None when the claim must be
scrubbed as if nothing were odd.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.dead_letter import DeadLetterReason as Reason
from worker.samples import synthetic

LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Malformed:
    """One input. `value` None is a tombstone."""

    kind: str
    number: int
    value: bytes | None
    expected: Reason | str | None

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"


def sound() -> dict[str, Any]:
    """A claim without a flaw."""
    return synthetic.claim(
        [
            synthetic.line("J1745", units=40, modifiers=["JZ"], charge="4000.00", ndc="57894003001", ndc_units="4"),
            synthetic.line("96413", charge="300.00"),
        ]
    )


def written(document: object) -> bytes:
    """The document as JSON bytes."""
    return json.dumps(document).encode()


def with_value(path: str, value: object) -> bytes:
    """The sound claim with one value replaced; `path` is dotted, numbers index lists."""
    document = sound()
    place: Any = document
    *steps, last = path.split(".")
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value
    return written(document)


SERVICE = "claimInformation.serviceLines.0.professionalService"


def raw(path: str, literal: str) -> bytes:
    """The sound claim with a JSON literal that Python's writer would not write."""
    return with_value(path, "@@").replace(b'"@@"', literal.encode("utf-8", "surrogatepass"))


def _dead_letters() -> Iterator[tuple[str, list[bytes | None], Reason | str | None]]:
    good = written(sound())
    text = good.decode()
    yield "tombstone", [None], None
    yield "empty", [b""], Reason.EMPTY
    yield (
        "too-large",
        [b" " * (LIMIT + 1), good + b" " * LIMIT, b"x" * (LIMIT * 3), b"[" * (LIMIT + 1)],
        Reason.TOO_LARGE,
    )
    yield (
        "not-utf8",
        [
            b"\xff\xfe\x00",
            good[:50] + b"\xff" + good[50:],
            good.replace(b"SYNTHETIC", b"SYNTH\xc9TIC"),
            b"\x80{}",
            b"\xc3",
        ],
        Reason.NOT_UTF8,
    )
    yield "utf16", [text.encode("utf-16-le"), text.encode("utf-16-be")], Reason.NOT_JSON
    yield "utf16-with-mark", [text.encode("utf-16")], Reason.NOT_UTF8
    yield "utf32", [text.encode("utf-32-le"), text.encode("utf-32-be")], Reason.NOT_JSON
    yield "byte-order-mark", [b"\xef\xbb\xbf" + good], Reason.NOT_JSON
    yield "truncated", [good[: len(good) * cut // 12] for cut in range(1, 12)], Reason.NOT_JSON
    yield "two-documents", [good + good, good + b"\n" + good, good + b"}", good + b" x"], Reason.NOT_JSON
    yield "blanks", [b" ", b"\n\n", b"\t"], Reason.NOT_JSON
    yield "not-json", [b"ISA*00*          *00*", b"<claim/>", b"{'a': 1}", b"{,}", b'{"a":}', b"{a:1}"], Reason.NOT_JSON
    yield "single-quotes-and-comments", [b'{"a":1,}', b'{"a":1 /* x */}', b"# nothing"], Reason.NOT_JSON
    yield "not-an-object", [b"null", b"1", b'"claim"', b"true", b"[]", b"[" + good + b"]"], Reason.NOT_OBJECT
    deep = [65, 66, 200, 1_000, 100_000]
    yield "too-deep-lists", [b'{"a":' + b"[" * depth + b"]" * depth + b"}" for depth in deep], Reason.TOO_DEEP
    yield "too-deep-objects", [b'{"a":' * depth + b"1" + b"}" * depth for depth in deep], Reason.TOO_DEEP
    yield "unclosed-depth", [b"[" * 100_000, b'{"a":' * 50_000], Reason.TOO_DEEP
    yield (
        "too-many-elements",
        [
            written(sound() | {f"k{number}": 1 for number in range(60_000)}),
            written(sound() | {"list": [1] * 100_000}),
        ],
        Reason.TOO_MANY_ELEMENTS,
    )
    yield "too-many-lines", [lines(1_000), lines(3_000)], Reason.TOO_MANY_ELEMENTS
    yield (
        "duplicate-key",
        [
            good[:-1] + b',"controlNumber":"2"}',
            good.replace(b'"claimChargeAmount"', b'"claimChargeAmount":"1.00","claimChargeAmount"'),
            good.replace(b'"npi"', b'"npi":"1","npi"'),
            good.replace(b'"serviceUnitCount"', b'"serviceUnitCount":"9","serviceUnitCount"'),
            good[:-1] + b',"x":{"y":1,"y":1}}',
        ],
        Reason.DUPLICATE_KEY,
    )
    numbers = ["NaN", "Infinity", "-Infinity"]
    amount = "claimInformation.claimChargeAmount"
    yield (
        "not-finite",
        [raw(path, number) for number in numbers for path in (amount, "controlNumber", f"{SERVICE}.serviceUnitCount")],
        Reason.NON_FINITE_NUMBER,
    )
    huge = ["1e999", "-1e400", "9" * 4_000, "9" * 4_400, "1" + "0" * 30, "0." + "1" * 40]
    yield "number-out-of-range", [raw(amount, number) for number in huge], Reason.NUMBER_OUT_OF_RANGE
    yield (
        "escaped-nul",
        [raw("subscriber.lastName", '"A\\u0000B"'), raw("controlNumber", '"\\u0000"'), raw("x", '{"k\\u0000":1}')],
        Reason.CONTROL_CHARACTER,
    )
    controls = ["\x00", "\x01", "\x07", "\x1b", "\n", "\r", "\t"]
    yield "raw-control", [raw("subscriber.lastName", f'"A{control}B"') for control in controls], Reason.NOT_JSON
    surrogates = ['"\\ud800"', '"\\udfff"', '"A\\ud83dB"', '"\\udc00\\ud800"']
    yield "lone-surrogate", [raw("subscriber.lastName", text) for text in surrogates], Reason.NOT_UTF8
    versions: list[object] = ["4", "2.1", "v3", "", "03", 4, True, ["3"]]
    yield (
        "unknown-version",
        [written(sound() | {"schemaVersion": version}) for version in versions],
        Reason.UNSUPPORTED_VERSION,
    )
    wrong: list[object] = [5, "text", True, ["x"]]
    parts = ["subscriber", "billing", "claimInformation", SERVICE]
    yield "part-of-another-type", [with_value(part, value) for part in parts for value in wrong], Reason.SCHEMA
    lists: list[object] = [5, "text", {"a": 1}, [5], [None]]
    yield (
        "lines-of-another-type",
        [with_value("claimInformation.serviceLines", value) for value in lists],
        Reason.SCHEMA,
    )
    structures: list[object] = [[], {}, ["1"], True]
    yield (
        "structure-where-a-value-belongs",
        [
            with_value(path, value)
            for path in (f"{SERVICE}.procedureCode", amount, f"{SERVICE}.serviceUnitCount", "subscriber.memberId")
            for value in structures
        ],
        Reason.SCHEMA,
    )
    good = written(sound())
    names = ["claimInformation", "serviceLines", "professionalService", "procedureCode", "memberId", "npi"]
    yield (
        "another-spelling",
        [
            good.replace(f'"{name}":'.encode(), f'"{other}":'.encode())
            for name in names
            for other in _other_spellings(name)
        ],
        Reason.SCHEMA,
    )
    without = sound()
    del without["claimInformation"]
    yield (
        "no-claim-in-it",
        [b"{}", written(without), b'{"claims":[]}', written({"claimInformation": None})],
        Reason.SCHEMA,
    )


def _other_spellings(name: str) -> list[str]:
    snake = re.sub("([A-Z])", r"_\1", name).lower()
    every = [snake, snake.replace("_", "-"), snake.upper(), name[0].upper() + name[1:], name.upper(), f"{name} "]
    return [each for each in dict.fromkeys(every) if each != name]


def lines(count: int) -> bytes:
    """The sound claim with so many lines without content before its last one."""
    document = sound()
    line = document["claimInformation"]["serviceLines"][1]
    document["claimInformation"]["serviceLines"] = [{"professionalService": {}} for _ in range(count)] + [line]
    return written(document)


def _findings() -> Iterator[tuple[str, list[bytes | None], Reason | str | None]]:
    information = "claimInformation"
    amounts = ["12.345", "1e2", "0.125", "1,000.00", "$5.00", "abc", "--1", "1.", "1_000", "\uff11\uff10\uff10"]
    yield "money-format", [with_value(f"{SERVICE}.lineItemChargeAmount", amount) for amount in amounts], "FMT-03"
    written_amounts = ["0.30000000000000004", "1e2", "4300.123"]
    yield "money-as-a-float", [raw(f"{information}.claimChargeAmount", amount) for amount in written_amounts], "FMT-03"
    units = ["abc", "1/2", "4O", "1e1", "40 mg", "∞"]
    yield "units-format", [with_value(f"{SERVICE}.serviceUnitCount", count) for count in units], "FMT-03"
    yield (
        "negative-units",
        [with_value(f"{SERVICE}.serviceUnitCount", count) for count in ("-1", "0", "-0.5")],
        "FMT-07",
    )
    yield (
        "negative-charge",
        [with_value(f"{SERVICE}.lineItemChargeAmount", charge) for charge in ("-4000.00", "-1")],
        "FMT-07",
    )
    totals = ["0.00", "1.00", "4299.99", "999999999.99"]
    yield "unbalanced", [with_value(f"{information}.claimChargeAmount", total) for total in totals], "FMT-04"
    odd = ["A\u200bB", "\u202eA1", "\u0410-0001", "A\x1b[31m", "A\u2028B", "A\ufeff"]
    yield (
        "odd-characters-in-identifiers",
        [
            with_value(path, text)
            for path in (f"{information}.patientControlNumber", "subscriber.memberId", f"{SERVICE}.procedureCode")
            for text in odd
        ],
        "FMT-03",
    )
    yield (
        "endless-identifier",
        [with_value(f"{information}.patientControlNumber", "A" * length) for length in (39, 10_000, 900_000)],
        "FMT-03",
    )
    days = [
        "20260229",
        "00000101",
        "120230101",
        "20261301",
        "20260100",
        "2026-03-02",
        "0",
        "yesterday",
        "\uff12\uff10\uff12\uff16\uff10\uff13\uff10\uff12",
    ]
    yield "impossible-date", [with_value(f"{information}.serviceLines.0.serviceDate", day) for day in days], "FMT-03"
    yield "last-day-there-is", [with_value(f"{information}.serviceLines.0.serviceDate", "99991231")], "DAT-01"
    yield "future", [with_value(f"{information}.serviceLines.0.serviceDate", "20260401")], "DAT-01"
    yield "before-birth", [with_value("subscriber.dateOfBirth", "20260303")], "DAT-03"
    yield (
        "missing",
        [with_value(f"{information}.{name}", None) for name in ("patientControlNumber", "claimFilingCode")],
        "FMT-02",
    )
    yield "no-lines", [with_value(f"{information}.serviceLines", [])], "FMT-02"


def _harmless() -> Iterator[tuple[str, list[bytes | None], Reason | str | None]]:
    good = sound()
    extra: list[dict[str, Any]] = [
        {"__proto__": {"admin": True}},
        {"constructor": 1, "x" * 10_000: "y"},
        {"unknown": {"nested": [1, 2.50, None, {"deep": "value"}]}},
        {"schemaVersion": "3"},
        {"schemaVersion": "3.7"},
    ]
    yield "unknown-fields", [written(good | more) for more in extra], None
    named = ["José Ñandú", "Đặng", "O'Neil; DROP TABLE claims", "Nguyễn-Smith", "{{7*7}} ${jndi:x}"]
    yield "odd-names", [with_value("subscriber.lastName", name) for name in named], None
    absent = ["claimInformation.serviceLines.1.lineAdjudicationInformation", "dependent", "receiver.lastName", "x"]
    yield "null-for-what-is-absent", [with_value(path, None) for path in absent], None
    pretty = json.dumps(good, indent=4).encode()
    yield "pretty-printed", [pretty, pretty.replace(b"\n", b"\r\n"), b"\n \t" + pretty + b"\n"], None
    number = copy.deepcopy(good)
    number["claimInformation"]["serviceLines"][0]["professionalService"]["serviceUnitCount"] = 40
    yield "numbers-for-text", [written(number), raw("claimInformation.claimChargeAmount", "4300.00")], None


def malformed() -> list[Malformed]:
    """All inputs."""
    return [
        Malformed(kind, number, value, expected)
        for kinds in (_dead_letters(), _findings(), _harmless())
        for kind, values, expected in kinds
        for number, value in enumerate(values, 1)
    ]
