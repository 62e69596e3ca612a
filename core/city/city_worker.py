"""What runs in the processes that draw a city. Imports are light: `spawn` imports this before the threads are set."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.city.drive import CityDrive
    from core.city.frame_files import SeenActor
    from core.city.life import Life

_work: tuple[CityDrive, Path] | None = None


def begin() -> None:
    """Make this process end with its parent, even when that is killed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def live(seed: int, seconds: float) -> Life:
    """The unedited life of a city, and this process ready to draw."""
    from core.city.drive import City

    life = City(seed, seconds).life
    warm_up()
    return life


def warm_up() -> None:
    """Load the renderer and its machine code by a small picture of a car."""
    from core.city import frame_files  # noqa: F401
    from core.city.actors import ActorKind, build_actor
    from core.city.mesh import PosedActor
    from core.city.renderer import CityRenderer
    from core.city.static_world import StaticWorld
    from core.city.surfaces import SurfaceTable
    from core.city.weather import Weather
    from core.geometry import PinholeCamera, Pose

    surfaces = SurfaceTable()
    car = build_actor(ActorKind.CAR, 1, surfaces, 1, 0.0)
    actor = PosedActor(1, car, Pose.identity(), (4.5, 1.9, 1.6))
    camera = PinholeCamera(16, 16, 8.0, 8.0, 8.0, 8.0)
    renderer = CityRenderer(StaticWorld(car, surfaces), Weather.of("clear", 1))
    renderer.render(camera, Pose.identity(), [actor], 0.0, samples=2)


def render_frame(work: Path, frame: int) -> list[SeenActor]:
    """Draw and write one frame of the drive that lies, pickled with its folder, in the file `work`."""
    global _work
    from core.city.frame_files import write_frame

    if _work is None:
        _work = pickle.loads(work.read_bytes())
    drive, folder = _work
    return write_frame(drive, folder, frame)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
