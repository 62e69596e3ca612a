"""A log with damaged samples opens, and the window says which they are."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.logs import open_log


def test_a_damaged_sweep_is_one_message_a_note_and_a_hole_in_the_timeline(
    window: MainWindow, small_pandaset: Path, qtbot: QtBot
) -> None:
    path = small_pandaset / "lidar" / "03.pkl.gz"
    path.write_bytes(path.read_bytes()[:-200])
    lidar = open_log(small_pandaset).lidar
    assert lidar is not None
    index = next(index for index in range(len(lidar)) if lidar.number_of(index) == 3)
    window.cameras.set_overlay("lidar", True)
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        window.open(small_pandaset)
    log = window.log
    assert log is not None
    for t_ns in (lidar.t_ns[index], lidar.t_ns[-1], lidar.t_ns[index]):
        window.playback.seek(log.t_s(int(t_ns)) + 0.001)
        qtbot.waitUntil(lambda: window.pictures.loader is not None and window.pictures.loader.idle)
    qtbot.waitUntil(lambda: window.cameras.header.note == "Lidar sweep 3 cannot be read")
    (toast,) = [toast for toast in window.toasts.toasts if str(path) in toast.text]
    assert "Copy the log again." in toast.text
    assert "Sweep 3 cannot be read" in window.timeline.row("lidar").tip(log.t_s(int(lidar.t_ns[index])) + 0.01, 0.001)
