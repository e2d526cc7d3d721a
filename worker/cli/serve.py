"""`claimscrub serve`: the HTTP API."""

import sys
from pathlib import Path
from typing import Final

import click

from worker.cli.shared.broker import read_settings
from worker.cli.shared.configuration import config_option, edits_option
from worker.cli.shared.console import echo
from worker.cli.shared.extras import require_extra
from worker.cli.shared.in_parallel import all_cores
from worker.stream.exit_codes import ExitCode

PORT: Final = 8837


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 lets the system choose.",
)
@click.option("--processes", type=click.IntRange(min=1), default=all_cores, show_default="one per core",
              help="Processes that scrub.")  # fmt: skip
@config_option
@edits_option
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="File with a token that every client must show, and nothing else.",
)
@click.option("--tls-cert", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="PEM file with the server's certificate.")  # fmt: skip
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="PEM file with the key of that certificate.")  # fmt: skip
@click.option("--client-ca", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
              help="PEM file with the authorities whose certificates clients must show (mTLS).")  # fmt: skip
@click.option("--allow-insecure", is_flag=True, help="Serve other machines without TLS, as behind a proxy that has it.")
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    host: str,
    port: int,
    processes: int,
    config: Path | None,
    user_edits: Path | None,
    token_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    client_ca: Path | None,
    *,
    allow_insecure: bool,
) -> None:
    """Serve an HTTP API and a workbench in the browser, with the worker's verdicts.

    The workbench at / takes a claim as JSON, X12 or FHIR, shows it as its form with what a payer would reject, and
    scrubs it again once it is corrected. The API is described by /openapi.json. No claim is kept, and none is logged.

    Only this machine can reach it unless --host says otherwise; then a token or clients' certificates are needed, and
    TLS. Limits, tables and folders are the worker's settings (CLAIMSCRUB_ variables). On SIGHUP tables, profiles,
    guides and your own edits are read again; what is broken is refused whole.

    \b
    Examples:
      claimscrub serve
      curl --data-binary @claim.json http://127.0.0.1:8837/v1/scrub

    \b
    Exit code  0: it was asked to stop and did.
    Exit code  2: the extra `serve` is missing, the options do not fit together,
                  or the port is taken.
    Exit code  3: it was asked to stop, and requests were not answered in time.
    Exit code 70: the reference tables, the profiles or the edits could not be
                  loaded.
    Exit code 78: a setting is wrong.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    require_extra("serve", "jinja2")
    from worker.server.pool import NotLoadedError  # noqa: PLC0415 - needs what is only now known to be installed
    from worker.server.run import ServeError, ServeOptions, serve  # noqa: PLC0415 - likewise

    options = ServeOptions(
        host=host,
        port=port,
        processes=processes,
        config=config,
        user_edits=user_edits,
        token=_token(token_file) if token_file else None,
        tls_cert=tls_cert,
        tls_key=tls_key,
        client_ca=client_ca,
        allows_insecure=allow_insecure,
    )
    try:
        code = serve(options, read_settings(), _say)
    except ServeError as error:
        raise click.UsageError(str(error)) from None
    except NotLoadedError as error:
        echo(str(error), is_error=True)
        code = ExitCode.NOT_LOADABLE
    sys.exit(int(code))


def _token(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"{file}: cannot be read as a token") from None


def _say(text: str) -> None:
    echo(text)
    sys.stdout.flush()
