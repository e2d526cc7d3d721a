"""999 and TA1: what is structurally wrong in a file, answered to whoever sent it.

Sources: ASC X12C 005010X231A1 (999); the interchange acknowledgment segment of ASC X12.5 (TA1).
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from worker.x12.layout.rows import Elements, Json
from worker.x12.read.events import Envelope, GroupRead, InterchangeRead, Level, Read, SegmentFlaw, TransactionRead
from worker.x12.write.envelopes import Cover, TradingPartner, interchange, interchange_without_groups, usage_of

VERSION: Final = "005010X231A1"
UNKNOWN_VERSION: Final = "UNKNOWN"
_ACKNOWLEDGMENT: Final = "FA"
_NOTHING_WRONG: Final = "000"
_MOST_SEGMENT_FLAWS: Final = 1_000
"""How many flaws of segments are kept of a group, so that memory stays flat on a file that is broken throughout."""


@dataclass(slots=True)
class TransactionAnswer:
    """The result for one transaction set."""

    kind: str
    """ST01."""
    control_number: str
    version: str
    claims: int
    refused: int
    is_read: bool
    flaws: list[SegmentFlaw] = field(default_factory=list)

    @property
    def code(self) -> str:
        """IK501: A accepted, E accepted although something is wrong, R rejected.

        A transaction of which some claims were refused is accepted with errors: the others were taken.
        """
        if not self.is_read or (self.refused and not self.claims):
            return "R"
        return "E" if self.flaws else "A"


@dataclass(slots=True)
class GroupAnswer:
    """The result for one functional group."""

    envelope: Envelope
    declared: str
    received: int
    transactions: list[TransactionAnswer]
    flaws: list[SegmentFlaw]

    @property
    def code(self) -> str:
        """AK901: A accepted, E with errors, P partially, R rejected."""
        codes = {each.code for each in self.transactions}
        if not codes or codes == {"R"}:
            return "R"
        if "R" in codes:
            return "P"
        return "E" if "E" in codes or self.flaws else "A"


@dataclass(slots=True)
class InterchangeAnswer:
    """The result for one interchange."""

    envelope: Envelope
    flaws: list[SegmentFlaw]
    groups: int

    @property
    def is_wanted(self) -> bool:
        """Whether its sender asks for a TA1 (ISA14)."""
        return self.envelope.said("isa", 14) == "1"

    @property
    def code(self) -> str:
        """TA104: A accepted, E accepted although something is wrong, R rejected."""
        if not self.flaws:
            return "A"
        return "E" if self.groups else "R"

    @property
    def note(self) -> str:
        """TA105: the first thing that is wrong."""
        return self.flaws[0].code if self.flaws else _NOTHING_WRONG


@dataclass(slots=True)
class FileAnswer:
    """The groups and interchanges of a file, and what is wrong outside of groups."""

    groups: list[GroupAnswer] = field(default_factory=list)
    interchanges: list[InterchangeAnswer] = field(default_factory=list)
    flaws: list[SegmentFlaw] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)
    """The refused claims of transactions that were accepted, as far as they were read; a 277CA answers them too."""


def answers_of(reads: Iterable[Read]) -> FileAnswer:
    """Return what became of the interchanges, groups and transactions of a file."""
    answers = FileAnswer()
    transactions: list[TransactionAnswer] = []
    of_transaction: list[SegmentFlaw] = []
    of_group: list[SegmentFlaw] = []
    of_interchange: list[SegmentFlaw] = []
    groups_before = 0
    for each in reads:
        match each:
            case SegmentFlaw(level=Level.CLAIM | Level.TRANSACTION):
                if len(of_transaction) < _MOST_SEGMENT_FLAWS:
                    of_transaction.append(each)
            case SegmentFlaw(level=Level.GROUP):
                of_group.append(each)
            case SegmentFlaw():
                answers.flaws.append(each)
                of_interchange.append(each)
            case TransactionRead(envelope, claims, refused, is_read):
                version = envelope.said("st", 3) or envelope.said("gs", 8)
                number = envelope.said("st", 2)
                if claims:
                    answers.refused += [flaw.document for flaw in of_transaction if flaw.document]
                transactions.append(
                    TransactionAnswer(envelope.said("st", 1), number, version, claims, refused, is_read, of_transaction)
                )
                of_transaction = []
            case GroupRead(envelope, declared, received):
                answers.groups.append(GroupAnswer(envelope, declared, received, transactions, of_group))
                transactions, of_group = [], []
            case InterchangeRead(envelope):
                groups = len(answers.groups) - groups_before
                answers.interchanges.append(InterchangeAnswer(envelope, of_interchange, groups))
                of_interchange, groups_before = [], len(answers.groups)
    answers.flaws += of_transaction + of_group
    return answers


def is_answered(group: GroupAnswer) -> bool:
    """Whether a 999 answers a group; a group of 999s is not answered by another one (X12C 005010X231A1, 1.4)."""
    return group.envelope.said("gs", 1) != _ACKNOWLEDGMENT


def write_999(answers: FileAnswer, moment: datetime) -> Iterator[str]:
    """Yield an interchange for each group: sender and receiver change places."""
    for place, group in enumerate(filter(is_answered, answers.groups), 1):
        yield from interchange(_cover(group.envelope, moment, place), "FA", VERSION, [_transaction(group)])


def write_ta1(answers: FileAnswer, moment: datetime) -> Iterator[str]:
    """Yield an interchange with a TA1 for each one whose sender asks for it."""
    wanted = (each for each in answers.interchanges if each.is_wanted)
    for place, each in enumerate(wanted, 1):
        said = each.envelope.said
        segment: Elements = ["TA1", said("isa", 13), said("isa", 9), said("isa", 10), each.code, each.note]
        yield from interchange_without_groups(_cover(each.envelope, moment, place), [segment])


def _cover(envelope: Envelope, moment: datetime, control_number: int) -> Cover:
    said = envelope.said
    return Cover(
        TradingPartner(said("isa", 7) or "ZZ", said("isa", 8), said("gs", 3)),
        TradingPartner(said("isa", 5) or "ZZ", said("isa", 6), said("gs", 2)),
        moment,
        control_number=str(control_number),
        usage=usage_of(said("isa", 15)),
    )


def _transaction(group: GroupAnswer) -> Iterator[Elements]:
    said = group.envelope.said
    yield ["ST", "999", "0001", VERSION]
    yield ["AK1", said("gs", 1) or "HC", said("gs", 6) or "0", said("gs", 8) or UNKNOWN_VERSION]
    for each in group.transactions:
        yield ["AK2", each.kind or "837", each.control_number or "0000", each.version]
        wrong = [flaw for flaw in each.flaws if flaw.loop]
        for flaw in sorted(wrong, key=lambda flaw: flaw.position or 0):
            # What has no readable identifier has no IK301; IK502 alone says that a segment is in error.
            if flaw.segment_id:
                yield from _segment(flaw)
        codes = [flaw.code for flaw in each.flaws if not flaw.loop]
        if wrong:
            codes.insert(0, "5")
        yield ["IK5", each.code, *list(dict.fromkeys(codes))[:5]]
    taken = sum(each.code != "R" for each in group.transactions)
    codes = list(dict.fromkeys(flaw.code for flaw in group.flaws))[:5]
    declared = group.declared if group.declared.isdecimal() else str(group.received)
    yield ["AK9", group.code, declared, str(group.received), str(taken), *codes]


def _segment(flaw: SegmentFlaw) -> Iterator[Elements]:
    """Yield what is wrong with one segment: where it is, the claim that is refused for it, and its elements."""
    # IK303 has four characters (data element 447): 2010AA is 2010. What is before the first loop is in none.
    loop = flaw.loop[:4] if flaw.loop[:1].isdecimal() else ""
    yield ["IK3", flaw.segment_id, str(flaw.position or 1), loop, flaw.code]
    if flaw.claim:
        yield ["CTX", ["CLM01", flaw.claim]]
    for each in flaw.elements:
        place = [str(each.place), str(each.component)] if each.component else str(each.place)
        yield ["IK4", place, "", each.code]


def as_json(answers: FileAnswer) -> dict[str, Any]:  # any JSON: our own answer, written out
    """Return the same as a document."""
    return {
        "interchanges": [
            {
                "interchangeControlNumber": each.envelope.said("isa", 13),
                "isAcknowledgmentRequested": each.is_wanted,
                "acknowledgmentCode": each.code,
                "noteCode": each.note,
            }
            for each in answers.interchanges
        ],
        "groups": [
            {
                "interchangeControlNumber": group.envelope.said("isa", 13),
                "groupControlNumber": group.envelope.said("gs", 6),
                "acknowledgmentCode": group.code,
                "transactions": [
                    {
                        "transactionType": each.kind,
                        "transactionControlNumber": each.control_number,
                        "version": each.version,
                        "acknowledgmentCode": each.code,
                        "claimsRead": each.claims,
                        "claimsRefused": each.refused,
                        "flaws": [_flaw(flaw) for flaw in each.flaws],
                    }
                    for each in group.transactions
                ],
                "flaws": [_flaw(flaw) for flaw in group.flaws],
            }
            for group in answers.groups
        ],
        "flaws": [_flaw(flaw) for flaw in answers.flaws],
    }


def _flaw(flaw: SegmentFlaw) -> dict[str, Any]:  # likewise
    return {
        "segment": flaw.segment,
        "segmentId": flaw.segment_id,
        "loop": flaw.loop,
        "level": flaw.level.value,
        "code": flaw.code,
        "reason": flaw.reason,
        "claimsRead": flaw.is_passed_over,
        **({"claim": flaw.claim} if flaw.claim else {}),
        **({"elements": [asdict(each) for each in flaw.elements]} if flaw.elements else {}),
    }
