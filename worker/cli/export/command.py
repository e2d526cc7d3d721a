"""`claimscrub export`: the outcomes of topics as Parquet."""

import sys
from pathlib import Path

import click

from worker.cli.shared.audit import audit
from worker.cli.shared.broker import on_broker, read_settings
from worker.cli.shared.console import EXIT_SOME_NOT, echo, ended_by_sigterm, err, say
from worker.cli.shared.extras import require_report
from worker.wording.counts import counted


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--reveal", is_flag=True, help="Also write each outcome as it is, with its claim; written to "
              "CLAIMSCRUB_AUDIT_FILE.")  # fmt: skip
@click.option("--memory", default="512MiB", show_default=True, metavar="SIZE", help="What DuckDB may use of memory.")
def command(folder: Path, *, reveal: bool, memory: str) -> None:
    """Write the outcomes of topics to Parquet, by day and disposition; the next run goes on from here.

    DIR gets a file for the outcomes of a partition on a day (UTC), at most 100,000, or 64 MiB revealed, in one. The
    names of the files say which offsets are done, so that each outcome is there once, whenever an export is broken off.
    It ends at the present end of the topics; run it often, or once a night. `claimscrub report DIR` adds them up.

    A row has codes, ids of organizations, dollars and findings, the week of service and the day of receipt, and no
    identifier of a patient unless --reveal asks for it; who asked is written to CLAIMSCRUB_AUDIT_FILE first.

    \b
    Exit code  1: a record is not an outcome, or outcomes were deleted from a
                  topic before they were exported.
    Exit code  2: DIR cannot be written, or the extra `report` is missing.
    Exit code 69: no Kafka broker answers.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    require_report()
    from worker.analysis.errors import AnalysisError  # noqa: PLC0415 - needs what is only now known to be installed
    from worker.analysis.export import ExportFolder  # noqa: PLC0415 - likewise
    from worker.cli.export.run import export  # noqa: PLC0415 - likewise

    settings = read_settings()
    if reveal:
        audit(settings, "export-reveal")
    try:
        with ended_by_sigterm(), ExportFolder(folder, memory, reveal=reveal) as written:
            lost = on_broker(settings, export(settings, written))
    except AnalysisError as error:
        raise click.UsageError(str(error)) from None
    echo(f"{counted(written.rows, 'outcome')} in {counted(written.files, 'new file')}.")
    left_out = [*lost, *written.not_outcomes.in_words("record is", "records are")]
    for note in left_out:
        say(err(), note)
    sys.exit(EXIT_SOME_NOT if left_out else 0)
