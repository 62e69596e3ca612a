"""Processes that draw a city never outlive the one that started them."""

import subprocess
import sys
from pathlib import Path

import psutil

SCRIPT = """
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from core.city.city_worker import begin

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=begin)
    pool.submit(time.sleep, 0.01).result()
    job = pool.submit(time.sleep, 600)
    print("working", flush=True)
    time.sleep(600)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(SCRIPT)
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "working\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.kill()
        parent.wait()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
