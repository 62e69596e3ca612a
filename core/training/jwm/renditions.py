"""Scenes of one drive of the demo city, as good and as bad as a generator will be given them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.city import CityDrive
from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog, Track
from core.scene import Scene, with_observation
from core.splats import GaussianCloud
from core.worldrec.model.config import Preset
from core.worldrec.reconstructing import reconstruct
from core.worldrec.refine.refining import refine
from core.worldrec.refine.settings import Settings

RENDITIONS = ("lift", "reconstructed", "refined", "early", "damaged", "blurred")
"""In the order in which `renditions` answers them."""

HOLD_OUT = 3
REFINE_STEPS = 50
_LIGHTLY = Settings(pictures=4)  # a third of what a user's scene gets, in a third of the time
_EARLY = 0.5  # of the drive that the scene `early` is made of
_BLUR_PX = 1.2
_HOLES, _HOLE_M = 60, (0.5, 3.0)
_KEPT = 0.6  # of the splats of a damaged scene
_BESIDE_M, _TURNED_RAD = 0.3, 0.05


@dataclass(frozen=True, eq=False)
class Rendition:
    name: str
    scene: Scene
    blur_px: float = 0.0  # standard deviation, of the pictures


def renditions(log: DrivingLog, seed: int, preset: Preset) -> Iterator[Rendition]:
    """All of them. Every third image of each camera is held out, so that priors of its time show something new.

    Args:
        log: of the demo city, or any other.
        seed: decides what is damaged.
        preset: of WorldRec's network.

    Raises:
        UserError: an image cannot be read, or no weights are there.
    """
    lifts: list[Scene] = []

    def keep_first(scene: Scene) -> None:
        lifts.extend([] if lifts else [scene])

    made = reconstruct(log, preset=preset, hold_out=HOLD_OUT, partial=keep_first).scene
    made = with_observation(made, log)
    yield Rendition("lift", _seen_as(lifts[0], made))
    yield Rendition("reconstructed", made)
    refined = refine(made, log, steps=REFINE_STEPS, hold_out=HOLD_OUT, seed=seed, settings=_LIGHTLY)
    yield Rendition("refined", _seen_as(refined, made))
    window_s = 0.0, _EARLY * log.duration_s
    early = reconstruct(log, preset=preset, window_s=window_s, hold_out=HOLD_OUT).scene
    yield Rendition("early", with_observation(early, log, window_s=window_s))
    yield Rendition("damaged", damaged(made, np.random.default_rng((seed, 17))))
    yield Rendition("blurred", made, _BLUR_PX)


def staged(scene: Scene, log: DrivingLog, drive: CityDrive) -> Scene:
    """A scene of a city's log whose actors move as they do in a drive: that of the log, or one after edits."""
    tracks = {track.id: track for track in drive.tracks}
    world_from_city = log.source_from_world.inverse()

    def moved(track: Track) -> Track:
        poses = tracks[track.id].poses
        # The city notes only two poses of what stands still.
        elsewhere = PoseTrack(poses.t_ns + log.start_ns, world_from_city @ poses.poses)
        return replace(track, poses=elsewhere, max_gap_s=float("inf"))

    kept = [actor for actor in scene.actors if actor.track.id in tracks]
    return replace(scene, actors=tuple(replace(actor, track=moved(actor.track)) for actor in kept))


def damaged(scene: Scene, random: np.random.Generator) -> Scene:
    """A scene with holes, of thinner splats, whose actors are a little beside their boxes."""
    static = scene.static
    if len(static):
        centres = static.means_m[random.integers(len(static), size=_HOLES)]
        radii = random.uniform(*_HOLE_M, size=_HOLES)
        gone = _within(static.means_m, centres, radii) | (random.random(len(static)) > _KEPT)
        static = static[~gone]
    actors = [replace(actor, cloud=_beside(actor.cloud, random)) for actor in scene.actors]
    return replace(scene, static=static, actors=tuple(actors))


def _within(
    points_m: NDArray[np.float32], centres_m: NDArray[np.float32], radii_m: NDArray[np.float64]
) -> NDArray[np.bool_]:
    from scipy.spatial import cKDTree

    found = cKDTree(points_m).query_ball_point(centres_m, radii_m)
    inside = np.zeros(len(points_m), bool)
    inside[np.concatenate([np.asarray(rows, np.int64) for rows in found])] = True
    return inside


def _beside(cloud: GaussianCloud, random: np.random.Generator) -> GaussianCloud:
    shift = random.normal(scale=_BESIDE_M, size=2)
    return cloud.moved(Pose.from_heading(float(random.normal(scale=_TURNED_RAD)), [*shift, 0.0]))


def _seen_as(scene: Scene, other: Scene) -> Scene:
    """A scene that knows what was seen of it from another one of the same actors."""
    coverage = {actor.track.id: actor.coverage for actor in other.actors}
    actors = tuple(replace(actor, coverage=coverage.get(actor.track.id)) for actor in scene.actors)
    return replace(scene, actors=actors, observed=other.observed)
