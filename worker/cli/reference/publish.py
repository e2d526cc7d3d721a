"""`claimscrub reference publish`: has every running worker swap to the tables of a folder."""

from pathlib import Path, PurePosixPath

import click
from pydantic import ValidationError

from schemas.reference_update import ReferenceNotice
from worker.bootstrap import read_rules
from worker.cli.reference.options import readable
from worker.cli.shared.audit import audit
from worker.cli.shared.broker import on_broker, read_settings
from worker.cli.shared.configuration import config_option, edits_option, sentences
from worker.cli.shared.console import echo
from worker.kafka.send import send_notice
from worker.reference.build.loading import load_verified


@click.command("publish")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--seen-as",
    type=click.Path(path_type=PurePosixPath),
    metavar="PATH",
    help="Where the workers find the folder, if that is another path. [default: DIRECTORY]",
)
@click.option(
    "--rules",
    is_flag=True,
    help="Have the workers read profiles, guides and own edits again too, and compare them with those of --config "
    "and --edits.",
)
@config_option
@edits_option
def publish(
    directory: Path, seen_as: PurePosixPath | None, *, rules: bool, config: Path | None, user_edits: Path | None
) -> None:
    """Have every running worker swap to the reference tables in DIRECTORY.

    The folder is verified first. What is sent is its path and its digest, not the tables: copy the folder to every
    worker's host first. A worker accepts it only below CLAIMSCRUB_REFERENCE_ROOT, and only if it reads the same digest
    from it; otherwise it keeps its tables and counts a rejected update. A worker that starts later swaps too.

    With --rules the digest of the profiles, their lists, the guides and the own edits is sent as well: copy those first
    to where each worker is configured to read them. A worker takes tables and rules together, or neither.

    The broker is the one in CLAIMSCRUB_BOOTSTRAP_SERVERS. Who publishes what is written to CLAIMSCRUB_AUDIT_FILE first.

    \b
    Exit code  0: the notice is sent.
    Exit code  1: the folder is broken; each line names the file, row and column.
    Exit code  2: the profiles, guides or edits of --rules do not fit; each line
                  is one problem.
    Exit code 69: no broker answered, or it refused.
    """  # noqa: D301 - the escape is a sign to click
    settings = read_settings()
    path = seen_as or directory.resolve()
    digest = readable(lambda: load_verified(directory)).digest
    with sentences():
        ruleset = read_rules(config, user_edits).ruleset if rules else None
    try:
        notice = ReferenceNotice(directory=str(path), digest=digest, ruleset=ruleset)
    except ValidationError:
        raise click.UsageError(f"the path must be absolute and at most 1,024 characters long, found {path}") from None
    announced = {"directory": str(path), "digest": digest} | ({"ruleset": ruleset} if ruleset else {})
    audit(settings, "reference-published", topic=settings.topics.reference_updates, **announced)
    on_broker(settings, send_notice(settings, notice))
    echo(f"Digest {digest}" + (f", rules {ruleset}" if ruleset else ""))
    echo(f"Announced {path} on {settings.topics.reference_updates}.")
