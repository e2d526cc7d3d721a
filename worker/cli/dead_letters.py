"""`claimscrub dead-letters`: lists dead letters, shows one, and sends them again once the fault is repaired."""

import sys
from typing import Any, Final

import click
import orjson

from schemas.dead_letter import DeadLetterReason
from worker.cli.replay.run import ReplayPlan, replay
from worker.cli.shared.audit import audit, place_facts
from worker.cli.shared.broker import on_broker, read_settings, say_unreadable
from worker.cli.shared.console import EXIT_SOME_NOT, echo, echo_json, out
from worker.cli.shared.selection import RecordFilter, Sending, choice_options, sending_options
from worker.cli.shared.tables import table_of
from worker.kafka.past import PastMessage, read_dead_letter
from worker.kafka.read import tail
from worker.settings import Settings
from worker.wording.counts import counted
from worker.wording.dead_letter_reasons import in_words

_REASONS: Final = click.Choice([reason.value for reason in DeadLetterReason])

reason_option = click.option(
    "--reason", "reasons", type=_REASONS, multiple=True, metavar="REASON", help="Why they are dead letters; repeatable."
)
topic_option = click.option("--topic", metavar="NAME", help="Topic that they came from.")


@click.group("dead-letters")
def command() -> None:
    """List messages that were not claims, show one, or send them again.

    They hold PHI; `list` shows none of it, `show` only with --reveal, and what is revealed or sent again is written to
    CLAIMSCRUB_AUDIT_FILE. The broker is the one in CLAIMSCRUB_BOOTSTRAP_SERVERS.
    """


@command.command("list")
@choice_options(reason_option, topic_option)
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True)
def list_letters(*, choice: RecordFilter, form: str) -> None:
    """List dead letters with their reason and where they came from. Shows no content."""
    settings = read_settings()
    found = [past for past in on_broker(settings, _letters(settings)) if choice.matches(past)]
    if form == "jsonl":
        for past in found:
            echo_json(orjson.dumps(_facts(past)))
        return
    console = out()
    table = table_of(("written", "reason", "from"), ("bytes", "replays"), keys=["place"])
    for past in found:
        origin = f"{past.message.topic} {past.message.partition}/{past.message.offset}"
        size = past.said.get("claimscrub-dlq-value-bytes", "?")
        written = f"{past.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(past.place, written, past.verdict, origin, size, str(past.replays))
    console.print(table)
    echo(f"{counted(len(found), 'dead letter')}.")


@command.command("show")
@click.argument("place", metavar="PARTITION/OFFSET")
@click.option("--reveal", is_flag=True, help="Show key, headers and value too, which hold PHI. It is audited.")
def show(place: str, *, reveal: bool) -> None:
    """Show one dead letter by its place in the list. Exit code 1 if there is none."""
    settings = read_settings()
    past = next((each for each in on_broker(settings, _letters(settings)) if each.place == place), None)
    if past is None:
        echo(f"There is no dead letter at {place}.", is_error=True)
        sys.exit(EXIT_SOME_NOT)
    document = _facts(past) | {"meaning": in_words(DeadLetterReason(past.verdict)), "headers": dict(past.said)}
    if reveal:
        audit(settings, "revealed", **place_facts(past))
        message = past.message
        document["message"] = {
            "key": _text(message.key),
            "headers": [[name, _text(value)] for name, value in message.headers],
            "value": _text(message.value),
        }
    echo_json(orjson.dumps(document, option=orjson.OPT_INDENT_2))


@command.command("replay")
@choice_options(reason_option, topic_option)
@sending_options
def replay_letters(*, choice: RecordFilter, sending: Sending) -> None:
    """Show what today's rules make of dead letters, and with --send send those again that are now claims.

    Each goes unchanged to the partition that it came from, once: an interrupted run goes on where it stopped, and the
    same command takes only what is new. Dead letters with the reason crash-loop, document-unmatched or
    document-ambiguous are sent only if --reason names it.
    """
    settings = read_settings()
    replay(settings, ReplayPlan(settings.topics.dead_letter, read_dead_letter, choice, sending))


async def _letters(settings: Settings) -> list[PastMessage]:
    records = tail(settings, [settings.topics.dead_letter], follow=False)
    found = []
    async for record in records:
        say_unreadable(record)
        if (past := read_dead_letter(record)) is not None:
            found.append(past)
    return found


def _facts(past: PastMessage) -> dict[str, Any]:  # any JSON value
    return {"place": past.place, "at": past.at, **place_facts(past)}


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
