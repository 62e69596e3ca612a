"""Reads who is where when from OpenSCENARIO XML 1.0 to 1.3: initial positions and trajectories.

Manoeuvres that a simulator would have to play (lane changes, speed changes on conditions, routes) are not played; each
kind that is left out is told as a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.export.opendrive import OpenDrive, read_opendrive
from core.export.openscenario import CLASS_PROPERTY, LABEL_PROPERTY
from core.export.xml_reading import Node, read_xml
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track

Floats = NDArray[np.float64]

_NS_PER_S = 1_000_000_000
_KINDS = ("Vehicle", "Pedestrian", "MiscObject")
_CATEGORIES = {
    "car": ActorClass.CAR,
    "van": ActorClass.VAN,
    "truck": ActorClass.TRUCK,
    "semitrailer": ActorClass.TRAILER,
    "trailer": ActorClass.TRAILER,
    "bus": ActorClass.BUS,
    "tram": ActorClass.BUS,
    "train": ActorClass.BUS,
    "motorbike": ActorClass.MOTORCYCLE,
    "bicycle": ActorClass.BICYCLE,
    "pedestrian": ActorClass.PEDESTRIAN,
    "wheelchair": ActorClass.PEDESTRIAN,
    "animal": ActorClass.ANIMAL,
    "barrier": ActorClass.BARRIER,
    "obstacle": ActorClass.DEBRIS,
}
_SIZES: dict[str, tuple[float, float, float]] = {
    "Vehicle": (4.5, 1.9, 1.5),
    "Pedestrian": (0.6, 0.6, 1.75),
    "MiscObject": (1.0, 1.0, 1.0),
}
_NOT_PLAYED = (
    "LaneChangeAction",
    "LaneOffsetAction",
    "LateralDistanceAction",
    "LongitudinalDistanceAction",
    "SpeedProfileAction",
    "SynchronizeAction",
    "AssignRouteAction",
    "AcquirePositionAction",
    "ControllerAction",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Entity:
    """One road user of a file, at its reference point: for vehicles on the ground under the rear axle."""

    name: str
    actor_class: ActorClass
    label: str
    size_m: tuple[float, float, float]  # length, width, height
    centre_m: Floats  # (3,) the middle of the box in the frame of the reference point
    t_s: Floats  # (n,) rising; none where the file does not say where it is
    world_from_entity: Pose  # (n,)
    speed_mps: float  # to begin with

    def poses(self, start_ns: int) -> PoseTrack:
        """world_from_entity, seconds counted from a log's first time.

        Raises:
            UserError: the file does not say where it is.
        """
        if not len(self.t_s):
            raise UserError(f"The scenario does not say where {self.name} is")
        return PoseTrack(start_ns + np.round(self.t_s * _NS_PER_S).astype(np.int64), self.world_from_entity)

    def track(self, start_ns: int, until_s: float) -> Track:
        """Its boxes; one that has only a first position stands there until a time.

        Raises:
            UserError: the file does not say where it is.
        """
        poses = self.poses(start_ns)
        box = PoseTrack(poses.t_ns, poses.poses @ Pose.from_rotation(np.eye(3), self.centre_m))
        if len(box) == 1:
            end_ns = max(start_ns + round(until_s * _NS_PER_S), int(box.t_ns[0]) + 1)
            box = PoseTrack([int(box.t_ns[0]), end_ns], Pose(np.repeat(box.poses.matrix, 2, 0)))
        return Track(
            id=self.name,
            actor_class=self.actor_class,
            source_label=self.label,
            poses=box,
            size_m=self.size_m,
            max_gap_s=float("inf"),  # a trajectory has no gaps, however far apart its vertices are
        )


@dataclass(frozen=True, eq=False)
class OpenScenario:
    """What a file says, in the coordinates of its map."""

    path: Path
    entities: tuple[Entity, ...]
    road_file: Path | None
    warnings: tuple[str, ...]

    def entity(self, name: str) -> Entity:
        """
        Raises:
            KeyError: there is none of that name.
        """
        return next(entity for entity in self.entities if entity.name == name)


def read_openscenario(path: Path) -> OpenScenario:
    """Read a scenario.

    Raises:
        UserError: the file, its map or a catalogue cannot be read, or an element is missing or wrong; names both.
    """
    root = read_xml(path, "OpenSCENARIO")
    header = root.need("FileHeader")
    if header.text("revMajor") != "1":
        raise UserError(
            f"This is OpenSCENARIO {header.text('revMajor')}, not OpenSCENARIO XML 1",
            path=path,
            field="FileHeader revMajor",
        )
    return _Reading(root.with_parameters(_declared(root))).scenario()


@dataclass
class _Reading:
    """The state of reading one file."""

    root: Node
    warnings: list[str] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    _roads: OpenDrive | None = None

    def scenario(self) -> OpenScenario:
        if self.root.child("Entities") is None:
            raise UserError("The scenario has no entities", path=self.root.path, field="Entities")
        for node in self.root.children("Entities/ScenarioObject"):
            entity = self._entity(node)
            self.entities[entity.name] = entity
        for private in self.root.children("Storyboard/Init/Actions/Private"):
            self._place(private)
        for story in self.root.children("Storyboard/Story"):
            self._play(story.with_parameters(_declared(story)))
        for name, entity in self.entities.items():
            if not len(entity.t_s):
                self._warn(f"It is not said where {name} is")
        for kind in _NOT_PLAYED:
            if self.root.element.find(f".//{kind}") is not None:
                self._warn(f"{kind} is not played")
        return OpenScenario(self.root.path, tuple(self.entities.values()), self.road_file, tuple(self.warnings))

    @property
    def road_file(self) -> Path | None:
        logic = self.root.child("RoadNetwork/LogicFile")
        return None if logic is None else self.root.path.parent / logic.text("filepath")

    @property
    def roads(self) -> OpenDrive:
        if self._roads is None:
            if self.road_file is None:
                raise UserError(
                    "The scenario gives places on roads, and names no map", path=self.root.path, field="RoadNetwork"
                )
            self._roads = read_opendrive(self.road_file)
        return self._roads

    def _entity(self, node: Node) -> Entity:
        name = node.text("name")
        found = next((child for kind in _KINDS if (child := node.child(kind)) is not None), None)
        reference = node.child("CatalogReference")
        if found is None and reference is not None:
            found = self._from_catalog(reference)
        if found is None:
            self._warn(f"{name} is neither a vehicle, a pedestrian nor a thing, and is taken for a car")
            return _new_entity(name, "Vehicle", ActorClass.CAR, "unknown")
        category = found.text(f"{found.tag[:1].lower()}{found.tag[1:]}Category", "")
        properties = {child.text("name"): child.text("value", "") for child in found.children("Properties/Property")}
        actor_class = _CATEGORIES.get(category, ActorClass.OTHER)
        if properties.get(CLASS_PROPERTY) in set(ActorClass):
            actor_class = ActorClass(properties[CLASS_PROPERTY])
        entity = _new_entity(name, found.tag, actor_class, properties.get(LABEL_PROPERTY, category or found.tag))
        box = found.child("BoundingBox")
        if box is None:
            return entity
        size, centre = box.need("Dimensions"), box.need("Center")
        length, width, height = (size.number(key) for key in ("length", "width", "height"))
        if min(length, width, height) <= 0:
            self._warn(f"{name} has no size, and gets that of a usual one")
            return entity
        return replace(
            entity, size_m=(length, width, height), centre_m=np.array([centre.number(axis) for axis in "xyz"])
        )

    def _from_catalog(self, reference: Node) -> Node | None:
        """The entry of a catalogue, with its parameters; None with a warning where it is not to be had."""
        catalog, entry = reference.text("catalogName"), reference.text("entryName")
        for place in self.root.children("CatalogLocations/*/Directory"):
            folder = self.root.path.parent / place.text("path")
            for file in sorted(folder.glob("*.xosc")) if folder.is_dir() else []:
                for found in read_xml(file, "OpenSCENARIO").children("Catalog"):
                    if found.text("name") != catalog:
                        continue
                    for made in (child for kind in _KINDS for child in found.children(kind)):
                        if made.text("name") == entry:
                            given = {
                                child.text("parameterRef"): child.text("value")
                                for child in reference.children("ParameterAssignments/ParameterAssignment")
                            }
                            return made.with_parameters({**_declared(made), **given})
        self._warn(f"The catalogue {catalog} with {entry} was not found")
        return None

    def _place(self, private: Node) -> None:
        name = self._known(private.text("entityRef"), private)
        for action in private.children("PrivateAction"):
            position = action.child("TeleportAction/Position")
            speed = action.child("LongitudinalAction/SpeedAction/SpeedActionTarget/AbsoluteTargetSpeed")
            trajectory = action.child("RoutingAction/FollowTrajectoryAction")
            entity = self.entities[name]
            if position is not None and (pose := self._pose(position)) is not None:
                self.entities[name] = replace(entity, t_s=np.zeros(1), world_from_entity=Pose(pose.matrix[None]))
            elif speed is not None:
                self.entities[name] = replace(entity, speed_mps=speed.number("value"))
            elif trajectory is not None:
                self._follow(name, trajectory, 0.0, entity.speed_mps)

    def _play(self, story: Node) -> None:
        for group in story.children("Act/ManeuverGroup"):
            actors = [self._known(ref.text("entityRef"), ref) for ref in group.children("Actors/EntityRef")]
            for event in group.children("Maneuver/Event"):
                for action in event.children("Action/PrivateAction/RoutingAction/FollowTrajectoryAction"):
                    speed = event.child(
                        "Action/PrivateAction/LongitudinalAction/SpeedAction/SpeedActionTarget/AbsoluteTargetSpeed"
                    )
                    for name in actors:
                        value = self.entities[name].speed_mps if speed is None else speed.number("value")
                        self._follow(name, action, self._start_s(event), value)

    def _start_s(self, event: Node) -> float:
        condition = event.child("StartTrigger/ConditionGroup/Condition/ByValueCondition/SimulationTimeCondition")
        if condition is None:
            if event.child("StartTrigger/ConditionGroup/Condition") is not None:
                self._warn(f"{event.label} begins on a condition; it is taken to begin at once")
            return 0.0
        return max(condition.number("value"), 0.0)

    def _follow(self, name: str, action: Node, begin_s: float, speed_mps: float) -> None:
        trajectory = action.child("TrajectoryRef/Trajectory") or action.child("Trajectory")
        polyline = None if trajectory is None else trajectory.child("Shape/Polyline")
        if polyline is None:
            self._warn(f"A trajectory of {name} is no polyline and is left out")
            return
        vertices = polyline.children("Vertex")
        poses = [self._pose(vertex.need("Position")) for vertex in vertices]
        if any(pose is None for pose in poses) or not poses:
            self._warn(f"A trajectory of {name} has places that are not understood and is left out")
            return
        known = Pose.stack([pose for pose in poses if pose is not None])
        headless = [not _has_heading(vertex) for vertex in vertices]
        known = _looking_along(known, np.array(headless))
        t_s = self._times(vertices, action, begin_s, speed_mps, known)
        if t_s is None:
            self._warn(f"A trajectory of {name} has neither times nor a speed and is left out")
            return
        if (np.diff(t_s) <= 0).any():
            raise UserError("The times of a trajectory do not rise", path=polyline.path, field=f"Vertex time of {name}")
        entity = self.entities[name]
        before = entity.t_s < t_s[0] - 1e-9
        self.entities[name] = replace(
            entity,
            t_s=np.concatenate([entity.t_s[before], t_s]),
            world_from_entity=Pose(np.concatenate([entity.world_from_entity.matrix[before], known.matrix])),
        )

    def _times(
        self, vertices: list[Node], action: Node, begin_s: float, speed_mps: float, poses: Pose
    ) -> Floats | None:
        timing = action.child("TimeReference/Timing")
        if timing is not None and all(vertex.has("time") for vertex in vertices):
            times = np.array([vertex.number("time") for vertex in vertices])
            relative = timing.text("domainAbsoluteRelative") == "relative"
            return times * timing.number("scale", 1.0) + timing.number("offset", 0.0) + (begin_s if relative else 0.0)
        if speed_mps <= 0:
            return None
        steps = np.maximum(np.linalg.norm(np.diff(poses.translation, axis=0), axis=1), 1e-3)
        return begin_s + np.concatenate([[0.0], np.cumsum(steps)]) / speed_mps

    def _pose(self, position: Node) -> Pose | None:
        """A place in the world; None with a warning where it is of a kind that is not understood."""
        place = position.first()
        if place is None:
            raise UserError("A position says nothing", path=position.path, field=position.label)
        match place.tag:
            case "WorldPosition":
                angles = [place.number(name, 0.0) for name in "hpr"]
                return _turned(Pose.from_rotation(np.eye(3), [place.number(n, 0.0) for n in "xyz"]), angles)
            case "LanePosition":
                lane, offset = int(place.number("laneId")), place.number("offset", 0.0)
                at = self.roads.lane_pose(place.text("roadId"), lane, place.number("s"), offset)
                return self._oriented(at, place)
            case "RoadPosition":
                at = self.roads.road_pose(place.text("roadId"), place.number("s"), place.number("t"))
                return self._oriented(at, place)
            case "RelativeObjectPosition" | "RelativeWorldPosition":
                return self._relative(place)
        self._warn(f"{place.tag} is not understood")
        return None

    def _relative(self, place: Node) -> Pose | None:
        other = self.entities[self._known(place.text("entityRef"), place)]
        if not len(other.t_s):
            self._warn(f"A place relative to {other.name} is not understood, as it is not said where that is")
            return None
        base = other.world_from_entity[0]
        step = np.array([place.number("dx"), place.number("dy"), place.number("dz", 0.0)])
        if place.tag == "RelativeObjectPosition":
            moved = base @ Pose.from_rotation(np.eye(3), step)
        else:
            moved = Pose.from_rotation(base.rotation, base.translation + step)
        return self._oriented(moved, place)

    def _oriented(self, pose: Pose, place: Node) -> Pose:
        orientation = place.child("Orientation")
        if orientation is None:
            return pose
        angles = [orientation.number(name, 0.0) for name in "hpr"]
        if orientation.text("type", "absolute") == "relative":
            return _turned(pose, angles)
        return _turned(Pose.from_rotation(np.eye(3), pose.translation), angles)

    def _known(self, name: str, node: Node) -> str:
        if name not in self.entities:
            raise UserError(f"There is no entity {name}", path=node.path, field=node.label)
        return name

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def _new_entity(name: str, kind: str, actor_class: ActorClass, label: str) -> Entity:
    size = _SIZES[kind]
    return Entity(
        name=name,
        actor_class=actor_class,
        label=label,
        size_m=size,
        centre_m=np.array([0.0, 0.0, size[2] / 2]),
        t_s=np.empty(0),
        world_from_entity=Pose(np.empty((0, 4, 4))),
        speed_mps=0.0,
    )


def _declared(node: Node) -> dict[str, str]:
    """The parameters that an element declares."""
    found: Iterator[ElementTree.Element] = node.element.iterfind("ParameterDeclarations/ParameterDeclaration")
    return {child.get("name", ""): child.get("value", "") for child in found}


def _has_heading(vertex: Node) -> bool:
    place = vertex.need("Position").first()
    return place is None or place.tag != "WorldPosition" or place.has("h")


def _turned(pose: Pose, hpr: list[float]) -> Pose:
    """Turned by heading, pitch (nose down positive) and roll, each about the axis that the one before left."""
    h, p, r = hpr
    pitch = [[np.cos(p), 0, np.sin(p)], [0, 1, 0], [-np.sin(p), 0, np.cos(p)]]
    roll = [[1, 0, 0], [0, np.cos(r), -np.sin(r)], [0, np.sin(r), np.cos(r)]]
    none = [0.0, 0.0, 0.0]
    return pose @ Pose.from_heading(h, none) @ Pose.from_rotation(pitch, none) @ Pose.from_rotation(roll, none)


def _looking_along(poses: Pose, headless: NDArray[np.bool_]) -> Pose:
    """Poses (n,), those without a heading turned to where the path goes on."""
    if len(poses) < 2 or not headless.any():
        return poses
    steps = np.diff(poses.translation[:, :2], axis=0)
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    along = Pose.from_heading(np.append(headings, headings[-1]), poses.translation)
    return Pose(np.where(headless[:, None, None], along.matrix, poses.matrix))
