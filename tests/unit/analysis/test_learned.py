"""The page of what was learned: edits with their figures, denials without a finding, and no word of a patient."""

from pathlib import Path

from click.testing import CliRunner

from tests.unit.cli.learn.test_command import TOKENS
from tests.unit.learning.sent import AUT_01, WST_01, outcome
from tests.unit.learning.test_learner import DENIED, PAID, file, learn
from worker.analysis.learned import learned_page
from worker.analysis.page import PageSection
from worker.cli.commands import claimscrub
from worker.learning.learner import Learned


def section(learned: Learned, title: str) -> PageSection:
    """One part of the page."""
    page = learned_page("Answers", "files", learned)
    (found,) = [each for each in page.sections if isinstance(each, PageSection) and each.title == title]
    return found


def cells(learned: Learned, title: str) -> list[list[str]]:
    """The rows of a table, as texts."""
    table = section(learned, title).table
    assert table is not None
    return [[getattr(each, "text", str(each)) for each in row] for row in table.rows]


def test_each_edit_has_its_figures() -> None:
    """The costliest first, with a chart; each leads to its explanation."""
    learned = learn([outcome(WST_01, AUT_01)], file(DENIED))

    aut, wst = ["AUT-01", "medicare-part-b", "0.0"], ["WST-01", "medicare-part-b", "1.0"]
    assert [row[:3] for row in cells(learned, "Edits")] == [wst, aut]
    assert cells(learned, "Edits")[0][3:] == ["1", "0", "0", "0", "0", "200", "0", "0", "37"]
    assert learned_page("Answers", "files", learned).edits == {"WST-01", "AUT-01"}
    assert len(section(learned, "Edits").charts) == 1


def test_denials_without_a_finding_and_days_are_listed() -> None:
    """By payer."""
    learned = learn([outcome()], file(DENIED))

    assert cells(learned, "Denials without a finding") == [
        ["MEDICARE-B", "medicare-part-b", "835", "J0490", "16", "N822", "", "1", "200"],
    ]
    assert cells(learned, "Days to a decision") == [["MEDICARE-B", "1", "37", "37"]]
    assert section(learned, "Edits").charts == ()


def test_what_was_left_out_is_noted() -> None:
    """In words, with counts."""
    broken = [each.replace("CAS*CO*16*200", "CAS*CO*16*1") for each in DENIED]
    learned = learn([outcome(number="SYN-2")], file(PAID, broken), file(PAID))

    notes = " ".join(learned_page("Answers", "files", learned).notes)

    assert "1 answer about a claim without an outcome." in notes
    assert "1 answer read twice, which counts once." in notes
    assert "1 damaged part of the answers left out." in notes


def test_the_command_writes_a_page_without_a_word_of_a_patient(tmp_path: Path) -> None:
    """One file that asks nobody for anything."""
    answers, outcomes, page = tmp_path / "era.835", tmp_path / "outcomes.jsonl", tmp_path / "learned.html"
    answers.write_text(file(DENIED))
    outcomes.write_bytes(outcome(WST_01, AUT_01))

    result = CliRunner().invoke(claimscrub, ["learn", str(answers), "--outcomes", str(outcomes), "--page", str(page)])

    text = page.read_text()
    assert result.exit_code == 0, result.output
    assert "WST-01" in text
    assert "waste-modifier-missing" in text
    assert not [token for token in TOKENS if token in text]
    assert "default-src" in text
