"""The editor as a process of its own: what it loads, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import json, sys
from PySide6.QtCore import QTimer
import app.editor as editor

class Window(editor.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        self.early = sorted(sys.modules)
        QTimer.singleShot(0, lambda: self.log_shown.connect(self.leave))

    def leave(self):
        QTimer.singleShot(1500, self.tell)  # the viewport has drawn by then

    def tell(self):
        late = [name for name in ("torch", "gsplat", "vispy") if name in sys.modules]
        print(json.dumps({"early": self.early, "late": late}))
        self.close()

editor.MainWindow = Window
sys.exit(editor.run(__import__("pathlib").Path(sys.argv[1])))
"""


def test_an_open_window_never_loads_torch_and_starts_lean(small_nuscenes: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", SCRIPT, str(small_nuscenes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["late"] == ["vispy"]
    assert not {"vispy", "numba", "cv2", "pandas", "scipy", "embreex", "torch"} & set(said["early"])
