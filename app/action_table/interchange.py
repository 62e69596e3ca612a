"""Files of other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def interchange_actions(window: MainWindow) -> list[Action]:
    files = window.interchange
    rows = (
        (
            "scenario.import",
            "Import OpenSCENARIO…",
            files.import_scenario,
            "import",
            "Let the ego and actors drive as a file says, as one step",
            window.has_log,
        ),
        (
            "scenario.export",
            "Export OpenSCENARIO…",
            files.export_scenario,
            "export",
            "Write where everybody drives, with the lane map beside it",
            window.has_log,
        ),
        ("map.export", "Export OpenDRIVE…", files.export_map, "map-outline", "Write the lane map", window.has_lanes),
    )
    return [
        Action(id=name, text=text, menu="File", handler=handler, icon=sign, tip=tip, enabled=enabled, section=2)
        for name, text, handler, sign, tip, enabled in rows
    ]
