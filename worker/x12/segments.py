"""From bytes to segments, as a stream: what an interchange uses as delimiters is read from its ISA.

A segment is a list of elements, the first of which is its identifier. Composite elements stay whole; `Delimiters`
says what separates their components. Source: ASC X12.5 (interchange control structure), X12.6 (application control).
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

BLOCK_BYTES: Final = 64 * 1024
MAX_SEGMENT_BYTES: Final = 256 * 1024
"""Far above any real segment (a K3 holds 80 characters); what has no terminator for so long is no segment."""

ISA_BYTES: Final = 106
"""An ISA has elements of fixed lengths, so that its delimiters stand at fixed places."""

_ISA_ELEMENT_LENGTHS: Final = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_PADDING: Final = "\r\n\t \x1a\x00"
"""What may stand before an interchange: line breaks, blanks, and the padding of old transfer programs."""

_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"  # of UTF-8, read as ISO 8859-1
_CONTROLS: Final = "".join(chr(code) for code in (*range(0x20), 0x7F) if chr(code) not in "\t\r\n")
_IDENTIFIER: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
_ISA: Final = re.compile(r"(?<![A-Za-z0-9])ISA(?=[^A-Za-z0-9\s])", re.ASCII)

CONTROL_CHARACTER: Final = "The segment holds a control character."
NO_IDENTIFIER: Final = "What stands here does not begin with a segment identifier."


class Delimiters(NamedTuple):
    """The characters that an interchange gives a meaning."""

    element: str
    component: str
    repetition: str
    segment: str


USUAL: Final = Delimiters("*", ":", "^", "~")


class Segment(NamedTuple):
    """One segment: its number in the stream, counted from 1, and its elements as text.

    `flaw` says in one sentence what makes it unusable; its elements are then only good for its identifier.
    """

    number: int
    elements: list[str]
    delimiters: Delimiters
    flaw: str | None = None


def is_x12(start: bytes) -> bool:
    """Whether bytes begin as an interchange does. A few hundred bytes are enough."""
    return _ISA.match(_bare(start[:4096].decode("latin-1"))) is not None


def _bare(text: str) -> str:
    return text.removeprefix(_BYTE_ORDER_MARK).lstrip(_PADDING)


def read_segments(stream: BinaryIO) -> Iterator[Segment]:
    """Yield the segments of all interchanges of a stream, holding no more than a block and a segment.

    Bytes that are no UTF-8 are read as ISO 8859-1, in which every byte is a character. What cannot be a segment is
    yielded with its flaw; reading goes on after the next terminator, or at the next ISA.
    """
    text = _Text(stream)
    number = 0
    while text.begin():
        number += 1
        if not _ISA.match(text.ahead):
            yield Segment(number, [""], USUAL, "An interchange has to begin here with ISA, and something else stands.")
            text.skip_to_isa()
            continue
        delimiters, flaw = _delimiters(text.ahead[:ISA_BYTES])
        if delimiters is None:
            yield Segment(number, ["ISA"], USUAL, flaw)
            text.skip_to_isa()
            continue
        for elements, flaw in _interchange(text, delimiters):
            yield Segment(number, elements, delimiters, flaw)
            number += 1
        number -= 1


def _delimiters(isa: str) -> tuple[Delimiters | None, str | None]:
    if len(isa) < ISA_BYTES:
        return None, "The file ends inside the ISA."
    element = isa[3]
    if tuple(map(len, isa[4:105].split(element))) != _ISA_ELEMENT_LENGTHS:
        return None, "The elements of the ISA do not have the lengths that are fixed for them."
    found = Delimiters(element, isa[104], isa[82], isa[105])
    # Before version 00402 ISA11 held the code U, and nothing repeated.
    used = (found.element, found.component, found.segment)
    if len(set(used)) < len(used) or any(each.isalnum() or each == " " for each in used):
        return None, "The delimiters in the ISA are letters or blanks, or two of them are the same."
    return found, None


def _interchange(text: "_Text", delimiters: Delimiters) -> Iterator[tuple[list[str], str | None]]:
    """The segments from the ISA to the IEA; or to the next ISA, or to where there is no segment any more."""
    separator, known = delimiters.element, set[str]()
    control = _control_besides(delimiters)
    is_first = True
    while (taken := text.take(delimiters.segment)) is not None:
        is_plain = taken.isascii() and not control.search(taken)
        pieces = taken.split(delimiters.segment)
        for place, piece in enumerate(pieces):
            raw = piece.lstrip(" \t") if piece[:1] in {" ", "\t"} else piece
            if not raw:
                continue
            elements = raw.split(separator)
            identifier = elements[0]
            if identifier == "ISA" and not is_first:
                text.push_back(pieces[place:], delimiters.segment)
                return
            is_first = False
            if not is_plain:
                elements = _decoded(raw).split(separator)
            flaw = None if is_plain and identifier in known else _flaw(elements, control)
            if not flaw:
                known.add(identifier)
            yield elements, flaw
            if identifier == "IEA":
                text.push_back(pieces[place + 1 :], delimiters.segment)
                return
    left = text.ahead.strip(_PADDING)
    if len(text.ahead) > MAX_SEGMENT_BYTES:
        yield [""], f"There is no segment terminator within {MAX_SEGMENT_BYTES:,} bytes."
        text.skip_to_isa()
    elif left:
        yield [left.split(separator)[0][:3]], "The file ends inside this segment."
        text.drop()


def _decoded(raw: str) -> str:
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return raw


def _control_besides(delimiters: Delimiters) -> re.Pattern[str]:
    """The control characters that mean nothing here; some interchanges use others as delimiters."""
    return re.compile(f"[{re.escape(''.join(each for each in _CONTROLS if each not in delimiters))}]")


def _flaw(elements: list[str], control: re.Pattern[str]) -> str | None:
    if not _IDENTIFIER.fullmatch(elements[0]):
        return NO_IDENTIFIER
    return CONTROL_CHARACTER if any(map(control.search, elements)) else None


class _Text:
    """The stream as text that has not been used yet: ISO 8859-1, one character a byte."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.ahead = ""

    def begin(self) -> bool:
        """Go to the next character that is no padding, with a whole ISA ahead if there is one; false at the end."""
        self.ahead = _bare(self.ahead)
        while len(self.ahead) < ISA_BYTES and self._read():
            self.ahead = _bare(self.ahead)
        return bool(self.ahead)

    def take(self, terminator: str) -> str | None:
        """Take the segments that are wholly ahead, without the line breaks in them; none when there is no more."""
        cut = self.ahead.rfind(terminator)
        while cut < 0 and len(self.ahead) <= MAX_SEGMENT_BYTES:
            seen = len(self.ahead)
            if not self._read():
                break
            cut = self.ahead.rfind(terminator, seen)
        if cut < 0:
            return None
        taken, self.ahead = self.ahead[:cut], self.ahead[cut + 1 :]
        for line_break in "\r\n":
            if line_break in taken and line_break != terminator:
                taken = taken.replace(line_break, "")
        return taken

    def push_back(self, pieces: list[str], terminator: str) -> None:
        """Put segments back that belong to another interchange."""
        self.ahead = "".join(piece + terminator for piece in pieces) + self.ahead

    def skip_to_isa(self) -> None:
        """Go on to the next ISA after this place, or to the end."""
        self.ahead = self.ahead[1:]
        while not (found := _ISA.search(self.ahead)):
            self.ahead = self.ahead[-len("ISA*") :]
            if not self._read():
                self.drop()
                return
        self.ahead = self.ahead[found.start() :]

    def drop(self) -> None:
        """Give up what is ahead."""
        self.ahead = ""

    def _read(self) -> bool:
        block = self._stream.read(BLOCK_BYTES)
        self.ahead += block.decode("latin-1")
        return bool(block)
