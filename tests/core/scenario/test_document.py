"""The document: equal ones read alike, others are refused with words."""

from __future__ import annotations

import json

import pytest
from scenario_street import scenario_of, street_scene
from synthetic_drive import small_drive

from core.errors import UserError
from core.geometry import PinholeCamera, Pose
from core.scenario import CameraEdit, Cleanup, Keyed, KeyFrame, Placement, Scenario, Sphere, editing, log_fingerprint
from core.scenario.migrations import upgraded


@pytest.fixture
def scenario() -> Scenario:
    return scenario_of(small_drive())


def test_the_order_of_edits_of_different_actors_does_not_show(scenario: Scenario) -> None:
    one = editing.rename_actor(scenario, "car", "Ida").apply(scenario)
    both = editing.rename_actor(one, "walker", "Ada").apply(one)
    other = editing.rename_actor(scenario, "walker", "Ada").apply(scenario)
    assert editing.rename_actor(other, "car", "Ida").apply(other).to_json() == both.to_json()
    assert both.document_hash != one.document_hash


def test_an_edit_that_says_nothing_any_more_is_not_kept(scenario: Scenario) -> None:
    named = editing.rename_actor(scenario, "car", "Ida").apply(scenario)
    assert editing.rename_actor(named, "car", " ").apply(named) == scenario


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 9}, "version 9.*Update"),
        ({"schema_version": "new"}, "no scenario"),
        ({"name": None}, "field name"),
        ({"colour": "red"}, "field colour"),
        ({"actors": {"car": {"placement": {"rotation_wxyz": [1, 1, 0, 0]}}}}, "unit length"),
        ({"cameras": {"front": {"lens": {"model": "mirror"}}}}, "Unknown camera model"),
        ({"marks": {"1": {"t_s": "soon"}}}, r"marks.1.t_s"),
    ],
)
def test_documents_that_are_none_are_refused(scenario: Scenario, change: dict[str, object], words: str) -> None:
    text = json.dumps(json.loads(scenario.to_json()) | change)
    with pytest.raises(UserError, match=words):
        Scenario.from_json(text)


def test_a_document_that_is_cut_short_is_refused(scenario: Scenario) -> None:
    with pytest.raises(UserError, match="cut short"):
        Scenario.from_json(scenario.to_json()[:-10])


def test_earlier_versions_take_every_step_to_today() -> None:
    steps = (lambda old: {"b": old["a"]}, lambda old: {"c": old["b"] + 1})
    assert upgraded({"a": 1}, 1, migrations=steps) == {"c": 2, "schema_version": 3}
    assert upgraded({"b": 5}, 2, migrations=steps) == {"c": 6, "schema_version": 3}
    with pytest.raises(UserError, match="version 4"):
        upgraded({}, 4, migrations=steps)


def test_a_log_is_known_again_wherever_it_lies(scenario: Scenario) -> None:
    log = small_drive()
    elsewhere = editing.relink_log(scenario, log).apply(scenario)
    assert elsewhere.log.fingerprint == log_fingerprint(small_drive())
    with pytest.raises(UserError, match="not the log"):
        editing.relink_log(scenario, small_drive(missing_back=3))


def test_a_lens_is_kept_as_it_is(scenario: Scenario) -> None:
    lens = PinholeCamera(64, 48, 40.0, 41.0, 31.5, 23.5)
    edited = editing.change_lens(scenario, "front", lens).apply(scenario)
    assert Scenario.from_json(edited.to_json()).cameras["front"].camera == lens
    assert CameraEdit(lens=lens).camera == lens


def test_nonsense_is_no_part_of_a_document() -> None:
    place = Placement()
    with pytest.raises(ValueError, match="do not increase"):
        Keyed(frames=(KeyFrame(t_s=1.0, place=place), KeyFrame(t_s=1.0, place=place)))
    with pytest.raises(ValueError, match="who has them"):
        Cleanup(action="assign", regions=(Sphere(centre_m=(0.0, 0.0, 0.0), radius_m=1.0),))


def test_scenes_with_other_splats_have_other_hashes() -> None:
    from dataclasses import replace

    from core.scenario import scene_hash

    scene = street_scene(small_drive())
    assert scene_hash(scene) == scene_hash(street_scene(small_drive()))
    assert scene_hash(replace(scene, static=scene.static[1:])) != scene_hash(scene)


def test_a_placement_is_the_pose_that_it_was_made_of() -> None:
    pose = Pose.from_heading(0.7, [1.0, 2.0, 3.0])
    assert Placement.of(pose).pose.matrix == pytest.approx(pose.matrix, abs=1e-12)
