"""The takes of a project."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from core.errors import UserError
from core.logs import ImageCache
from core.scenario import Scenario
from core.scenario.model import told
from core.takes.chunk_file import Rgb, append_chunk, read_chunks
from core.takes.frames import TakeFrames
from core.takes.take import Chunk, KeptChunk, Take, TakeCamera, TakePlan
from core.whole_files import sync_content, sync_folder, write_whole

FACTS = "take.json"
SCENARIO = "scenario.json"
BUDGET_BYTES = 256 * 2**20


class TakeStore:
    """Makes takes, lets them grow, and gives their frames. Writing is for one thread at a time."""

    def __init__(self, folder: Path, cache: ImageCache | None = None) -> None:
        """
        Args:
            folder: where the takes lie, each in a folder that is called like its number; made with the first one.
            cache: for decoded pictures.
        """
        self.folder = folder
        self.cache = cache or ImageCache(BUDGET_BYTES)
        self._kept: dict[int, list[KeptChunk]] = {}  # of the takes that were written to

    def takes(self) -> list[Take]:
        """All takes, in the order in which they were made; a folder that holds none is passed over.

        Raises:
            UserError: one is damaged or of a newer version.
        """
        numbers = sorted(int(path.name) for path in self.folder.glob("[0-9]*") if path.name.isdecimal())
        return [self.take(number) for number in numbers if (self.folder / str(number) / FACTS).is_file()]

    def take(self, number: int) -> Take:
        """
        Raises:
            UserError: there is no such take, or it is damaged or of a newer version.
        """
        path = self.folder / str(number) / FACTS
        try:
            return Take.model_validate_json(path.read_bytes())
        except OSError as error:
            raise UserError(f"The take cannot be read ({error.strerror})", path=path) from error
        except ValidationError as error:
            raise told(error, "The take is damaged or of a newer version", path=path) from error

    def scenario(self, number: int) -> Scenario:
        """The document that a take shows.

        Raises:
            UserError: it cannot be read, or is damaged.
        """
        path = self.folder / str(number) / SCENARIO
        try:
            return Scenario.from_json(path.read_bytes(), path=path)
        except OSError as error:
            raise UserError(f"The take's scenario cannot be read ({error.strerror})", path=path) from error

    def frames(self, number: int) -> TakeFrames:
        """The frames that a take has now.

        Raises:
            UserError: it, or a take that it branches from, cannot be read.
        """
        take, folder = self.take(number), self.folder / str(number)
        head = None if take.parent is None else self.frames(take.parent)
        own = self._kept.get(number) or read_chunks(folder)
        return TakeFrames(take, folder, tuple(own), head, self.cache)

    def create(
        self, plan: TakePlan, scenario: Scenario, cameras: Sequence[TakeCamera], models: Mapping[str, str]
    ) -> Take:
        """A new take without frames of its own yet, on the disk on return.

        Raises:
            UserError: it cannot be written.
        """
        beside = self.folder / f"new-{uuid.uuid4().hex}"
        try:
            beside.mkdir(parents=True)
            number = 1 + max((int(path.name) for path in self.folder.iterdir() if path.name.isdecimal()), default=0)
            facts = {"number": number, "cameras": tuple(cameras), "models": dict(models), "made_s": time.time()}
            take = Take(**plan.model_dump(), **facts, version=version("driftless"))
            write_whole(beside / FACTS, take.model_dump_json(indent=1).encode())
            write_whole(beside / SCENARIO, scenario.to_json(indent=1).encode())
            sync_content(beside)
            beside.rename(self.folder / str(number))
            sync_folder(self.folder)
        except OSError as error:
            raise _unwritable(error, self.folder) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return take

    def append(self, take: Take, chunk: Chunk, pictures: Mapping[str, Sequence[Rgb]]) -> None:
        """Write the next chunk of a take; on return it is on the disk, and its pictures are in memory.

        Args:
            take: that grows.
            chunk: frames that follow on those that are there.
            pictures: of each camera, one for each frame, of the sizes that the take tells.

        Raises:
            UserError: it does not follow, or cannot be written; the chunks before are as they were.
        """
        folder = self.folder / str(take.number)
        kept = self._kept.setdefault(take.number, read_chunks(folder))
        expected = kept[-1].end if kept else take.first_frame
        if chunk.begin != expected:
            raise UserError(f"Frame {chunk.begin} does not follow on frame {expected - 1}", path=folder)
        rows = [[pictures[camera.name][frame] for camera in take.cameras] for frame in range(len(chunk.t_s))]
        try:
            made = append_chunk(folder, kept, chunk, [picture for row in rows for picture in row])
        except OSError as error:
            raise _unwritable(error, folder) from error
        kept.append(made)
        self.frames(take.number).remember(chunk.begin, rows)

    def branches(self, number: int) -> list[Take]:
        """The takes that share the head of one."""
        return [take for take in self.takes() if take.parent == number]

    def delete(self, number: int) -> None:
        """Remove a take for good.

        Raises:
            UserError: others branch from it, or it cannot be removed.
        """
        branches = self.branches(number)
        if branches:
            others = ", ".join(take.title for take in branches)
            raise UserError(f"Take {number} shares its frames with others", remedy=f"Delete {others} first.")
        gone = self.folder / f"old-{uuid.uuid4().hex}"
        try:
            (self.folder / str(number)).rename(gone)
        except OSError as error:
            raise _unwritable(error, self.folder / str(number)) from error
        self._kept.pop(number, None)
        shutil.rmtree(gone, ignore_errors=True)


def _unwritable(error: OSError, path: Path) -> UserError:
    what = f"The take cannot be written ({error.strerror or error})"
    return UserError(what, path=path, remedy="Make room, or save the project elsewhere.")
