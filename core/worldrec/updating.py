"""A scene goes on: new views make it better where they look, and add what it did not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.logs import DrivingLog
from core.networks.devices import chosen_device
from core.scene import Actor, Scene
from core.scene.stretches import length_of, spanning
from core.splats import GaussianCloud, Provenance
from core.worldrec.lift import Lifted, lifted
from core.worldrec.lift.lifting import MOST_TIMES
from core.worldrec.lift.progress import Progress, Steps
from core.worldrec.lift.views import View, key_views
from core.worldrec.model.config import Preset
from core.worldrec.model.evidence import Evidence, gather_evidence
from core.worldrec.model.network import WorldRec, trace_of
from core.worldrec.model.queries import queries_of
from core.worldrec.model.sights import Sight, in_turn
from core.worldrec.model.state import SplatState, state_of, with_state
from core.worldrec.model.weights import load_network, weights_of
from core.worldrec.reconstructing import Partial, depth_model_for, improved, sights_of
from core.worldrec.who_shows import who_shows

Floats = NDArray[np.float32]

_VISIBLE_PX = 0.3
"""A splat that makes less of all new pictures is not theirs to change."""
_SAME = 0.8
"""A new splat nearer to an old one than this share of both their sizes says nothing new."""
_NEAREST_M = 60.0
"""Views change what is nearer than this; what is further is too small in them."""
_ROUNDS = 2  # of the network, over all views together
_JOINING = 0.75  # how far extending has come when the new window has a scene of its own
_LIFT_SHARE = 0.5  # of the time until then


@dataclass(frozen=True)
class Update:
    """A scene after an update, and what became of its splats."""

    scene: Scene
    queries: int
    refined: int
    appended: int
    removed: int


def update(
    scene: Scene,
    start: Lifted,
    network: WorldRec,
    window_s: tuple[float, float],
    *,
    earlier: Sequence[View] = (),
    provenance: Provenance = Provenance.OBSERVED,
    max_splats: int | None = None,
    rounds: int = _ROUNDS,
    steps: Steps | None = None,
    partial: Partial | None = None,
) -> Update:
    """Take new views into a scene: what they see is refined, what they add is appended, the rest stays as it is.

    The rule is that of UFO (2026): visible splats are refined by the new views, new ones appended, all others left
    untouched. Beyond it, each surface is made of the splats of those views that saw it clearly finer, as far as the
    earlier views are known; and what was observed always wins over what was generated: generated views change only
    generated splats, observed ones replace generated splats where they bring their own. The number of splats stays
    within its bound; generated, faint and long unseen ones go first. Actors that the scene does not have yet come with
    the new views; those it has gain the sides that it has not seen.

    Args:
        scene: as it was; the new views are of the same world and clock.
        start: a scene of the new views, and these.
        network: whose rounds refine.
        window_s: first and last time of the new views.
        earlier: views that the scene was made of; with them the scene stays good there, too.
        provenance: of the new views.
        max_splats: the bound; twice what the network was made for if None.
        rounds: of the network.
        steps: told how far it has come.
        partial: given each scene on the way.

    Raises:
        LiftCancelledError: `steps` was asked to stop.
    """
    steps = steps or Steps(None)
    steps.tell(0.0, "joining")
    # Lifespans are learned as shares of the time that is looked at: it has to hold what the scene was made of, too.
    earliest_s = min(((view.t_ns - scene.start_ns) * 1e-9 for view in earlier), default=window_s[0])
    whole_s = min(earliest_s, window_s[0]), max(scene.window_s[1] if scene.window_s else 0.0, window_s[1])
    stays, comes = who_shows(scene, start, earlier, whole_s, provenance)
    known, appended = _with_new(
        replace(scene, static=scene.static[stays]), replace(start.scene, static=start.scene.static[comes]), provenance
    )
    views = sorted([*start.views, *earlier], key=lambda view: view.t_ns)
    sights = sights_of(replace(start, scene=known, views=views), whole_s)
    if partial is not None:
        partial(known)
    refined = _refined(known, sights, network, whole_s, provenance, rounds, steps, partial)
    bounded, removed = _bounded(refined.scene, max_splats or 2 * network.config.max_splats, window_s[1])
    return Update(bounded, refined.queries, refined.count, appended, removed + int((~stays).sum()))


def extend(
    scene: Scene,
    log: DrivingLog,
    window_s: tuple[float, float],
    *,
    preset: Preset = "tiny",
    weights: Path | None = None,
    cameras: Sequence[str] | None = None,
    hold_out: int = 0,
    max_splats: int | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    partial: Partial | None = None,
) -> Update:
    """Take a further window of a log into a scene of it.

    Args:
        scene: of another window of the log.
        log: the log.
        window_s: first and last time in seconds of the new window.
        preset, weights, cameras, hold_out, device, progress, partial: as `reconstruct` takes them.
        max_splats: the bound of the whole scene; if None what suits its length, and half as much again.

    Raises:
        ValueError: no image lies in the window.
        LiftCancelledError: `progress` returned False.
        UserError: no image can be read, or no weights.
    """
    path = weights or weights_of(preset)
    network = load_network(path).to(chosen_device(device))
    length, known_s = length_of(log, window_s), scene.window_s or (0.0, window_s[0])
    own = round(length * network.config.max_splats)
    bound = max_splats or round(1.5 * length_of(log, spanning(known_s, window_s)) * network.config.max_splats)
    steps = Steps(progress)
    alone = Steps(lambda share, text: steps.tell(_JOINING * share, text))
    together = Steps(lambda share, text: steps.tell(_JOINING + (1 - _JOINING) * share, text))
    start = lifted(
        log,
        window_s=window_s,
        cameras=cameras,
        hold_out=hold_out,
        max_splats=own,
        depth_model=depth_model_for(log, path.parent),
        progress=lambda share, text: alone.tell(_LIFT_SHARE * share, text),
    )

    def views(of_s: tuple[float, float], times: int) -> list[View]:
        return key_views(log, (log.t_ns(of_s[0]), log.t_ns(of_s[1])), cameras, hold_out, times)

    sights = sights_of(replace(start, views=views(window_s, round(length * network.config.times))), window_s)
    better, _ = improved(start.scene, sights, network, window_s, own, steps=alone)
    new = {(view.stream, view.index) for view in start.views}
    known = views(known_s, round(length_of(log, known_s) * MOST_TIMES))
    earlier = [view for view in known if (view.stream, view.index) not in new]
    made = update(
        scene,
        replace(start, scene=better),
        network,
        window_s,
        earlier=earlier,
        max_splats=bound,
        steps=together,
        partial=partial,
    )
    return replace(made, scene=replace(made.scene, window_s=spanning(known_s, window_s)))


def _with_new(scene: Scene, new: Scene, provenance: Provenance) -> tuple[Scene, int]:
    """The scene with those splats of another that say something new, and their number."""
    known = {actor.track.id: actor for actor in scene.actors}
    static, appended = _joined(scene.static, new.static, provenance)
    actors: list[Actor] = []
    for actor in new.actors:
        if actor.track.id in known:
            old = known.pop(actor.track.id)
            cloud, count = _joined(old.cloud, actor.cloud, provenance)
            actors.append(replace(old, cloud=cloud, track=actor.track))
        else:
            cloud, count = _joined(GaussianCloud.empty(), actor.cloud, provenance)
            number = 1 + max((each.number for each in [*scene.actors, *actors]), default=0)
            actors.append(replace(actor, number=number, cloud=cloud))
        appended += count
    # In the order of the scene, newcomers last.
    in_order = sorted([*known.values(), *actors], key=lambda actor: actor.number)
    duration_s = max(scene.duration_s, new.duration_s)
    exposures = {**new.exposures, **scene.exposures}
    longer = replace(scene, static=static, actors=tuple(in_order), duration_s=duration_s, exposures=exposures)
    return longer, appended


def _joined(old: GaussianCloud, new: GaussianCloud, provenance: Provenance) -> tuple[GaussianCloud, int]:
    """Old splats and those of the new ones that say something new; observed ones replace generated ones near by."""
    if provenance is Provenance.GENERATED or new.provenance is None:
        new = replace(new, provenance=np.full(len(new), provenance, np.uint8))
    if not len(old) or not len(new):
        return GaussianCloud.concatenated([old, new]), len(new)
    assert new.provenance is not None
    generated = np.zeros(len(old), bool) if old.provenance is None else old.provenance == Provenance.GENERATED
    observed = new.provenance == Provenance.OBSERVED
    old = old[~(generated & _near(old, new[observed]))]
    kept = new[~_near(new, old)]
    return GaussianCloud.concatenated([old, kept]), len(kept)


def _near(cloud: GaussianCloud, other: GaussianCloud) -> NDArray[np.bool_]:
    """Which splats (n,) of a cloud lie where another one has some."""
    from scipy.spatial import cKDTree

    if not len(cloud) or not len(other):
        return np.zeros(len(cloud), bool)
    distance, nearest = cKDTree(other.means_m).query(cloud.means_m)
    reach = _width(cloud.scales_m) + _width(other.scales_m[nearest])
    return np.asarray(distance < _SAME * reach)


def _width(scales_m: Floats) -> Floats:
    return np.sort(scales_m, 1)[:, 1:].mean(1)


@dataclass(frozen=True)
class _Refined:
    scene: Scene
    queries: int
    count: int  # of the splats that were refined


@torch.no_grad()
def _refined(
    scene: Scene,
    sights: Sequence[Sight],
    network: WorldRec,
    window_s: tuple[float, float],
    provenance: Provenance,
    rounds: int,
    steps: Steps,
    partial: Partial | None,
) -> _Refined:
    device = next(network.parameters()).device
    here = [sight.to(device) for sight in sights]
    before = state_of(scene, window_s).to(device)
    may_change = _may_change(scene, provenance).to(device)
    state, ever, count = before, torch.zeros(len(before), dtype=torch.bool, device=device), 0
    trace: Tensor | None = None
    for number in range(rounds):
        steps.tell((number + 1) / (rounds + 1), "asking the network")
        seen = in_turn(here, number, network.config)
        evidence = gather_evidence(state, seen)
        queries = queries_of(state.means, state.owners, network.config.splats_per_query).to(device)
        # Most splats went through all rounds before: this is one more of the last.
        out = network(state, evidence, seen, queries, network.config.rounds - 1, trace)
        visible = _visible(evidence) & may_change
        trace = trace_of(out, evidence) * visible[:, None]
        state, ever, count = _chosen(visible, network.changed(state, out), state), ever | visible, len(queries)
        if partial is not None and number + 1 < rounds:
            partial(with_state(scene, state, window_s))
    made = with_state(scene, state, window_s)
    return _Refined(_noted(made, scene, ever.cpu().numpy(), window_s[1], provenance), count, int(ever.sum()))


def _visible(evidence: Evidence) -> Tensor:
    return (evidence.covered > _VISIBLE_PX) & (evidence.nearest < _NEAREST_M)


def _may_change(scene: Scene, provenance: Provenance) -> Tensor:
    """Which splats [N] views of a provenance may change."""
    whole = GaussianCloud.concatenated([scene.static, *(actor.cloud for actor in scene.actors)])
    if provenance is Provenance.OBSERVED or whole.provenance is None:
        return torch.full((len(whole),), provenance is Provenance.OBSERVED)
    return torch.from_numpy(whole.provenance == Provenance.GENERATED)


def _chosen(which: Tensor, one: SplatState, other: SplatState) -> SplatState:
    """The splats of one state where `which` [N] says so, else those of the other."""

    def pick(a: Tensor, b: Tensor) -> Tensor:
        return torch.where(which.view(-1, *[1] * (a.ndim - 1)), a, b)

    return SplatState(**{name: pick(getattr(one, name), getattr(other, name)) for name in vars(one)})


def _noted(scene: Scene, before: Scene, seen: NDArray[np.bool_], t_s: float, provenance: Provenance) -> Scene:
    """The scene with what was not seen exactly as before, and notes of when the rest was seen and by whom."""
    clouds = [scene.static, *(actor.cloud for actor in scene.actors)]
    earlier = [before.static, *(actor.cloud for actor in before.actors)]
    borders = np.cumsum([0, *(len(cloud) for cloud in clouds)])
    noted = []
    for cloud, old, begin, end in zip(clouds, earlier, borders[:-1], borders[1:], strict=True):
        of_this = seen[begin:end]
        last = np.zeros(len(cloud), np.float32) if old.last_seen_s is None else old.last_seen_s
        noted_cloud = GaussianCloud.concatenated([replace(old, last_seen_s=last)[~of_this], cloud[of_this]])
        order = np.argsort(np.concatenate([np.flatnonzero(~of_this), np.flatnonzero(of_this)]))
        whole = noted_cloud[order]
        source = np.zeros(len(cloud), np.uint8) if whole.provenance is None else whole.provenance.copy()
        source[of_this] = provenance
        noted.append(
            replace(whole, last_seen_s=np.where(of_this, np.float32(t_s), last).astype(np.float32), provenance=source)
        )
    actors = tuple(replace(actor, cloud=cloud) for actor, cloud in zip(scene.actors, noted[1:], strict=True))
    return replace(scene, static=noted[0], actors=actors)


def _bounded(scene: Scene, most: int, t_s: float) -> tuple[Scene, int]:
    """The scene with at most so many splats, and how many were left out."""
    clouds = [scene.static, *(actor.cloud for actor in scene.actors)]
    total = sum(len(cloud) for cloud in clouds)
    if total <= most:
        return scene, 0
    worth = np.concatenate([_worth(cloud, t_s) for cloud in clouds])
    kept = np.zeros(total, bool)
    kept[np.argsort(-worth, kind="stable")[:most]] = True
    borders = np.cumsum([0, *(len(cloud) for cloud in clouds)])
    left = [cloud[kept[a:b]] for cloud, a, b in zip(clouds, borders[:-1], borders[1:], strict=True)]
    actors = tuple(replace(actor, cloud=cloud) for actor, cloud in zip(scene.actors, left[1:], strict=True))
    return replace(scene, static=left[0], actors=actors), total - most


def _worth(cloud: GaussianCloud, t_s: float) -> Floats:
    """How much splats (n,) deserve to stay: opaque, observed, seen not long ago."""
    age_s = np.zeros(len(cloud)) if cloud.last_seen_s is None else t_s - cloud.last_seen_s
    generated = np.zeros(len(cloud)) if cloud.provenance is None else cloud.provenance == Provenance.GENERATED
    return (cloud.opacities * np.exp(-np.maximum(age_s, 0.0) / 20.0) * np.where(generated, 0.5, 1.0)).astype(np.float32)
