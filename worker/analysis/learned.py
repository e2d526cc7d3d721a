"""The page of what was learned from payers' answers: precision of each edit, denials without a finding, days."""

from collections.abc import Sequence
from typing import Final

from worker.analysis.page import CellValue, ColumnKind, Page, PageColumn, PageLink, PageSection, PageTable, bars
from worker.learning.deciding import FindingResult
from worker.learning.document import day_at, shown_payer, sorted_denials
from worker.learning.learner import EditTally, Learned
from worker.wording.counts import counted

_MOST_BARS: Final = 20
_MOST_DENIALS: Final = 500
_NOTES: Final = (
    ("unknownAnswers", "about a claim without an outcome"),
    ("contradictedAnswers", "with another provider, amount or day than any claim of their number"),
    ("ambiguousAnswers", "that fit several claims; none is guessed"),
    ("answersTwice", "read twice, which counts once"),
    ("reversalsOfUnknownPayments", "that take back a payment that was not among them"),
)


def learned_page(title: str, sources: str, learned: Learned) -> Page:
    """Return the page; `sources` says in words where answers and outcomes are from."""
    counts = learned.counts
    sentence = (
        f"{counted(counts['joinedAnswers'], 'answer')} joined with {counted(counts['answeredClaims'], 'claim')} of "
        f"{counted(counts['outcomes'], 'outcome')}; ${learned.denied:,.2f} denied, of which "
        f"${learned.denied_without_finding:,.2f} without a finding; ${learned.paid:,.2f} paid. From {sources}."
    )
    return Page(
        title,
        sentence,
        (_precision(learned), _denials(learned), _days(learned)),
        notes=_notes(learned),
        edits=frozenset(key.edit for key in learned.edits),
    )


def _notes(learned: Learned) -> Sequence[str]:
    counts = learned.counts
    notes = [f"{counted(counts[name], 'answer')} {words}." for name, words in _NOTES if counts[name]]
    if counts["flaws"]:
        notes.append(f"{counted(counts['flaws'], 'damaged part')} of the answers left out.")
    if counts["linesNotJoined"]:
        notes.append(
            f"{counted(counts['linesNotJoined'], 'line')} of answers that fit no line of their claim, or several."
        )
    if counts["unreadableOutcomes"]:
        notes.append(f"{counted(counts['unreadableOutcomes'], 'line')} of the outcomes left out that cannot be read.")
    return notes


def _precision(learned: Learned) -> PageSection:
    columns = (
        PageColumn("edit"),
        PageColumn("profile"),
        PageColumn("precision", ColumnKind.SHARE),
        PageColumn("confirmed as predicted", ColumnKind.COUNT),
        PageColumn("confirmed otherwise", ColumnKind.COUNT),
        PageColumn("paid all the same", ColumnKind.COUNT),
        PageColumn("undecided", ColumnKind.COUNT),
        PageColumn("unanswered", ColumnKind.COUNT),
        PageColumn("denied", ColumnKind.MONEY),
        PageColumn("recovered", ColumnKind.MONEY),
        PageColumn("at risk", ColumnKind.MONEY),
        PageColumn("median days", ColumnKind.COUNT),
    )
    tallies = sorted(learned.edits.items(), key=lambda each: (-each[1].denied, each[0]))
    rows = [_edit_row(key.edit, key.profile, tally) for key, tally in tallies]
    denied = [(f"{key.edit}, {key.profile}", float(tally.denied)) for key, tally in tallies if tally.denied]
    charts = (bars("Dollars that payers denied for what each edit found", denied[:_MOST_BARS]),) if denied else ()
    return PageSection(
        "Edits",
        "Precision is the share of decided findings that the payer confirmed, with the predicted codes or with others. "
        "An amount counts for each edit that spoke of it.",
        PageTable(columns, rows, "What payers made of the findings of each edit"),
        charts,
    )


def _edit_row(edit: str, profile: str, tally: EditTally) -> Sequence[CellValue]:
    results = tally.results
    return (
        PageLink(edit, f"#edit-{edit}"),
        profile,
        tally.precision,
        *(results[each] for each in FindingResult),
        tally.denied,
        tally.recovered,
        tally.at_risk,
        day_at(tally.days, 0.5),
    )


def _denials(learned: Learned) -> PageSection:
    columns = (
        *map(PageColumn, ("payer", "profile", "from", "code", "CARC", "RARC", "status")),
        PageColumn("denials", ColumnKind.COUNT),
        PageColumn("denied", ColumnKind.MONEY),
    )
    rows: list[Sequence[CellValue]] = [
        (*key, tally.count, tally.amount) for key, tally in sorted_denials(learned)[:_MOST_DENIALS]
    ]
    more = len(learned.denials) - len(rows)
    return PageSection(
        "Denials without a finding",
        "The costliest first: what the next edit is written from."
        + (f" {counted(more, 'more kind')} in denials.csv." if more > 0 else ""),
        PageTable(columns, rows, "Denials that no finding spoke of"),
    )


def _days(learned: Learned) -> PageSection:
    columns = (
        PageColumn("payer"),
        PageColumn("claims", ColumnKind.COUNT),
        PageColumn("median days", ColumnKind.COUNT),
        PageColumn("days for nine of ten", ColumnKind.COUNT),
    )
    rows = [
        (shown_payer(payer), days.total(), day_at(days, 0.5), day_at(days, 0.9))
        for payer, days in sorted(learned.days.items())
    ]
    return PageSection(
        "Days to a decision",
        "From the day on which the claim was judged to the first payment, denial or rejection.",
        PageTable(columns, rows, "Days to a decision by payer"),
    )
