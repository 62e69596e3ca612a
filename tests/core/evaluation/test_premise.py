"""The premise is judged by rules that were fixed, on figures that see drift, collapse and disagreement."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jwm_street import CHUNK, log_and_scene, small_tokenizer
from study_street import FRAMES, small_worldrec, subject, weights

from core.evaluation.film_cells import FilmCells, Judged, Pictures
from core.evaluation.generation import Generator
from core.evaluation.studies.arms import RECONSTRUCTION
from core.evaluation.studies.consistency import consistency_figures
from core.evaluation.studies.counterfactual import Chosen
from core.evaluation.studies.films import Films, judged
from core.evaluation.studies.guards import guard_figures
from core.evaluation.studies.premise import TRAINED_FRAMES, PremiseArms, PremiseFigures, premise_arms, with_stages
from core.evaluation.studies.premise_report import write_premise
from core.evaluation.studies.premise_rules import COUPLING, STAGES, STEPS, claims_of, decided, rules_of
from core.evaluation.studies.subject import Seen, Staging, Subject
from core.geometry import PinholeCamera, Pose
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.plan import Plan

ARMS = PremiseArms([], [], "generation", "serial", "joint", "blank prior", "shuffled prior")
LONG = 3 * TRAINED_FRAMES
GOOD = {
    "joint": {"psnr/all": 25.0, "psnr/unobserved": 20.0, "drift": 0.02, "cross_view": 0.01},
    "serial": {"drift": 0.05, "cross_view": 0.02},
    "generation": {"psnr/all": 18.0, "drift": 0.05, "cross_view": 0.03},
    RECONSTRUCTION: {"psnr/all": 24.0, "psnr/unobserved": 15.0},
    "blank prior": {"dissimilarity": 0.4},
    "shuffled prior": {"dissimilarity": 0.6},
}


def films_of(figures: dict[str, dict[str, float]], drives: int = 5) -> Films:
    """Films whose figures are these, a little more or less for each drive."""
    films = Films()
    for arm, values in figures.items():
        for drive in range(drives):
            told = {f"{name}@{LONG}": value * (1 + 0.01 * drive) for name, value in values.items()}
            films.add(arm, (f"drive {drive}", 0), Judged(told, np.zeros((0, 0), np.float32), None))
    return films


def verdicts(figures: dict[str, dict[str, float]], drives: int = 5) -> dict[str, str]:
    found = decided(rules_of(ARMS, [LONG]), films_of(figures, drives))
    return {each.rule.says: each.verdict for each in found if each.rule.claim == COUPLING}


def test_rules_tell_what_is_supported_what_is_not_and_what_is_undecided() -> None:
    assert set(verdicts(GOOD).values()) == {"supported"}
    steep = verdicts(GOOD | {"joint": GOOD["joint"] | {"drift": 0.036, "psnr/all": 23.0}})
    assert steep["3×: joint drifts at most 0.7 as steeply as generation alone"] == "not supported"  # 0.72
    assert steep["3×: joint drifts less than serial"] == "supported"
    assert steep["3×: joint is truer than the scene alone (PSNR)"] == "not supported"
    same = verdicts(GOOD | {"serial": GOOD["joint"]})
    assert same["3×: joint drifts less than serial"] == "not supported"  # the gain is the prior, not the coupling
    ignored = verdicts(GOOD | {"shuffled prior": {"dissimilarity": 0.4}})
    assert ignored["3×: shuffled prior is worse than blank (1 - SSIM)"] == "not supported"
    assert set(verdicts(GOOD, drives=2).values()) == {"undecided"}
    found = decided(rules_of(ARMS, [LONG]), films_of(GOOD))
    assert claims_of(found) == {STEPS: "undecided", STAGES: "undecided", COUPLING: "supported"}
    margin = next(each.margin for each in found if "scene alone" in each.rule.says)
    assert margin is not None
    assert margin.mean == pytest.approx(-1.02)
    assert margin.drives == 5


def test_a_film_that_fades_or_stops_has_collapsed_and_the_truth_has_not() -> None:
    random = np.random.default_rng(0)
    noise = random.random((1, 1, 16, 60, 3)).astype(np.float32)
    truth = np.concatenate([np.roll(noise, frame, 3)[:, :, :, :24] for frame in range(44)])
    options = {"given": 4, "frame_s": 0.1}
    told = guard_figures(truth, truth, **options)
    assert (told["failure_s"], told["collapsed"]) == (None, 0.0)
    assert told["motion_kept"] == pytest.approx(1.0)
    fading = truth * np.linspace(1, 0.3, 44, dtype=np.float32)[:, None, None, None, None]
    told = guard_figures(truth, fading, **options)
    assert told["failure_s"] in (1.0, 2.0)
    assert told["collapsed"] == 1.0
    stopped = truth.copy()
    stopped[20:] = truth[20]
    told = guard_figures(truth, stopped, **options)
    assert told["failure_s"] is None
    assert told["motion_kept"] == pytest.approx(0.0, abs=0.05)
    assert told["collapsed"] == 1.0


def wall() -> Subject:
    """Two cameras beside each other that drive along a wall with stripes, which is ten metres ahead of them."""
    lens = PinholeCamera(48, 32, 40.0, 40.0, 23.5, 15.5)
    ahead = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    places = [[[0.5 * frame + side, 0.0, 0.0] for side in (0.0, 1.0)] for frame in range(12)]
    poses = Pose(np.stack([[Pose.from_rotation(ahead, place).matrix for place in row] for row in places]))
    times = np.repeat(np.arange(12)[:, None] * 100_000_000, 2, 1)
    views = Viewpoints((lens, lens), times, poses, Pose(poses.matrix[:, 0]))
    truth = np.empty((12, 2, 32, 48, 3), np.uint8)
    for at in np.ndindex(12, 2):
        across_m = poses[at].translation[0] + 10 * (np.arange(48) - 23.5) / 40
        truth[at] = (127 + 100 * np.sin(across_m))[None, :, None]
    plan = Plan(("left", "right"), views, None, None, truth[:2])
    everywhere = np.ones(truth.shape[:-1], bool)
    seen = Seen(~everywhere, everywhere, np.full(truth.shape[:-1], 10, np.float32))
    log, scene = log_and_scene()
    return Subject("wall", log, scene, plan, truth, small_tokenizer(), lambda: seen)


def test_cameras_and_frames_that_show_the_same_otherwise_disagree() -> None:
    drive = wall()
    truth = drive.pictures
    assert {name: value for name, value in consistency_figures(drive, truth).items() if value} == {}
    brighter = truth.copy()
    brighter[:, 1] += 0.1
    told = consistency_figures(drive, brighter)
    assert told["cross_view"] == pytest.approx(0.1, abs=0.01)
    assert told["cross_frame_1"] == pytest.approx(0.0, abs=0.01)
    rising = truth + 0.02 * np.arange(12, dtype=np.float32)[:, None, None, None, None]
    told = consistency_figures(drive, rising)
    assert told["cross_view"] == pytest.approx(0.0, abs=0.01)
    assert told["cross_frame_1"] == pytest.approx(0.02, abs=0.005)


def test_the_study_names_every_arm_and_every_lack_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "none"))
    tokenizer, student = small_tokenizer(), Generator.of(weights(tmp_path, "few-steps"))
    drives = [Staging("street", subject), Staging("other", lambda: replace(subject(), name="other"))]
    chosen = with_stages(Chosen([student], []), "tiny")
    assert [each.command.split()[-1] for each in chosen.missing] == [
        "bidirectional",
        "teacher-forcing",
        "ode",
        "dmd",
        "bridge",
    ]
    told = premise_arms(chosen, tokenizer, drives, grows_by=small_worldrec(), frames=FRAMES)
    few = "few-steps, 4 steps"
    couplings = [RECONSTRUCTION, f"serial, {few}", f"joint, {few}", f"shuffled prior, {few}", f"blank prior, {few}"]
    assert [arm.name for arm in told.arms][:5] == couplings
    assert [arm.name.split(", ")[-1] for arm in told.arms][6:] == ["1 step", "2 steps", "8 steps"]
    assert told.generation is None
    assert (told.joint, told.blank) == (couplings[2], couplings[4])

    horizons = [CHUNK, FRAMES]
    rules, cells = rules_of(told, horizons), FilmCells(tmp_path / "report", "any")
    some = [arm for arm in told.arms if arm.name in (RECONSTRUCTION, couplings[2], couplings[4])]
    figuring = PremiseFigures(horizons, CHUNK)
    films = list(judged(drives, some, (0,), cells, figuring, hz=10.0))[-1]
    found = write_premise(films, rules, horizons, {}, told.missing, tmp_path / "report")
    assert found == json.loads((tmp_path / "report" / "results.json").read_text())
    assert set(found["claims"].values()) == {"undecided"}  # two drives
    figures = found["mean"][couplings[2]]
    assert figures[f"psnr/all@{CHUNK}"] is not None and figures[f"psnr/all@{FRAMES}"] is not None
    assert figures[f"drift@{FRAMES}"] >= 0
    assert figures[f"psnr/shown@{FRAMES}"] is not None and 0 < figures[f"ssim/shown@{CHUNK}"] <= 1
    page = (tmp_path / "report" / "index.html").read_text()
    assert "Not compared" in page and "driftless train worldgen --stage ode" in page and "undecided" in page

    def never(*_: object) -> Pictures:
        raise AssertionError("the film is there")

    monkeypatch.setattr(Staging, "subject", property(never))
    again = list(judged(drives, some, (0,), cells, figuring, hz=10.0))[-1]
    assert again.values(couplings[2], "drift@6") == films.values(couplings[2], "drift@6")
