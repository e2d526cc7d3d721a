"""Where the `claimscrub` command begins."""

from worker.cli.commands import claimscrub


def main() -> None:
    """Run the command line."""
    claimscrub(prog_name="claimscrub")


if __name__ == "__main__":
    main()
