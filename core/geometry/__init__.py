"""Where things are: rigid poses, camera models with distortion, boxes, curves, and their way onto pictures.

Owns: the maths, and `camera_from_dict` for cameras in files and messages. Does not own: anything that loads
or draws; `projection` answers in pixels and leaves painting to others.

Conventions: metres, radians, pixels with integer centres; world, ego and boxes x forward, y left, z up;
cameras x right, y down, z forward; quaternions wxyz. A pose is named by what it maps (`world_from_ego`).

Decisions
- Every lens ends its field of view where its map would stop being one to one, so that a point far off the
  axis never folds back into the picture and every valid pixel has one ray.
- Arrays in, arrays out: one box or point at a time is the slow special case.
- Quaternions are worked in numpy, and scipy is imported by the first curve only: the window opens without it.
"""

from core.geometry.box import BOX_EDGES, FRONT_EDGES, Box, Boxes
from core.geometry.camera import Camera
from core.geometry.curve import Curve
from core.geometry.fisheye import FisheyeCamera, PolynomialFisheyeCamera
from core.geometry.lenses import LENSES, camera_from_dict
from core.geometry.pinhole import PinholeCamera
from core.geometry.pose import Pose, PoseTrack
from core.geometry.projection import (
    BoxOutline,
    pick_box,
    pixel_ray,
    project_box,
    project_boxes,
    project_points,
    project_polylines,
    trace_polylines,
)
from core.geometry.unified import UnifiedCamera

__all__ = [
    "BOX_EDGES",
    "FRONT_EDGES",
    "LENSES",
    "Box",
    "BoxOutline",
    "Boxes",
    "Camera",
    "Curve",
    "FisheyeCamera",
    "PinholeCamera",
    "PolynomialFisheyeCamera",
    "Pose",
    "PoseTrack",
    "UnifiedCamera",
    "camera_from_dict",
    "pick_box",
    "pixel_ray",
    "project_box",
    "project_boxes",
    "project_points",
    "project_polylines",
    "trace_polylines",
]
