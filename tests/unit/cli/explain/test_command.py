"""`claimscrub explain` and `claimscrub edits`."""

import io
import json
import re

import orjson
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from worker.cli.commands import claimscrub
from worker.cli.explain.edit import show_edit
from worker.edits.catalogue import load_edits
from worker.pipeline.scrub import Pipeline
from worker.wording.edits import edit_as_json


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, arguments)


def words(text: str) -> str:
    """The text with single blanks."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", ["WST-02", "wst-02", "both-waste-modifiers"])
def test_an_edit_is_found_by_id_or_name(name: str) -> None:
    """It is explained with its source, its predicted codes and the profiles that use it."""
    result = run("explain", name)

    assert result.exit_code == 0
    for expected in (
        "REJECT",
        "Why: ",
        "Flagged: ",
        "Source: CMS",
        "CARC 4",
        "Options: ",
        "medicare-part-b",
        "How to fix:",
        "Keep JZ",
    ):
        assert expected in result.stdout


def test_a_code_that_is_none_is_said_to_be_none() -> None:
    """Beside what the tables answer of the kind whose form it has; exit codes tell the two apart."""
    looks, none = run("explain", "J9999Z", "--on", "2026-03-02"), run("explain", "A1B2C3D4")

    assert (looks.exit_code, none.exit_code) == (1, 2)
    assert "The tables hold no ICD-10-CM J99.99Z on 2026-03-02. J9999Z is not a HCPCS" in words(looks.stdout)
    assert "A1B2C3D4 is not a HCPCS or CPT-shaped code" in words(none.stderr)
    assert "not a HCPCS" not in run("explain", "J2357").output


def test_an_edit_says_how_it_is_switched_off() -> None:
    """As lines for a profile; what decides before a claim has a payer cannot be."""
    assert 'WST-01: {off: {reason: "why"' in run("explain", "WST-01").stdout
    assert "It cannot be switched off" in run("explain", "FMT-01").stdout


def test_every_edit_can_be_explained(pipeline: Pipeline) -> None:
    """No edit's entry breaks the explanation; the checklist of a drug is under its edit."""
    for edit in pipeline.edits:
        written = io.StringIO()

        show_edit(Console(file=written), edit, pipeline.profiles, pipeline.guides.values())

        assert edit.id in written.getvalue()
        checklists = [guide.hcpcs for guide in pipeline.guides.values() if guide.checklist == edit.id]
        assert [hcpcs for hcpcs in checklists if f"The record of {hcpcs}" not in written.getvalue()] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("J2357", ["omalizumab (Xolair)", "one billing unit 5 mg", "JW from 2017-01-01", "edition 2026q1"]),
        ("j1300", ["to 2025-03-31 only", "successor J1299"]),
        ("JG", ["to 2024-12-31 only", "TB"]),
        ("JN", ["this is not a modifier"]),
        ("J45.50", ["billable on this date"]),
        ("G35", ["not billable on this date", "G35.A"]),
        ("50242-0040-62", ["NDC 50242004062", "J2357 Xolair"]),
        ("11", ["Place of service 11", "Office"]),
    ],
)
def test_a_code_is_answered_for_the_date(code: str, expected: list[str]) -> None:
    """Each kind of code is known by its form, and the answer names the edition."""
    result = run("explain", code, "--on", "2026-03-02")

    assert result.exit_code == 0
    for each in expected:
        assert each in words(result.stdout)


@pytest.mark.parametrize(("day", "is_shown"), [("2026-03-31", False), ("2026-04-01", True)])
def test_a_drug_shows_its_local_coverage(day: str, *, is_shown: bool) -> None:
    """How many diagnoses the determinations list, and which determinations they are."""
    shown = words(run("explain", "J0881", "--on", day).stdout)

    assert ("listed 1,253 diagnoses as covered, 66 as not covered: L34356 (Medicare)" in shown) == is_shown


def test_a_table_without_an_answer_says_why() -> None:
    """A date that no edition covers is not the same as a code that an edition lacks."""
    later, listed = run("explain", "J2357", "--on", "2027-06-01"), run("explain", "J9999", "--on", "2026-03-02")

    assert "containers no answer: the loaded editions cover dates of service from" in words(later.stdout)
    assert "containers edition 2026q1 has no row for it, which proves nothing" in words(listed.stdout)


def test_a_table_with_a_hole_says_which_spans_it_covers() -> None:
    """A day in the hole is not called outside of a range that it lies in."""
    shown = words(run("explain", "J2357", "--on", "2026-03-02").stdout)

    assert "dates of service from 2024-07-01 to 2024-09-30 and 2026-04-01 to 2026-09-30 only" in shown


def test_a_code_that_no_table_knows_ends_with_1() -> None:
    """The answer still says which tables were asked."""
    result = run("explain", "Z9999", "--on", "2026-03-02")

    assert (result.exit_code, "has no row for it" in result.stdout) == (1, True)


def test_what_is_no_code_ends_with_2() -> None:
    """The message leads to the list of edits."""
    result = run("explain", "hello there")

    assert (result.exit_code, result.stdout, "claimscrub edits" in result.stderr) == (2, "", True)


@pytest.mark.parametrize(
    ("subject", "title"), [("xolair", "HCPCS J2357 on"), ("omalizumab", "Drugs named omalizumab on")]
)
def test_a_drug_is_found_by_its_name(subject: str, title: str) -> None:
    """All of it where the name is of one code, else a list of the codes."""
    result = run("explain", subject, "--on", "2026-03-02")

    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, f"{title} 2026-03-02")
    assert "J2357" in result.stdout


def test_an_ended_code_of_a_drug_is_told_apart() -> None:
    """A biller sees which code of the name is none on the day."""
    before, after = (words(run("explain", "rituximab", "--on", day).stdout) for day in ("2018-12-31", "2019-01-01"))

    assert re.search(r"J9310 [^J]*not in force", after)
    assert not re.search(r"J9310 [^J]*not in force", before)


@pytest.mark.parametrize(
    ("subject", "title", "edit"),
    [
        ("CO-16", "CARC 16", "UNT-01"),
        ("co16", "CARC 16", "UNT-01"),
        ("CARC 16", "CARC 16", "UNT-01"),
        ("N822", "RARC N822", "WST-01"),
        ("RARC-N822", "RARC N822", "WST-01"),
        ("N63", "RARC N63", "MOD-03"),
        ("A7:453", "277CA A7:453", "WST-02"),
        ("453", "277CA status 453", "WST-01"),
    ],
)
def test_a_payers_code_leads_to_the_edits_that_predict_it(subject: str, title: str, edit: str) -> None:
    """However it is written; a remark code comes before the diagnosis that it could be, and WST-02 predicts no 16."""
    result = run("explain", *subject.split(), "--on", "2026-03-02")
    first = result.stdout.split("\n\n")[0]

    assert (result.exit_code, first.splitlines()[0].startswith(title)) == (0, True), first
    assert f"    {edit} " in first
    assert ("WST-02" in first) == ("453" in title)


def test_a_remark_code_hides_no_diagnosis() -> None:
    """N82.2 is one, too; with its dot it is nothing else."""
    both, one = run("explain", "N822").stdout, run("explain", "N82.2").stdout

    assert both.index("RARC N822 on") < both.index("ICD-10-CM N82.2 on")
    assert ("RARC" in one, "ICD-10-CM N82.2 on" in one) == (False, True)


def test_a_bare_number_is_a_place_of_service_first() -> None:
    """Then the reason and the status of that number."""
    stdout = run("explain", "11", "--on", "2026-03-02").stdout

    assert stdout.index("Place of service 11 on") < stdout.index("CARC 11 on")


def test_a_reason_that_no_table_holds_ends_with_1() -> None:
    """It says that no edit predicts it, and that the table is not complete."""
    result = run("explain", "CO-999", "--on", "2026-03-02")

    assert (result.exit_code, "predicted by no edit" in words(result.stdout)) == (1, True)
    assert "which proves nothing" in result.stdout


def test_words_find_the_edits_that_speak_of_them() -> None:
    """All words have to be there; a name may be written with blanks."""
    about, named = run("explain", "implanted", "pump"), run("explain", "both", "waste", "modifiers")

    assert (about.exit_code, "MOD-13" in about.stdout, "WST-02" in about.stdout) == (0, True, False)
    assert named.stdout.startswith("WST-02")
    assert run("explain", "implanted", "umbrella").exit_code == 2


@pytest.mark.parametrize(
    ("typed", "meant"), [("Xolar", "xolair"), ("WST-1", "WST-01"), ("both-wast-modifiers", "both-waste-modifiers")]
)
def test_a_near_miss_is_suggested(typed: str, meant: str) -> None:
    """First of all, and what is suggested can be explained."""
    result = run("explain", typed)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Near to it: {meant}" in result.stderr
    assert run("explain", meant).exit_code == 0


def test_nothing_is_suggested_for_what_is_near_to_nothing() -> None:
    """A guess would mislead."""
    assert "Near to it" not in run("explain", "qqqqzzzz").stderr


@pytest.mark.parametrize(
    ("subject", "code", "filled"),
    [("WST-01", 0, "edit"), ("J2357", 0, "sections"), ("CO-999", 1, "sections"), ("Xolar", 2, "suggestions")],
)
def test_every_answer_has_one_form_in_json(subject: str, code: int, filled: str) -> None:
    """With the exit code of the text; one of its three parts is filled."""
    result = run("explain", subject, "--on", "2026-03-02", "--format", "json")
    answer = json.loads(result.stdout)

    assert (result.exit_code, result.stderr) == (code, "")
    assert list(answer) == ["subject", "on", "edit", "sections", "suggestions"]
    assert [each for each in ("edit", "sections", "suggestions") if answer[each]] == [filled]


def test_json_holds_what_the_text_holds(pipeline: Pipeline) -> None:
    """An edit's codes, hints and settings of each profile; each line of a section."""
    edit = json.loads(run("explain", "ADM-02", "--format", "json").stdout)["edit"]
    [section] = json.loads(run("explain", "J2357", "--on", "2026-03-02", "--format", "json").stdout)["sections"]

    assert [each["carc"] for each in edit["predicted"]] == [["16"], ["4"]]
    assert (len(edit["toDo"]), edit["profiles"].keys()) == (3, {profile.name for profile in pipeline.profiles})
    assert {"label": "one billing unit", "text": "5 mg"} in section["lines"]


def test_every_edit_can_be_told_to_a_program(pipeline: Pipeline) -> None:
    """No option or setting is without a form in JSON."""
    for edit in pipeline.edits:
        assert orjson.loads(orjson.dumps(edit_as_json(edit, pipeline.profiles)))["id"] == edit.id


def test_an_edit_says_whether_a_command_corrects_it() -> None:
    """And how far that can be trusted."""
    both, neither = run("explain", "WST-01").stdout, run("explain", "WST-02").stdout

    assert ("check --fix`" in both, "check --unsafe-fixes`" in both) == (True, True)
    assert "fix" not in neither.split("How to fix:")[1]


def test_edits_lists_only_the_fixable() -> None:
    """Those with a correction, as text and as JSON."""
    listed = json.loads(run("edits", "--fixable", "--format", "json").stdout)
    stdout = run("edits", "--fixable").stdout

    assert [each["id"] for each in listed] == [edit.id for edit in load_edits() if edit.fixes]
    assert ("WST-01" in stdout, "safe, unsafe" in stdout, "WST-02" in stdout) == (True, True, False)


def test_edits_lists_every_edit_as_json() -> None:
    """One object an edit, with id, name, family, severity, status, source and more."""
    listed = json.loads(run("edits", "--format", "json").stdout)

    assert [each["id"] for each in listed] == [edit.id for edit in load_edits()]
    for each in listed:
        assert set(each) == {"id", "name", "family", "severity", "status", "scope", "source", "summary", "fixes"}
        assert all(value for field, value in each.items() if field != "fixes"), each["id"]


def test_edits_lists_every_edit_as_text() -> None:
    """Every id is in the table."""
    stdout = run("edits").stdout

    assert [edit.id for edit in load_edits() if edit.id not in stdout] == []
    assert max(map(len, stdout.splitlines())) <= 80
    assert ("warn (preview)" in " ".join(stdout.split()), "scope" in stdout) == (True, False)


def test_edits_has_more_columns_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, scope and source from 140 columns on, and not a column earlier."""
    monkeypatch.setenv("COLUMNS", "140")
    wide = run("edits").stdout
    monkeypatch.setenv("COLUMNS", "139")
    narrow = run("edits").stdout

    assert ("looks at" in wide, "source" in wide, max(map(len, wide.splitlines()))) == (True, True, 140)
    assert ("looks at" in narrow, "source" in narrow) == (False, False)
