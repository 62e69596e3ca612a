"""Projects on disk: saved, reopened, killed, locked, on disks that are full or read-only."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from scenario_street import deer, scenario_of, street_scene
from synthetic_drive import small_drive

from core.errors import UserError
from core.geometry import Pose
from core.scenario import Scenario, SceneReference, editing
from core.scenario.project import DOCUMENT, JOURNAL, Project, create_untitled, recoverable
from core.scene import asset_of


@pytest.fixture
def scenario() -> Scenario:
    return scenario_of(small_drive())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cut in.driftless"


def name(project: Project, text: str) -> None:
    project.do(editing.rename_actor(project.scenario, "car", text))


def reopened(project: Project) -> Project:
    project.close()
    return Project.open(project.folder)


def test_a_saved_project_comes_back_with_its_steps(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    assert project.is_untitled
    name(project, "Ida")
    name(project, "Ada")
    project.undo()
    project.save()
    assert project.is_saved
    again = reopened(project)
    assert again.scenario == project.scenario
    assert (again.is_saved, again.warnings, again.problem) == (True, (), None)
    assert again.redo().actors["car"].name == "Ada"
    assert not again.is_saved
    again.undo()
    again.undo()
    assert again.scenario == scenario
    again.close()


def test_what_was_not_saved_is_there_again(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    project.save()
    name(project, "Ida")
    again = reopened(project)
    assert again.scenario.actors["car"].name == "Ida"
    assert not again.is_saved
    again.back_to_saved()
    assert again.scenario == scenario
    assert again.is_saved
    third = reopened(again)
    assert (third.scenario, third.is_saved) == (scenario, True)
    third.close()


def test_a_save_that_was_cut_short_counts(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    name(project, "Ida")
    project.save()
    name(project, "Ada")
    before = (folder / JOURNAL).read_bytes()
    project.save()
    project.close()
    (folder / JOURNAL).write_bytes(before)
    again = Project.open(folder)
    assert (again.scenario, again.is_saved, again.warnings) == (project.scenario, True, ())
    name(again, "Eve")
    third = reopened(again)
    assert third.scenario.actors["car"].name == "Eve"
    assert third.warnings == ()
    third.close()


def test_a_torn_last_line_is_dropped_and_the_journal_goes_on(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    name(project, "Ida")
    name(project, "Ada")
    project.close()
    path = folder / JOURNAL
    path.write_bytes(path.read_bytes()[:-20])
    torn = Project.open(folder)
    assert torn.scenario.actors["car"].name == "Ida"
    assert "last line" in torn.warnings[0]
    name(torn, "Eve")
    again = reopened(torn)
    assert again.scenario.actors["car"].name == "Eve"
    assert again.warnings == ()
    again.close()


def test_a_journal_damaged_before_the_save_gives_way_to_the_document(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    name(project, "Ida")
    project.save()
    project.close()
    path = folder / JOURNAL
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"x" + b"".join(lines[1:]))
    again = Project.open(folder)
    assert again.scenario == project.scenario
    assert again.is_saved
    assert "set aside" in again.warnings[0]
    assert len(list(folder.glob("journal-*.jsonl"))) == 1
    again = reopened(again)
    assert (again.scenario, again.warnings) == (project.scenario, ())
    again.close()


@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 100])
def test_a_journal_that_is_none_gives_way_to_the_document(folder: Path, scenario: Scenario, content: bytes) -> None:
    project = Project.create(folder, scenario)
    project.save()
    project.close()
    (folder / JOURNAL).write_bytes(content)
    again = Project.open(folder)
    assert (again.scenario, again.is_saved) == (scenario, True)
    assert again.warnings
    again.close()
    (folder / JOURNAL).unlink()
    again = Project.open(folder)
    assert (again.scenario, again.warnings) == (scenario, ())
    again.close()


def test_a_document_of_a_newer_version_is_refused_and_left_alone(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    project.save()
    project.close()
    newer = json.dumps(json.loads((folder / DOCUMENT).read_text()) | {"schema_version": 5}).encode()
    (folder / DOCUMENT).write_bytes(newer)
    journal = (folder / JOURNAL).read_bytes()
    with pytest.raises(UserError, match=r"version 5.*Update"):
        Project.open(folder)
    assert (folder / DOCUMENT).read_bytes() == newer
    assert (folder / JOURNAL).read_bytes() == journal


def test_two_windows_do_not_write_one_project(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    with pytest.raises(UserError, match=f"another window \\(process {os.getpid()}\\)"):
        Project.open(folder)
    project.close()
    Project.open(folder).close()


def test_what_is_no_project_is_not_opened_or_overwritten(tmp_path: Path, scenario: Scenario) -> None:
    with pytest.raises(UserError, match="no project"):
        Project.open(tmp_path / "nowhere")
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="no project"):
        Project.open(tmp_path)
    with pytest.raises(UserError, match="something else"):
        Project.create(tmp_path, scenario)
    project = Project.create(tmp_path / "mine", scenario)
    with pytest.raises(UserError, match="something else"):
        project.save_as(tmp_path)
    project.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.txt", "mine"]


def test_saving_elsewhere_takes_everything_along(tmp_path: Path, folder: Path, scenario: Scenario) -> None:
    untitled = create_untitled(scenario, tmp_path / "state")
    before = untitled.folder
    asset = untitled.assets.add(deer())
    command, _ = editing.insert_asset(untitled.scenario, asset, Pose.identity())
    untitled.do(command)
    (before / "scene").mkdir()
    (before / "scene" / "scene.json").write_text("{}")
    scene = SceneReference(path="scene", hash="0" * 16)
    untitled.do(editing.set_scene(untitled.scenario, scene))
    untitled.save_as(folder)
    assert not before.exists()
    assert untitled.is_saved
    name(untitled, "Ida")
    again = reopened(untitled)
    assert again.history.titles == ["Insert “deer”", "Use another scene", "Rename an actor"]
    assert again.scene_folder == folder / "scene"
    assert (folder / "scene" / "scene.json").exists()
    assert asset.asset is not None
    assert len(again.assets.load(asset.asset).cloud) == 7
    again.save_as(tmp_path / "copy.driftless")
    assert (folder / DOCUMENT).exists()
    again.close()


def test_an_asset_is_there_once_and_in_full(folder: Path, scenario: Scenario) -> None:
    project = Project.create(folder, scenario)
    scene = street_scene(small_drive())
    once = project.assets.add(asset_of(scene, scene.actors[0]))
    assert project.assets.add(asset_of(scene, scene.actors[0])) == once
    assert [path.name for path in project.assets.folder.iterdir()] == [once.asset]
    assert (once.name, once.licence) == ("car", "CC BY 4.0")
    assert project.assets.add_folder(project.assets.folder / str(once.asset)) == once
    with pytest.raises(UserError, match="missing"):
        project.assets.load("f" * 16)
    with pytest.raises(UserError):
        project.assets.add_files({})
    assert [path.name for path in project.assets.folder.iterdir()] == [once.asset]
    project.close()


def test_unsaved_scenarios_are_offered_until_they_are_dealt_with(tmp_path: Path, scenario: Scenario) -> None:
    state = tmp_path / "state"
    edited, untouched, elsewhere = (create_untitled(scenario, state) for _ in range(3))
    name(edited, "Ida")
    name(elsewhere, "Ada")
    edited.close()
    untouched.close()
    (state / "half.driftless").mkdir()
    (state / "half.driftless" / JOURNAL).write_bytes(b'{"check"')
    found = recoverable(state)
    assert [(each.folder, each.steps) for each in found] == [(edited.folder, 1)]
    assert sorted(state.iterdir()) == sorted([edited.folder, elsewhere.folder])
    again = Project.open(found[0].folder)
    assert again.scenario == edited.scenario
    again.discard()
    assert recoverable(state) == []
    elsewhere.close()
    assert recoverable(tmp_path / "nothing") == []


class FullDisk:
    """Writes half of what it is given, then nothing, until there is room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = True
        self._write = os.write
        monkeypatch.setattr(os, "write", self.write)

    def write(self, number: int, content: bytes) -> int:
        if not self.full:
            return self._write(number, content)
        if len(content) > 20:
            return self._write(number, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_on_a_full_disk_edits_wait_in_memory(folder: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.create(folder, scenario)
    name(project, "Ida")
    before = (folder / JOURNAL).read_bytes()
    disk = FullDisk(monkeypatch)
    name(project, "Ada")
    project.undo()
    assert project.problem is not None
    assert "No space left" in str(project.problem)
    assert (folder / JOURNAL).read_bytes() == before
    assert project.scenario.actors["car"].name == "Ida"
    disk.full = False
    project.redo()
    assert project.problem is None
    again = reopened(project)
    assert again.scenario.actors["car"].name == "Ada"
    assert again.warnings == ()
    again.close()


def test_a_save_that_fails_leaves_the_saved_document(
    folder: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project.create(folder, scenario)
    project.save()
    before = (folder / DOCUMENT).read_bytes()
    name(project, "Ida")

    def fail(self: Path, *rest: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(UserError, match=r"No space left.*kept in memory"):
            project.save()
    assert (folder / DOCUMENT).read_bytes() == before
    assert not project.is_saved
    assert sorted(path.name for path in folder.iterdir()) == [JOURNAL, "lock", DOCUMENT]
    project.save()
    assert project.is_saved
    project.close()


def test_a_read_only_project_is_edited_in_memory_and_saved_elsewhere(
    tmp_path: Path, folder: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project.create(folder, scenario)
    project.save()
    project.close()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    really = os.open

    def refuse(path: str | Path, flags: int, *rest: int, **options: int) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY) and folder in Path(path).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return really(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    locked = Project.open(folder)
    assert locked.scenario == scenario
    name(locked, "Ida")
    assert locked.problem is not None
    with pytest.raises(UserError, match="Permission denied"):
        locked.save()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    locked.save_as(tmp_path / "elsewhere.driftless")
    assert locked.problem is None
    assert locked.is_saved
    again = reopened(locked)
    assert again.scenario.actors["car"].name == "Ida"
    again.close()


def test_where_nothing_can_be_written_a_new_scenario_lives_in_memory(tmp_path: Path, scenario: Scenario) -> None:
    (tmp_path / "file").write_text("in the way")
    project = create_untitled(scenario, tmp_path / "file")
    name(project, "Ida")
    assert project.problem is not None
    project.save_as(tmp_path / "mine.driftless")
    assert project.problem is None
    assert project.is_saved
    project.close()
