"""Drawing takes only what the window leaves."""

from __future__ import annotations

import os
import sys
import threading

from core.splats.threads import usable_cores

NICENESS = 4  # more would starve the view beside others that keep all cores busy


def give_way() -> None:
    """From now on this thread, and those it starts, wait while others have work to do.

    Linux only: elsewhere Python can reach the priority of the whole process but of no thread.
    """
    if sys.platform == "linux":
        # Never upwards, which is not allowed: the whole program may have been started with less priority.
        least = max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0))
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), least)


def share_processor() -> None:
    """Let Mesa's software OpenGL use half of the cores, unless the user said how many; before any context is made."""
    os.environ.setdefault("LP_NUM_THREADS", str(max(usable_cores() // 2, 1)))
