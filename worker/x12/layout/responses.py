"""Where the answers of payers are read: the segments of 835, 277CA and 999 and their members.

Names of people have no place: nothing that is made of an answer needs them.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from worker.x12.layout.kinds import Adjustments, Dates, Fields, Texts
from worker.x12.layout.loops import Loop
from worker.x12.layout.rows import Elements, Extent, Json, Many, Member, OneOf, Parts, WrittenMembers

_REMARKS: Final = "remarks"


class ProviderAdjustments:
    """A PLB: what a payer keeps from, or adds to, a payment besides the claims; up to six reasons with amounts."""

    key = "PLB"

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self, elements: Sequence[str], into: Json, component: str) -> Extent:
        """Add each reason with its amount."""
        for reason, amount in zip_longest(elements[3::2], elements[4::2], fillvalue=""):
            if reason or amount:
                code, _, reference = reason.partition(component)
                part = {"reason": code, "reference": reference, "amount": amount}
                into.setdefault(self._path, []).append({name: value for name, value in part.items() if value})
        return "part"

    def write(self, source: Json, taken: WrittenMembers) -> Iterator[Elements]:
        """Yield nothing: a PLB is read only."""
        taken.note(source, self._path)
        yield from ()

    def members(self) -> Iterator[Member]:
        """Yield what each reason has."""
        for name in ("reason", "reference", "amount"):
            yield (self._path, name)


def _procedure(name: str) -> Parts:
    return Parts(f"{name}Qualifier", f"{name}Code", Many(f"{name}Modifiers", 4))


def _number(qualifier: str, member: str) -> Fields:
    return Fields(f"REF*{qualifier}", member)


_PAYER_IDS: Final = tuple(_number(each, "payerSecondaryId") for each in ("2U", "EO", "HI", "NF"))

REMITTANCE_HEADER: Final = Loop(
    "header",
    (
        Fields("BPR", None, "paid", "creditOrDebit", "method", *[None] * 11, "paidOn"),
        Fields("TRN", None, "trace", "originator"),
        Fields("DTM*405", "producedOn"),
    ),
    loops=(
        Loop("1000A", (Fields("N1*PR", "payerName", None, "payerId"), *_PAYER_IDS)),
        Loop("1000B", (Fields("N1*PE", None, "payeeQualifier", "payeeId"),)),
    ),
)

REMITTED_CLAIM: Final = Loop(
    "2100",
    (
        Fields(
            "CLP",
            "controlNumber",
            "status",
            "charge",
            "paid",
            "patientResponsibility",
            "filingIndicator",
            "payerControlNumber",
            "facility",
            "frequency",
        ),
        Adjustments("adjustments"),
        Fields("NM1*82", None, *[None] * 5, "renderingQualifier", "renderingId"),
        Fields("MIA", *[None] * 4, OneOf(_REMARKS, 0, 5), *[None] * 14, Many(_REMARKS, 4)),
        Fields("MOA", None, None, Many(_REMARKS, 5)),
        _number("F8", "originalReference"),
        Fields("DTM*232", "begin"),
        Fields("DTM*233", "end"),
        Fields("DTM*050", "receivedOn"),
    ),
    loops=(
        Loop(
            "2110",
            (
                Fields(
                    "SVC",
                    _procedure("procedure"),
                    "charge",
                    "paid",
                    "revenueCode",
                    "units",
                    _procedure("submitted"),
                    "submittedUnits",
                ),
                Fields("DTM*472", "begin"),
                Fields("DTM*150", "begin"),
                Fields("DTM*151", "end"),
                Adjustments("adjustments"),
                _number("6R", "controlNumber"),
                Texts("LQ*HE", _REMARKS),
            ),
            "lines",
            each=True,
        ),
    ),
)

PROVIDER_ADJUSTMENTS: Final = Loop("summary", (ProviderAdjustments("adjustments"),))


def _status(each: str) -> Fields:
    """An STC; its free text (STC12) may say anything of anybody, and is not read."""
    return Fields(
        "STC",
        Parts("category", "code", "entity"),
        "on",
        "action",
        "charge",
        *[None] * 5,
        Parts("category2", "code2", "entity2"),
        Parts("category3", "code3", "entity3"),
        each=each,
    )


ACKNOWLEDGED_SOURCE: Final = Loop(
    "2000A",
    (Fields("HL", None),),
    loops=(
        Loop("2100A", (Fields("NM1*PR", None, "payerName", *[None] * 5, "payerId"),)),
        Loop("2100A", (Fields("NM1*AY", None, "payerName", *[None] * 5, "payerId"),)),
        Loop("2200A", (Fields("TRN", None, "trace"), Dates("050", "receivedOn"), Dates("009", "processedOn"))),
    ),
)
ACKNOWLEDGED_RECEIVER: Final = Loop("2000B", (Fields("HL", None),))
ACKNOWLEDGED_PROVIDER: Final = Loop(
    "2000C",
    (Fields("HL", None),),
    loops=(Loop("2100C", (Fields("NM1*85", None, *[None] * 5, "providerQualifier", "providerId"),)),),
)
ACKNOWLEDGED_PATIENT: Final = Loop(
    "2000D",
    (Fields("HL", None),),
    loops=(
        Loop(
            "2200D",
            (
                Fields("TRN", None, "controlNumber"),
                _status("statuses"),
                _number("1K", "payerControlNumber"),
                _number("D9", "clearinghouseNumber"),
                Dates("472", "begin", "end"),
            ),
            "claims",
            each=True,
            loops=(
                Loop(
                    "2220D",
                    (
                        Fields("SVC", _procedure("procedure"), "charge", None, "revenueCode", None, None, "units"),
                        _status("statuses"),
                        _number("FJ", "controlNumber"),
                        Dates("472", "begin", "end"),
                    ),
                    "lines",
                    each=True,
                ),
            ),
        ),
    ),
)

ACKNOWLEDGED_GROUP: Final = Loop("header", (Fields("AK1", "kind", "groupControlNumber", "version"),))
ACKNOWLEDGED_TRANSACTION: Final = Loop(
    "2000",
    (Fields("AK2", "kind", "controlNumber", "version"),),
    loops=(
        Loop(
            "2100",
            (
                Fields("IK3", "segment", "position", "loop", "code"),
                Fields("CTX", Parts("context", "contextValue"), each="contexts"),
            ),
            "errors",
            each=True,
            loops=(Loop("2110", (Fields("IK4", None, None, "code"),), "elements", each=True),),
        ),
    ),
)
ACKNOWLEDGED_RESULT: Final = Loop("2000-end", (Fields("IK5", "code", Many("reasons", 5)),))
