"""A display for the benchmarks of the window."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from app.display import has_display
from core.errors import UserError

SCREEN = "1600x1200x24"


@contextmanager
def display() -> Iterator[dict[str, str]]:
    """The environment for a process with a window: the present display, or an Xvfb until the block ends.

    Raises:
        UserError: neither a display nor Xvfb.
    """
    environment = dict(os.environ)
    if has_display():
        yield environment
        return
    server = shutil.which("Xvfb")
    if server is None:
        raise UserError(
            "There is no display for the window's benchmarks, and no Xvfb to make one",
            remedy="Install it: sudo apt-get install xvfb.",
        )
    command = [server, "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            number = process.stdout.readline().strip()
            if not number:
                raise UserError("Xvfb did not start", remedy="Try it by hand: Xvfb -displayfd 1.")
            yield {**environment, "DISPLAY": f":{number}"}
        finally:
            process.terminate()
