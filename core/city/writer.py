"""Writes a city drive as a driving log."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

from core.city.city_worker import begin, live, render_frame, warm_up
from core.city.drive import City, CityDrive
from core.city.frame_files import LIDAR, SeenActor, write_frame
from core.city.log_files import FOLDER, truth_stem, write_city_file
from core.city.spec import CitySpec
from core.city.tables import log_file, write_tables
from core.errors import UserError
from core.logs.lane_file import write_lane_map

Report = Callable[[int, int], bool]

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class WriteCancelledError(Exception):
    """The progress callback asked to stop; nothing was left behind."""


def write_city(
    drive: CityDrive | CitySpec, out: Path, *, workers: int | None = None, progress: Report | None = None
) -> Path:
    """Write a drive in nuScenes v1.0 layout with its truth in `driftless/`; see `core.city.log_files`.

    Every frame is a sample. The bytes do not depend on the number of workers: processes of one thread each,
    one per core by default, none for `workers=1`; they end when this process does. `progress` is told how many
    frames of how many are done and returns whether to go on. `out` appears complete or not at all.

    Returns `out`.

    Raises:
        UserError: `out` exists and is not an empty folder, cannot be written, or a worker died.
        WriteCancelledError: `progress` returned False.
    """
    report = progress or (lambda done, total: True)
    with _appearing(Path(out)) as folder:
        _go_on(report, 0, (drive if isinstance(drive, CitySpec) else drive.spec).frames)
        workers = min(workers or os.cpu_count() or 1, (drive if isinstance(drive, CitySpec) else drive.spec).frames)
        if workers > 1:
            drive, seen = _together(drive, folder, workers, report)
        else:
            drive = CityDrive(drive) if isinstance(drive, CitySpec) else drive
            seen = _alone(drive, folder, report)
        write_tables(drive, folder, seen)
        write_lane_map(drive.lane_map, folder / FOLDER / "lane_map.json")
        write_city_file(folder, drive.base_spec, drive.edits, {track.instance: track.id for track in drive.tracks})
        (folder / FOLDER / "log.json").write_text(json.dumps(log_file(drive), indent=1), encoding="utf-8")
    return Path(out)


def check_target(out: Path) -> None:
    """
    Raises:
        UserError: `out` exists and is not an empty folder, or cannot be looked into.
    """
    try:
        taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        raise UserError(f"The folder cannot be read ({error.strerror})", path=out) from error
    if taken:
        raise UserError("There is something already", path=out, remedy="Name a new or an empty folder.")


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes `out` at the end, and vanishes when anything fails."""
    check_target(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise UserError(f"The folder cannot be made ({error.strerror})", path=out) from error
    try:
        yield folder
        folder.chmod(0o755)
        if out.is_dir():
            out.rmdir()
        folder.rename(out)
    except OSError as error:
        raise UserError(f"The log cannot be written ({error.strerror})", path=out) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_folders(drive: CityDrive, folder: Path) -> None:
    for mount in drive.spec.cameras.cameras:
        (folder / "samples" / mount.name).mkdir(parents=True)
        truth_stem(folder, mount.name, 0).parent.mkdir(parents=True)
    if drive.spec.lidar:
        (folder / "samples" / LIDAR).mkdir(parents=True)


def _alone(drive: CityDrive, folder: Path, report: Report) -> list[list[SeenActor]]:
    _make_folders(drive, folder)
    seen = []
    for frame in range(drive.spec.frames):
        seen.append(write_frame(drive, folder, frame))
        _go_on(report, frame + 1, drive.spec.frames)
    return seen


def _together(
    drive: CityDrive | CitySpec, folder: Path, workers: int, report: Report
) -> tuple[CityDrive, list[list[SeenActor]]]:
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin)
    try:
        drive = _prepared(drive, pool, workers)
        _make_folders(drive, folder)
        frames = drive.spec.frames
        with _handed_over(drive, folder) as work, _one_thread_each():
            jobs: dict[Future[list[SeenActor]], int] = {
                pool.submit(render_frame, work, frame): frame for frame in range(frames)
            }
            seen: dict[int, list[SeenActor]] = {}
            for done, job in enumerate(as_completed(jobs), start=1):
                seen[jobs[job]] = job.result()
                _go_on(report, done, frames)
    except BrokenProcessPool as error:
        raise UserError(
            "A process that draws the city died", remedy="Free some memory, or use fewer workers."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
    return drive, [seen[frame] for frame in range(frames)]


def _prepared(drive: CityDrive | CitySpec, pool: ProcessPoolExecutor, workers: int) -> CityDrive:
    """A drive whose world is built, once here and not in every worker; they start meanwhile and help."""
    with _one_thread_each():
        if isinstance(drive, CityDrive):
            for _ in range(workers):
                pool.submit(warm_up)
            drive.city.world  # noqa: B018  built and kept
            return drive
        life = pool.submit(live, drive.seed, drive.seconds)
        for _ in range(workers - 1):
            pool.submit(warm_up)
    city = City(drive.seed, drive.seconds)
    city.world  # noqa: B018
    city.life = life.result()
    return CityDrive(drive, city=city)


@contextmanager
def _handed_over(drive: CityDrive, folder: Path) -> Iterator[Path]:
    """A file from which the workers take the drive."""
    work = folder / "work.pickle"
    work.write_bytes(pickle.dumps((drive, folder), pickle.HIGHEST_PROTOCOL))
    try:
        yield work
    finally:
        work.unlink(missing_ok=True)


def _go_on(report: Report, done: int, total: int) -> None:
    if not report(done, total):
        raise WriteCancelledError


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Child processes started meanwhile compute with one thread: several fight over the same cores."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
