"""Scenes as files for other programs: what is there at one time, as plain splats."""

from __future__ import annotations

import logging
from pathlib import Path

from core.errors import UserError
from core.scene.scene import Scene
from core.splats.files import write_splats
from core.splats.files.axes import ZUP
from core.splats.files.format import Tell

_FAINTEST = 1 / 255
_log = logging.getLogger(__name__)


def export_scene(
    scene: Scene, path: str | Path, *, t_s: float = 0.0, file_axes: str | None = None, tell: Tell = _log.warning
) -> int:
    """Write the splats that exist at a time as PLY, SPZ, glTF or GLB, by the suffix of the path, and count them.

    The world stands upright in the axes of the format. The sky stays behind: it is no thing at a place, and a shell
    around the world would make other programs show the shell. So do owners and lifespans; what a lifespan has faded
    away at that time is left out.

    Args:
        scene: any.
        path: the file to write.
        t_s: seconds of the scene's log.
        file_axes: of the numbers in the file, as rdf or zup; those of the format if None.
        tell: receives a sentence for everything that the format cannot hold.

    Raises:
        UserError: a time outside the scene, a suffix that no writer has, a place that cannot be written to, or no
            splat at that time.
    """
    if not 0.0 <= t_s <= scene.duration_s:
        raise UserError(f"{t_s:g} s lies outside the scene", field="at", remedy=f"It is {scene.duration_s:.1f} s long.")
    cloud = scene.at(t_s)
    cloud = cloud[cloud.opacities > _FAINTEST]
    if not len(cloud):
        raise UserError(f"Nothing is there at {t_s:g} s", field="at", remedy="Choose another time.")
    write_splats(cloud, path, axes=ZUP, file_axes=file_axes, tell=tell)
    return len(cloud)
