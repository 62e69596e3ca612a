"""Arrays from one process to another through shared memory.

The sender owns a block until the receiver says that it took the arrays; then the sender removes it. A block's name
follows from the sender's token and a slot number, so the survivor of a crash can remove all that is left.
When both are killed, the resource tracker of `multiprocessing` does it (on Windows, the system); what that did not
yet know of is removed by the next engine to be made, on Linux, where blocks can be listed.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine.messages import ArrayRef, Arrays

SLOTS = 4
ALIGNMENT = 64
LINUX_FOLDER = Path("/dev/shm")
_NAME = re.compile(r"driftless-(?P<owner>[0-9a-f]+)-[0-9a-f]{6}-[0-9]+")

logger = logging.getLogger(__name__)


class ClosedError(Exception):
    """The receiver is gone."""


class Outbox:
    """The sender's side; safe to use from several threads."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._changed = threading.Condition()
        self._blocks: dict[int, SharedMemory] = {}
        self._closed = False

    def put(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, ArrayRef]:
        """Copy arrays into a free slot, waiting for one.

        Raises:
            MemoryError: there is not enough shared memory.
            ClosedError: `close` was called.
        """
        if not arrays:
            return {}
        offsets, size = _layout(arrays)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._blocks) < SLOTS)
            if self._closed:
                raise ClosedError
            slot = next(number for number in range(SLOTS) if number not in self._blocks)
            block = self._blocks[slot] = _created(block_name(self._token, slot), size)
            refs = {}
            for name, array in arrays.items():
                refs[name] = ArrayRef(slot=slot, offset=offsets[name], shape=array.shape, dtype=array.dtype.str)
                _window(block, refs[name])[...] = array
            return refs

    def taken(self, slot: int) -> None:
        with self._changed:
            _remove(self._blocks.pop(slot))
            self._changed.notify()

    def close(self) -> None:
        """Remove all blocks; whoever waits for a slot is told."""
        with self._changed:
            self._closed = True
            while self._blocks:
                _remove(self._blocks.popitem()[1])
            self._changed.notify_all()


def take(token: str, refs: Mapping[str, ArrayRef]) -> Arrays:
    """Copies of the arrays that a sender put into one slot. Tell it afterwards that they were taken.

    Raises:
        FileNotFoundError: the sender has removed them.
    """
    if not refs:
        return {}
    (slot,) = {ref.slot for ref in refs.values()}
    block = SharedMemory(block_name(token, slot))
    try:
        return {name: _window(block, ref).copy() for name, ref in refs.items()}
    finally:
        block.close()


def sweep(token: str) -> None:
    """Remove what a dead sender left behind; on Windows, the system has done so."""
    if sys.platform == "win32":
        return
    import _posixshmem  # type: ignore[import-not-found]

    for slot in range(SLOTS):
        name = f"/{block_name(token, slot)}"
        # Not through SharedMemory, which cannot open a block that was made but not yet given its size.
        with suppress(FileNotFoundError):
            _posixshmem.shm_unlink(name)
        # Whether the sender had told the tracker of it or not, now the tracker forgets it.
        resource_tracker.register(name, "shared_memory")
        resource_tracker.unregister(name, "shared_memory")


def sweep_orphans() -> None:
    """Remove blocks of processes that have ended, whoever killed them and their engines; those of others stay."""
    if not LINUX_FOLDER.is_dir():
        return
    for path in LINUX_FOLDER.glob("driftless-*"):
        name = _NAME.fullmatch(path.name)
        if name is not None and not _is_alive(int(name["owner"], 16)):
            with suppress(OSError):  # another window was faster, or it belongs to another user
                path.unlink()
                logger.info("removed %s, which a process that ended had left", path)


def new_token() -> str:
    """Names a sender, and this process as the one that owns it."""
    return f"{os.getpid():x}-{secrets.token_hex(3)}"


def block_name(token: str, slot: int) -> str:
    """Short: macOS allows 30 characters."""
    return f"driftless-{token}-{slot}"


def _is_alive(pid: int) -> bool:
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _layout(arrays: Mapping[str, NDArray[Any]]) -> tuple[dict[str, int], int]:
    """Where each array begins, and the size of all, bytes."""
    offsets, end = {}, 0
    for name, array in arrays.items():
        offsets[name] = end
        end += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    return offsets, max(end, 1)


def _created(name: str, size: int) -> SharedMemory:
    # Linux promises more than it has, and kills whoever writes beyond it.
    if LINUX_FOLDER.is_dir() and shutil.disk_usage(LINUX_FOLDER).free < size:
        raise MemoryError(f"{LINUX_FOLDER} has no room for {size} bytes")
    return SharedMemory(name, create=True, size=size)


def _window(block: SharedMemory, ref: ArrayRef) -> NDArray[Any]:
    return np.ndarray(ref.shape, np.dtype(ref.dtype), block.buf, ref.offset)


def _remove(block: SharedMemory) -> None:
    block.close()
    try:
        block.unlink()
    except FileNotFoundError:
        # Swept by another window, because this process outlived its own.
        resource_tracker.unregister(f"/{block.name}", "shared_memory")
