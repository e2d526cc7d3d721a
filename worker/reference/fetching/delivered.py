"""Whether what has come from a publisher is the file that was asked for."""

import re
from typing import Final

from worker.reference.fetching.publications import Publication

ZIP_BEGINS: Final = b"PK\x03\x04"
HEAD_BYTES: Final = 65_536
"""So much of a file, and of a page in its place, is looked at."""

_PAGE: Final = re.compile(rb"\s{0,200}(?:\xef\xbb\xbf)?\s{0,200}<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)
_ACCEPTANCE: Final = re.compile(
    r"point[ -]and[ -]click|\bi (?:accept|agree)\b|\baccept\b[^.]{0,80}\blicense\b", re.IGNORECASE
)


def is_page(head: bytes) -> bool:
    """Whether a file begins as a web page does."""
    return _PAGE.match(head) is not None


def asks_for_a_license(head: bytes) -> bool:
    """Whether a web page asks for the acceptance of a license."""
    text = head.decode("utf-8", "replace")
    return "license" in text.lower() and _ACCEPTANCE.search(text) is not None


def page_in_words(head: bytes) -> str:
    """A web page with its title, if it has one."""
    found = _TITLE.search(head.decode("utf-8", "replace"))
    title = " ".join(found[1].split()) if found else ""
    return f"a web page with the title {title!r}" if title else "a web page"


def flaw_of(publication: Publication, name: str, head: bytes, size: int) -> str | None:
    """What is wrong with a file by its beginning and its size, in a sentence; None when nothing is."""
    fewest, most = publication.bytes
    if is_page(head):
        return f"expected {name}, found {page_in_words(head)}"
    if name.lower().endswith(".zip") and not head.startswith(ZIP_BEGINS):
        return f"expected a zip, found a file that begins with {head[:8]!r}"
    if not fewest <= size <= most:
        return f"expected {fewest:,} to {most:,} bytes, found {size:,}"
    return None
