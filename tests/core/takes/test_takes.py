"""Takes on disk: written chunk by chunk, branched, cut off, moved with their project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.errors import UserError
from core.logs import ImageCache
from core.scenario import Scenario
from core.scenario.project import Project, create_untitled, recoverable
from core.takes import Chunk, Take, TakeCamera, TakePlan, TakeStore

CAMERAS = (TakeCamera(name="front", width=32, height=16), TakeCamera(name="left", width=12, height=20))


@pytest.fixture
def scenario() -> Scenario:
    return scenario_of(small_drive())


@pytest.fixture
def store(tmp_path: Path) -> TakeStore:
    return TakeStore(tmp_path / "takes")


def plan(scenario: Scenario, **changes: object) -> TakePlan:
    known = {"frames": 6, "coupling": "reconstruction", "steps": 4, "seed": 7, "log_name": "small", "licence": "MIT"}
    return TakePlan(**(known | {"scenario_hash": scenario.document_hash} | changes))


def colour(frame: int, version: int = 0) -> tuple[int, int, int]:
    return 20 + 20 * frame, 200 - 60 * version, 90


def picture(camera: TakeCamera, frame: int, version: int = 0) -> NDArray[np.uint8]:
    return np.full((camera.height, camera.width, 3), colour(frame, version), np.uint8)


def grow(store: TakeStore, take: Take, begin: int, end: int, version: int = 0) -> None:
    frames = range(begin, end)
    chunk = Chunk(begin=begin, t_s=tuple(0.4 + 0.1 * frame for frame in frames), model_s=0.5)
    made = {camera.name: [picture(camera, frame, version) for frame in frames] for camera in CAMERAS}
    store.append(take, chunk, made)


def begun(store: TakeStore, scenario: Scenario, **changes: object) -> Take:
    return store.create(plan(scenario, **changes), scenario, CAMERAS, {"generator": "abc"})


def shown(store: TakeStore, number: int) -> list[tuple[int, ...]]:
    """The colours of all frames, as another process would read them."""
    fresh = TakeStore(store.folder)
    frames = fresh.frames(number)
    seen = [frames.picture("left", frame) for frame in range(len(frames))]
    assert all(image.shape == (20, 12, 3) for image in seen)
    return [tuple(image[10, 6].tolist()) for image in seen]


def near(seen: list[tuple[int, ...]], expected: list[tuple[int, int, int]]) -> bool:
    return len(seen) == len(expected) and bool(np.abs(np.array(seen) - np.array(expected)).max(initial=0) <= 3)


def test_a_take_comes_back_with_its_facts_times_and_pictures(store: TakeStore, scenario: Scenario) -> None:
    take = begun(store, scenario, edits=("Move car",))
    grow(store, take, 0, 2)
    grow(store, take, 2, 5)
    fresh = TakeStore(store.folder)
    assert fresh.takes() == [take]
    assert fresh.scenario(take.number) == scenario
    frames = fresh.frames(take.number)
    assert frames.t_s == pytest.approx([0.4, 0.5, 0.6, 0.7, 0.8])
    assert (frames.rate_hz, frames.is_whole) == (pytest.approx(10.0), False)
    assert [frames.frame_at(t_s) for t_s in (0.3, 0.4, 0.65, 9.0)] == [None, 0, 2, 4]
    assert near(shown(store, take.number), [colour(frame) for frame in range(5)])


def test_each_picture_knows_when_its_camera_fired(store: TakeStore, scenario: Scenario) -> None:
    take = begun(store, scenario)
    made = {camera.name: [picture(camera, frame) for frame in range(2)] for camera in CAMERAS}
    chunk = Chunk(begin=0, t_s=(0.4, 0.5), fired_s={"left": (0.45, 0.56)})
    store.append(take, chunk, made)
    grow(store, take, 2, 3)
    frames = TakeStore(store.folder).frames(take.number)
    assert [frames.fired_s("left", frame) for frame in range(3)] == pytest.approx([0.45, 0.56, 0.6])
    assert [frames.fired_s("front", frame) for frame in range(3)] == pytest.approx([0.4, 0.5, 0.6])
    with pytest.raises(IndexError):
        frames.fired_s("left", 3)


def test_what_was_cut_short_is_left_out_and_the_take_goes_on(store: TakeStore, scenario: Scenario) -> None:
    take = begun(store, scenario)
    grow(store, take, 0, 2)
    grow(store, take, 2, 4)
    folder = store.folder / str(take.number)
    whole = (folder / "chunks.jsonl").read_bytes()
    # A kill while the second chunk's line was written, and a third one's pictures before theirs.
    (folder / "chunks.jsonl").write_bytes(whole[:-20])
    with (folder / "pictures").open("ab") as file:
        file.write(b"half a picture")
    fresh = TakeStore(store.folder)
    assert len(fresh.frames(take.number)) == 2
    grow(fresh, take, 2, 6, version=1)
    expected = [colour(0), colour(1), *(colour(frame, 1) for frame in range(2, 6))]
    assert near(shown(store, take.number), expected)
    assert TakeStore(store.folder).frames(take.number).is_whole


def test_pictures_that_never_reached_the_disk_end_the_take(store: TakeStore, scenario: Scenario) -> None:
    take = begun(store, scenario)
    grow(store, take, 0, 2)
    grow(store, take, 2, 4)
    pictures = store.folder / str(take.number) / "pictures"
    pictures.write_bytes(pictures.read_bytes()[:-1])
    assert near(shown(store, take.number), [colour(0), colour(1)])


def test_a_branch_shares_the_head_of_its_parent_without_a_copy(store: TakeStore, scenario: Scenario) -> None:
    take = begun(store, scenario)
    grow(store, take, 0, 2)
    grow(store, take, 2, 6)
    branch = begun(store, scenario, parent=take.number, first_frame=2)
    grow(store, branch, 2, 4, version=1)
    twig = begun(store, scenario, parent=branch.number, first_frame=3)
    grow(store, twig, 3, 6, version=2)
    assert near(shown(store, take.number), [colour(frame) for frame in range(6)])
    assert near(shown(store, branch.number), [colour(0), colour(1), colour(2, 1), colour(3, 1)])
    assert near(shown(store, twig.number), [colour(0), colour(1), colour(2, 1), *(colour(f, 2) for f in (3, 4, 5))])
    sizes = [(store.folder / str(number) / "pictures").stat().st_size for number in (1, 2, 3)]
    assert sizes[1] < sizes[0] * 0.6
    with pytest.raises(UserError, match="Delete Take 2 first"):
        store.delete(take.number)
    store.delete(twig.number)
    store.delete(branch.number)
    store.delete(take.number)
    assert store.takes() == []


def test_the_number_of_a_deleted_take_shows_none_of_its_pictures(store: TakeStore, scenario: Scenario) -> None:
    first = begun(store, scenario)
    grow(store, first, 0, 2)
    store.delete(first.number)
    second = begun(store, scenario)
    assert second.number == first.number
    grow(store, second, 0, 2, version=1)
    image = store.frames(second.number).picture("front", 1)
    assert near([tuple(image[8, 8].tolist())], [colour(1, 1)])


def test_chunks_follow_each_other(store: TakeStore, scenario: Scenario) -> None:
    take = begun(store, scenario)
    grow(store, take, 0, 2)
    with pytest.raises(UserError, match="Frame 3 does not follow"):
        grow(store, take, 3, 4)
    assert len(store.frames(take.number)) == 2


def test_what_was_made_is_in_memory_within_the_budget(tmp_path: Path, scenario: Scenario) -> None:
    set_bytes = sum(camera.width * camera.height * 3 for camera in CAMERAS)
    store = TakeStore(tmp_path / "takes", ImageCache(3 * set_bytes))
    take = begun(store, scenario)
    grow(store, take, 0, 2)
    grow(store, take, 2, 6)
    frames = store.frames(take.number)
    assert frames.frames_in_memory() == [3, 4, 5]
    assert near([tuple(frames.picture("front", 0)[8, 8].tolist())], [colour(0)])
    assert store.cache.bytes <= 3 * set_bytes


def test_a_disk_that_takes_no_more_says_so_and_keeps_what_is_there(
    store: TakeStore, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = begun(store, scenario)
    grow(store, take, 0, 2)
    with monkeypatch.context() as full:

        def no_room(number: int, content: object) -> int:
            raise OSError(28, "No space left on device")

        full.setattr("core.takes.chunk_file.os.write", no_room)
        with pytest.raises(UserError, match="No space left"):
            grow(store, take, 2, 4)
    grow(store, take, 2, 4, version=1)
    assert near(shown(store, take.number), [colour(0), colour(1), colour(2, 1), colour(3, 1)])


def test_a_damaged_take_names_its_file(store: TakeStore, scenario: Scenario) -> None:
    take = begun(store, scenario)
    facts = store.folder / str(take.number) / "take.json"
    facts.write_text(facts.read_text().replace('"seed": 7', '"seed": -7'))
    with pytest.raises(UserError, match="seed") as told:
        store.takes()
    assert told.value.path == facts


def test_takes_move_with_their_project_and_keep_an_unsaved_one_alive(tmp_path: Path, scenario: Scenario) -> None:
    project = create_untitled(scenario, tmp_path / "unsaved")
    store = TakeStore(project.takes_folder)
    take = begun(store, scenario)
    grow(store, take, 0, 2)
    project.close()
    (found,) = recoverable(tmp_path / "unsaved")  # without any edit
    again = Project.open(found.folder)
    again.save_as(tmp_path / "kept.driftless")
    assert not found.folder.exists()
    moved = TakeStore(again.takes_folder)
    grow(moved, take, 2, 4)
    assert near(shown(moved, take.number), [colour(frame) for frame in range(4)])
    again.close()
