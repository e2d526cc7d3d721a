"""The README of the reference tables tells the truth."""

import json
import re
import shlex
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.reference import published_files as given
from tests.unit.reference.small_folder import SHIPPED
from worker.cli.reference.command import reference
from worker.reference.build.building import DATED_BY
from worker.reference.files.raw_rows import raw_rows
from worker.reference.importing.kinds import KINDS
from worker.samples import synthetic

README = (SHIPPED / "README.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """The commands of the README's one block of shell."""
    (block,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [shlex.split(line) for line in block.splitlines()]


def test_every_table_has_its_line() -> None:
    """A table that nobody explains is not found."""
    tables, _, _ = README.partition("\n## ")

    assert re.findall(r"^\| `(\w+)` \|", tables, re.MULTILINE) == sorted(DATED_BY)


def test_every_kind_has_its_line() -> None:
    """The kinds and the tables that they change are those of the command."""
    rows = re.findall(r"^\| `([\w-]+)` \| .* \| (.*) \|$", README, re.MULTILINE)
    told = {kind: set(re.findall(r"`(\w+)`", changes)) for kind, changes in rows if kind in KINDS}

    assert told == {name: set(kind.tables) for name, kind in KINDS.items()}


def test_what_must_be_fetched_by_hand_is_said() -> None:
    """Of every kind, as in the addresses that are shipped."""
    rows = re.findall(r"^\| `([\w-]+)` \| .* \| (yes|by hand \(.*\)) \| .* \|$", README, re.MULTILINE)
    publishers = tomllib.loads((SHIPPED.parent / "publishers.toml").read_text(encoding="utf-8"))

    by_hand = {file["kind"]: "license" in file or "by_hand" in file for file in publishers["files"]}

    assert {kind: fetched != "yes" for kind, fetched in rows} == by_hand


def test_the_next_quarter_comes_in_with_five_commands(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands of the README, word for word, on files in the publisher's layout."""
    monkeypatch.chdir(tmp_path)
    limits = [(row["hcpcs"], row["payment_limit"]) for row in raw_rows((small / "asp_limits/2026q1.csv").read_bytes())]
    ndcs = raw_rows((small / "containers/2026q1.csv").read_bytes())
    products = [(f"{row['ndc11'][:5]}-{row['ndc11'][5:9]}-{row['ndc11'][9:]}", row["hcpcs"], "30") for row in ndcs]
    for name, file in (
        ("april-2026-asp-pricing.zip", given.asp_pricing(limits)),
        ("april-2026-asp-crosswalk.zip", given.asp_crosswalk([*products, ("888867413689", "J7331", "20")])),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(file.name, file.content)
    claim = synthetic.claim([synthetic.line("J2357", units=30)])
    (tmp_path / "recorded.jsonl").write_text(json.dumps(claim) + "\n", encoding="utf-8")

    written = commands()

    assert len(written) == 5
    for program, group, *arguments in written:
        result = CliRunner().invoke(reference, [*arguments, "--directory", str(small)])
        assert (program, group, result.exit_code) == ("claimscrub", "reference", 0), result.output
