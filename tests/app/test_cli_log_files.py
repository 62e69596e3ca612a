"""The log file: what goes in, and what cannot keep the program from running."""

import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from app.log_files import log_file, start_log_file

pytestmark = pytest.mark.usefixtures("own_log_folder")


def own_handlers() -> list[logging.Handler]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, RotatingFileHandler)]


def test_messages_reach_the_file_once() -> None:
    start_log_file()
    start_log_file()
    logging.getLogger("core.logs").info("a log was opened")
    assert log_file().read_text(encoding="utf-8").count("a log was opened") == 1


def test_the_variable_sets_the_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLESS_LOG_LEVEL", "debug")
    start_log_file()
    logging.getLogger("core.logs").debug("a detail")
    assert "a detail" in log_file().read_text(encoding="utf-8")


def test_an_unknown_level_is_taken_as_info(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLESS_LOG_LEVEL", "loud")
    start_log_file()
    assert logging.getLogger().level == logging.INFO


def test_uncaught_errors_are_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    start_log_file()
    try:
        raise RuntimeError("nobody caught this")
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    text = log_file().read_text(encoding="utf-8")
    assert "CRITICAL" in text
    assert "nobody caught this" in text
    assert "nobody caught this" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_uncaught_errors_of_threads_are_kept() -> None:
    def fail() -> None:
        raise RuntimeError("the thread broke")

    start_log_file()
    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    text = log_file().read_text(encoding="utf-8")
    assert "worker" in text
    assert "the thread broke" in text


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DRIFTLESS_LOG_DIR", str(tmp_path / "file" / "log"))
    start_log_file()
    assert "no log file" in capsys.readouterr().err
    assert own_handlers() == []


def test_old_messages_make_room() -> None:
    start_log_file()
    (handler,) = own_handlers()
    assert isinstance(handler, RotatingFileHandler)
    assert handler.maxBytes > 0
    assert handler.backupCount > 0
