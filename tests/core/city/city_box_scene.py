"""A small world whose distances and shadows can be worked out by hand."""

from __future__ import annotations

import numpy as np

from core.city.mesh import Mesh, PosedActor
from core.city.static_world import StaticWorld
from core.city.street.builder import MeshBuilder, standing
from core.city.surfaces import Label, Material, Surface, SurfaceTable
from core.geometry import Pose
from core.geometry.pinhole import PinholeCamera

PLAIN_GROUND = Surface(Material.PLAIN, Label.TERRAIN, (0.3, 0.3, 0.3), parameters=(1.0,))
WALL_X_M = 10.0
"""A wall 6 m wide and 4 m high stands across the x axis here, 1 m thick."""
EYE_M = 1.5


def box_world(ground: Surface = PLAIN_GROUND, wall_colour: tuple[float, float, float] = (0.5, 0.5, 0.5)) -> StaticWorld:
    surfaces = SurfaceTable()
    builder = MeshBuilder(surfaces)
    corners = 300.0 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    builder.quads(corners, corners[:, :2], ground)
    number = builder.instance(Label.WALL, "wall")
    wall = Surface(Material.PLAIN, Label.WALL, wall_colour, parameters=(1.0,))
    builder.box(standing([WALL_X_M + 0.5, 0, 0], 0.0), (1.0, 6.0, 4.0), wall, number)
    return StaticWorld(builder.build(), surfaces, instances=tuple(builder.instances))


def camera(width: int = 64, height: int = 48, focal_px: float = 40.0) -> PinholeCamera:
    return PinholeCamera(width, height, focal_px, focal_px, (width - 1) / 2, (height - 1) / 2)


def looking_along_x(x_m: float = 0.0, y_m: float = 0.0, z_m: float = EYE_M) -> Pose:
    """world_from_camera of a level camera that looks along the world's x axis."""
    return Pose.from_rotation([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]], [x_m, y_m, z_m])


def box_actor(
    surfaces: SurfaceTable, place_m: tuple[float, float, float], *, instance: int = 7,
    material: Material = Material.PLAIN, colour: tuple[float, float, float] = (0.7, 0.1, 0.1), braking: bool = False,
    size_m: float = 2.0,
) -> PosedActor:  # fmt: skip
    builder = MeshBuilder(surfaces)
    surface = Surface(material, Label.CAR, colour, parameters=(1.0,))
    frame = standing([0, 0, -size_m / 2], 0.0)
    builder.box(frame, (size_m, size_m, size_m), surface, 1, bottom=True)
    mesh: Mesh = builder.build()
    pose = Pose.from_heading(0.0, np.array(place_m))
    return PosedActor(instance, mesh, pose, (size_m, size_m, size_m), braking=braking)
