"""One place of a frame: what lies there in the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import Boxes, Pose
from core.splats import GaussianCloud
from widgets.selection import EGO, camera_id
from widgets.viewport import furniture
from widgets.viewport.picking import Surface, box_under, surface_at, surfaces_at
from widgets.viewport.scenery import Look
from widgets.viewport.stock import Stock

Floats = NDArray[np.float64]

CAMERA_PICK_PX = 11.0  # around a camera's place
_FARTHEST = 4.0  # times the distance that was expected, on ground seen at a grazing angle


@dataclass(frozen=True, eq=False)
class Spot:
    """A place (device pixels) of the frame that shows a look at a stock."""

    stock: Stock
    look: Look
    scale: float  # of the splats
    x_px: float
    y_px: float

    def thing(self) -> str | None:
        """Id of the camera, the actor or the ego here, unless splats cover it."""
        look, free = self.look, self.look.through is None
        ego = self.stock.log.ego.at(self.stock.log.t_ns(look.t_s))
        camera = self._camera(ego) if free and look.layers["frusta"] else None
        if camera is not None:
            return camera_id(camera)
        found = self.stock.boxes_at(look.t_s)
        ids = [track.id for track in found.tracks]
        boxes = Boxes(found.world_from_box, found.sizes_m)
        if free:
            ids.append(EGO)
            boxes = boxes.and_one(furniture.ego_box(ego))
        if box_under(boxes, look.sight, self.x_px, self.y_px, None) is None:
            return None  # the surface takes longer to find
        row = box_under(boxes, look.sight, self.x_px, self.y_px, self.surface())
        return None if row is None else ids[row]

    def surface(self) -> Surface | None:
        return surface_at(self._parts(), self.look.sight, self.x_px, self.y_px, self.scale, clears=self._clears)

    def surfaces_m(self, places_px: Floats) -> Floats:
        """World points (k, 3) on the splats at places (k, 2) around this one; NaN where there are none."""
        sight = self.look.sight
        found = surfaces_at(self._parts(), sight, places_px, self.scale, clears=self._clears)
        depths_m = [np.nan if surface is None else surface.depth_m for surface in found]
        rays = (sight.ray(x_px, y_px) for x_px, y_px in places_px.tolist())
        return np.array([eye + way * depth_m for (eye, way), depth_m in zip(rays, depths_m, strict=True)])

    def place(self, distance_m: float, ground_m: float) -> Floats:
        """World point (3,) seen here: splats, else level ground, else as far away as expected."""
        origin, direction = self.look.sight.ray(self.x_px, self.y_px)
        surface = self.surface()
        if surface is not None:
            return origin + direction * surface.depth_m
        if direction[2] < -1e-3 and origin[2] > ground_m:
            distance_m = min(float((ground_m - origin[2]) / direction[2]), _FARTHEST * distance_m)
        return origin + direction * distance_m

    @property
    def _clears(self) -> bool:
        """Whether splats around the camera give way."""
        return self.look.through is None

    def _parts(self) -> dict[int, tuple[GaussianCloud, Pose]]:
        layers = self.look.layers
        return self.stock.parts_at(self.look.t_s, static=layers["static"], actors=layers["actors"])

    def _camera(self, world_from_ego: Pose) -> str | None:
        """Name of the nearest camera that stands here."""
        cameras = furniture.camera_poses(self.stock.log, world_from_ego)
        if not cameras:
            return None
        places, depths = self.look.sight.to_view([pose.translation for _, pose in cameras])
        off = np.linalg.norm(places - (self.x_px, self.y_px), axis=1)
        reached = np.flatnonzero(off < CAMERA_PICK_PX * self.look.ratio)
        return cameras[int(reached[depths[reached].argmin()])][0].name if len(reached) else None
