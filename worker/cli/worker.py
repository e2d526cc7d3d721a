"""`claimscrub worker`: runs one worker until it is asked to stop."""

import sys

import click

from worker.agents import AGENTS
from worker.bootstrap import history_key, load_scrubber, open_spans, version
from worker.cli.shared.broker import or_wrong_settings, read_settings
from worker.errors import ConfigurationError
from worker.settings import Settings
from worker.stream.last_words import NotLoadableError
from worker.stream.run import run_worker
from worker.stream.scrubber import LoadedScrubber


@click.command("worker")
def command() -> None:
    """Run the worker: read claims from Kafka, scrub them, write outcomes back.

    All settings come from variables that begin with CLAIMSCRUB_; `config/worker.env.example` lists them. The worker
    runs until it gets SIGTERM or Ctrl-C. Its log is JSON on stdout, one line per claim, without anything that
    identifies a person; /livez, /readyz and /metrics are on CLAIMSCRUB_HTTP_PORT. On SIGHUP it reads tables, profiles,
    guides and your own edits again, on a notice of `claimscrub reference publish` what that names, and swaps them
    between two claims. What is broken is refused whole.

    \b
    Exit code  0: it was asked to stop and did.
    Exit code  1: it crashed.
    Exit code  3: it was asked to stop and was not done in time.
    Exit code 69: no broker answered or accepted it, or a topic is missing
                  (`claimscrub topics create`).
    Exit code 70: the reference tables, the profiles or the edits could not be
                  loaded.
    Exit code 75: it is not known whether a batch was delivered; a restart goes
                  on from the last one that was.
    Exit code 76: the memory of earlier claims cannot be read, restored or
                  written.
    Exit code 78: a setting is wrong, or the port is taken.
    SIGALRM (142): one claim held it for longer than CLAIMSCRUB_CLAIM_HANG_S.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    settings = read_settings()
    or_wrong_settings(lambda: history_key(settings))
    spans = or_wrong_settings(lambda: open_spans(settings))
    code = run_worker(settings, lambda: _load(settings), AGENTS, app_version=version(), spans=spans)
    sys.exit(int(code))


def _load(settings: Settings) -> LoadedScrubber:
    """Load the scrubber. Raises `NotLoadableError` with what is wrong with the configuration."""
    try:
        return load_scrubber(settings)
    except ConfigurationError as error:
        raise NotLoadableError(error) from error
