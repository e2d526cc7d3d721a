"""`claimscrub send`: puts the claims of files on the inbound topic."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from schemas.dead_letter import HEADER_NAMESPACE
from worker.bootstrap import history_key, identities
from worker.cli.shared.broker import judged_partitions, on_broker, or_wrong_settings, read_settings
from worker.cli.shared.claim_files import ClaimInput, read_claims
from worker.cli.shared.claim_paths import STDIN, ClaimFileError, expand
from worker.cli.shared.console import EXIT_UNREADABLE, echo, err
from worker.cli.text.outcome import show_problem
from worker.kafka.messages import X12_CONTENT_TYPE, Headers
from worker.kafka.send import claim_key, send_claims
from worker.settings import HistoryMode, Settings
from worker.wording.counts import counted
from worker.x12.read.segments import is_x12


@click.command("send")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--as-interchange", is_flag=True, help="Send each file as one X12 message instead of its claims as JSON.")
@click.option(
    "--decisions", is_flag=True, help="The files hold decisions of payers on claims that were sent, one per line."
)
@click.option("--responses", is_flag=True, help="The files hold payers' answers as X12: 835, 277CA or 999.")
@click.option(
    "--key",
    metavar="TEXT",
    help="Key of every message, never anything that identifies a person. [default: made from each claim]",
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME=VALUE",
    callback=lambda _context, _option, given: tuple(map(_header, given)),
    help="A header of every message; again for more.",
)
def command(paths: tuple[str, ...], *, key: str | None, headers: Headers, **kinds: bool) -> None:
    """Send the claims of files to the inbound topic, as they are.

    PATH is a file or a folder of files: `.json` holds one claim or an array of claims, `.jsonl` and `.ndjson` one
    claim per line. `-` reads stdin. Bytes that are not a claim are sent too; the worker answers them with a dead
    letter.

    Each claim of a file in X12 or FHIR R4 becomes a JSON message with its origin; what is not a claim is reported, and
    the exit code is 2. With --as-interchange the whole file is one message, which must not be longer than the
    worker takes.

    With --decisions each line says what a payer decided (returned, denied or paid), in the form of
    schemas/json/decision.schema.json, and goes to the topic of decisions. Workers that remember claims
    (CLAIMSCRUB_HISTORY) read it: what was returned may be sent anew.

    With --responses each file goes whole to the topic of payers' answers, which `claimscrub learner` reads
    (CLAIMSCRUB_LEARN). A file has at most CLAIMSCRUB_MAX_OUTCOME_BYTES.

    The key of a claim is made from payer, billing NPI and patient control number, so that a correction comes after its
    original; it is one of 4,096, so that it says nothing of a person. Where CLAIMSCRUB_HISTORY is keyed, the claims of
    a patient go to one partition, chosen with the key file that the workers have. The broker is the one in
    CLAIMSCRUB_BOOTSTRAP_SERVERS.
    """
    settings = read_settings()
    topic = _topic(settings, **kinds)
    is_x12_message = kinds["as_interchange"] or kinds["responses"]
    longest = settings.max_outcome_bytes if kinds["responses"] else settings.max_message_bytes
    console = err()
    problems: list[ClaimInput] = []
    columns = (TextColumn("sent"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("sent", total=None)
        try:
            files = expand(paths)
            count = on_broker(
                settings,
                send_claims(
                    settings,
                    _interchanges(files, longest)
                    if is_x12_message
                    else _values(files, settings.max_outcome_bytes, problems),
                    key=claim_key if key is None else lambda _: key.encode(),
                    topic=topic,
                    content_type=X12_CONTENT_TYPE if is_x12_message else None,
                    headers=headers,
                    partition=None if kinds["decisions"] or kinds["responses"] else _placement(settings),
                    progress=lambda done: progress.update(task, completed=done),
                ),
            )
        except ClaimFileError as error:
            echo(f"Error: {error}", is_error=True)
            sys.exit(EXIT_UNREADABLE)
    echo(f"{counted(count, 'message')} sent to {topic}.")
    for found in problems:
        show_problem(console, found)
    if any(not found.is_passed_over for found in problems):
        sys.exit(EXIT_UNREADABLE)


def _topic(settings: Settings, *, as_interchange: bool, decisions: bool, responses: bool) -> str:
    if responses:
        if as_interchange or decisions:
            raise click.UsageError("--responses are whole files of X12; leave out --as-interchange and --decisions")
        if not settings.learn:
            raise click.UsageError("CLAIMSCRUB_LEARN is not set: nobody reads the topic of payers' answers")
        return settings.topics.responses
    if not decisions:
        return settings.topics.inbound
    if as_interchange:
        raise click.UsageError("--decisions are JSON; leave out --as-interchange")
    if settings.history is HistoryMode.OFF:
        raise click.UsageError("CLAIMSCRUB_HISTORY is off: no worker remembers the claims that decisions are on")
    return settings.topics.decisions


def _header(given: str) -> tuple[str, bytes]:
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise click.BadParameter(f"{given!r} is not NAME=VALUE, as in x-flow=7")
    if name.lower().startswith(HEADER_NAMESPACE):
        raise click.BadParameter(f"{name} begins with {HEADER_NAMESPACE}, which only the worker writes")
    if name.lower() == "content-type":
        raise click.BadParameter("content-type follows from the file; --as-interchange sends X12")
    return name, value.encode()


def _placement(settings: Settings) -> Callable[[bytes | None], int | None] | None:
    """Return what chooses the partition of a claim where that is for senders to do."""
    key = or_wrong_settings(lambda: history_key(settings))
    if key is None or settings.history is not HistoryMode.KEYED:
        return None
    count, identity = judged_partitions(settings), identities(settings)

    def place(value: bytes | None) -> int | None:
        found = None if value is None else identity(value)
        return None if found is None else key.partition(found, count)

    return place


def _interchanges(files: list[str], longest: int) -> Iterator[bytes]:
    for file in files:
        value = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
        if not is_x12(value):
            raise ClaimFileError(f"{file}: does not begin with ISA, so it is not an X12 interchange")
        if len(value) > longest:
            raise ClaimFileError(
                f"{file}: longer than the {longest:,} bytes of one message; send its claims without --as-interchange, "
                "or of --responses its interchanges one by one"
            )
        yield value


def _values(files: list[str], longest: int, problems: list[ClaimInput]) -> Iterator[bytes]:
    for found in read_claims(files, longest):
        if found.problem:
            problems.append(found)
            continue
        if len(found.value) > longest:
            raise ClaimFileError(f"{found.source}, {found.place}: longer than the {longest:,} bytes that can be sent")
        yield found.value
