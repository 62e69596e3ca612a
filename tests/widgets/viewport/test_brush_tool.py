"""Choosing splats with a brush."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from scenario_street import scenario_of
from synthetic_drive import small_drive
from viewport_scene import scene_of, solid, splats

from core.geometry import Pose
from core.scenario import EditedDrive, Scenario
from core.scenario.choosing import Places
from core.scene import Scene
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.viewport.picking import surfaces_at
from widgets.viewport.sight import Sight, wide
from widgets.viewport.tools import ActorMover, Touch
from widgets.viewport.tools.brush_tool import BrushTool

Floats = NDArray[np.float64]
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
DOWN = np.array([[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
ABOVE = wide(Pose.from_rotation(DOWN, [0.0, 0.0, 20.0]), 1.0, 800, 800)


@pytest.fixture
def scenario() -> ScenarioModel:
    """Ground from -8 to 8 m, a splat on every quarter metre, and a small table 6 m above it at x = 4 m, y = 0."""
    log = replace(small_drive(), lane_map=None)
    steps = np.arange(-8.0, 8.01, 0.25)
    rows = [((x, y, 0.0), 0.2, (0.5, 0.5, 0.5)) for x in steps for y in steps]
    rows += [((4.0 + x, y, 6.0), 0.2, (0.9, 0.1, 0.1)) for x in (-0.5, 0.0, 0.5) for y in (-0.5, 0.0, 0.5)]
    car = replace(solid(log, log.tracks[0].id, (0.1, 0.8, 0.2)))
    model = ScenarioModel()
    model.open(EditedDrive(scenario_of(log), log, scene_of(log, splats(*rows), (car,))))
    return model


@pytest.fixture
def brush(scenario: ScenarioModel) -> BrushTool:
    playback, selection = Playback(), Selection()
    made = BrushTool(scenario, playback, ActorMover(scenario, selection, playback))
    made.kept = playback, selection
    return made


def scene_now(scenario: ScenarioModel) -> Scene:
    assert scenario.drive is not None and scenario.drive.scene is not None
    return scenario.drive.scene


def touch(
    scenario: ScenarioModel,
    *place_m: float,
    modifiers: Qt.KeyboardModifier = NONE,
    sight: Sight = ABOVE,
    moves: Pose | None = None,
) -> Touch:
    """A pointer over a world point, where the static world is seen, or one actor's splats at a place."""
    scene = scene_now(scenario)
    cloud, pose = (scene.static, Pose.identity()) if moves is None else (scene.actors[0].cloud, moves)

    def surfaces(places_px: Floats) -> Floats:
        found = surfaces_at({0: (cloud, pose)}, sight, places_px)
        rays = (sight.ray(x, y) for x, y in places_px.tolist())
        depths = [np.nan if one is None else one.depth_m for one in found]
        return np.array([eye + way * depth for (eye, way), depth in zip(rays, depths, strict=True)])

    (where,), _ = sight.to_view([place_m])
    return Touch(QPointF(*where), modifiers, sight, 1.0, surfaces)


def paint(
    brush: BrushTool, scenario: ScenarioModel, *places: tuple[float, ...], modifiers: Qt.KeyboardModifier = NONE
) -> None:
    touches = [touch(scenario, *place, modifiers=modifiers) for place in places]
    brush.hover(touches[0])
    assert brush.press(touches[0])
    for one in touches[1:]:
        brush.drag(one)
    brush.release(touches[-1])


def by_force(brush: BrushTool, means_m: NDArray[np.floating]) -> NDArray[np.bool_]:
    """What is within the radius of any piece of any stroke, stroke after stroke."""
    mask = np.zeros(len(means_m), bool)
    for stroke in brush.regions:
        points = np.array(stroke.points_m)
        for a, b in pairwise([*points, points[-1]]):
            way = b - a
            along = np.clip((means_m - a) @ way / max(way @ way, 1e-12), 0, 1)
            mask[np.linalg.norm(means_m - a - along[:, None] * way, axis=1) <= stroke.radius_m] = not stroke.spares
    return mask


def key(code: Qt.Key) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, code, NONE)


def test_a_fast_drag_leaves_no_gap_and_counts_as_brute_force_does(brush: BrushTool, scenario: ScenarioModel) -> None:
    brush.wheel(0.5, CTRL)  # no splat is just at the rim, where the last digit counts
    paint(brush, scenario, (-6.0, -5.0, 0.0), (6.0, -5.0, 0.0), (-6.0, 4.0, 0.0))
    means_m = scene_now(scenario).static.means_m.astype(float)
    expected = by_force(brush, means_m)
    assert brush.count == expected.sum()
    line = means_m[(np.abs(means_m[:, 0]) <= 6) & (means_m[:, 1] == -5.0)]
    assert Places(line).chosen(brush.regions).all(), "every splat under the drag, though the pointer leapt over it"
    assert len(brush.regions) == 1
    paint(brush, scenario, (0.0, -6.0, 0.0), (0.0, -4.0, 0.0), modifiers=SHIFT)
    after = by_force(brush, means_m)
    assert brush.count == after.sum() < expected.sum()


def test_a_stroke_does_not_cut_through_the_air_to_what_is_behind(brush: BrushTool, scenario: ScenarioModel) -> None:
    brush.wheel(-3.0, CTRL)
    paint(brush, scenario, (1.0, 0.0, 0.0), (7.5, 0.0, 0.0))
    means_m = scene_now(scenario).static.means_m
    heights = np.concatenate([np.array(stroke.points_m)[:, 2] for stroke in brush.regions])
    assert len(brush.regions) == 3, "the ground, the table, the ground"
    assert ((np.abs(heights) < 0.5) | (np.abs(heights - 6.0) < 0.5)).all()
    chosen = means_m[Places(means_m).chosen(brush.regions)]
    assert (chosen[:, 2] == 6.0).sum() == 3


def test_what_was_painted_is_deleted_as_one_step_and_the_same_when_read_again(
    brush: BrushTool, scenario: ScenarioModel
) -> None:
    before = len(scene_now(scenario).static)
    paint(brush, scenario, (-6.0, 0.0, 0.0), (-2.0, 3.0, 0.0))
    paint(brush, scenario, (-4.0, 1.0, 0.0), (-4.0, 2.0, 0.0), modifiers=SHIFT)
    chosen, steps = brush.count, scenario.stack.count()
    command = brush.command("delete")
    assert command is not None and scenario.do(command)
    assert brush.count == 0, "they are gone"
    assert len(scene_now(scenario).static) == before - chosen
    assert scenario.stack.count() == steps + 1
    assert scenario.scenario is not None and scenario.drive is not None
    read = Scenario.from_json(scenario.scenario.to_json())
    again = EditedDrive(read, scenario.drive.log, scenario.drive.unedited_scene).scene
    assert again is not None
    assert (again.static.means_m == scene_now(scenario).static.means_m).all()
    scenario.undo()
    assert brush.count == chosen


def test_esc_drops_the_stroke_in_hand_and_then_all(brush: BrushTool, scenario: ScenarioModel) -> None:
    paint(brush, scenario, (-6.0, 0.0, 0.0), (-4.0, 0.0, 0.0))
    first = brush.count
    assert brush.press(touch(scenario, 2.0, -4.0, 0.0))
    brush.drag(touch(scenario, 4.0, -4.0, 0.0))
    assert brush.count > first
    assert brush.cancel() and brush.count == first
    brush.let_go()
    assert brush.count == first, "as when an actor is looked for in a list, to give them to"
    assert brush.cancel() and brush.count == 0
    assert not brush.cancel(), "then the tool itself is left"


def test_the_brush_is_sized_by_keys_and_by_the_wheel_with_ctrl(brush: BrushTool, scenario: ScenarioModel) -> None:
    paint(brush, scenario, (0.0, -4.0, 0.0))
    small = brush.count
    assert brush.cancel()
    assert not brush.wheel(1.0, NONE), "that is the camera's"
    assert brush.wheel(2.0, CTRL) and brush.key(key(Qt.Key.Key_Plus))
    paint(brush, scenario, (0.0, -4.0, 0.0))
    assert brush.count > small
    assert f"{brush.radius_m:.2g} m" in brush.mode[1]


def test_an_actors_own_splats_are_painted_in_its_frame(brush: BrushTool, scenario: ScenarioModel) -> None:
    actor = scene_now(scenario).actors[0]
    brush.choose_of(actor.track.id)
    pose = brush.world_from_owner()
    assert pose is not None
    roof = pose.apply([[0.0, 0.0, actor.track.size_m[2] / 2]])[0]
    eye = wide(Pose.from_rotation(DOWN, roof + np.array([0.0, 0.0, 12.0])), 1.0, 800, 800)
    one = touch(scenario, *roof, sight=eye, moves=pose)
    brush.hover(one)
    assert brush.press(one)
    brush.release(one)
    assert 0 < brush.count < len(actor.cloud)
    assert np.abs(brush.regions[0].points_m[0]).max() < max(actor.track.size_m), "in the frame of its box"
    static, chosen = len(scene_now(scenario).static), brush.count
    command = brush.command("assign", None)
    assert command is not None and scenario.do(command)
    assert len(scene_now(scenario).actors[0].cloud) == len(actor.cloud) - chosen
    assert len(scene_now(scenario).static) == static + chosen, "they are the world's now"


def test_keys_are_for_the_chosen_splats_while_there_are_any(brush: BrushTool, scenario: ScenarioModel) -> None:
    assert not brush.wants(key(Qt.Key.Key_Delete)), "it is for actors, else"
    asked: list[str] = []
    brush.asked.connect(asked.append)
    paint(brush, scenario, (0.0, -4.0, 0.0))
    for code in (Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_H, Qt.Key.Key_A, Qt.Key.Key_O):
        assert brush.wants(key(code)) and brush.key(key(code))
    assert asked == ["delete", "delete", "hide", "assign", "owner"]
