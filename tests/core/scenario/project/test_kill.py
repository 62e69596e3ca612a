"""A kill at any moment: at most the last gesture is lost, and nothing breaks."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.scenario.project import Project

WRITER = """
import sys
from synthetic_drive import small_drive
from scenario_street import scenario_of
from core.scenario import editing
from core.scenario.project import Project, is_project

folder = __import__("pathlib").Path(sys.argv[1])
project = Project.open(folder) if is_project(folder) else Project.create(folder, scenario_of(small_drive()))
step = int(project.scenario.actors["car"].name) if project.scenario.actors else 0
while True:
    step += 1
    project.do(editing.rename_actor(project.scenario, "car", str(step)))
    if step % 7 == 0:
        project.undo()
        project.redo()
    if step % 5 == 0:
        project.save()
    print(step, flush=True)
"""
KILLS = 5


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_kill_loses_at_most_the_last_gesture(tmp_path: Path) -> None:
    folder = tmp_path / "killed.driftless"
    path = [str(Path(__file__).parents[4]), str(Path(__file__).parents[3])]
    chance = random.Random(7)
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{WRITER}", str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        first = int(child.stdout.readline())
        time.sleep(chance.uniform(0.0, 0.15))
        child.send_signal(signal.SIGKILL)
        told = [first, *(int(line) for line in child.stdout.read().splitlines())][-1]
        child.wait()
        child.stdout.close()
        project = Project.open(folder)
        step = int(project.scenario.actors["car"].name or "")
        assert step in (told, told + 1)
        assert not any("set aside" in warning for warning in project.warnings)
        project.close()
        history = project.history
        done = history.done
        for _ in range(done):
            history.undo()
        assert not history.scenario.actors
        for _ in range(done):
            history.redo()
        assert int(history.scenario.actors["car"].name or "") == step
