"""Commands that edit everything but actors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.errors import UserError
from core.geometry import Camera, Pose
from core.logs import DrivingLog
from core.scenario.behaviours import EgoPath
from core.scenario.command import Command
from core.scenario.document import Scenario
from core.scenario.model import Placement
from core.scenario.references import SceneReference, log_fingerprint
from core.scenario.settings import CameraEdit, Cleanup, Conditions, EgoEdit, Mark, Span


def set_ego_path(scenario: Scenario, path: EgoPath, *, gesture: str = "") -> Command:
    after = scenario.with_part("ego", EgoEdit(path=path))
    return Command.between("Change the ego path", scenario, after, gesture=gesture)


def set_conditions(scenario: Scenario, conditions: Conditions, *, gesture: str = "") -> Command:
    after = scenario.with_part("conditions", conditions)
    return Command.between("Change weather and light", scenario, after, gesture=gesture)


def switch_camera(scenario: Scenario, camera: str, on: bool) -> Command:
    return _camera(f"Switch {camera} {'on' if on else 'off'}", scenario, camera, {"on": on})


def move_camera(scenario: Scenario, camera: str, ego_from_camera: Pose | None, *, gesture: str = "") -> Command:
    """Another mounting of a camera; None gives the recorded one back."""
    place = None if ego_from_camera is None else Placement.of(ego_from_camera)
    return _camera(f"Move {camera}", scenario, camera, {"ego_from_camera": place}, gesture)


def change_lens(scenario: Scenario, camera: str, lens: Camera | None, *, gesture: str = "") -> Command:
    """Another lens of a camera; None gives the recorded one back."""
    values = None if lens is None else lens.to_dict()
    return _camera(f"Change the lens of {camera}", scenario, camera, {"lens": values}, gesture)


def clean_up(scenario: Scenario, cleanup: Cleanup) -> Command:
    """Delete, hide or assign splats, after all earlier clean-ups."""
    number = 1 + max((int(key) for key in scenario.cleanups), default=0)
    titles = {"delete": "Delete splats", "hide": "Hide splats", "assign": "Assign splats"}
    return Command.between(titles[cleanup.action], scenario, scenario.with_entry("cleanups", f"{number:06d}", cleanup))


def show_hidden_splats(scenario: Scenario) -> Command:
    kept = {number: cleanup for number, cleanup in scenario.cleanups.items() if cleanup.action != "hide"}
    return Command.between("Show hidden splats", scenario, scenario.with_part("cleanups", kept))


def put_mark(scenario: Scenario, mark: Mark, key: str | None = None, *, gesture: str = "") -> Command:
    """A new mark, or another in place of one."""
    known = key in scenario.marks
    if key is None:
        key = f"{1 + max((int(name) for name in scenario.marks), default=0):06d}"
    after = scenario.with_entry("marks", key, mark)
    return Command.between("Change a mark" if known else "Set a mark", scenario, after, gesture=gesture)


def drop_mark(scenario: Scenario, key: str) -> Command:
    """
    Raises:
        UserError: no such mark.
    """
    if key not in scenario.marks:
        raise UserError("There is no such mark", field="marks")
    return Command.between("Remove a mark", scenario, scenario.with_entry("marks", key, None))


def set_span(scenario: Scenario, span: Span | None, *, gesture: str = "") -> Command:
    return Command.between("Set in and out", scenario, scenario.with_part("span", span), gesture=gesture)


def set_scene(scenario: Scenario, scene: SceneReference | None) -> Command:
    return Command.between("Use another scene", scenario, scenario.with_part("scene", scene))


def relink_log(scenario: Scenario, log: DrivingLog, address: Path | None = None) -> Command:
    """The same log at another place: an address as `open_log` takes it, by default the log's folder.

    Raises:
        UserError: it is another log.
    """
    if log_fingerprint(log) != scenario.log.fingerprint:
        raise UserError(
            f"This is not the log “{scenario.log.name}” that the scenario was made on",
            path=log.path,
            remedy="Choose the same recording, in full.",
        )
    found = scenario.log.model_copy(update={"path": str(address or log.path)})
    return Command.between("Relink the log", scenario, scenario.with_part("log", found))


def _camera(title: str, scenario: Scenario, camera: str, values: Mapping[str, object], gesture: str = "") -> Command:
    edit = scenario.cameras.get(camera, CameraEdit()).model_copy(update=values)
    after = scenario.with_entry("cameras", camera, None if edit == CameraEdit() else edit)
    return Command.between(title, scenario, after, gesture=gesture)
