"""Clips hold the frames of a take at their times, and say where they are from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.errors import UserError
from core.export.clips import ClipOrder, export_clips
from core.scenario import EditedDrive, editing
from core.takes import Chunk, TakeCamera, TakePlan, TakeStore

TIMES_S = (0.4, 0.5, 0.601, 0.7, 0.9, 1.0)
CAMERAS = (TakeCamera(name="left", width=24, height=40), TakeCamera(name="front", width=64, height=36))
CAMERAS += (TakeCamera(name="back", width=45, height=30),)


def grey(camera: int, frame: int) -> int:
    return 30 + 50 * camera + 15 * frame


@pytest.fixture
def order(tmp_path: Path) -> ClipOrder:
    log = small_drive()
    scenario = editing.rename_actor(scenario_of(log), "car", "Ada").apply(scenario_of(log))
    store = TakeStore(tmp_path / "takes")
    known = {"coupling": "reconstruction", "steps": 4, "seed": 7, "log_name": log.name, "licence": "CC BY 4.0"}
    plan = TakePlan(frames=6, scenario_hash=scenario.document_hash, edits=("Rename car",), **known)
    take = store.create(plan, scenario, CAMERAS, {"generator": "0123"})
    pictures = {
        camera.name: [np.full((camera.height, camera.width, 3), grey(number, frame), np.uint8) for frame in range(6)]
        for number, camera in enumerate(CAMERAS)
    }
    store.append(take, Chunk(begin=0, t_s=TIMES_S), pictures)
    frames = store.frames(take.number)
    return ClipOrder(frames, EditedDrive(scenario, log), tmp_path / "out", 0, 6, frames.cameras, mosaic=True)


def decoded(path: Path) -> tuple[list[float], NDArray[np.uint8]]:
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
    return [float(frame.time or 0) for frame in frames], np.stack(
        [frame.to_ndarray(format="rgb24") for frame in frames]
    )


def test_each_clip_has_every_frame_at_its_time(order: ClipOrder) -> None:
    seen: list[tuple[int, int]] = []
    clips = export_clips(order, lambda done, total: seen.append((done, total)))
    assert [clip.name for clip in clips] == [f"take-1-{name}.mp4" for name in ("left", "front", "back", "mosaic")]
    for number, clip in enumerate(clips[:3]):
        times_s, pictures = decoded(clip)
        assert times_s == pytest.approx([t_s - TIMES_S[0] for t_s in TIMES_S], abs=2e-6)
        levels = pictures[:, 5:20, 5:20].reshape(6, -1)
        assert np.abs(levels.astype(int) - [[grey(number, frame)] for frame in range(6)]).max() <= 4
    assert decoded(clips[2])[1].shape[1:3] == (30, 46)  # of even sides
    assert seen[-1] == (6, 6)
    assert sorted(path.suffix for path in order.folder.iterdir()) == [".json"] * 4 + [".mp4"] * 4


def test_the_mosaic_stands_as_the_cameras_do(order: ClipOrder) -> None:
    (clip,) = export_clips(replace(order, cameras=(), begin=1, end=3))
    assert clip.name == "take-1-frames-1-2-mosaic.mp4"
    times_s, pictures = decoded(clip)
    assert times_s == pytest.approx([0.0, 0.101], abs=2e-6)
    height, width = pictures.shape[1:3]
    assert abs(int(pictures[0, height // 4, width // 2, 0]) - grey(1, 1)) <= 4  # front above
    rear = {int(value) for value in pictures[1, height - 10, :, 0]}
    assert {any(abs(value - grey(camera, 2)) <= 4 for value in rear) for camera in (0, 2)} == {True}


def test_a_clip_says_what_it_shows_and_where_it_is_from(order: ClipOrder) -> None:
    clips = export_clips(replace(order, cameras=("front",), mosaic=False, begin=2, end=5))
    page = json.loads(clips[0].with_suffix(".json").read_text())
    assert page["clip"] == "take-1-frames-2-4-front.mp4"
    assert page["log"] == {"name": "small drive", "licence": "CC BY 4.0"}
    assert (page["seed"], page["steps"], page["coupling"]) == (7, 4, "reconstruction")
    assert page["models"] == {"generator": "0123"}
    assert page["edits"] == ["Rename car"]
    assert page["scenario"]["actors"]["car"]["name"] == "Ada"
    assert page["t_s"] == [0.601, 0.7, 0.9]
    assert [label["t_s"] for label in page["labels"]] == page["t_s"]
    box = next(box for box in page["labels"][0]["boxes"] if box["id"] == "car")
    car = order.drive.track("car").box_at(order.drive.log.t_ns(0.601))
    assert car is not None
    assert box["world_from_box"]["position_m"] == pytest.approx(car.world_from_box.translation, abs=1e-4)


def test_what_is_cancelled_leaves_nothing_and_what_is_there_stays(order: ClipOrder) -> None:
    (before,) = export_clips(replace(order, cameras=("front",), mosaic=False))
    content = before.read_bytes()
    calls: list[None] = []

    def enough() -> None:
        calls.append(None)
        if len(calls) > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_clips(order, between=enough)
    assert before.read_bytes() == content
    assert sorted(path.name for path in order.folder.iterdir()) == ["take-1-front.json", "take-1-front.mp4"]


def test_what_cannot_be_exported_is_told(order: ClipOrder, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no frames 4 to 8"):
        export_clips(replace(order, begin=4, end=9))
    with pytest.raises(UserError, match="no camera 'roof'"):
        export_clips(replace(order, cameras=("roof",)))
    with pytest.raises(UserError, match="No clip"):
        export_clips(replace(order, cameras=(), mosaic=False))
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="a file where"):
        export_clips(replace(order, folder=tmp_path / "file"))
