"""The envelopes of a claim that is written: its interchange, its group, and the beginning of its transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.claim import ClaimKind
from worker.x12.layout.rows import Elements, Json, parts
from worker.x12.layout.versions import USUAL_VERSION, kind_of
from worker.x12.read.segments import USUAL, Delimiters
from worker.x12.write.envelopes import Cover, TradingPartner

_TRANSACTION: Final = (
    "transactionPurpose",
    "transactionReference",
    "transactionDate",
    "transactionTime",
    "transactionType",
)
"""BHT02 to BHT06."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """The values for the envelope of claims without an origin.

    Attributes:
        moment: When they are written.
        sender: ISA06 and GS02; the submitter's identification where it is empty.
        receiver: ISA08 and GS03; the receiver's identification, or the payer's, where it is empty.
        usage: P or T.
    """

    moment: datetime
    sender: str = ""
    receiver: str = ""
    usage: str = "P"


def origin_of(document: Json) -> Json:
    """Return where in an X12 file a claim came from; empty for a claim that came otherwise."""
    origin = document.get("origin")
    return origin if isinstance(origin, dict) else {}


def kind_of_document(document: Json) -> ClaimKind:
    """Return what kind of claim a message is, which its service lines say."""
    information = document.get("claimInformation")
    lines = parts(information.get("serviceLines")) if isinstance(information, dict) else []
    return ClaimKind.INSTITUTIONAL if any("institutionalService" in line for line in lines) else ClaimKind.PROFESSIONAL


def version_of(origin: Json, kind: ClaimKind) -> str:
    """Return ST03 and GS08."""
    version = str(origin.get("version") or "")
    return version if kind_of(version) is kind else USUAL_VERSION[kind]


def delimiters_of(origin: Json) -> Delimiters:
    """Return the delimiters of the interchange that a claim came in; the usual ones where it does not say."""
    text = origin.get("delimiters")
    is_set = isinstance(text, str) and len(set(text)) == len(text) == len(USUAL)
    return Delimiters(*text) if isinstance(text, str) and is_set else USUAL


def cover_of(document: Json, origin: Json, defaults: Defaults) -> Cover:
    """Return the interchange and the group that a claim came in; those of the defaults where it does not say."""
    if origin.get("interchangeControlNumber") is None:
        sender = defaults.sender or _said(document, "submitter", "submitterIdentification")
        sender = sender or _said(document, "billing", "npi")
        receiver = defaults.receiver or _said(document, "receiver", "receiverId")
        receiver = receiver or str(document.get("tradingPartnerServiceId") or "")
        return Cover(
            TradingPartner("ZZ", sender, sender),
            TradingPartner("ZZ", receiver, receiver),
            defaults.moment,
            control_number="",
            usage=str(document.get("usageIndicator") or defaults.usage),
        )
    return Cover(
        TradingPartner(
            _text(origin, "senderQualifier", "ZZ"), _text(origin, "sender"), _text(origin, "applicationSender")
        ),
        TradingPartner(
            _text(origin, "receiverQualifier", "ZZ"), _text(origin, "receiver"), _text(origin, "applicationReceiver")
        ),
        defaults.moment,
        control_number=_text(origin, "interchangeControlNumber"),
        usage=_text(document, "usageIndicator", defaults.usage),
        day=_text(origin, "interchangeDate"),
        time=_text(origin, "interchangeTime"),
        group_number=_text(origin, "groupControlNumber"),
        group_day=_text(origin, "groupDate"),
        group_time=_text(origin, "groupTime"),
    )


def bht_of(document: Json, origin: Json, defaults: Defaults) -> Elements:
    """Return the BHT of a claim; empty for one that came as X12 without."""
    if origin:
        values = [_text(origin, name) for name in _TRANSACTION]
        return ["BHT", "0019", *values] if any(values) else []
    reference = _text(document, "controlNumber", "0001")
    return [
        "BHT",
        "0019",
        "00",
        reference,
        f"{defaults.moment:%Y%m%d}",
        f"{defaults.moment:%H%M}",
        _text(document, "claimIdentifier", "CH"),
    ]


def _said(document: Json, holder: str, name: str) -> str:
    part = document.get(holder)
    return _text(part, name) if isinstance(part, dict) else ""


def _text(holder: Json, name: str, otherwise: str = "") -> str:
    value = holder.get(name)
    return str(value) if value not in (None, "") else otherwise
