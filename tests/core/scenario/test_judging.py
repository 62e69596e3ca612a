"""The verdict on a motion: what is gravest when, and in which words."""

from __future__ import annotations

from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.scenario import EGO, Case, EditedDrive, EgoPath, Judge, Replay, editing
from core.scenario.motion import GRAVITY, Bend, Kind, Shift, Verdict, told

LOG = small_drive()


def verdict(*bends: Bend, who: str = EGO, judge: Judge | None = None) -> Verdict:
    scenario = scenario_of(LOG)
    motion: EgoPath = editing.with_bends(Replay(), bends)
    drive = EditedDrive(editing.set_motion("", scenario, who, motion).apply(scenario), LOG)
    return (judge or Judge()).verdict(Case.of(drive, who))


def test_the_recorded_drive_is_fine_and_seen() -> None:
    found = verdict()
    assert found.violations == () and (found.gravest() == -1).all()
    assert set(found.trust) == {"left", "front", "back"}
    readings = dict(found.readings(1.0, str.title))
    assert readings["Speed"] == "5.0 m/s" and readings["Least trusted"].split(",")[0] in {"Left", "Front", "Back"}


def test_a_drive_far_aside_is_not_to_be_trusted_and_off_the_road() -> None:
    found = verdict(Shift(left_m=9.0))
    kinds = {violation.kind for violation in found.violations}
    assert {Kind.UNTRUSTED, Kind.OFF_ROAD} <= kinds
    inside = found.gravest()[(found.t_s > 0.5) & (found.t_s < 1.5)]
    assert (inside == GRAVITY.index(Kind.OFF_ROAD)).all()  # graver than that it was not seen
    (untrusted,) = [told(v) for v in found.violations if v.kind is Kind.UNTRUSTED]
    assert untrusted.startswith("Pictures not to be trusted, ")


def test_who_is_hit_is_told_and_of_an_actor_no_camera_is_asked() -> None:
    found = verdict(Shift(left_m=-7.0), who="car")
    hits = [told(violation) for violation in found.violations if violation.kind is Kind.OVERLAP]
    assert hits == ["Overlap with walker"] and found.trust == {}


def test_a_judge_goes_on_with_what_it_has_prepared_and_finds_the_same() -> None:
    judge = Judge()
    verdict(judge=judge)
    again, fresh = verdict(Shift(left_m=9.0), judge=judge), verdict(Shift(left_m=9.0))
    assert again.violations == fresh.violations and (again.gravest() == fresh.gravest()).all()
