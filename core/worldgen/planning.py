"""Plans of drives as a log, or a scenario on it, has them, beyond the log's end too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.logs import DrivingLog
from core.scenario import EditedDrive, Scenario
from core.scenario.motion import prolonged
from core.worldgen.conditions.viewpoints import lacking_s
from core.worldgen.conditions.weather import asked_weather, recorded_weather, share_of
from core.worldgen.plan import Plan


def planned(
    log: DrivingLog,
    scenario: Scenario | None,
    *,
    given: int,
    frames: int,
    height: int,
    multiple: int,
    cameras: Sequence[str] | None = None,
    weather: str | None = None,
) -> Plan:
    """The plan of a drive that begins with a log's first pictures. Its warnings tell what is not as one might expect.

    Args:
        log: what was recorded.
        scenario: the edits of path, actors, rig, weather and light; None for none.
        given: frames that are taken from the log.
        frames: to make after these; those beyond the log's end are of the log `prolonged`, before any edit.
        height: of the pictures.
        multiple: of which their width is one.
        cameras: names; all that are on by default.
        weather: in place of the scenario's; None: as that says, or else as the log was recorded, where that is known.

    Raises:
        UserError: the log has no such camera or too few pictures, or an image cannot be read.
    """
    warnings: list[str] = []
    if lacking := lacking_s(log, given + frames, cameras):
        told = "everybody goes on at constant speed along their lane, and nobody new appears"
        warnings.append(f"The log ends {lacking:.1f} s before the drive does; from there on {told}")
        log = prolonged(log, lacking)
    driven, name, sun_elevation_rad, intensity = log, weather, None, 1.0
    if scenario is not None:
        drive, asked = EditedDrive(scenario, log), scenario.conditions
        driven = drive.as_driven
        if weather is None:
            name, sun_elevation_rad, intensity = asked.weather, asked.sun_elevation_rad, asked.intensity
        warnings += drive.warnings
        if asked.text:
            warnings.append("The generator understands no words, so the scenario's text is not heeded")
    if name == "snow":
        warnings.append("The generator knows no snow; it makes an overcast day")
    recorded = recorded_weather(log)
    plan = Plan.of_log(
        driven,
        given=given,
        frames=frames,
        height=height,
        multiple=multiple,
        cameras=cameras,
        weather=asked_weather(name, sun_elevation_rad, recorded),
        recorded_by=log,
    )
    beyond = tuple(driven.tracks) if lacking else ()
    if plan.weather is not None and name is not None:  # as recorded, there is as much as there was
        plan = replace(plan, share=share_of(plan.weather[0], intensity))
    return replace(plan, changes=plan.weather != recorded, beyond=beyond, warnings=(*warnings, *plan.warnings))
