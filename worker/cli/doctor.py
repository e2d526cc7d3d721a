"""`claimscrub doctor`: everything that must be right before claims flow, in one list."""

import asyncio
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib.metadata import version as version_of
from typing import Final, NamedTuple

import click
import orjson
from rich.table import Column, Table
from rich.text import Text

from worker.bootstrap import default_config_directory, history_key, load_scrubber, version
from worker.cli.shared.broker import in_words, or_wrong_settings, quiet_clients, read_settings
from worker.cli.shared.console import EXIT_SOME_NOT, echo, echo_json, out, today
from worker.errors import ConfigurationError
from worker.kafka.coordinators import open_coordinators
from worker.kafka.lag import group_lag
from worker.kafka.obstacle import find_obstacle
from worker.kafka.read import StartingPoint, tail
from worker.kafka.registry import RegistryError, find_schemas, with_schema
from worker.kafka.rights import missing_rights
from worker.kafka.topics import check_topics, partition_counts
from worker.payers.suppression import SuppressionEnd
from worker.reference.build.endings import endings
from worker.settings import DeliveryGuarantee, SchemaIdPlace, Settings
from worker.stream.scrubber import ReferenceEdition
from worker.stream.shadow.frames import ShadowLoaded, ShadowTask
from worker.stream.shadow.process import ShadowNotLoadedError, ShadowProcess
from worker.wording.counts import counted

_ANSWER_S: Final = 30.0
_CLOCKS_APART_S: Final = 60.0


class State(StrEnum):
    """How an examination came out."""

    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "not known"


_STYLES: Final = {State.GOOD: "green", State.WARNING: "yellow", State.WRONG: "bold red", State.UNKNOWN: "dim"}


class Examined(NamedTuple):
    """One thing that was looked at.

    Attributes:
        part: What it is of.
        state: How it came out.
        sentence: What was found.
        remedy: What to do about it; empty where there is nothing to do.
    """

    part: str
    state: State
    sentence: str
    remedy: str = ""


@click.command("doctor")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="Lines to read, or one JSON array.")  # fmt: skip
def command(form: str) -> None:
    """Look at everything that must be right before claims flow.

    What is not right is said with what to do about it. Looked at are versions, settings, rules, tables, the schema
    registry, broker, topics, rights, the group and its lag, and clocks; nothing is changed, and nothing of a claim is
    shown. The settings are those of a worker: run it where, and as whom, the worker runs.

    \b
    Exit code  0: nothing is wrong; there may be warnings.
    Exit code  1: something is wrong.
    Exit code 78: a setting is wrong.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    settings = read_settings()
    or_wrong_settings(lambda: history_key(settings))
    found = []
    for each in examine(settings):
        found.append(each)
        if form == "text":
            _show(each)
    if form == "json":
        echo_json(orjson.dumps([each._asdict() for each in found], option=orjson.OPT_INDENT_2))
    wrong = sum(each.state is State.WRONG for each in found)
    if form == "text":
        warned = sum(each.state is State.WARNING for each in found)
        echo(f"{counted(wrong, 'thing is', 'things are')} wrong, {counted(warned, 'warning')}.")
    if wrong:
        sys.exit(EXIT_SOME_NOT)


def _show(each: Examined) -> None:
    row = Table.grid(Column(width=8), Column(width=9), Column(overflow="fold"), padding=(0, 2, 0, 0))
    row.add_row(each.part, Text(each.state, _STYLES[each.state]), each.sentence)
    if each.remedy:
        row.add_row("", "", f"-> {each.remedy}")
    out().print(row)


def examine(settings: Settings) -> Iterator[Examined]:
    """Yield what is found, in the order in which a worker would stumble over it."""
    libraries = ", ".join(f"{name} {version_of(name)}" for name in ("faust-streaming", "aiokafka", "pydantic"))
    yield Examined("versions", State.GOOD, f"claimscrub {version()}, Python {platform.python_version()}, {libraries}.")
    named = sorted(f"CLAIMSCRUB_{name.upper()}" for name in settings.model_dump(exclude_defaults=True))
    yield Examined("settings", State.GOOD, f"Set: {', '.join(named)}." if named else "All as they are by default.")
    yield from _rules(settings)
    with quiet_clients():
        yield from _broker(settings)


def _rules(settings: Settings) -> Iterator[Examined]:
    try:
        loaded = load_scrubber(settings)
    except ConfigurationError as error:
        yield Examined("rules", State.WRONG, str(error), "A worker would end with exit code 70; mend what is named.")
        return
    digests = ", ".join(f"{name} {loaded.versions[name][:12]}" for name in ("contract", "ruleset", "reference"))
    counts = f"{counted(len(loaded.edit_ids), 'edit')}, {counted(len(loaded.profiles), 'payer profile')}"
    yield Examined("rules", State.GOOD, f"{counts}; {digests}.")
    yield from map(_lapsed, (each for each in loaded.suppression_ends if each.has_lapsed(today())))
    yield _tables(loaded.editions)
    yield from _shadow(settings)
    yield from _registry(settings)


def _registry(settings: Settings) -> Iterator[Examined]:
    """Whether the schema registry has the schemas of this version."""
    if settings.registry_url is None:
        return
    topics = with_schema(settings.topics_in_use)
    try:
        asyncio.run(find_schemas(settings, topics))
    except RegistryError as error:
        ends = settings.schema_ids is not SchemaIdPlace.OFF
        remedy = "A worker would end with exit code 69." if ends else "Workers do without; consumers may not."
        yield Examined("registry", State.WRONG if ends else State.WARNING, f"{error}.", remedy)
        return
    sentence = f"{settings.registry_url}: {counted(len(topics), 'subject')} with the schemas of this version."
    yield Examined("registry", State.GOOD, sentence)


def _shadow(settings: Settings) -> Iterator[Examined]:
    """What is wrong with the second configuration, in the process that a worker would start; it goes on without it."""
    config = settings.shadow_config_dir
    if config is None:
        return
    tables = (settings.config_dir or default_config_directory()) / "reference"
    try:
        loaded = asyncio.run(_loaded(ShadowTask.of(settings, tables)))
    except (ShadowNotLoadedError, OSError) as error:
        yield Examined("shadow", State.WARNING, str(error), "A worker would judge without it; mend what is named.")
        return
    versions = f"ruleset {loaded.ruleset[:12]}, reference {loaded.reference[:12]}"
    yield Examined("shadow", State.GOOD, f"{config}: {counted(len(loaded.edits), 'edit')}; {versions}.")


async def _loaded(task: ShadowTask) -> ShadowLoaded:
    process = await ShadowProcess.start(task)
    await process.kill()
    return process.loaded


def _tables(editions: Sequence[ReferenceEdition]) -> Examined:
    """What has ended, and no row of which is carried forward, whether or not a later edition is published."""
    ended = [each for each in endings(editions, today()) if not each.is_carried(today())]
    if not ended:
        count = len({each.table for each in editions})
        return Examined("tables", State.GOOD, f"{counted(count, 'table')}, each with an answer for today.")
    sentence = "; ".join(f"{each.table} {each.in_words(today())}" for each in ended) + "."
    return Examined("tables", State.WARNING, sentence, "`claimscrub reference status` says what replaces them.")


def _lapsed(ends: SuppressionEnd) -> Examined:
    return Examined("rules", State.WARNING, f"{ends.in_words(today())}.", "Remove it, or give it a later `until`.")


def _broker(settings: Settings) -> Iterator[Examined]:
    obstacle = asyncio.run(find_obstacle(settings))
    if obstacle is not None:
        away = f"No broker answers at {settings.bootstrap_servers}."
        yield Examined(
            "broker",
            State.WRONG,
            in_words(settings, obstacle) or away,
            "Topics, rights, group and clocks were not looked at.",
        )
        return
    for part, look in (("broker", _transactions), ("topics", _topics), ("rights", _rights), ("group", _group),
                       ("clocks", _clocks)):  # fmt: skip
        try:
            yield from asyncio.run(asyncio.wait_for(look(settings), _ANSWER_S))
        # Every error of the Kafka client is a RuntimeError.
        except (OSError, RuntimeError, TimeoutError) as error:
            yield Examined(part, State.WRONG, f"The broker did not answer what was asked ({type(error).__name__}).")


async def _transactions(settings: Settings) -> list[Examined]:
    says = f"{settings.bootstrap_servers} takes us ({settings.security})"
    if settings.delivery is DeliveryGuarantee.AT_LEAST_ONCE:
        return [Examined("broker", State.GOOD, f"{says}; at-least-once needs no transactions.")]
    async with open_coordinators(settings) as coordinators:
        version = 2 if await coordinators.has_transactions_v2() else 1
    return [Examined("broker", State.GOOD, f"{says}; transactions are of version {version}.")]


async def _topics(settings: Settings) -> list[Examined]:
    flaws = await check_topics(settings)
    if not flaws:
        return [Examined("topics", State.GOOD, f"{counted(len(settings.topics_in_use), 'topic')} as declared.")]
    return [
        Examined(
            "topics",
            State.WRONG if each.is_fatal else State.WARNING,
            f"{each.topic} {each.problem}.",
            "`claimscrub topics create` creates what is missing." if each.problem == "is missing" else "",
        )
        for each in flaws
    ]


async def _rights(settings: Settings) -> list[Examined]:
    async with open_coordinators(settings) as coordinators:
        missing = await missing_rights(coordinators, settings)
    ids = f"transactional ids that begin with {settings.group_id}-"
    if missing is None:
        return [Examined("rights", State.UNKNOWN, "This broker does not say what a user may do.")]
    if missing:
        return [
            Examined("rights", State.WRONG, f"No right to {each.right.name} {each.resource}.", "Add an ACL for it.")
            for each in missing
        ]
    exact = settings.delivery is DeliveryGuarantee.EXACTLY_ONCE
    unseen = f" Whether {ids} may be used shows at the start of a worker only." if exact else ""
    return [Examined("rights", State.GOOD, f"Topics and group may be used as a worker uses them.{unseen}")]


async def _group(settings: Settings) -> list[Examined]:
    async with open_coordinators(settings) as coordinators:
        members = len((await coordinators.members(settings.group_id)).clients)
    there = await partition_counts(settings, settings.consumed_topics)
    if set(settings.consumed_topics) - set(there):
        return [Examined("group", State.UNKNOWN, "A topic is missing, so nothing can wait.")]
    lag = await group_lag(settings)
    waiting, expired = sum(each.messages for each in lag), sum(each.expired for each in lag)
    sentence = f"{settings.group_id}: {counted(members, 'worker')}, {counted(waiting, 'message')} waiting."
    state = State.WARNING if waiting and not members else State.GOOD
    found = [Examined("group", state, sentence, "Start a worker." if state is State.WARNING else "")]
    if expired:
        lost = f"{counted(expired, 'message')} expired before a worker had read them."
        found.append(Examined("group", State.WRONG, lost, "Send them again; lengthen retention.ms of the topic."))
    return found


async def _clocks(settings: Settings) -> list[Examined]:
    """Compare this clock with the newest message: one of the future shows that a clock is wrong."""
    inbound = settings.topics.inbound
    newest_s = 0.0
    if await partition_counts(settings, [inbound]):
        last = StartingPoint(offset=-1)
        async for record in tail(settings, [inbound], start=last, follow=False):
            newest_s = max(newest_s, record.timestamp_ms / 1000)
    if not newest_s:
        return [Examined("clocks", State.UNKNOWN, f"{inbound} holds no message to compare this clock with.")]
    ahead_s = newest_s - time.time()
    if ahead_s > _CLOCKS_APART_S:
        return [
            Examined(
                "clocks",
                State.WARNING,
                f"The newest message of {inbound} is {ahead_s:,.0f} s in the future.",
                "The clock of this machine or of a sender is wrong; filing limits are judged by the latter.",
            )
        ]
    return [Examined("clocks", State.GOOD, f"No message of {inbound} is from the future.")]
