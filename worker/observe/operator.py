"""Who acts, for audit lines."""

import getpass
import os


def user_name() -> str:
    """Return the user of the operating system by name, else by number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return str(os.getuid())
