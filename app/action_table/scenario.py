"""What edits how the ego and actors move."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from app.templates import TEMPLATES

if TYPE_CHECKING:
    from app.main_window import MainWindow


def scenario_actions(window: MainWindow) -> list[Action]:
    return [*_path_actions(window), *_template_actions(window), *_key_frame_actions(window), *_file_actions(window)]


def _path_actions(window: MainWindow) -> list[Action]:
    paths = window.paths
    return [
        Action(
            id="path.edit",
            text="Edit the path",
            menu="Scenario",
            handler=paths.toggle,
            shortcuts=("P",),
            icon="vector-polyline",
            tip="Bend or draw the path of the ego or of the selected actor, in the scene",
            enabled=paths.has_path,
            checked=paths.is_editing,
        ),
        Action(
            id="path.draw",
            text="Draw a new path from the playhead",
            menu="Scenario",
            handler=paths.draw_anew,
            shortcuts=("Shift+P",),
            icon="vector-polyline-plus",
            tip="Until the playhead everything stays as it is, from there on the path is yours",
            enabled=paths.has_path,
        ),
        Action(
            id="path.reset",
            text="Move as recorded",
            menu="Scenario",
            handler=paths.reset,
            icon="backup-restore",
            tip="Take back all that was bent or drawn of this path",
            enabled=paths.is_edited,
        ),
    ]


def _template_actions(window: MainWindow) -> list[Action]:
    templates = window.paths.templates
    return [
        Action(
            id=f"template.{template.id}",
            text=template.text,
            menu="Scenario",
            handler=partial(templates.open, template),
            icon=template.icon,
            tip=template.tip,
            enabled=partial(templates.fits, template),
            section=1,
        )
        for template in TEMPLATES
    ]


def _key_frame_actions(window: MainWindow) -> list[Action]:
    frames = window.paths.key_frames
    return [
        Action(
            id=f"key_frames.{name}",
            text=text,
            menu="Scenario",
            handler=handler,
            icon=sign,
            tip=tip,
            enabled=enabled,
            section=2,
        )
        for name, text, handler, sign, tip, enabled in (
            ("copy", "Copy key frames", frames.copy, "content-copy", "Of the path between in and out", frames.can_copy),
            (
                "paste",
                "Paste key frames",
                frames.paste,
                "content-paste",
                "Let the selected one drive the copied stretch from the playhead on",
                frames.can_paste,
            ),
            (
                "mirror",
                "Mirror key frames in time",
                frames.mirror,
                "swap-horizontal-bold",
                "Drive the path between in and out backwards, in the same time",
                frames.can_copy,
            ),
        )
    ]


def _file_actions(window: MainWindow) -> list[Action]:
    paths = window.paths
    return [
        Action(
            id="ego_path.import",
            text="Import an ego path…",
            menu="Scenario",
            handler=paths.import_ego_path,
            icon="file-import-outline",
            tip="From CSV or JSON, a row for each instant",
            enabled=window.has_log,
            section=3,
        ),
        Action(
            id="ego_path.export",
            text="Export the ego path…",
            menu="Scenario",
            handler=paths.export_ego_path,
            icon="file-export-outline",
            tip="As CSV or JSON, as it is after all edits",
            enabled=window.has_log,
            section=3,
        ),
    ]
