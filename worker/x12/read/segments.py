"""From bytes to segments, as a stream: what an interchange uses as delimiters is read from its ISA.

A segment is a list of elements, the first of which is its identifier. Composite elements stay whole; `Delimiters`
says what separates their components. Source: ASC X12.5 (interchange control structure), X12.6 (application control).
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

BLOCK_BYTES: Final = 64 * 1024
MAX_SEGMENT_BYTES: Final = 256 * 1024
"""Far above any real segment (a K3 holds 80 characters); what has no terminator for so long is not a segment."""

ISA_BYTES: Final = 106
"""An ISA has elements of fixed lengths, so that its delimiters are at fixed places."""

_ISA_ELEMENT_LENGTHS: Final = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_PADDING: Final = "\r\n\t \x1a\x00"
"""What may precede an interchange: line breaks, blanks, and the padding of old transfer programs."""

_BLANKS: Final = frozenset(" \t\r\n")
_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"  # of UTF-8, read as ISO 8859-1
_CONTROLS: Final = "".join(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\r\n")
_WHOLE_IEA: Final = re.compile(r"\d{1,5}[^\w\s]\d{9}", re.ASCII)
WINDOWS: Final = "windows-1252"
_IDENTIFIER: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
_ISA: Final = re.compile(r"(?<![A-Za-z0-9])ISA(?=[^A-Za-z0-9\s])", re.ASCII)

CONTROL_CHARACTER: Final = "The segment holds a control character."
TOO_LONG: Final = f"The segment is longer than {MAX_SEGMENT_BYTES:,} bytes, as no segment is."
NO_IDENTIFIER: Final = "What is here does not begin with a segment identifier."


class Delimiters(NamedTuple):
    """The characters that an interchange gives a meaning."""

    element: str
    component: str
    repetition: str
    segment: str


USUAL: Final = Delimiters("*", ":", "^", "~")


class Segment(NamedTuple):
    """One segment: its number in the stream, counted from 1, and its elements as text.

    `flaw` says in one sentence what makes it unusable; its elements are then only good for its identifier. `encoding`
    is that of its characters where it is not UTF-8.
    """

    number: int
    elements: list[str]
    delimiters: Delimiters
    flaw: str | None = None
    encoding: str = ""


def is_x12(start: bytes) -> bool:
    """Whether bytes begin as an interchange does. A few hundred bytes are enough."""
    return _ISA.match(_bare(start[:4096].decode("latin-1"))) is not None


def _bare(text: str) -> str:
    return text.removeprefix(_BYTE_ORDER_MARK).lstrip(_PADDING)


def read_segments(stream: BinaryIO) -> Iterator[Segment]:
    """Yield the segments of all interchanges of a stream, holding no more than a block and a segment.

    Bytes that are not UTF-8 are read as Windows-1252. What cannot be a segment is yielded with its flaw; reading goes
    on after the next terminator, or at the next ISA. At the end of the stream an IEA that is whole is taken without its
    terminator; no other segment is.
    """
    text = _Characters(stream)
    number = 0
    while text.begin():
        number += 1
        if not _ISA.match(text.ahead):
            yield Segment(number, [""], USUAL, "An interchange has to begin here with ISA, but something else is here.")
            text.skip_to_isa()
            continue
        delimiters, flaw = _delimiters(text.ahead[:ISA_BYTES])
        if delimiters is None:
            yield Segment(number, ["ISA"], USUAL, flaw)
            text.skip_to_isa()
            continue
        for elements, flaw, encoding in _interchange(text, delimiters):
            yield Segment(number, elements, delimiters, flaw, encoding)
            number += 1
        number -= 1


def _delimiters(isa: str) -> tuple[Delimiters | None, str | None]:
    if len(isa) < ISA_BYTES:
        return None, "The file ends inside the ISA."
    element = isa[3]
    lengths = tuple(map(len, isa[4:105].split(element)))
    # The first wrong one moves all that follow.
    for number, (found_length, right) in enumerate(zip(lengths, _ISA_ELEMENT_LENGTHS, strict=False), 1):
        if found_length != right:
            characters = f"{found_length} character{'' if found_length == 1 else 's'}"
            return None, f"ISA{number:02d} has {characters}, and an ISA has {right} there."
    if len(lengths) != len(_ISA_ELEMENT_LENGTHS):
        return None, "The elements of the ISA do not have the lengths that are fixed for them."
    found = Delimiters(element, isa[104], isa[82], isa[105])
    # Before version 00402 ISA11 held the code U, and nothing repeated.
    used = (found.element, found.component, found.segment)
    if len(set(used)) < len(used) or any(each.isalnum() or each == " " for each in used):
        return None, "The delimiters in the ISA are letters or blanks, or two of them are the same."
    return found, None


def _interchange(text: "_Characters", delimiters: Delimiters) -> Iterator[tuple[list[str], str | None, str]]:
    """The segments from the ISA to the IEA; or to the next ISA, or to where there is no segment any more."""
    separator, terminator = delimiters.element, delimiters.segment
    breaks = str.maketrans("", "", "\r\n".replace(terminator, ""))
    control, known = _control_besides(delimiters), set[str]()
    is_first = True
    while (taken := text.take(terminator)) is not None:
        taken, is_last = _up_to_another_isa(taken, terminator, text)
        is_plain = taken.isascii() and not control.search(taken)
        pieces = taken.split(terminator)
        for place, piece in enumerate(pieces):
            raw = piece.translate(breaks).lstrip(" \t") if piece[:1] in _BLANKS or "\n" in piece else piece
            if not raw:
                continue
            elements = raw.split(separator)
            identifier = elements[0]
            if identifier == "ISA" and not is_first:
                text.push_back(pieces[place:], terminator)
                return
            is_first = False
            if is_plain and identifier in known and len(raw) <= MAX_SEGMENT_BYTES:
                yield elements, None, ""
            else:
                elements, flaw, encoding = _looked_into(raw, separator, control)
                if flaw is None:
                    known.add(identifier)
                yield elements, flaw, encoding
            if identifier == "IEA":
                text.push_back(pieces[place + 1 :], terminator)
                return
        if is_last:
            return
        if text.is_overlong:
            yield [""], TOO_LONG, ""
            text.skip_segment(terminator)
    yield from _unterminated(text, separator, is_at_isa=is_first)


def _decoded(raw: str) -> tuple[str, str]:
    """The characters of bytes, and the encoding if that is not UTF-8; a byte that has none stays what it is."""
    if raw.isascii():
        return raw, ""
    octets = raw.encode("latin-1")
    for encoding in ("utf-8", WINDOWS):
        try:
            return octets.decode(encoding), encoding.replace("utf-8", "")
        except UnicodeDecodeError:
            continue
    return raw, ""


def _up_to_another_isa(taken: str, terminator: str, text: "_Characters") -> tuple[str, bool]:
    """Return what was taken up to where another interchange begins, and put the rest back; true if one does.

    When the terminator of an interchange is damaged, nothing else shows where the next one begins.
    """
    # Looked for as text first: the pattern takes twenty times as long, and hardly a file has one.
    for found in _ISA.finditer(taken, 1) if taken.find("ISA", 1) > 0 else ():
        text.read_to(ISA_BYTES)
        rest = f"{taken[found.start() :]}{terminator}{text.ahead}"
        if _delimiters(rest[:ISA_BYTES])[0] is not None:
            text.ahead = rest
            return taken[: found.start()], True
    return taken, False


def _control_besides(delimiters: Delimiters) -> re.Pattern[str]:
    """The control characters that mean nothing here; some interchanges use others as delimiters."""
    return re.compile(f"[{re.escape(''.join(each for each in _CONTROLS if each not in delimiters))}]")


def _looked_into(raw: str, separator: str, control: re.Pattern[str]) -> tuple[list[str], str | None, str]:
    text, encoding = _decoded(raw)
    elements = text.split(separator)
    if not _IDENTIFIER.fullmatch(elements[0]):
        return [""], NO_IDENTIFIER, ""
    if len(raw) > MAX_SEGMENT_BYTES:
        return elements[:1], TOO_LONG, ""
    return elements, CONTROL_CHARACTER if any(map(control.search, elements)) else None, encoding


def _unterminated(
    text: "_Characters", separator: str, *, is_at_isa: bool
) -> Iterator[tuple[list[str], str | None, str]]:
    if left := text.ahead.strip(_PADDING):
        identifier, _, rest = left.partition(separator)
        if identifier == "IEA" and _WHOLE_IEA.fullmatch(rest) and rest.count(separator) == 1:
            yield left.split(separator), None, ""
            text.drop()
            return
        yield [identifier if _IDENTIFIER.fullmatch(identifier) else ""], "The file ends inside this segment.", ""
        # Another interchange may be in what had no terminator of this one.
        text.skip_to_isa(is_past=is_at_isa)


class _Characters:
    """The stream as text that has not been used yet: ISO 8859-1, one character a byte."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.ahead = ""

    def begin(self) -> bool:
        """Go to the next character that is not padding, with a whole ISA ahead if there is one; false at the end."""
        self.ahead = _bare(self.ahead)
        while len(self.ahead) < ISA_BYTES and self._read():
            self.ahead = _bare(self.ahead)
        return bool(self.ahead)

    def read_to(self, length: int) -> None:
        """Have so much ahead, or all there is."""
        while len(self.ahead) < length and self._read():
            pass

    def take(self, terminator: str) -> str | None:
        """Take the segments that are wholly ahead; nothing if the next one is overlong, None when there is no more."""
        cut = self.ahead.rfind(terminator)
        while cut < 0:
            if self.is_overlong:
                return ""
            seen = len(self.ahead)
            if not self._read():
                return None
            cut = self.ahead.rfind(terminator, seen)
        # No further than the end of the interchange, so that what is behind it is not looked at again and again.
        if (end := self.ahead.find("IEA", 0, cut)) >= 0:
            cut = self.ahead.find(terminator, end)
        taken, self.ahead = self.ahead[:cut], self.ahead[cut + 1 :]
        return taken

    @property
    def is_overlong(self) -> bool:
        """Whether more is ahead than a segment can be."""
        return len(self.ahead) > MAX_SEGMENT_BYTES

    def skip_segment(self, terminator: str) -> None:
        """Go on behind the next terminator, or to the next ISA, whichever comes first."""
        while True:
            cut, found = self.ahead.find(terminator), _ISA.search(self.ahead)
            if found and (cut < 0 or found.start() < cut):
                self.ahead = terminator + self.ahead[found.start() :]
                return
            if cut >= 0:
                self.ahead = self.ahead[cut + 1 :]
                return
            self.ahead = self.ahead[-len("ISA*") :]
            if not self._read():
                self.drop()
                return

    def push_back(self, pieces: list[str], terminator: str) -> None:
        """Put segments back that belong to another interchange."""
        self.ahead = terminator.join([*pieces, self.ahead])

    def skip_to_isa(self, *, is_past: bool = True) -> None:
        """Go on to the next ISA, or to the end; past the one that may be here, unless told otherwise."""
        self.ahead = self.ahead[is_past:]
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
