"""Where generated pictures show the scene's actors.

No detector is asked. The render that the generator was told of shows each actor where its box is; the shift that makes
this part of the render most like the picture says where the picture has it. The measure is the correlation of
brightness (Lewis, Fast Normalized Cross-Correlation, 1995) over the actor's footprint and a rim of the background
around it, so that it heeds the outline and not the exposure. A picture that is the render, shifted, is answered by
exactly that shift; a place without contrast, or of few pixels, is not judged at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Camera, Pose
from core.geometry.box import Boxes
from core.jwm.drawing import Drawn, near_actors
from core.jwm.misfit import Sighting
from core.jwm.surfaces import SOLID
from core.scene import Scene
from core.worldgen.conditions.seen_depth import plane_rays
from core.worldgen.conditions.viewpoints import Viewpoints

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

MOST_SHIFT = 1 / 8  # of the picture's height
LEAST_PX = 24  # of a footprint
_RIM_PX = 2
_MARGIN_M = 0.15  # around boxes
_LEAST_CONTRAST = 4.0  # standard deviation of brightness, of 255
_COST = 0.004  # of each pixel of shift: of places that are about as like, the nearest
_COMPARED = 400  # pixels at most


def sightings_of(
    images: NDArray[np.uint8], drawn: Drawn, scene: Scene, names: Sequence[str], viewpoints: Viewpoints
) -> tuple[Sighting, ...]:
    """Where pictures show the actors that the scene shows there.

    Args:
        images: (T, V, H, W, 3) RGB.
        drawn: what the scene shows in the same frames.
        scene: after all edits.
        names: of the cameras.
        viewpoints: of the frames.
    """
    found = []
    for frame, view in np.ndindex(*viewpoints.t_ns.shape):
        camera, pose = viewpoints.cameras[view], viewpoints.world_from_camera[frame, view]
        boxes = near_actors(scene, camera, pose, (int(viewpoints.t_ns[frame, view]) - scene.start_ns) * 1e-9)
        depth_m = np.where(drawn.alpha[frame, view] > SOLID, drawn.depth_m[frame, view], np.inf)
        render, picture = (_brightness(each[frame, view]) for each in (drawn.rgb, images))
        for row, (x, y), footprint in _footprints([box for _, box in boxes], camera, pose, depth_m):
            shift = shift_between(render, picture, footprint)
            if shift is not None:
                right, down, likeness = shift
                place = (x + right) / camera.width, (y + down) / camera.height
                track = boxes[row][0].track.id
                found.append(Sighting(frame, names[view], track, *np.round((*place, likeness), 4).tolist()))
    return tuple(found)


def shift_between(render: Floats, picture: Floats, footprint: Mask) -> tuple[float, float, float] | None:
    """How far right and down, in pixels, a picture shows what a render shows, and how alike both are then.

    Args:
        render: (H, W) brightness.
        picture: (H, W) the same.
        footprint: (H, W) where the render shows it.

    Returns:
        None if the render shows too little to tell.
    """
    most = max(round(MOST_SHIFT * len(render)), 2)
    if np.count_nonzero(footprint) < LEAST_PX:
        return None
    around = cv2.dilate(footprint.astype(np.uint8), np.ones((2 * _RIM_PX + 1,) * 2, np.uint8))
    rows, columns = np.nonzero(around)
    some = slice(None, None, -(-len(rows) // _COMPARED))
    rows, columns = rows[some], columns[some]
    wanted = render[rows, columns] - render[rows, columns].mean()
    if wanted.std() < _LEAST_CONTRAST:
        return None
    if np.array_equal(render[rows, columns], picture[rows, columns]):
        return 0.0, 0.0, 1.0
    side = 2 * most + 1
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(picture, most, mode="edge"), (side, side))
    shown = windows[rows, columns].reshape(len(rows), -1)
    shown = shown - shown.mean(0)
    size = np.linalg.norm(wanted) * np.maximum(np.linalg.norm(shown, axis=0), 1e-3)
    alike = (wanted @ shown / size).reshape(side, side)
    steps = np.arange(-most, most + 1)
    worth = alike - _COST * np.hypot(steps[:, None], steps)
    row, column = np.unravel_index(int(worth.argmax()), worth.shape)
    down = row - most + _beside(alike[max(row - 1, 0) : row + 2, column])
    right = column - most + _beside(alike[row, max(column - 1, 0) : column + 2])
    return right, down, float(alike[row, column])


def _footprints(
    boxes: Sequence[Box], camera: Camera, world_from_camera: Pose, depth_m: Floats
) -> Iterator[tuple[int, tuple[float, float], Mask]]:
    """Rows of the boxes that a picture shows something of, where their middles are in pixels from the outer corner of
    the first one, and which pixels (H, W) have a surface inside."""
    if not boxes:
        return
    stacked, camera_from_world = Boxes.stack(boxes), world_from_camera.inverse()
    middles, in_front = camera.project(camera_from_world.apply(stacked.world_from_box.translation))
    corners, seen = camera.project(camera_from_world.apply(stacked.corners()))
    rays = plane_rays(camera)
    for row in np.flatnonzero(in_front & seen.all(1)).tolist():
        left, top = np.maximum(np.floor(corners[row].min(0)).astype(int), 0)
        right, bottom = np.ceil(corners[row].max(0)).astype(int) + 1
        part = slice(top, max(bottom, 0)), slice(left, max(right, 0))
        surface = depth_m[part]
        if surface.size < LEAST_PX:
            continue
        box = boxes[row]
        points = np.where(np.isfinite(surface), surface, 0.0)[..., None] * rays[part]
        local = box.world_from_box.inverse().apply(world_from_camera.apply(points))
        inside = (np.abs(local) <= np.array(box.size_m) / 2 + _MARGIN_M).all(-1) & np.isfinite(surface)
        footprint = np.zeros(depth_m.shape, bool)
        footprint[part] = inside
        yield row, (float(middles[row, 0]) + 0.5, float(middles[row, 1]) + 0.5), footprint


def _brightness(image: NDArray[np.uint8]) -> Floats:
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _beside(values: Floats) -> float:
    """Where the top of a parabola through three values is, from the middle one; 0 at a border."""
    if len(values) < 3:
        return 0.0
    before, here, after = values.tolist()
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < -1e-6 else 0.0
