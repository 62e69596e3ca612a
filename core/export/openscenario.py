"""Writes tracks and an ego path as OpenSCENARIO XML 1.2: one trajectory for each road user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track

if TYPE_CHECKING:
    from scenariogeneration import xosc

Floats = NDArray[np.float64]

EGO_NAME = "Ego"
CLASS_PROPERTY = "driftless_class"
LABEL_PROPERTY = "driftless_label"
REAR_AXLE_SHARE = 0.28
"""How far behind its middle a vehicle's rear axle is, as a share of its length."""

_MINOR_VERSION = 2
_NS_PER_S = 1_000_000_000
_VEHICLES = {
    ActorClass.CAR: "car",
    ActorClass.VAN: "van",
    ActorClass.TRUCK: "truck",
    ActorClass.BUS: "bus",
    ActorClass.TRAILER: "trailer",
    ActorClass.MOTORCYCLE: "motorbike",
    ActorClass.BICYCLE: "bicycle",
}
_ON_FOOT = {ActorClass.PEDESTRIAN: "pedestrian", ActorClass.ANIMAL: "animal"}


def write_openscenario(
    path: Path,
    *,
    ego: PoseTrack,
    ego_size_m: tuple[float, float, float],
    ego_from_box: Pose,
    tracks: Sequence[Track],
    start_ns: int,
    road_file: str | None = None,
    name: str = "Driftless scenario",
) -> None:
    """Write a scenario in the world that its poses are in.

    Before its trajectory begins, a road user stands where it will; what was before second zero is left out. The format
    has no gaps, so it drives on evenly through those of a track.

    Args:
        path: the `.xosc` file.
        ego: world_from_ego.
        ego_size_m: length, width, height of its box.
        ego_from_box: where the middle of that box is in the ego's frame.
        tracks: of all actors.
        start_ns: the log's first time, which is second zero of the scenario.
        road_file: the map, relative to `path`.
        name: what the file header says.

    Raises:
        UserError: two road users have one name, or the file cannot be written.
    """
    from scenariogeneration import xosc

    entities, init = xosc.Entities(), xosc.Init()
    act = xosc.Act("act", _at_second(0.0))
    named = [(EGO_NAME, ActorClass.CAR, "ego", ego_size_m, ego_from_box.translation, ego)]
    for track in tracks:
        centre = _centre_m(track.actor_class, track.size_m)
        to_reference = Pose.from_rotation(np.eye(3), -centre)
        reference = PoseTrack(track.t_ns, track.poses.poses @ to_reference)
        named.append((track.id, track.actor_class, track.source_label, track.size_m, centre, reference))
    _require_names([entry[0] for entry in named], path)
    for entity, actor_class, label, size_m, centre, whole in named:
        poses = from_zero(whole, start_ns)
        entities.add_scenario_object(entity, _object(entity, actor_class, label, size_m, centre))
        t_s = (poses.t_ns - start_ns) / _NS_PER_S
        positions = _positions(poses.poses)
        init.add_init_action(entity, xosc.TeleportAction(positions[0]))
        init.add_init_action(entity, xosc.AbsoluteSpeedAction(_first_speed(poses), _at_once()))
        if len(positions) > 1:
            act.add_maneuver_group(_driving(entity, t_s, positions))
    storyboard = xosc.StoryBoard(init, _at_second(_last_second(named, start_ns), stop=True))
    if act.maneuvergroup:
        storyboard.add_act(act)
    scenario = xosc.Scenario(
        name,
        "Driftless",
        xosc.ParameterDeclarations(),
        entities,
        storyboard,
        xosc.RoadNetwork(road_file),
        xosc.Catalog(),
        osc_minor_version=_MINOR_VERSION,
    )
    try:
        scenario.write_xml(str(path))
    except OSError as error:
        raise UserError(f"The scenario cannot be written: {error.strerror}", path=path) from error


def from_zero(poses: PoseTrack, start_ns: int) -> PoseTrack:
    """Without what is before second zero."""
    if poses.t_ns[0] >= start_ns:
        return poses
    t_ns = np.append(start_ns, poses.t_ns[poses.t_ns > start_ns])
    return PoseTrack(t_ns, poses.at(t_ns))


def _driving(entity: str, t_s: Floats, positions: list[Any]) -> xosc.ManeuverGroup:
    from scenariogeneration import xosc

    trajectory = xosc.Trajectory(f"path of {entity}", False)
    trajectory.add_shape(xosc.Polyline([round(t, 9) for t in t_s.tolist()], positions))
    follow = xosc.FollowTrajectoryAction(trajectory, xosc.FollowingMode.position, xosc.ReferenceContext.absolute, 1, 0)
    event = xosc.Event(f"{entity} drives", xosc.Priority.override)
    event.add_trigger(_at_second(0.0))
    event.add_action("follow", follow)
    maneuver = xosc.Maneuver(f"motion of {entity}")
    maneuver.add_event(event)
    group = xosc.ManeuverGroup(f"group of {entity}")
    group.add_actor(entity)
    group.add_maneuver(maneuver)
    return group


def _object(
    name: str, actor_class: ActorClass, label: str, size_m: tuple[float, float, float], centre_m: Floats
) -> Any:
    from scenariogeneration import xosc

    length, width, height = size_m
    box = xosc.BoundingBox(width, length, height, *(round(value, 6) for value in centre_m.tolist()))
    made: Any
    if actor_class in _VEHICLES:
        axle_m, wheel_m = 0.56 * length, 0.65
        front = xosc.Axle(0.5, wheel_m, 0.85 * width, axle_m, wheel_m / 2)
        rear = xosc.Axle(0.0, wheel_m, 0.85 * width, 0.0, wheel_m / 2)
        category = getattr(xosc.VehicleCategory, _VEHICLES[actor_class])
        made = xosc.Vehicle(name, category, box, front, rear, 70.0, 10.0, 10.0)
    elif actor_class in _ON_FOOT:
        made = xosc.Pedestrian(name, 75.0, getattr(xosc.PedestrianCategory, _ON_FOOT[actor_class]), box)
    else:
        barrier = actor_class is ActorClass.BARRIER
        category = xosc.MiscObjectCategory.barrier if barrier else xosc.MiscObjectCategory.obstacle
        made = xosc.MiscObject(name, 20.0, category, box)
    made.add_property(CLASS_PROPERTY, actor_class.value)
    made.add_property(LABEL_PROPERTY, label)
    return made


def _centre_m(actor_class: ActorClass, size_m: tuple[float, float, float]) -> Floats:
    """Where the middle of a box is, from the reference point of its entity."""
    ahead = REAR_AXLE_SHARE * size_m[0] if actor_class in _VEHICLES else 0.0
    return np.round([ahead, 0.0, size_m[2] / 2], 6)


def _positions(poses: Pose) -> list[Any]:
    from scenariogeneration import xosc

    rotation = poses.rotation
    pitch = np.arcsin(-rotation[:, 2, 0].clip(-1.0, 1.0))
    roll = np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2])
    rows = np.column_stack([poses.translation, np.unwrap(poses.heading), pitch, roll])
    return [xosc.WorldPosition(*(round(value, 6) for value in row)) for row in rows.tolist()]


def _first_speed(poses: PoseTrack) -> float:
    if len(poses) < 2:
        return 0.0
    step_m = np.linalg.norm(poses.poses.translation[1] - poses.poses.translation[0])
    return round(float(step_m / ((poses.t_ns[1] - poses.t_ns[0]) / _NS_PER_S)), 6)


def _last_second(named: Sequence[tuple[Any, ...]], start_ns: int) -> float:
    return max(0.0, *((int(entry[-1].t_ns[-1]) - start_ns) / _NS_PER_S for entry in named))


def _at_second(second: float, *, stop: bool = False) -> xosc.ValueTrigger:
    from scenariogeneration import xosc

    rule = xosc.Rule.greaterThan if second > 0 else xosc.Rule.greaterOrEqual
    condition = xosc.SimulationTimeCondition(second, rule)
    return xosc.ValueTrigger("time", 0, xosc.ConditionEdge.none, condition, "stop" if stop else "start")


def _at_once() -> xosc.TransitionDynamics:
    from scenariogeneration import xosc

    return xosc.TransitionDynamics(xosc.DynamicsShapes.step, xosc.DynamicsDimension.time, 0)


def _require_names(names: Sequence[str], path: Path) -> None:
    doubles = {name for name in names if names.count(name) > 1}
    if doubles:
        raise UserError(
            f"Two road users are named {sorted(doubles)[0]}", path=path, remedy="Rename one of them and export again."
        )
