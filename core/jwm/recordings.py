"""The reference warp: pixels of a render, fetched from recorded pictures that see the same surface.

A render is as sharp as its splats are small; a recorded picture is as sharp as the camera. How far the surface of each
pixel is tells the render; what lies in an actor's box is followed along the actor's track to where the recording has
it, wherever it was moved since. Image-based rendering does the same with meshes (Hedman et al., Deep Blending for
Free-Viewpoint Image-Based Rendering, 2018), and like there a network decides which pixels to believe.

What a render misses of a recorded picture is fetched in the same way, and added to the render: where a scene is right
nothing is added, while a fetched pixel is a little beside its place wherever depth is a little wrong.

Measured on the drives 901 and 902 after their edits, four frames each, pixels that the nearest picture shows, dB:
render 32.8, 31.5, 27.8, 27.6 and 27.7, 29.4, 31.5, 27.7; fetched 38.5, 33.1, 27.7, 26.8 and 38.5, 28.0, 30.0, 24.9; the
render with what it misses 38.5, 34.2, 28.4, 27.7 and 38.5, 32.9, 33.9, 28.0. Means over two to four pictures were no
better than the nearest; pictures 0.2 s apart in place of 0.4 s took the last frame of 902 from 27.8 to 29.2 dB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Camera, Pose
from core.geometry.box import Boxes
from core.geometry.segments import may_see
from core.jwm.drawing import Drawn, near_actors
from core.jwm.surfaces import SOLID, furthest_around
from core.logs import CameraStream, DrivingLog
from core.scene import Scene
from core.scene.drawing import drawn_through, fineness, over_sky
from core.scene.exposure import NEUTRAL
from core.scene.scene import alive
from core.worldgen.conditions.seen_depth import plane_rays
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import nearest_boxes

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_EVERY_S = 0.2  # between pictures that are fetched from
PICTURES = 2
"""That each pixel is fetched from."""
_KEPT = 64  # pictures at most, with what hides what in them
_TURNED_M = 5.0  # a turn by one radian counts as so far away
_LATER_M = 0.2  # a second earlier or later, too
_FAR_M = 500.0  # where nothing is
_BEHIND, _BEHIND_M = 0.06, 0.3  # relatively and in metres, so little behind a surface is still the same
_THICK_M = 1.0  # actors do not fill their boxes: so far behind the near side of its box an actor may be seen
_MARGIN_M = 0.15  # around boxes
_NONE, _ADDED = -1, -2  # in place of a row: no actor's; that of one who was never recorded


@dataclass(frozen=True, eq=False)
class Fetched:
    """Pixels of `T` frames of `V` cameras as `R` recorded pictures know them, the nearest first."""

    rgb: NDArray[np.uint8]  # (T, V, R, H, W, 3), 0 where one does not
    corrected: NDArray[np.uint8]  # the same, the frames' own pixels with what the scene misses of the recorded picture
    there: Mask  # (T, V, R, H, W)


@dataclass(frozen=True, eq=False)
class _Picture:
    """A recorded picture, and what hides what in it."""

    image: NDArray[np.uint8]  # (F · H, F · W, 3) as soft as one of H × W
    missed: NDArray[np.int16]  # the same, less what the scene shows there
    camera: Camera  # for H × W
    world_from_camera: Pose
    t_ns: int
    standing_m: Floats  # (H, W) depth of the static world, the largest of neighbouring pixels
    actors_m: Floats  # (H, W) depth at which the nearest box begins, infinite where none is
    actors: NDArray[np.int64]  # (H, W) row of the track whose box that is, `_NONE` where none is


@dataclass(frozen=True, eq=False)
class _Surface:
    """What a frame of a camera sees."""

    points: NDArray[np.float64]  # (H, W, 3) world
    track: NDArray[np.int32]  # (H, W) row of the recorded track in whose box it lies, `_NONE` or `_ADDED`
    poses: dict[int, Pose]  # row → world_from_box now


class Recordings:
    """The pictures of a log, as a scene that was made of it lets them be fetched from."""

    def __init__(
        self, log: DrivingLog, scene: Scene, *, least_apart_s: float = 0.0, threads: int | None = None
    ) -> None:
        """
        Args:
            log: before any edit.
            scene: that was made of it, its splats before any edit: what an edit took away, a render does not miss.
                Its actors are put back to where they were recorded.
            least_apart_s: between a frame and a picture that it may be fetched from; so that who learns is not told the
                truth.
            threads: that draw; all usable cores if None.
        """
        self._streams = {stream.name: stream for stream in log.cameras}
        self._boxes = log.box_table
        self._rows = {track.id: row for row, track in enumerate(self._boxes.tracks)}
        recorded = [actor for actor in scene.actors if actor.track.id in self._rows]
        self._scene = replace(scene, actors=tuple(recorded)).driven_by(log.tracks)
        self._least_apart_ns = round(least_apart_s * 1e9)
        self._threads = threads
        self._pictures: dict[tuple[str, int, tuple[int, int]], _Picture] = {}

    def fetched(self, drawn: Drawn, scene: Scene, names: Sequence[str], viewpoints: Viewpoints) -> Fetched:
        """What the recorded pictures know of frames.

        Args:
            drawn: what the scene shows there.
            scene: after all edits.
            names: of the cameras; one that the log does not have is not fetched for.
            viewpoints: of the frames.

        Raises:
            UserError: an image cannot be read.
        """
        shape = *drawn.alpha.shape[:2], PICTURES, *drawn.alpha.shape[2:]
        rgb, corrected = (np.zeros((*shape, 3), np.uint8) for _ in range(2))
        there = np.zeros(shape, bool)
        for frame, view in np.ndindex(*viewpoints.t_ns.shape):
            stream = self._streams.get(names[view])
            if stream is None:
                continue
            pose, t_ns = viewpoints.world_from_camera[frame, view], int(viewpoints.t_ns[frame, view])
            surface = _surface_of(drawn, scene, self._rows, viewpoints, frame, view)
            for number, index in enumerate(self._nearest(stream, pose, t_ns)):
                picture = self._picture(stream, index, viewpoints.size)
                found, missed, shown = self._found(picture, surface)
                better = (drawn.rgb[frame, view] + missed).clip(0, 255)
                at, inside = (frame, view, number), shown[..., None]
                rgb[at], corrected[at], there[at] = found * inside, better * inside, shown
        return Fetched(rgb, corrected, there)

    def _nearest(self, stream: CameraStream, pose: Pose, t_ns: int) -> list[int]:
        """Which images of a stream look from nearest, the nearest first."""
        index = _key_images(stream)
        index = index[np.abs(stream.t_ns[index] - t_ns) >= self._least_apart_ns]
        between = pose.inverse().matrix @ stream.world_from_camera.matrix[index]
        cosine = ((np.trace(between, axis1=-2, axis2=-1) - 2) / 2).clip(-1.0, 1.0)
        away_m = np.linalg.norm(between[:, :3, 3], axis=1) + _TURNED_M * np.arccos(cosine)
        away_m += _LATER_M * np.abs(stream.t_ns[index] - t_ns) * 1e-9
        return index[np.argsort(away_m, kind="stable")[:PICTURES]].tolist()

    def _picture(self, stream: CameraStream, index: int, size: tuple[int, int]) -> _Picture:
        key = stream.name, index, size
        if key not in self._pictures:
            if len(self._pictures) >= _KEPT:
                del self._pictures[next(iter(self._pictures))]
            self._pictures[key] = self._looked_at(stream, index, size)
        return self._pictures[key]

    def _looked_at(self, stream: CameraStream, index: int, size: tuple[int, int]) -> _Picture:
        scene, (height, width) = self._scene, size
        camera, pose, t_ns = stream.camera.resized(width, height), stream.world_from_camera[index], stream.t_ns[index]
        # Twice as fine, where the recording is, loses less when it is fetched from.
        finer = 2 if stream.camera.height >= 2 * height else 1
        image = cv2.resize(stream.image(index), (finer * width, finer * height), interpolation=cv2.INTER_AREA)
        t_s = float(np.clip((int(t_ns) - scene.start_ns) * 1e-9, 0.0, scene.duration_s))
        shown = drawn_through(camera, pose, alive(scene.static, t_s), threads=self._threads)
        solid_m = np.where(shown.alpha > SOLID, shown.depth_m, np.inf).astype(np.float32)
        there = self._boxes.at(int(t_ns))
        middles_m = pose.inverse().apply(there.world_from_box.translation)
        seen = may_see(camera, middles_m, np.linalg.norm(there.sizes_m, axis=1) / 2)
        boxes = Boxes(there.world_from_box[seen], there.sizes_m[seen])
        reach_m, nearest = nearest_boxes(boxes, pose.translation, pose.rotate(plane_rays(camera)), np.inf)
        actors_m = reach_m.astype(np.float32)
        actors = np.append(there.rows[seen], _NONE)[nearest]  # no box is row -1
        soft = np.asarray(cv2.blur(image, (finer, finer)), np.uint8)
        missed = cv2.blur(image - self._shown(stream, index, image.shape[:2]), (finer, finer))
        return _Picture(
            soft, np.rint(missed).astype(np.int16), camera, pose, int(t_ns), furthest_around(solid_m), actors_m, actors
        )

    def _shown(self, stream: CameraStream, index: int, size: tuple[int, ...]) -> Floats:
        """The scene where a picture was recorded, as a picture of a height and width."""
        scene, name, pose = self._scene, stream.name, stream.world_from_camera[index]
        camera = stream.camera.resized(size[1], size[0])
        cloud = scene.at((int(stream.t_ns[index]) - scene.start_ns) * 1e-9)
        image = drawn_through(camera, pose, cloud, finer=fineness(scene, name, camera), threads=self._threads)
        exposure = scene.exposures.get(name, NEUTRAL)
        return over_sky(image, scene.sky, camera, pose, exposure).astype(np.float32)

    def _found(self, picture: _Picture, surface: _Surface) -> tuple[NDArray[np.uint8], NDArray[np.int16], Mask]:
        """A surface's pixels (H, W, 3) in a picture, what the scene misses of them, and which of them it shows (H,
        W)."""
        points, recorded = self._when_recorded(surface, picture.t_ns)
        local = picture.world_from_camera.inverse().apply(points)
        pixels, shown = picture.camera.project(local)
        shown &= recorded & picture.camera.in_image(pixels)
        at = np.nan_to_num(pixels).astype(np.float32)
        cells = at.round().astype(np.intp).clip(0, (picture.camera.width - 1, picture.camera.height - 1))
        row, column = cells[..., 1], cells[..., 0]
        depth_m = local[..., 2]
        shown &= picture.standing_m[row, column] > (1 - _BEHIND) * depth_m - _BEHIND_M
        own = picture.actors[row, column] == surface.track
        shown &= picture.actors_m[row, column] > depth_m - np.where(own, _THICK_M, 0.0)
        if picture.image.shape[0] > picture.camera.height:
            at = 2 * at + 1  # half a pixel for the finer image, half a pixel for its blur
        found, missed = (
            cv2.remap(values, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for values in (picture.image, picture.missed)
        )
        return np.asarray(found, np.uint8), np.asarray(missed, np.int16), shown

    def _when_recorded(self, surface: _Surface, t_ns: int) -> tuple[NDArray[np.float64], Mask]:
        """Where the points (H, W, 3) of a surface were at a time of the recording, and whether they were anywhere."""
        points, known = surface.points, np.ones(surface.track.shape, bool)
        if not surface.poses:
            return points, known
        then = self._boxes.at(t_ns)
        places = {int(row): then.world_from_box[i] for i, row in enumerate(then.rows)}
        points = points.copy()
        for track, pose in surface.poses.items():
            of = surface.track == track
            if track in places:
                points[of] = (places[track] @ pose.inverse()).apply(points[of])
            else:
                known[of] = False
        return points, known


def _surface_of(
    drawn: Drawn, scene: Scene, rows: Mapping[str, int], viewpoints: Viewpoints, frame: int, view: int
) -> _Surface:
    camera, pose = viewpoints.cameras[view], viewpoints.world_from_camera[frame, view]
    depth_m = np.where(drawn.alpha[frame, view] > SOLID, drawn.depth_m[frame, view], _FAR_M)
    points = pose.apply(plane_rays(camera) * depth_m[..., None])
    track, poses = np.full(depth_m.shape, _NONE, np.int32), {}
    for actor, box in near_actors(scene, camera, pose, (int(viewpoints.t_ns[frame, view]) - scene.start_ns) * 1e-9):
        inside = box.contains(points.reshape(-1, 3), margin_m=_MARGIN_M).reshape(track.shape)
        row = rows.get(actor.track.id, _ADDED)
        track[inside] = row
        poses[row] = box.world_from_box
    return _Surface(points, track, poses)


def _key_images(stream: CameraStream) -> NDArray[np.int64]:
    """Indices of images that are `_EVERY_S` apart or more."""
    found, last_ns = [], -(2**62)
    for index, t_ns in enumerate(stream.t_ns.tolist()):
        # Cameras are not that punctual.
        if t_ns - last_ns >= 0.95e9 * _EVERY_S:
            found.append(index)
            last_ns = t_ns
    return np.array(found, np.int64)
