"""What a second start owes to the first: machine code for everything that runs once per pixel, point or splat."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
FOLDERS = (HERE.parents[1], HERE.parent, HERE / "worldrec")


def done(work: str) -> dict[str, Any]:
    """What `kernel_work` tells of some work in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, FOLDERS))}
    command = [sys.executable, str(HERE / "kernel_work.py"), work]
    child = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout.splitlines()[-1])


@pytest.mark.parametrize("work", ["warm_up", "city"])
def test_a_second_start_compiles_nothing(work: str) -> None:
    done(work)
    again = done(work)
    assert again["compiled"] == 0
    assert again["loaded"] > 5


def test_the_warm_up_covers_all_that_lifting_drawing_and_training_call() -> None:
    assert done("after_warm_up") == {}
