"""`claimscrub compare` beside `claimscrub check` over the same file: each claim is judged twice, at the same cost."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from tests.bench.check import Checked, claims_in, run_over
from tests.bench.measure import Series, beside, in_turn
from worker.bootstrap import shipped_config_directory
from worker.cli.shared.in_parallel import all_cores

_CHANGED: Final = "  UNT-01: {severity: pend}\n"


def measure_compare(rounds: int, claims: int, console: Console) -> list[Series]:
    """A candidate compared with the shipped configuration; `ValueError` if one process and several write other bytes.

    The rate is that of one configuration: twice the claims of the file for each second.
    """
    many = all_cores()
    with TemporaryDirectory() as folder:
        file, candidate = claims_in(Path(folder) / "claims.jsonl", claims), _candidate(Path(folder) / "candidate")
        sides = ("--config", str(candidate), "--against", str(shipped_config_directory()))
        console.print(
            f"Compare: {rounds} rounds of check and compare over {claims:,} claims, 1 and {many} processes ..."
        )
        check, compare = ("check", "--format", "jsonl"), ("compare", "--format", "json", *sides)
        runs = in_turn(
            {
                (name, processes): partial(run_over, file, claims, [*command, "--processes", str(processes)])
                for processes in (1, many)
                for name, command in (("check", check), ("compare", compare))
            },
            rounds,
        )
    if len({run.digest for (name, _), found in runs.items() for run in found if name == "compare"}) != 1:
        raise ValueError("one process and several wrote different comparisons")
    series: list[Series] = []
    for processes in (1, many):
        words = f", {processes} processes"
        series += beside(
            "claims/s a configuration",
            f"check{words}",
            {
                f"check{words}": [run.claims_a_second for run in runs["check", processes]],
                f"compare{words}": [2 * run.claims_a_second for run in runs["compare", processes]],
            },
        )
        series += beside(
            "µs/claim a configuration",
            f"check{words}",
            {
                f"check{words}": [run.cpu_us for run in runs["check", processes]],
                f"compare{words}": [run.cpu_us / 2 for run in runs["compare", processes]],
            },
            "processor time: ",
        )
        series += _memory(words, runs["check", processes], runs["compare", processes])
    return series


def _memory(words: str, check: list[Checked], compare: list[Checked]) -> list[Series]:
    return beside(
        "MiB",
        f"check{words}",
        {
            f"check{words}": [run.peak_mebibytes for run in check],
            f"compare{words}": [run.peak_mebibytes for run in compare],
        },
        "peak memory: ",
    )


def _candidate(folder: Path) -> Path:
    shipped = shipped_config_directory()
    (folder / "payers").mkdir(parents=True)
    for part in ("guides", "reference"):
        (folder / part).symlink_to(shipped / part)
    for profile in (shipped / "payers").glob("*.yaml"):
        text = profile.read_text("utf-8")
        (folder / "payers" / profile.name).write_text(text + _CHANGED if profile.stem == "medicare-part-b" else text)
    return folder
