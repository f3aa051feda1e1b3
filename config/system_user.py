"""PostgreSQL refuses to run as root: whom it runs as then, and that user's way to its files."""

from __future__ import annotations

import logging
import os
import pwd
import stat
import subprocess
from pathlib import Path

from config.processes import ProcessError

log = logging.getLogger(__name__)

NAME = "pgserver"
READ_AND_ENTER = stat.S_IROTH | stat.S_IXOTH
USERADD = ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME)


def for_postgres() -> str | None:
    """The user to run PostgreSQL as, made where missing; None where we are not root. Raises ProcessError."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        try:
            made = subprocess.run(USERADD, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise ProcessError(
                "PostgreSQL does not run as root, and here is no useradd to make a user"
            ) from error
        if made.returncode not in (0, 9):  # 9: somebody made it meanwhile
            raise ProcessError(f"cannot make the system user {NAME}: {made.stderr.strip()}") from None
    return NAME


def open_the_way_to(*targets: Path) -> None:
    """Let others pass through (not list) the folders above `targets`."""
    for directory in {parent for target in targets for parent in target.parents if parent.exists()}:
        if not directory.stat().st_mode & stat.S_IXOTH:
            log.warning("%s: chmod o+x, for PostgreSQL to pass through", directory)
            directory.chmod(directory.stat().st_mode | stat.S_IXOTH)


def open_for_reading(tree: Path) -> None:
    """Let others read what a strict umask at install time left to root."""
    if tree.stat().st_mode & READ_AND_ENTER != READ_AND_ENTER:
        subprocess.run(("chmod", "-R", "o+rX", str(tree)), check=True)  # noqa: S607
