"""Reads the claims of files, of folders and of stdin: their bytes as they are, and where they are."""

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from worker.cli.shared.claim_paths import LINE_SUFFIXES, STDIN, X12_BEGINS, UnreadablePathError, refuse_no_file
from worker.fhir.reading import Damage, read_resource
from worker.pipeline.forms import says_resource
from worker.pipeline.steps.decode import UnreadableClaimError, read_json
from worker.x12.read.events import ClaimRead, SegmentFlaw
from worker.x12.read.interchanges import read_837
from worker.x12.read.segments import is_x12

# A string that nothing ends goes on to the end of the text: to look for its end from each quote would be quadratic.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_BLANKS: Final = b" \t\r\n"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ClaimInput:
    """The bytes of one claim and their place: the line of the file, the position in an array, or the segment.

    `problem` says, instead of bytes, what is not a claim in an X12 file or a FHIR resource, or why a file cannot be
    read; `is_passed_over` that all claims were read all the same. `is_mapped` says that the bytes are not those of the
    file.
    """

    source: str
    place: str
    value: bytes
    problem: str | None = None
    is_passed_over: bool = False
    is_mapped: bool = False

    @property
    def where(self) -> str:
        """Its file, with the place there if it has one."""
        return f"{self.source}, {self.place}" if self.place else self.source


def read_claims(
    files: Iterable[str], longest: int, progress: Callable[[int], None] = lambda _: None
) -> Iterator[ClaimInput]:
    """Yield every claim of some files. A file with one claim per line is read line by line, whatever its size.

    Args:
        files: Names of files, or `-`.
        longest: Bytes after which a line is cut; what is longer is not a claim anyway.
        progress: Called with the number of bytes that each claim took.

    Raises:
        ClaimFileError: For a file that cannot be read or holds nothing.
    """
    for file in files:
        count = 0
        for read in _read_file(file, longest, progress):
            for found in with_resources(read):
                count += 1
                yield found
        if not count:
            raise UnreadablePathError(_named(file), "holds no claim")


def read_what_can_be_read(
    files: Iterable[str], longest: int, progress: Callable[[int], None] = lambda _: None
) -> Iterator[ClaimInput]:
    """Yield every claim of some files like `read_claims`, and a problem for each file that cannot be read."""
    for file in files:
        try:
            yield from read_claims((file,), longest, progress)
        except UnreadablePathError as error:
            yield ClaimInput(error.path, "", b"", error.reason)


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """The file, or stdin, which stays open. Raises `UnreadablePathError` when it cannot be opened."""
    if file == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below; an error while it is read is another one
    except OSError as error:
        raise UnreadablePathError(file, f"cannot be read ({error.strerror})") from None
    with stream:
        yield stream


def _named(file: str) -> str:
    return "stdin" if file == STDIN else file


def _read_file(file: str, longest: int, progress: Callable[[int], None]) -> Iterator[ClaimInput]:
    if file == STDIN:
        yield from _read_stream(sys.stdin.buffer, _named(file), longest, progress)
        return
    refuse_no_file(file)
    try:
        with Path(file).open("rb") as stream:
            if Path(file).suffix.lower() in LINE_SUFFIXES:
                yield from _read_lines(stream, file, longest, progress)
            else:
                yield from _read_stream(stream, file, longest, progress)
    except OSError as error:
        raise UnreadablePathError(file, f"cannot be read ({error.strerror})") from None


def _read_stream(stream: BinaryIO, source: str, longest: int, progress: Callable[[int], None]) -> Iterator[ClaimInput]:
    """Tell by its start what it is: X12, one claim per line, an array of claims, or one claim over many lines."""
    if holds_x12(stream):
        yield from _read_x12(stream, source, progress)
        return
    head = [stream.readline(longest + 2)]
    while head[-1] and not _bare(head[-1]):
        head.append(stream.readline(longest + 2))
    first = _bare(head[-1])
    if head[-1].endswith(b"\n"):
        head.append(stream.readline(longest + 2))
    # A claim over many lines goes on with blanks or a quote, so a brace at the left edge begins the next claim.
    if first.startswith(b"{") and (_is_whole(first) or (len(head) > 1 and head[-1].startswith(b"{"))):
        yield from _read_lines(stream, source, longest, progress, head)
        return
    content = _bare(b"".join(head) + stream.read())
    elements = split_array(content)
    if elements is None and content:
        progress(len(content))
        yield ClaimInput(source, "", content)
    for position, element in enumerate(elements or (), 1):
        progress(len(element))
        yield ClaimInput(source, f"claim {position}", element)


def holds_x12(stream: BinaryIO) -> bool:
    """Whether what comes next is an interchange; nothing of it is used up."""
    if isinstance(stream, io.BufferedReader):
        return is_x12(stream.peek(X12_BEGINS))
    place = stream.tell()
    begins = stream.read(X12_BEGINS)
    stream.seek(place)
    return is_x12(begins)


def rereadable(stream: BinaryIO) -> BinaryIO:
    """Return a stream that can be read twice, as an interchange is: a file, where it comes from a pipe."""
    if stream.seekable():
        return stream
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with who reads it
    shutil.copyfileobj(stream, kept)
    kept.seek(0)
    return kept


def _read_x12(stream: BinaryIO, source: str, progress: Callable[[int], None]) -> Iterator[ClaimInput]:
    """Yield the claims of interchanges as messages, and what is wrong between them."""
    stream = rereadable(stream)
    read = 0
    for each in read_837(stream):
        if isinstance(each, ClaimRead):
            yield ClaimInput(source, f"segment {each.segment}", orjson.dumps(each.document), is_mapped=True)
        elif isinstance(each, SegmentFlaw):
            place = f"segment {each.segment}"
            yield ClaimInput(source, place, b"", each.reason, is_passed_over=each.is_passed_over, is_mapped=True)
        if stream.seekable():
            progress(stream.tell() - read)
            read = stream.tell()


def with_resources(found: ClaimInput) -> Iterator[ClaimInput]:
    """Yield the claims of a FHIR resource as messages, and what is not a claim; all that is not a resource as it is."""
    if not says_resource(found.value):
        yield found
        return
    try:
        document = read_json(found.value)
    except UnreadableClaimError:
        yield found
        return
    for each in read_resource(document):
        place = ", ".join(filter(None, (found.place, each.place)))
        if isinstance(each, Damage):
            yield ClaimInput(found.source, place, b"", each.reason, is_mapped=True)
        else:
            yield ClaimInput(found.source, place, orjson.dumps(each.document), is_mapped=True)


def _read_lines(
    stream: BinaryIO, source: str, longest: int, progress: Callable[[int], None], head: Iterable[bytes] = ()
) -> Iterator[ClaimInput]:
    for number, raw in enumerate(chain(head, iter(lambda: stream.readline(longest + 2), b"")), 1):
        size, rest = len(raw), raw
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(longest + 2)
            size += len(rest)
        progress(size)
        if line := _bare(raw):
            yield ClaimInput(source, f"line {number}", line)


def _bare(text: bytes) -> bytes:
    return text.removeprefix(_BYTE_ORDER_MARK).strip(_BLANKS)


def _is_whole(text: bytes) -> bool:
    depth = 0
    for match in _TOKEN.finditer(text):
        depth += (match[0] in b"[{") - (match[0] in b"]}")
    return depth == 0


def split_array(content: bytes) -> list[bytes] | None:
    """Return the elements of a JSON array, byte for byte; None when the content is not an array.

    Brackets are counted instead of parsed, so that one element that is not JSON does not hide the others.
    """
    if not content.startswith(b"["):
        return None
    elements: list[bytes] = []
    depth, start, end = 0, 1, len(content)
    for match in _TOKEN.finditer(content):
        token = match[0]
        if token == b"," and depth == 1:
            elements.append(content[start : match.start()].strip(_BLANKS))
            start = match.end()
        depth += (token in b"[{") - (token in b"]}")
        if depth == 0:
            end = match.start()
            break
    last, behind = content[start:end].strip(_BLANKS), content[end + 1 :].strip(_BLANKS)
    if last or elements:
        elements.append(last)
    return [*elements, behind] if behind else elements
