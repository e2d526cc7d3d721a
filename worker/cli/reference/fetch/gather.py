"""Gathers the files of the editions that are wanted: what a person has put there, else what the publisher lists."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from worker.cli.reference.fetch.download import Downloads, OnBytes
from worker.cli.reference.fetch.errors import LicenseAskedError, NotFetchedError
from worker.cli.reference.fetch.kept import KeptFiles
from worker.reference.fetching.listing import ListedEdition, lacking, linked, listed_editions
from worker.reference.fetching.publications import Publication
from worker.reference.importing.published import quarter_of

OFFLINE: Final = "Nothing was asked of the publisher."


@dataclass(frozen=True, slots=True)
class Held:
    """The newest edition of a kind: its first day, when the next is due, and whether the table holds only one."""

    newest: date
    due: date
    is_only: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which editions: those of a quarter such as 2026q4, or without one what is newer than what is held on a day."""

    quarter: str | None
    on: date


@dataclass(frozen=True, slots=True)
class EditionFiles:
    """All files of one edition, on this machine."""

    day: date
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ByHand:
    """Files that a person must download: why, where they are linked, what they are called, and where they go.

    `has_parts`: there are several files of each name, numbered, and all of them are needed.
    """

    why: str
    links: tuple[str, ...]
    named_like: tuple[str, ...]
    has_parts: bool
    folder: Path


@dataclass(slots=True)
class Gathered:
    """What became of one kind: editions to import, files to download by hand, failures, and what else is to be said."""

    publication: Publication
    editions: list[EditionFiles] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Gathering:
    """Gathers one kind after the other; without downloads only what has been put there."""

    def __init__(self, downloads: Downloads | None, kept: KeptFiles, progress: OnBytes) -> None:
        self._downloads = downloads
        self._kept = kept
        self._progress = progress

    async def gather(self, publication: Publication, held: Held, wanted: Wanted) -> Gathered:
        """What the folder of kept files and the publisher have of a kind, and what a person must do."""
        gathered = Gathered(publication)
        put = self._put(gathered)
        listed = await self._listed(gathered)
        on_page = {quarter_of(each.day): each for each in listed or ()}
        for day in _chosen(put, held, wanted):
            lacks = _lacks(publication, put[day], on_page.get(quarter_of(day)))
            if lacks:
                gathered.notes.append(f"{quarter_of(day)}: not complete by hand, {', '.join(lacks)} is missing")
            else:
                gathered.editions.append(EditionFiles(day, tuple(put[day].values())))
        have = {quarter_of(each.day) for each in gathered.editions}
        if listed is None:
            self._ask_for_what_is_due(gathered, held, wanted)
            return gathered
        news = {day for day in _chosen([each.day for each in listed], held, wanted) if quarter_of(day) not in have}
        news -= set() if wanted.quarter else {day for day in news if quarter_of(day) <= quarter_of(held.newest)}
        for edition in listed:
            if edition.day in news or (quarter_of(edition.day) not in have and self._came_before(edition)):
                await self._take(gathered, edition, is_news=edition.day in news)
        if not news and not have:
            self._say_that_there_is_nothing(gathered, listed, held, wanted)
        return gathered

    def _put(self, gathered: Gathered) -> dict[date, dict[str, Path]]:
        editions: defaultdict[date, dict[str, Path]] = defaultdict(dict)
        for path in self._kept.put_by_hand(gathered.publication):
            if placed := gathered.publication.placed(path.name):
                editions[placed[1]][path.name.lower()] = path
            else:
                like = " or ".join(gathered.publication.named_like)
                gathered.notes.append(f"{path}: passed over, expected a name like {like}")
        return dict(editions)

    async def _listed(self, gathered: Gathered) -> tuple[ListedEdition, ...] | None:
        publication = gathered.publication
        if self._downloads is None or publication.by_hand:
            return None
        try:
            addresses = linked(await self._downloads.page(publication.page), publication.page)
        except NotFetchedError as problem:
            gathered.failures.append(str(problem))
            return None
        listed = listed_editions(publication, addresses)
        if listed:
            return listed
        like = " or ".join(publication.named_like)
        gathered.failures.append(f"{publication.page}: expected links to files like {like}, found none among its links")
        return None

    def _came_before(self, edition: ListedEdition) -> bool:
        """Whether it was downloaded already, so that a change at its addresses is to be told."""
        return all((file := self._kept.get(each.address)) and file.sha256 for each in edition.files)

    async def _take(self, gathered: Gathered, edition: ListedEdition, *, is_news: bool) -> None:
        publication, quarter = gathered.publication, quarter_of(edition.day)
        links = tuple(each.address for each in edition.files)
        if edition.lacks:
            gathered.notes.append(f"{quarter}: a file like {' and '.join(edition.lacks)} is not listed yet")
            return
        if publication.license or self._downloads is None:
            gathered.by_hand.append(self._by_hand(publication, _must_accept(publication.license or ""), links))
            return
        paths = []
        for each in edition.files:
            try:
                arrival = await self._downloads.file(publication, each, self._progress)
            except LicenseAskedError as asked:
                gathered.by_hand.append(self._by_hand(publication, _must_accept(asked.wanted), links))
                return
            except NotFetchedError as problem:
                gathered.failures.append(str(problem))
                gathered.by_hand.append(self._by_hand(publication, "It could not be fetched.", links))
                return
            is_news = is_news or arrival.state == "changed"
            paths.append(arrival.path)
            gathered.notes.append(f"{quarter}: {each.name}, {arrival.bytes:,} bytes, {arrival.in_words()}")
        if is_news:
            gathered.editions.append(EditionFiles(edition.day, tuple(paths)))

    def _ask_for_what_is_due(self, gathered: Gathered, held: Held, wanted: Wanted) -> None:
        publication = gathered.publication
        is_due = wanted.quarter is not None or held.due <= wanted.on
        if gathered.editions:
            return
        if not is_due:
            gathered.notes.append(f"the next edition is due {held.due}")
            return
        why = publication.by_hand or (OFFLINE if self._downloads is None else "The page does not help.")
        if publication.license:
            why = f"{why} {_must_accept(publication.license)}"
        due = "" if wanted.quarter else f" The edition after {quarter_of(held.newest)} was due {held.due}."
        gathered.by_hand.append(self._by_hand(publication, f"{why}{due}", (publication.page,)))

    def _by_hand(self, publication: Publication, why: str, links: tuple[str, ...]) -> ByHand:
        folder = self._kept.folder(publication.kind)
        folder.mkdir(parents=True, exist_ok=True)
        return ByHand(why, links, publication.named_like, publication.many, folder)

    def _say_that_there_is_nothing(
        self, gathered: Gathered, listed: tuple[ListedEdition, ...], held: Held, wanted: Wanted
    ) -> None:
        if wanted.quarter:
            found = ", ".join(quarter_of(each.day) for each in listed)
            gathered.failures.append(f"{gathered.publication.page}: expected {wanted.quarter}, it lists {found}")
        else:
            gathered.notes.append(f"nothing is listed that is newer than {quarter_of(held.newest)}")


def _chosen(days: Iterable[date], held: Held, wanted: Wanted) -> list[date]:
    if wanted.quarter:
        return [day for day in sorted(days) if quarter_of(day) == wanted.quarter]
    newer = [day for day in sorted(days) if day > held.newest]
    return newer[-1:] if held.is_only else newer


def _lacks(publication: Publication, put: Iterable[str], on_page: ListedEdition | None) -> tuple[str, ...]:
    names = set(put)
    if on_page and not publication.listed:
        return tuple(each.name for each in on_page.files if each.name.lower() not in names)
    places = {placed[0] for name in names if (placed := publication.placed(name))}
    return tuple(f"a file like {name}" for name in lacking(publication, places))


def _must_accept(wanted: str) -> str:
    return f"The publisher asks you to accept {wanted} first."
