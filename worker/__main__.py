"""Where the `claimscrub` command begins."""

import sys

from worker.early_signals import answer_early_signals


def main() -> None:
    """Run the command line; `claimscrub worker` answers signals before the rest is imported."""
    if next((each for each in sys.argv[1:] if not each.startswith("-")), None) == "worker":
        answer_early_signals()
    from worker.cli.commands import claimscrub  # noqa: PLC0415 -- a signal may come while this is imported

    claimscrub(prog_name="claimscrub")


if __name__ == "__main__":
    main()
