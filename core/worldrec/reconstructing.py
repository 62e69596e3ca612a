"""From a log to a scene with WorldRec's network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from core.logs import DrivingLog
from core.networks.devices import chosen_device
from core.networks.threads import alone
from core.scene import Scene
from core.scene.stretches import length_of
from core.splats import GaussianCloud
from core.splats.threads import of_each
from core.worldrec.depth.predicting import NetworkDepth
from core.worldrec.lift import Lifted, lifted
from core.worldrec.lift.depth_pictures import measured_depth
from core.worldrec.lift.estimated_depth import DepthModel
from core.worldrec.lift.progress import Progress, Steps
from core.worldrec.lift.views import key_views
from core.worldrec.model.config import Preset
from core.worldrec.model.network import WorldRec
from core.worldrec.model.rounds import Rounds
from core.worldrec.model.sights import Sight, sight_of
from core.worldrec.model.state import state_of, with_rows, with_state
from core.worldrec.model.weights import load_network, weights_of
from core.worldrec.shipped import DEPTH_FILE

Partial = Callable[[Scene], None]

_LIFT_SHARE = 0.5  # of the time
_FAINTEST = 0.02  # splats below are left out at the end


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A scene, and of what it was made."""

    scene: Scene
    queries: int
    views: int


def reconstruct(
    log: DrivingLog,
    *,
    preset: Preset = "tiny",
    weights: Path | None = None,
    window_s: tuple[float, float] | None = None,
    cameras: Sequence[str] | None = None,
    hold_out: int = 0,
    max_splats: int | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    partial: Partial | None = None,
) -> Reconstruction:
    """A scene of a log, or of a part of it, in one pass: lifted by geometry, made better by the network.

    Args:
        log: with or without lidar and tracks.
        preset: which of the shipped networks.
        weights: file of another network, instead of the preset's.
        window_s: first and last time in seconds of the log; all of it if None.
        cameras: names of the cameras to look through; all if None.
        hold_out: of every so many images of each camera the last is not looked at; none for 0.
        max_splats: at most so many splats; if None what the network was made for, times the window's length.
        device: `auto`, `cpu` or `cuda`.
        progress: told the share that is done and what is being done; returns False to cancel.
        partial: given each scene on the way.

    Raises:
        ValueError: no image lies in the window, or the budget is not positive.
        LiftCancelledError: `progress` returned False.
        UserError: no image can be read, or no weights.
    """
    path = weights or weights_of(preset)
    network = load_network(path).to(chosen_device(device))
    seen_s = window_s or (0.0, log.duration_s)
    length = length_of(log, seen_s)
    most = max_splats or round(length * network.config.max_splats)
    steps = Steps(progress)

    def lifting(share: float, text: str) -> bool:
        steps.tell(_LIFT_SHARE * share, text)
        return True

    start = lifted(
        log,
        window_s=window_s,
        cameras=cameras,
        hold_out=hold_out,
        max_splats=most,
        depth_model=depth_model_for(log, path.parent),
        progress=lifting,
    )
    if partial is not None:
        partial(start.scene)
    times = round(length * network.config.times)
    views = key_views(log, (log.t_ns(seen_s[0]), log.t_ns(seen_s[1])), cameras, hold_out, times)
    sights = sights_of(replace(start, views=views), seen_s)
    scene, queries = improved(start.scene, sights, network, seen_s, most, steps=steps, partial=partial)
    return Reconstruction(scene, queries, len(sights))


def depth_model_for(log: DrivingLog, folder: Path) -> DepthModel | None:
    """What estimates the depth that a log without lidar lacks; its weights lie beside those of the network.

    Raises:
        UserError: the weights cannot be read.
    """
    file = folder / DEPTH_FILE
    return NetworkDepth.from_file(file) if log.lidar is None and file.exists() else None


def sights_of(start: Lifted, window_s: tuple[float, float]) -> list[Sight]:
    """What the network looks at: the views of a lift, with what lidar measured of the static world."""
    points = start.lidar.static
    faces = {(view.stream, id(view.face)): number for number, view in enumerate(start.views)}
    return of_each(
        lambda view: sight_of(
            view, start.scene, measured_depth(view, points), window_s, faces[view.stream, id(view.face)]
        ),
        start.views,
    )


@torch.no_grad()
@alone()
def improved(
    scene: Scene,
    sights: Sequence[Sight],
    network: WorldRec,
    window_s: tuple[float, float],
    max_splats: int,
    *,
    steps: Steps,
    partial: Partial | None = None,
) -> tuple[Scene, int]:
    """A scene after all rounds of the network, with at most so many splats, and the number of its queries."""
    device, count = next(network.parameters()).device, network.config.rounds
    here = [sight.to(device) for sight in sights]
    rounds = Rounds(state_of(scene, window_s).to(device), scene.sky, here, network.config, max_splats)

    def scene_now() -> Scene:
        return with_state(replace(scene, sky=rounds.sky), rounds.state, window_s)

    for number in range(count):
        done = _LIFT_SHARE + (1 - _LIFT_SHARE) * number / count
        steps.tell(done, "looking at all pictures")
        rounds.look()
        steps.tell(done + 0.5 * (1 - _LIFT_SHARE) / count, "asking the network")
        out = network(*rounds.told)
        rows = rounds.go_on(network.changed(rounds.state, out), out)
        if rows is not None:
            scene = with_rows(scene, rows)
        if partial is not None and number + 1 < count:
            partial(scene_now())
    return without_faint(scene_now()), len(rounds.queries)


def without_faint(scene: Scene) -> Scene:
    def kept(cloud: GaussianCloud) -> GaussianCloud:
        return cloud[cloud.opacities > _FAINTEST]

    actors = tuple(replace(actor, cloud=kept(actor.cloud)) for actor in scene.actors)
    return replace(scene, static=kept(scene.static), actors=actors)
