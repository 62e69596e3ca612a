"""Work on a thread, and windows that are gone before it ends."""

from __future__ import annotations

import threading

import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.jobs import Job
from core.errors import UserError


def test_a_job_answers_on_this_thread(qtbot: QtBot) -> None:
    job, heard = Job(lambda: 6 * 7, name="Multiplying"), []
    job.done.connect(lambda answer: heard.append((answer, threading.current_thread())))
    with qtbot.waitSignal(job.done):
        job.start()
    assert heard == [(42, threading.main_thread())]


def test_a_job_says_why_it_failed(qtbot: QtBot) -> None:
    def fail() -> None:
        raise UserError("No such drive")

    job, heard = Job(fail, name="Failing"), []
    job.failed.connect(heard.append)
    with qtbot.waitSignal(job.failed):
        job.start()
    assert [str(error) for error in heard] == ["No such drive."]


def test_a_job_whose_window_is_gone_ends_unheard(qtbot: QtBot) -> None:
    window, go_on, heard = QObject(), threading.Event(), []
    job = Job(go_on.wait, name="Waiting", parent=window)
    job.done.connect(heard.append)
    thread = job.thread_running
    job.start()
    shiboken6.delete(window)
    go_on.set()
    thread.join(10)
    qtbot.wait(10)
    assert not thread.is_alive()
    assert not heard  # and pytest fails where the thread raised


def test_a_cancelled_job_is_not_heard(qtbot: QtBot) -> None:
    job, heard = Job(lambda: 1, name="Cancelled"), []
    job.done.connect(heard.append)
    job.start()
    job.cancel()
    job.thread_running.join(10)
    qtbot.wait(10)
    assert not heard
