"""The page of `claimscrub compare`: what is on it, and that nothing of a person is unless it is asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stream.test_real_worker import CANARY, RECEIVED, bad_ways, hiding_places
from tests.unit.cli.compare.test_command import NUMBER, claims, run  # noqa: F401 - a fixture
from worker.bootstrap import shipped_config_directory


@pytest.fixture
def sides(candidate: Path) -> tuple[str | Path, ...]:
    """The candidate against the shipped configuration."""
    return "--config", candidate, "--against", shipped_config_directory()


def figures(page: Path) -> dict[str, Any]:
    """What the page's filters work on."""
    text = page.read_text("utf-8").split('<script type="application/json" id="figures">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_page_is_beside_the_text(claims: Path, tmp_path: Path, sides: tuple[str | Path, ...]) -> None:  # noqa: F811
    """With the same figures."""
    page = tmp_path / "compare.html"
    plain, result = run(claims, *sides), run(claims, *sides, "-o", page)
    document = json.loads(run(claims, *sides, "--format", "json").stdout)

    assert (result.exit_code, result.output) == (1, plain.output)
    text, found = page.read_text("utf-8"), figures(page)
    charge = f"${float(document['totals']['charges']):,.2f}"
    assert f"2 claims from {claims.name}: 1 flip ({charge}), 0 differ in findings only." in text
    assert (found["findings"]["claim"], found["findings"]["after"]) == ([f"{claims}, line 2"], ["pended"])
    assert sum(found["claims"]["claims"]) == 2
    assert document["after"]["ruleset"] in text
    assert '<article id="edit-UNT-01">' in text


def test_what_was_not_read_is_on_the_page(claims: Path, tmp_path: Path, sides: tuple[str | Path, ...]) -> None:  # noqa: F811
    """And the command ends with 2."""
    claims.write_bytes(b"{\n" + claims.read_bytes())
    result = run(claims, *sides, "--page", tmp_path / "compare.html")

    assert result.exit_code == 2
    assert "1 message, row or file not read or not a claim" in (tmp_path / "compare.html").read_text("utf-8")


def test_nothing_of_a_person_is_on_the_page(tmp_path: Path) -> None:
    """Of claims with a token wherever something of a person may be; they differ, since they are held to two payers."""
    file, page = tmp_path / "claims.jsonl", tmp_path / "compare.html"
    file.write_bytes(b"".join(each.replace(b"\n", b" ") + b"\n" for each in bad_ways() if each))
    assert CANARY in file.read_text("utf-8", "replace")
    result = run(
        file, "--profile", "commercial", "--against-profile", "medicare-part-b", "-o", page, as_of=f"{RECEIVED}"
    )

    assert len(figures(page)["findings"]["claim"]) > 0
    assert hiding_places(page.read_text("utf-8")) == set()
    assert hiding_places(result.output) == set()


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_what_is_revealed_is_audited_and_for_its_owner(
    claims: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    sides: tuple[str | Path, ...],
    form: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control number of what differs, on the page and in every form; the audit line has nothing of a claim."""
    page, audited = tmp_path / "compare.html", tmp_path / "audit.jsonl"
    monkeypatch.setenv("CLAIMSCRUB_AUDIT_FILE", str(audited))
    result = run(claims, *sides, "-o", page, "--format", form, "--reveal")
    line = json.loads(audited.read_text())

    assert result.exit_code == 1, result.output
    assert NUMBER in result.stdout
    assert figures(page)["findings"]["controlNumber"] == [NUMBER]
    assert page.stat().st_mode & 0o077 == 0
    assert (line["action"], line["format"], line["files"]) == ("compare-reveal", form, 1)
    assert NUMBER not in audited.read_text()


def test_what_cannot_be_audited_is_not_revealed(
    claims: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    sides: tuple[str | Path, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is written."""
    monkeypatch.setenv("CLAIMSCRUB_AUDIT_FILE", str(tmp_path / "missing" / "audit"))
    result = run(claims, *sides, "-o", tmp_path / "compare.html", "--reveal")

    assert (result.exit_code, result.stdout) == (1, "")
    assert not (tmp_path / "compare.html").exists()


def test_a_place_that_cannot_be_written_is_named(
    claims: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
    sides: tuple[str | Path, ...],
) -> None:
    """With 2: 1 says that a claim flips."""
    result = run(claims, *sides, "-o", tmp_path / "missing" / "compare.html")

    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
