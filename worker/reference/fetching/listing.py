"""What a publisher's page lists: the addresses in it, and the editions whose files they are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from worker.reference.fetching.publications import Publication


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as a page links it; `place` is the pattern whose form its name has."""

    name: str
    address: str
    place: int


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """The files of one edition that a page lists; `lacks` has names like those that it does not list."""

    day: date
    files: tuple[ListedFile, ...]
    lacks: tuple[str, ...]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href")
        if target and tag == "base":
            self.base = target
        elif target and tag == "a":
            self.found[target.strip()] = None


def linked(html: str, page: str) -> tuple[str, ...]:
    """The addresses that a page links, in full and each once, in the order of the page."""
    reader = _Links()
    reader.feed(html)
    base = urljoin(page, reader.base)
    found: dict[str, None] = {}
    for target in reader.found:
        try:
            address = urljoin(base, target)
            is_web = urlsplit(address).scheme in {"http", "https"}
        except ValueError:  # not an address at all, as in href="http://[x"
            continue
        if is_web:
            found[address] = None
    return tuple(found)


def name_at(address: str) -> str:
    """The name of the file at an address; a page in between names the file that it leads to in `file`."""
    parts = urlsplit(address)
    leads_to = parse_qs(parts.query).get("file", [parts.path])[0]
    return unquote(leads_to).rstrip("/").rpartition("/")[2]


def listed_editions(publication: Publication, addresses: tuple[str, ...]) -> tuple[ListedEdition, ...]:
    """The editions of a kind among the addresses, from the oldest to the newest.

    Where a page lists other pages in place of files, an edition has the page as its one file.
    """
    by_day: defaultdict[date, dict[str, ListedFile]] = defaultdict(dict)
    for address in addresses:
        name = name_at(address)
        if placed := publication.placed_on_page(name):
            place, day = placed
            by_day[day].setdefault(name.lower(), ListedFile(name, address, place))
    return tuple(
        ListedEdition(day, tuple(files.values()), lacking(publication, {each.place for each in files.values()}))
        for day, files in sorted(by_day.items())
    )


def lacking(publication: Publication, places: set[int]) -> tuple[str, ...]:
    """Names like those of the files of an edition that are not among these."""
    if publication.listed:
        return ()
    return tuple(name for place, name in enumerate(publication.named_like) if place not in places)
