"""`driftless render`: pictures of a scene through the cameras of its log."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from app.lift_log import SCENE
from app.progress_bar import shown_share
from core.engine import JobRunner, LoadScene, RenderRequest, View
from core.errors import UserError
from core.image_bytes import image_bytes
from core.logs import CameraStream, DrivingLog, open_log


class Picture(NamedTuple):
    """One picture to draw, and the name of its file below the output folder."""

    view: View
    file: str


def render_scene(
    scene: Path, out: Path, *, cameras: Sequence[str], log: Path | None, at: Sequence[float], size: str | None
) -> None:
    """Draw a scene at the poses of cameras: at all their images, or at some times.

    Raises:
        UserError: no scene, no log, no such camera, a time outside the log, or a folder that cannot be written.
    """
    size_px = parsed_size(size)
    runner = JobRunner()
    runner.run_here(LoadScene(scene_id=SCENE, folder=scene))
    drive = open_log(log) if log is not None else log_of(runner.scenes.get(SCENE).source, scene)
    streams = chosen_cameras(drive, cameras)
    pictures = list(pictures_at(drive, streams, at, size_px) if at else pictures_of_images(drive, streams, size_px))
    with shown_share("Drawing") as report:
        for done, picture in enumerate(pictures):
            report(done / len(pictures), picture.file)
            drawn = runner.run_here(RenderRequest(scene_id=SCENE, views=(picture.view,)))
            path = out / picture.file
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(image_bytes(drawn.arrays[f"{picture.view.name}/rgb"], ".png"))
            except OSError as error:
                raise UserError(f"The picture cannot be written ({error.strerror})", path=path) from error
    typer.echo(f"{len(pictures)} pictures in {out}")


def log_of(source: str, scene: Path) -> DrivingLog:
    """The log that a scene was made of.

    Raises:
        UserError: it cannot be opened, or the scene does not say.
    """
    remedy = "Name the log: --log PATH."
    if not source:
        raise UserError("The scene does not say which log it was made of", path=scene, remedy=remedy)
    try:
        return open_log(Path(source))
    except UserError as error:
        raise UserError(f"The scene's log cannot be opened: {error.what}", path=source, remedy=remedy) from error


def chosen_cameras(log: DrivingLog, names: Sequence[str]) -> list[CameraStream]:
    """The cameras of these names, which may also stand in one text with commas between; all for none.

    Raises:
        UserError: the log has no such camera.
    """
    wanted = [name for text in names for name in text.split(",") if name]
    known = {stream.name: stream for stream in log.cameras}
    for name in wanted:
        if name not in known:
            raise UserError(
                f"The log has no camera {name!r}", path=log.path, remedy=f"There are {', '.join(known) or 'none'}."
            )
    return [known[name] for name in wanted or known]


def pictures_of_images(
    log: DrivingLog, streams: Sequence[CameraStream], size_px: tuple[int, int] | None
) -> Iterator[Picture]:
    """One for each image, at its own time and pose."""
    for stream in streams:
        for index, t_ns in enumerate(stream.t_ns):
            pose, t_s = stream.world_from_camera[index], log.t_s(int(t_ns))
            view = View.of(stream.name, stream.camera, pose, t_s, size_px, rig_camera=stream.name)
            yield Picture(view, f"{stream.name}/{index:04d}.png")


def pictures_at(
    log: DrivingLog, streams: Sequence[CameraStream], times_s: Sequence[float], size_px: tuple[int, int] | None
) -> Iterator[Picture]:
    """One for each camera and time, where the camera then is, whether or not it took an image.

    Raises:
        UserError: a time outside the log.
    """
    for t_s in times_s:
        if not 0.0 <= t_s <= log.duration_s:
            raise UserError(
                f"{t_s:g} s lies outside the log", field="--at", remedy=f"It is {log.duration_s:.1f} s long."
            )
        ego = log.ego.at(log.t_ns(t_s))
        for stream in streams:
            pose = ego @ stream.ego_from_camera
            view = View.of(stream.name, stream.camera, pose, t_s, size_px, rig_camera=stream.name)
            yield Picture(view, f"{stream.name}/{t_s:07.3f}s.png")


def parsed_size(text: str | None) -> tuple[int, int] | None:
    """Width and height in pixels of a text such as `448x256`.

    Raises:
        UserError: the text is none.
    """
    if text is None:
        return None
    matched = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text)
    if matched is None:
        raise UserError(f"{text!r} is no picture size", field="--size", remedy="Write width x height, as in 448x256.")
    return int(matched[1]), int(matched[2])
