"""Pictures and lidar sweeps of the city, by rays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.city.kernels import image as image_kernels
from core.city.kernels import light as light_kernels
from core.city.kernels import shade as shade_kernels
from core.city.kernels.hit_slots import COLUMNS, FLAT
from core.city.lamps import actor_lamps, ego_lamps, glow_rows, lamp_rows
from core.city.lidar import LidarModel, lidar_rays, recorded
from core.city.mesh import PosedActor
from core.city.static_world import StaticWorld
from core.city.surfaces import Material
from core.city.tracing import Floats, FrameTracer, Hits, Integers, PlacedActor, StaticTracer
from core.city.weather import Weather
from core.geometry import Camera, Pose

_Scalar = TypeVar("_Scalar", bound=np.generic)

_CONTRAST = 0.045
_LEAST_MIRROR = 0.03
_NEAR_ACTORS_M = 260.0
_CLOUD_OCTAVES = 5
_RETROREFLECTING = (Material.SIGN, Material.TAIL_LAMP)


@dataclass(frozen=True, eq=False)
class CityImage:
    """One picture and its truth. Depth, instance and label are those of the ray through the pixel's centre."""

    rgb: NDArray[np.uint8]  # (H, W, 3)
    depth_m: NDArray[np.float32]  # (H, W) along the optical axis (negative behind the lens), inf for sky and unseen
    instance: NDArray[np.uint16]  # (H, W) 0 for ground, sky and where the lens sees nothing
    label: NDArray[np.uint8]  # (H, W) values of `Label`


@dataclass(frozen=True, eq=False)
class LidarSweep:
    points_m: NDArray[np.float32]  # (n, 3) in the lidar's frame
    intensity: NDArray[np.float32]  # (n,) 0..255
    ring: NDArray[np.uint8]  # (n,)
    instance: NDArray[np.uint16]  # (n,)


@dataclass(frozen=True, eq=False)
class _Lens:
    """A camera's rays, and their change from pixel to pixel."""

    rays: Floats  # (H, W, 3) camera frame, unit
    spread: Floats  # (H, W, 2, 3) change to the right and to the lower neighbour
    valid: NDArray[np.bool_]  # (H, W)


@dataclass(frozen=True, eq=False)
class _Frame:
    """All that shading needs to know of one instant and one place to look from."""

    tracer: FrameTracer
    flags: Integers  # (actors, 2)
    boxes: NDArray[np.float64]  # (actors, 7) see `kernels.light.contact`
    lamps: NDArray[np.float64]  # (lamps, LAMP_SIZE)
    eye_m: NDArray[np.float64]  # (3,)
    glows: NDArray[np.float64]  # (visible lamps, GLOW_SIZE)
    signals: Integers  # (groups,)
    light: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Shaded:
    hits: Hits
    floats: Floats
    integers: Integers
    colours: NDArray[np.float32]  # (n, 3) linear scene light
    labels: NDArray[np.uint8]


class CityRenderer:
    """Renders one static world in one weather.

    Each call uses one thread, and several threads may call; many frames are better spread over processes.
    """

    def __init__(self, world: StaticWorld, weather: Weather) -> None:
        self._world = world
        self.surfaces = world.surfaces
        self.weather = weather
        self._static = StaticTracer(world.mesh, world.ambient, world.surfaces)
        self._lenses: dict[Camera, _Lens] = {}
        self._rows = 0

    def render(
        self,
        camera: Camera,
        world_from_camera: Pose,
        actors: Sequence[PosedActor],
        t_s: float,
        *,
        samples: int = 4,
        world_from_ego: Pose | None = None,
    ) -> CityImage:
        """What a camera sees. `samples` rays per pixel where the picture needs them; 1 is the quick preview, and 2 are
        as good as 3: one ray beside that through a pixel's centre would move the picture.

        With `world_from_ego` (origin on the ground under the rear axle) the ego's head lamps light the street.
        """
        lens = self._lens(camera)
        frame = self._frame(world_from_camera.translation, actors, t_s, world_from_ego)
        rotation = world_from_camera.rotation.T.astype(np.float32)
        origin = world_from_camera.translation.astype(np.float32)
        valid = lens.valid.reshape(-1)
        rays = lens.rays.reshape(-1, 3)[valid]
        spread = _turned(lens.spread.reshape(-1, 2, 3)[valid], rotation)
        shaded = self._radiance(frame, np.broadcast_to(origin, rays.shape), rays @ rotation, spread)
        image_kernels.developed(shaded.colours, self.weather.exposure)

        depth = np.full(valid.shape, np.inf, np.float32)
        depth[valid] = shaded.hits.distance_m * rays[:, 2]
        shape = lens.valid.shape
        display = _scattered(shaded.colours, valid).reshape(*shape, 3)
        integers = _scattered(shaded.integers, valid)
        if samples > 1:
            floats = _scattered(shaded.floats, valid).reshape(*shape, COLUMNS)
            rough = image_kernels.rough_pixels(floats, integers.reshape(*shape, 4), display, _CONTRAST, lens.valid)
            self._refine(display, np.flatnonzero(rough), lens, frame, rotation, origin, samples)
        return CityImage(
            _encoded(display),
            depth.reshape(shape),
            np.maximum(integers[:, 1], 0).astype(np.uint16).reshape(shape),
            _scattered(shaded.labels, valid).reshape(shape),
        )

    def sweep(self, world_from_lidar: Pose, actors: Sequence[PosedActor], t_s: float, lidar: LidarModel) -> LidarSweep:
        """What a lidar records in one turn, all rays at `t_s`."""
        directions, ring = lidar_rays(lidar)
        turned = (directions @ world_from_lidar.rotation.T).astype(np.float32)
        origins = np.broadcast_to(world_from_lidar.translation.astype(np.float32), turned.shape).copy()
        tracer = FrameTracer(self._static, actors, world_from_lidar.translation)
        hits = tracer.intersect(origins, turned)
        floats, integers = tracer.attributes(hits, origins, turned, np.zeros((len(turned), 2, 3), np.float32))
        table, colours = self._surfaces()
        row = integers[:, 0]
        facing = np.abs(np.einsum("nc,nc->n", turned, floats[:, FLAT : FLAT + 3]))
        distance, intensity, kept = recorded(
            lidar, hits.distance_m, facing, colours[row, :3].mean(1), np.isin(table[row, 0], _RETROREFLECTING),
            self.weather, t_s,
        )  # fmt: skip
        points = directions[kept] * distance[kept, None]
        return LidarSweep(points.astype(np.float32), intensity[kept], ring[kept], integers[kept, 1].astype(np.uint16))

    def _refine(
        self,
        display: NDArray[np.float32],
        pixels: NDArray[np.int64],
        lens: _Lens,
        frame: _Frame,
        rotation: Floats,
        origin: Floats,
        samples: int,
    ) -> None:
        """Average further rays into the given pixels of `display` (H, W, 3)."""
        if len(pixels) == 0:
            return
        flat = display.reshape(-1, 3)
        rays, spread = lens.rays.reshape(-1, 3)[pixels], lens.spread.reshape(-1, 2, 3)[pixels]
        offsets = _offsets(samples)
        count = 1 + len(offsets)
        moved = (
            rays[None] + offsets[:, None, 0, None] * spread[None, :, 0] + offsets[:, None, 1, None] * spread[None, :, 1]
        )
        moved /= np.linalg.norm(moved, axis=-1, keepdims=True)
        ways = (moved.reshape(-1, 3) @ rotation).astype(np.float32)
        finer = np.tile(_turned(spread * np.float32(count**-0.5), rotation), (count - 1, 1, 1)).astype(
            np.float32, copy=False
        )
        shaded = self._radiance(frame, np.broadcast_to(origin, ways.shape), ways, finer)
        image_kernels.developed(shaded.colours, self.weather.exposure)
        flat[pixels] = (flat[pixels] + shaded.colours.reshape(count - 1, -1, 3).sum(0)) / count

    def _radiance(
        self, frame: _Frame, origins: Floats, directions: Floats, spread: Floats, *, from_eye: bool = True
    ) -> _Shaded:
        """Light along rays (n, 3) from the eye, or along their mirror images, which are followed no further."""
        origins, directions = np.ascontiguousarray(origins), np.ascontiguousarray(directions)
        count = len(origins)
        hits = frame.tracer.intersect(origins, directions)
        floats, integers = frame.tracer.attributes(hits, origins, directions, spread)
        table, colours_of = self._surfaces()
        key = np.empty((count, light_kernels.KEY_SIZE), np.float32)
        light_kernels.key_light(floats, integers, frame.light, frame.lamps, key)
        seen = np.ones(count, np.float32)
        which, starts, ways, limits = light_kernels.shadow_rays(floats, integers, key, self._leafy)
        if len(which):
            seen[which] = ~frame.tracer.occluded(starts, ways, limits)
        colours = np.zeros((count, 3), np.float32)
        labels = np.zeros(count, np.uint8)
        shares = np.zeros(count, np.float32)
        shade_kernels.shade(
            floats, integers, directions, key, seen, table, colours_of, frame.flags, frame.signals,
            self._world.marks, frame.boxes, frame.light, _CLOUD_OCTAVES, frame.eye_m,
            frame.glows if from_eye else frame.glows[:0], colours, labels, shares,
        )  # fmt: skip
        if from_eye:
            which, starts, ways = shade_kernels.mirror_rays(floats, directions, shares, _LEAST_MIRROR)
            if len(which):
                image = self._radiance(frame, starts, ways, spread[which], from_eye=False)
                colours[which] += shares[which, None] * image.colours
        return _Shaded(hits, floats, integers, colours, labels)

    def _frame(
        self, eye_m: NDArray[np.float64], actors: Sequence[PosedActor], t_s: float, world_from_ego: Pose | None
    ) -> _Frame:
        places = np.array([PlacedActor.of(actor).centre_m for actor in actors]).reshape(-1, 3)
        distances = np.linalg.norm(places - eye_m, axis=1)
        near = [actor for actor, distance in zip(actors, distances, strict=True) if distance < _NEAR_ACTORS_M]
        tracer = FrameTracer(self._static, near, eye_m)
        light = self.weather.light(t_s)
        own = [] if world_from_ego is None else ego_lamps(world_from_ego, self.weather)
        lamps = lamp_rows(self._world.lamps, self.weather, eye_m) + actor_lamps(near, self.weather, eye_m)
        return _Frame(
            tracer,
            np.array([[a.braking, a.head_lamps] for a in near], np.int32).reshape(-1, 2),
            tracer.outlines,
            np.array(lamps + own).reshape(-1, light_kernels.LAMP_SIZE),
            eye_m,
            glow_rows(lamps, self.weather, eye_m),
            self._world.signal_states(t_s),
            light,
        )

    def _surfaces(self) -> tuple[Integers, Floats]:
        # Actors may have added rows since the last picture. The count comes last: other threads go by it.
        if len(self.surfaces) != self._rows:
            rows = len(self.surfaces)
            self._integers, self._floats = self.surfaces.arrays()
            self._leafy = self._integers[:, 0] == Material.LEAVES
            self._rows = rows
        return self._integers, self._floats

    def _lens(self, camera: Camera) -> _Lens:
        lens = self._lenses.get(camera)
        if lens is None:
            rays, valid = camera.pixel_rays()
            rays = np.where(valid[..., None], rays, 0.0)
            spread = np.stack([_slope(rays, valid, 1), _slope(rays, valid, 0)], 2)
            lens = self._lenses[camera] = _Lens(rays.astype(np.float32), spread.astype(np.float32), valid)
        return lens


def _slope(rays: NDArray[np.float64], valid: NDArray[np.bool_], axis: int) -> NDArray[np.float64]:
    """Change of the rays per pixel along an image axis, from whichever neighbours the lens sees."""
    along, seen = np.moveaxis(rays, axis, 0), np.moveaxis(valid, axis, 0)
    both = seen[1:] & seen[:-1]
    step = np.where(both[..., None], np.diff(along, axis=0), 0)
    total, weight = np.zeros_like(along), np.zeros(seen.shape)
    for part in (slice(None, -1), slice(1, None)):
        total[part] += step
        weight[part] += both
    return np.moveaxis(total / np.maximum(weight, 1)[..., None], 0, axis)


def _turned(vectors: Floats, rotation: Floats) -> Floats:
    """Vectors (..., 3) times a matrix, as one product: stacked small ones are many times slower."""
    return (vectors.reshape(-1, 3) @ rotation).reshape(vectors.shape)


def _offsets(samples: int) -> Floats:
    """Places (n, 2) within a pixel, in pixels from its centre, of further rays: at least two, whose mean is the centre,
    so that the picture stays where it is."""
    count = max(samples - 1, 2)
    if count <= 4:
        angle = 0.45 + 2 * np.pi * np.arange(count) / count
        return (0.36 * np.stack([np.cos(angle), np.sin(angle)], -1)).astype(np.float32)
    number = np.arange(1, count + 1)[:, None]
    spread = (0.5 + number * np.array([0.7548776662466927, 0.5698402909980532])) % 1 - 0.5
    return (spread - spread.mean(0)).astype(np.float32)


def _scattered(values: NDArray[_Scalar], valid: NDArray[np.bool_]) -> NDArray[_Scalar]:
    """Values of the valid pixels at their places among all, zero elsewhere."""
    if valid.all():
        return values
    full: NDArray[_Scalar] = np.zeros((len(valid), *values.shape[1:]), values.dtype)
    full[valid] = values
    return full


def _encoded(display: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Display light in [0, 1] to sRGB bytes."""
    steps = np.clip(display * 4095 + 0.5, 0, 4095).astype(np.uint16)
    return _SRGB[steps]


_RAMP = np.arange(4096) / 4095
_SRGB = np.round(255 * np.where(_RAMP <= 0.0031308, 12.92 * _RAMP, 1.055 * _RAMP ** (1 / 2.4) - 0.055)).astype(np.uint8)
