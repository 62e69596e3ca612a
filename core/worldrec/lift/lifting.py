"""From a log to a scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.logs import DrivingLog, Track
from core.logs.box_table import BoxTable
from core.scene import Actor, Scene
from core.scene.stretches import length_of
from core.splats import GaussianCloud, Provenance
from core.splats.threads import by_core, of_each
from core.worldrec.lift.actor_shapes import ActorSeeds, actor_seeds
from core.worldrec.lift.colours import UNSEEN, corrected, drawings, mean_colours, sums_by_camera
from core.worldrec.lift.composing import Assembly
from core.worldrec.lift.depth_pictures import DepthPicture, completed, measured_depth
from core.worldrec.lift.estimated_depth import DepthModel, estimated_pictures
from core.worldrec.lift.exact_depth import ExactDepth, exact_pictures
from core.worldrec.lift.exposures import evened, exposures_of
from core.worldrec.lift.kernels.points import finest_pixels, judge_by_picture
from core.worldrec.lift.movers import with_movers
from core.worldrec.lift.points import LidarPoints, ground_height, lidar_points, tracks_within
from core.worldrec.lift.progress import Progress, Steps
from core.worldrec.lift.sky_dome import sky_dome, sky_masks, sky_sums
from core.worldrec.lift.surfaces import backing_splats, flat_splats
from core.worldrec.lift.views import View, key_views, spread
from core.worldrec.lift.voxels import Voxels, count_of, fused

Floats = NDArray[np.float32]

MOST_IMAGES = 48
MOST_TIMES = 8
"""Of all cameras together and of each, for a short stretch."""
MOST_SPLATS = 64_000
"""Of a short stretch, if nobody chooses."""
_LEAST_SHARE = 1.0  # of a pixel: voxels never need to be smaller
_COARSEST_SHARE = 24.0
_LEAST_PIXEL_M = 0.015
_MOST_POINTS = 800_000  # of a short stretch
_LIDAR_WEIGHT = 5.0
_BACKING_SHARE = 0.06  # of the budget


@dataclass(frozen=True, eq=False)
class Lifted:
    """A lifted scene and what it was made of, for those who go on from there."""

    scene: Scene
    views: list[View]
    pictures: list[DepthPicture]  # of the static world, one for each view
    lidar: LidarPoints


def lift(log: DrivingLog, **options: Any) -> Scene:
    """The scene of `lifted`, which takes the same options and raises the same errors."""
    return lifted(log, **options).scene


def lifted(
    log: DrivingLog,
    *,
    window_s: tuple[float, float] | None = None,
    cameras: Sequence[str] | None = None,
    hold_out: int = 0,
    max_splats: int | None = None,
    exact_depth: ExactDepth | None = None,
    depth_model: DepthModel | None = None,
    progress: Progress | None = None,
    partial: Callable[[Scene, str], object] | None = None,
) -> Lifted:
    """A scene of a log by geometry alone.

    Args:
        log: with or without lidar and tracks.
        window_s: first and last time in seconds of the log; all of it if None.
        cameras: names of the cameras to look through; all if None.
        hold_out: of every so many images of each camera the last is not looked at; none for 0.
        max_splats: at most so many splats, those of all actors included; if None as many as suit the window's length.
        exact_depth: depths of whole images where a log has them, used instead of what lidar measured; see
            `city_depth`.
        depth_model: estimates depth and sky of all views from their images and what lidar measured; else lidar, or
            level ground and walls, must do.
        progress: told the share that is done and what is being done; returns False to cancel.
        partial: given the scene as far as it has come, and its stage: `placed` while all splats are grey, `painted`
            before the colours are corrected.

    Raises:
        ValueError: no image lies in the window, or the budget is not positive.
        LiftCancelledError: `progress` returned False.
        UserError: no image can be read.
    """
    steps = Steps(progress)
    steps.tell(0.0, "reading images")
    low_s, high_s = window_s or (0.0, log.duration_s)
    window_ns = log.t_ns(low_s), log.t_ns(high_s)
    length = length_of(log, (low_s, high_s))
    times = max(min(MOST_TIMES, MOST_IMAGES // max(len(cameras or log.cameras), 1)), 2)
    views = key_views(log, window_ns, cameras, hold_out, round(length * times))
    max_splats = round(length * MOST_SPLATS) if max_splats is None else max_splats
    if not views or max_splats < 1:
        raise ValueError("nothing to lift: no image in the window, or no splat allowed")
    centres = np.stack([view.centre_m for view in views])
    steps.tell(0.1, "reading lidar")
    log = with_movers(log, window_ns)
    lidar = lidar_points(log, window_ns, centres)
    steps.tell(0.2, "measuring depth")
    if exact_depth is not None:
        pictures, lidar = exact_pictures(log, views, exact_depth, lidar)
    elif depth_model is not None:
        pictures, lidar = estimated_pictures(log, views, depth_model, lidar)
    else:
        pictures = _pictures(views, lidar)
    steps.tell(0.3, "placing splats")
    points, budget = round(length * _MOST_POINTS), round((1 - _BACKING_SHARE) * max_splats)
    seeds, static = _within_budget(log, window_ns, views, pictures, lidar, points, budget)
    left = max_splats - len(static.means_m)
    actors = _actors(seeds, left)
    left -= sum(len(actor.cloud) for actor in actors)
    behind = backing_splats(static.means_m, static.sizes_m, centres)
    behind = behind[spread(list(range(len(behind))), max(left, 0))]
    surface = GaussianCloud.concatenated([flat_splats(static.means_m, static.sizes_m), behind])
    static_cloud = _judged(surface, views, pictures)
    steps.tell(0.45, "painting")
    scene = Scene(
        name=log.name,
        start_ns=log.start_ns,
        duration_s=log.duration_s,
        static=static_cloud,
        actors=tuple(actors),
        sky=sky_dome(views, pictures),
        licence=log.licence,
        window_s=(max(low_s, 0.0), min(high_s, log.duration_s)),
        px_per_rad=_fineness(views),
    )
    show = partial or (lambda scene, stage: None)
    show(scene, "placed")
    return Lifted(_painted(scene, views, pictures, steps, show), views, pictures, lidar)


def _fineness(views: Sequence[View]) -> dict[str, float]:
    """Pixels per radian, by camera."""
    found: dict[str, float] = {}
    for view in views:
        found[view.stream] = max(view.camera.px_per_rad, found.get(view.stream, 0.0))
    return found


def _pictures(views: Sequence[View], lidar: LidarPoints) -> list[DepthPicture]:
    measured = of_each(lambda view: measured_depth(view, lidar.static), views)
    ground_m = ground_height(lidar.static, np.stack([view.centre_m for view in views]))
    skies = sky_masks(views, measured)
    given = list(zip(views, measured, skies, strict=True))
    return of_each(lambda each: completed(each[0], each[1], ground_m, each[2]), given)


def _pixels_as_points(
    views: Sequence[View], pictures: Sequence[DepthPicture], most_points: int
) -> tuple[Floats, Floats]:
    """Points (n, 3) of the pixels without sky, of about so many in all, and weights (n,)."""
    pixels = sum(view.valid.size for view in views)
    step = max(1, int(np.ceil(pixels / most_points)))
    points, weights = [], []
    for i, (view, picture) in enumerate(zip(views, pictures, strict=True)):
        chosen = (view.valid & ~picture.sky & ~picture.edge).reshape(-1)
        # Another share of the pixels in each view.
        chosen[np.arange(len(chosen)) % step != i % step] = False
        depth = picture.depth_m.reshape(-1)[chosen]
        points.append((view.centre_m + depth[:, None] * view.directions.reshape(-1, 3)[chosen]).astype(np.float32))
        weights.append(np.where(picture.firm.reshape(-1)[chosen], 1.0, 0.3).astype(np.float32))
    return np.concatenate(points), np.concatenate(weights)


def _within_budget(
    log: DrivingLog,
    window_ns: tuple[int, int],
    views: Sequence[View],
    pictures: Sequence[DepthPicture],
    lidar: LidarPoints,
    most_points: int,
    max_splats: int,
) -> tuple[list[ActorSeeds], Voxels]:
    """Seeds of actors and voxels of the static world, as fine as the budget allows."""
    agreeing, _ = _votes(lidar.static, views, pictures)
    seen = lidar.static[agreeing > 0]
    points, weights = _pixels_as_points(views, pictures, most_points)
    points = np.concatenate([points, seen])
    weights = np.concatenate([weights, np.full(len(seen), _LIDAR_WEIGHT, np.float32)])
    pixel_m = np.maximum(_finest_pixels(points, views), np.float32(_LEAST_PIXEL_M))
    tracks = _seen_tracks(tracks_within(log, window_ns), views)
    nothing = np.zeros((0, 3), np.float32)

    def actors(share: float) -> list[ActorSeeds]:
        return [
            actor_seeds(track, lidar.actors.get(track.id, nothing), share * max(pixel, _LEAST_PIXEL_M))
            for track, pixel in tracks
        ]

    share = _LEAST_SHARE
    while True:
        seeds = actors(share)
        count = count_of(points, np.float32(share) * pixel_m) + sum(len(seed.points_m) for seed in seeds)
        if count <= max_splats:
            break
        if share > _COARSEST_SHARE and tracks:
            # A crowd that no budget can hold: those that are seen worst stay out.
            tracks = sorted(tracks, key=lambda found: found[1])[: len(tracks) // 2]
        share *= max((count / max_splats) ** 0.5, 1.02)
    return seeds, fused(points, np.float32(share) * pixel_m, weights)


def _finest_pixels(points_m: Floats, views: Sequence[View]) -> Floats:
    """Metres per pixel (n,) of the view that shows a point (n, 3) best; infinite where none does."""
    finest = np.full(len(points_m), np.inf, np.float32)
    poses, lenses = np.stack([view.camera_from_world for view in views]), np.stack([view.lens for view in views])
    sizes = np.array([(view.camera.width, view.camera.height) for view in views], np.float64)
    of_each(
        lambda rows: finest_pixels(points_m[rows], poses, lenses, sizes, finest[rows]),
        by_core(len(points_m)),
    )
    return finest


def _seen_tracks(tracks: Sequence[Track], views: Sequence[View]) -> list[tuple[Track, float]]:
    """Those that are in a picture at any time, with the metres per pixel where each is seen best."""
    table, best = BoxTable(tracks), np.full(len(tracks), np.inf)
    for view in views:
        found = table.at(view.t_ns)
        if not len(found):
            continue
        at = [[*box.corners(), box.world_from_box.translation] for box in found.boxes()]
        pixels = _finest_pixels(np.array(at, np.float32).reshape(-1, 3), [view]).reshape(len(found), -1)
        best[found.rows] = np.minimum(best[found.rows], pixels.min(1))
    return [(track, pixel) for track, pixel in zip(tracks, best.tolist(), strict=True) if np.isfinite(pixel)]


def _votes(points_m: Floats, views: Sequence[View], pictures: Sequence[DepthPicture]) -> tuple[Floats, Floats]:
    agreeing, against = np.zeros(len(points_m), np.float32), np.zeros(len(points_m), np.float32)

    def judge(rows: slice) -> None:
        for view, picture in zip(views, pictures, strict=True):
            shown = picture.depth_m, picture.firm, picture.sky
            judge_by_picture(points_m[rows], view.camera_from_world, view.lens, *shown, agreeing[rows], against[rows])

    of_each(judge, by_core(len(points_m)))
    return agreeing, against


def _judged(cloud: GaussianCloud, views: Sequence[View], pictures: Sequence[DepthPicture]) -> GaussianCloud:
    """Splats with the opacity that free space leaves them; those that are hardly there are left out."""
    agreeing, against = _votes(cloud.means_m, views, pictures)
    share = (agreeing + 0.5) / (agreeing + against + 0.5)
    opacities = (cloud.opacities * np.clip(2.0 * share - 0.2, 0.0, 1.0)).astype(np.float32)
    return replace(cloud, opacities=opacities)[opacities > 0.05]


def _actors(seeds: Sequence[ActorSeeds], budget: int) -> list[Actor]:
    """Actors, backed if the budget allows."""
    actors = [_actor(number, seed, backed=True) for number, seed in enumerate(seeds, start=1)]
    if sum(len(actor.cloud) for actor in actors) <= budget:
        return actors
    return [_actor(number, seed, backed=False) for number, seed in enumerate(seeds, start=1)]


def _actor(number: int, seed: ActorSeeds, *, backed: bool) -> Actor:
    around = np.concatenate([np.eye(3), -np.eye(3)]) * seed.track.size_m
    behind = backing_splats(seed.points_m, seed.sizes_m, around) if backed else GaussianCloud.empty()
    cloud = GaussianCloud.concatenated([flat_splats(seed.points_m, seed.sizes_m), behind])
    generated = np.concatenate([seed.generated, np.ones(len(behind), bool)])
    provenance = np.where(generated, Provenance.GENERATED, Provenance.OBSERVED).astype(np.uint8)
    return Actor(number, seed.track, replace(cloud, provenance=provenance))


def _painted(
    scene: Scene,
    views: Sequence[View],
    pictures: Sequence[DepthPicture],
    steps: Steps,
    show: Callable[[Scene, str], object],
) -> Scene:
    """The scene with the colours of its views, which are brought to one exposure first."""
    assembly = Assembly(scene.static, scene.actors)
    clouds = [scene.static, *(actor.cloud for actor in scene.actors)]
    colours = np.concatenate([cloud.colours for cloud in clouds])

    def teller(done: int) -> Callable[[float], None]:
        return lambda share: steps.tell(0.45 + 0.25 * (done + share), "painting")

    names = list(dict.fromkeys(view.stream for view in views))
    drawn = drawings(views, assembly, teller(0))
    sums = sums_by_camera(views, names, drawn, len(colours))
    exposures = exposures_of(names, np.concatenate([sums, sky_sums(views, pictures, names)], 1))
    colours, covered = mean_colours(colours, names, sums, exposures)
    if exposures:
        views = evened(views, exposures)
        scene = replace(scene, exposures=exposures, sky=sky_dome(views, pictures))
    skies = of_each(lambda view: scene.sky.colours(view.directions), views)
    show(_in_colours(scene, [_shown(colours[part]) for part in assembly.parts()]), "painted")
    colours = corrected(colours, views, drawn, skies, teller(1))
    return _in_colours(
        scene,
        [
            _unseen_like_neighbours(cloud, _shown(colours[part]), covered[part] > UNSEEN)
            for cloud, part in zip(clouds, assembly.parts(), strict=True)
        ],
    )


def _shown(colours: Floats) -> Floats:
    return colours.clip(0.0, 1.0).astype(np.float32)


def _in_colours(scene: Scene, colours: Sequence[Floats]) -> Scene:
    """With other colours (n, 3): those of the static world, then actor by actor."""
    actors = tuple(
        replace(actor, cloud=replace(actor.cloud, colours=own))
        for actor, own in zip(scene.actors, colours[1:], strict=True)
    )
    return replace(scene, static=replace(scene.static, colours=colours[0]), actors=actors)


def _unseen_like_neighbours(cloud: GaussianCloud, colours: Floats, seen: NDArray[np.bool_]) -> Floats:
    from scipy.spatial import cKDTree

    if seen.all() or not seen.any():
        return colours
    count = min(4, int(seen.sum()))
    _, near = cKDTree(cloud.means_m[seen]).query(cloud.means_m[~seen], k=count)
    colours = colours.copy()
    colours[~seen] = colours[seen][near.reshape(-1, count)].mean(1)
    return colours
