"""What is lost when the editor is killed in the middle of the work."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.bench.display import display
from app.bench.drive import bench_drive
from app.bench.registry import Benchmark, Figure
from app.bench.window_process import child_command, let_run, wait_until
from core.errors import UserError

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from core.scenario.project import Project

KILLS = 50
MOST_LOST = 1.0  # gestures that a kill may cost
GESTURE_EVERY_S = 0.1  # faster than hands are
LONGEST_WAIT_S = 1.5  # from the first gesture to the kill


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return killed_again_and_again(bench_drive(), Path(folder), KILLS)


def killed_again_and_again(log_path: Path, folder: Path, kills: int) -> list[Figure]:
    """Kill a window that edits a project, at random moments, again and again on the same project, and look at what
    each kill left.

    Raises:
        UserError: the window did not come to edit.
    """
    project_path = _new_project(log_path, folder / "killed.driftless")
    chance, most_lost, broken = random.Random(7), 0, 0
    with display() as environment:
        own = {"DRIFTLESS_CONFIG_DIR": str(folder), "DRIFTLESS_LOG_DIR": str(folder), "DRIFTLESS_BUILD_SCENES": "0"}
        for _ in range(kills):
            made = _killed(project_path, environment | own, chance.uniform(0.0, LONGEST_WAIT_S))
            most_lost = max(most_lost, made - _last_gesture(project_path))
            broken += not _is_whole(project_path)
    return [
        Figure("kills", kills, ""),
        Figure("gestures made", _last_gesture(project_path), ""),
        Figure("gestures lost by a kill, at most", most_lost, "", budget=MOST_LOST),
        Figure("kills after which the project was damaged", broken, "", budget=0.0),
    ]


def drive(window: MainWindow, project_path: Path, _started_s: float) -> list[Figure]:
    """Edit until the end: give an actor the number of the gesture as its name, undo, redo and save now and then."""
    from core.scenario import editing

    window.open(project_path)
    wait_until(lambda: window.projects.folder == project_path)
    scenario, log = window.scenario, window.log
    assert scenario.scenario is not None and log is not None
    actor = log.tracks[0].id
    number = int(scenario.scenario.actor(actor).name or 0)
    while True:
        number += 1
        scenario.do(editing.rename_actor(scenario.scenario, actor, str(number)))
        if number % 7 == 0:
            scenario.undo()
            scenario.redo()
        if number % 5 == 0:
            window.files.save()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        let_run(GESTURE_EVERY_S)


def _new_project(log_path: Path, place: Path) -> Path:
    from core.logs import open_log
    from core.scenario import LogReference, Scenario
    from core.scenario.project import Project

    log = open_log(log_path)
    project = Project.create(place, Scenario(name=log.name, log=LogReference.of(log, log_path)))
    project.save()
    project.close()
    return place


def _killed(project_path: Path, environment: dict[str, str], after_s: float) -> int:
    """The number of the last gesture that a window made before it was killed."""
    command = child_command("kills", project_path)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        if not first:
            raise UserError("The window ended before it was killed")
        time.sleep(after_s)
        child.kill()
        return int([first, *child.stdout.read().splitlines()][-1])


def _opened(project_path: Path) -> Project:
    from core.scenario.project import Project

    project = Project.open(project_path)
    project.close()
    return project


def _last_gesture(project_path: Path) -> int:
    """The number of the last gesture that is on the disk; 0 if a kill came before the first one was."""
    return max((int(edit.name or 0) for edit in _opened(project_path).scenario.actors.values()), default=0)


def _is_whole(project_path: Path) -> bool:
    """Whether nothing had to be set aside, and all steps can be undone and done again."""
    project = _opened(project_path)
    history, scenario = project.history, project.scenario
    steps = history.done
    for _ in range(steps):
        history.undo()
    untouched = not history.scenario.actors
    for _ in range(steps):
        history.redo()
    set_aside = any("set aside" in warning for warning in project.warnings)
    return untouched and history.scenario == scenario and not set_aside


BENCHMARK = Benchmark("kills", "Work that is lost when the editor is killed", measure)
