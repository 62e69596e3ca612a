"""Edited drives are held against what would have been, by regions, arms and drives."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from jwm_street import CHUNK, HEIGHT, small_generator, small_tokenizer
from study_street import FRAMES, small_worldrec, subject, weights

from core.city import CitySpec
from core.city.edits import ShiftEgo
from core.errors import UserError
from core.evaluation.film_cells import Figures, FilmCells, Pictures
from core.evaluation.generation import Generator, check_alike
from core.evaluation.image_quality import MOST_DB
from core.evaluation.studies import drives as drives_module
from core.evaluation.studies.arms import Alone, Arm, Rendered, Together, Tokenized, arms_of
from core.evaluation.studies.counterfactual import chosen_generators, counterfactual_figures
from core.evaluation.studies.counterfactual_report import write_counterfactual
from core.evaluation.studies.drives import Place, StudyDrive, drives_in
from core.evaluation.studies.films import Films, judged
from core.evaluation.studies.intervals import paired
from core.evaluation.studies.regions import region_figures
from core.evaluation.studies.subject import ALL, CHANGED, OBSERVED, UNOBSERVED, Staging, Subject, in_unit
from core.evaluation.studies.summary import against
from core.jwm.relighting import FILE as RELIGHTER
from core.jwm.relighting import Relighter, save_relighter
from core.logs import DrivingLog
from core.worldgen.model import WorldGen
from core.worldgen.model.weights import Origin, save_worldgen
from core.worldrec.lift import lift

HZ = 10.0


@dataclass(frozen=True)
class Noisy:
    """The truth, worn by noise of its own for each drive and seed."""

    name: str
    strength: float
    seeded: bool = True
    key: tuple[object, ...] = ()

    def film(self, subject: Subject, seed: int) -> Pictures:
        random = np.random.default_rng([seed, len(self.name), *subject.name.encode()])
        worn = subject.pictures + self.strength * random.standard_normal(subject.truth.shape).astype(np.float32)
        worn[: subject.given] = subject.pictures[: subject.given]
        return worn.clip(0, 1)


def figuring(subject: Subject, film: Pictures) -> Figures:
    """As the benchmark does, but without asking the scene."""
    regions = {ALL: np.ones(subject.truth.shape[:-1], bool), CHANGED: subject.seen.changed}
    return region_figures(subject.pictures, film, regions, given=CHUNK, names=["front"], frame_s=0.1)


def studied(arms: list[Arm], folder: Path, drives: int = 4, seeds: tuple[int, ...] = (0, 1)) -> list[Films]:
    staged = [Staging(f"street {number}", lambda n=number: subject(f"street {n}")) for number in range(drives)]
    return list(judged(staged, arms, seeds, FilmCells(folder, "any"), figuring, hz=HZ))


def test_arms_that_are_alike_differ_by_nothing_and_a_better_one_is_recognised(tmp_path: Path) -> None:
    arms: list[Arm] = [Noisy("noisy", 0.10), Noisy("as noisy", 0.10), Noisy("better", 0.05), Noisy("worse", 0.2)]
    found = against(studied(arms, tmp_path)[-1], "noisy", ["psnr/all", "ssim/changed"])
    same = found["as noisy"]["psnr/all"]
    assert same.low is not None and same.high is not None
    assert same.low <= 0 <= same.high
    assert abs(same.mean) < 0.1
    assert found["better"]["psnr/all"].above_zero and found["better"]["ssim/changed"].above_zero
    assert found["worse"]["psnr/all"].below_zero
    assert found["better"]["psnr/all"].mean == pytest.approx(6.0, abs=0.7)  # half the noise


def test_equal_films_differ_by_exactly_nothing_and_one_drive_gives_no_interval() -> None:
    values: dict[tuple[str, int], float | None] = {
        ("a", 0): 20.0,
        ("a", 1): 21.0,
        ("b", 0): 19.0,
        ("c", 0): 1.0,
        ("d", 0): None,
    }
    none = paired(values, values)
    assert none is not None
    assert (none.mean, none.low, none.high, none.drives) == (0.0, 0.0, 0.0, 3)
    alone = paired({("a", 0): 20.0, ("a", 1): 22.0}, {("a", 0): 19.0})  # the other knows no seeds
    assert alone is not None
    assert (alone.mean, alone.low, alone.above_zero) == (2.0, None, False)
    assert paired({("a", 0): 1.0}, {("b", 0): 1.0}) is None


def test_regions_are_where_the_scene_shows_what_was_seen_and_where_it_does_not() -> None:
    whole, half = subject().regions, subject(half=True).regions
    for regions in (whole, half):
        assert not (regions[OBSERVED] & regions[UNOBSERVED]).any()
        assert regions[ALL].all()
    ground = slice(3 * HEIGHT // 4, None)
    right, left = slice(30, None), slice(0, 18)  # columns; the splats to the left are gone
    assert whole[OBSERVED][:, :, ground].mean() > 0.5
    assert half[UNOBSERVED][:, :, ground, left].mean() > 0.5
    assert half[UNOBSERVED][:, :, ground, right].mean() < 0.1


def test_likeness_counts_the_pixels_of_its_region_only() -> None:
    truth = subject().pictures
    made = truth.copy()
    made[:, :, HEIGHT // 2 :] = 1 - made[:, :, HEIGHT // 2 :]
    made[CHUNK + 1, :, : HEIGHT // 2] += 0.1
    upper = subject().regions[CHANGED]
    regions = {CHANGED: upper, "lower": ~upper, "nothing": np.zeros_like(upper)}
    told = region_figures(truth, made, regions, given=CHUNK, names=["front"], frame_s=0.5)
    assert told["psnr/lower"] == pytest.approx(10, abs=8)
    assert told["psnr/changed"] == pytest.approx((5 * 100 + 20) / 6)
    assert told["psnr/changed/front"] == told["psnr/changed"]
    assert told["psnr/changed/0-1 s"] == pytest.approx((100 + 20) / 2)
    assert told["psnr/changed/1-2 s"] == pytest.approx(100)
    assert told["psnr/nothing"] is None
    assert told["share/changed"] == pytest.approx(0.5)


def test_a_study_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arms: list[Arm] = [Noisy("one", 0.1), Noisy("other", 0.2)]
    staged = [Staging("street", subject)]
    cells = FilmCells(tmp_path, "any")
    first = list(islice(judged(staged, arms, (0,), cells, figuring, hz=HZ), 1))[-1]
    assert (len(first.judged["one"]), len(first.judged["other"])) == (1, 0)
    made: list[str] = []
    film = Noisy.film
    monkeypatch.setattr(Noisy, "film", lambda self, *others: made.append(self.name) or film(self, *others))
    whole = studied(arms, tmp_path, drives=1, seeds=(0,))[-1]
    assert made == ["one", "other"]  # of another drive
    made.clear()
    again = list(judged(staged, arms, (0,), cells, figuring, hz=HZ))[-1]
    assert made == ["other"]
    assert again.values("one", "psnr/all") == first.values("one", "psnr/all")
    assert whole.shown("street 0")[0][0] == "truth"


def test_every_coupling_makes_a_film_after_the_same_first_chunk(tmp_path: Path) -> None:
    drive, tokenizer = subject(), small_tokenizer()
    serial, joint = arms_of([Generator.of(weights(tmp_path, "bridge"))], tokenizer, steps=2, grows_by=small_worldrec())
    assert isinstance(serial, Together)
    blank, shuffled = (
        replace(serial, control="blank"),
        replace(serial, control="shuffled", drives=[Staging("other", lambda: subject(half=True))]),
    )
    films = {
        arm.name: arm.film(drive, 0)
        for arm in (Rendered(), serial, joint, blank, shuffled, Tokenized(tokenizer, of_truth=True))
    }
    assert list(films)[1:5] == [
        f"{how}, bridge, 2 steps" for how in ("serial", "joint", "blank prior", "shuffled prior")
    ]
    assert counterfactual_figures(drive, films["reconstruction"])["psnr/observed"] > 15
    for film in films.values():
        assert film.shape == drive.truth.shape
        np.testing.assert_array_equal(film[:CHUNK], drive.pictures[:CHUNK])
    made = [films[name][CHUNK:] for name in list(films)[1:5]]
    for other in (0, 3):
        assert not np.array_equal(made[2], made[other])  # what it is told matters
    assert not np.array_equal(made[3], made[0])


def test_films_are_judged_as_they_are_shown_too(tmp_path: Path) -> None:
    drive = subject(fine=True)
    assert drive.shown.shape[2] == 2 * drive.truth.shape[2]
    generator = Generator.of(weights(tmp_path, "repair"))
    serial, joint = arms_of([generator], small_tokenizer(), steps=1, grows_by=small_worldrec())
    for arm in (Rendered(), serial, joint):
        film = arm.film(drive, 0)
        assert film.shape == drive.shown.shape
        figures = counterfactual_figures(drive, film)
        assert figures["psnr/shown"] == pytest.approx(figures["psnr/all"], abs=4)
    small = counterfactual_figures(drive, drive.pictures)
    assert small["psnr/all"] == MOST_DB
    assert 15 < small["psnr/shown"] < 40, "it is enlarged, and has no detail"
    assert counterfactual_figures(drive, in_unit(drive.shown))["psnr/shown"] == MOST_DB
    part = drive.shorter(CHUNK + 1)
    np.testing.assert_array_equal(part.fine_drawn.rgb, drive.fine_drawn.rgb[: CHUNK + 1])


def test_a_generator_that_learned_from_larger_pictures_makes_those_if_the_truth_is_known_so(tmp_path: Path) -> None:
    network, path = small_generator().network, tmp_path / "alone.safetensors"
    plain = {"prior_channels": 0, "scene_width": 0, "image_height": 2 * network.config.image_height}
    save_worldgen(WorldGen(network.config.model_copy(update=plain)), path, Origin(stage="dmd", steps=1, seed=0))
    arm = Alone(Generator.of(path), small_tokenizer(), 1)
    assert arm.film(subject(fine=True), 0).shape == subject(fine=True).shown.shape
    assert arm.film(subject(), 0).shape == subject().truth.shape


def test_missing_weights_are_named_with_the_command_that_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "none"))
    chosen = chosen_generators([], "tiny", small_tokenizer())
    assert not chosen.generators
    assert [each.command.split(" --")[0] for each in chosen.missing] == [
        "driftless train joint",
        "driftless train chain",
    ]
    named = chosen_generators([weights(tmp_path, "repair")], "tiny", small_tokenizer())
    assert [each.name for each in named.coupled] == ["repair"]
    assert [each.file for each in named.missing] == ["worldgen-tiny-dmd/worldgen.safetensors"]
    twice = [Generator.of(weights(tmp_path, "repair"))] * 2
    with pytest.raises(UserError, match="two networks of the stage repair"):
        check_alike(twice, small_tokenizer())
    folder = tmp_path / "report"
    films = studied([Rendered(), Noisy("noisy", 0.1)], folder, drives=2, seeds=(0,))[-1]
    told = write_counterfactual(films, {"frames": FRAMES}, named.missing, folder)
    assert told == json.loads((folder / "results.json").read_text())
    assert told["against_reconstruction"]["noisy"]["psnr/all"]["drives"] == 2
    page = (folder / "index.html").read_text()
    assert "driftless train chain" in page
    assert page.count("<video") == 2 * 3
    assert page.count("<svg") >= 2


def test_a_drive_is_made_once_and_all_of_it_lies_in_one_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def small(preset: str, seed: int, number: int, seconds: float = 4.0) -> CitySpec:
        told = {"seed": seed, "seconds": seconds, "hz": 10, "rig": "front1", "width": 84, "height": 48, "samples": 1}
        return CitySpec.model_validate(told)

    monkeypatch.setattr(drives_module, "spec_of", small)

    def scene_of(log: DrivingLog, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(scene=lift(log, max_splats=500))

    monkeypatch.setattr(drives_module, "reconstruct", scene_of)
    monkeypatch.setattr(drives_module, "OBSERVED_S", 0.4)
    drive = StudyDrive(Place(tmp_path, "tiny", 0.8), 0)
    told = drive.subject(small_tokenizer(), height=32, chunk=2, frames=4)
    assert told.truth.shape == (6, 1, 32, 56, 3)
    assert drive.log.duration_s < 0.5
    shift = next(edit.shift for edit in drive.twin.edits if isinstance(edit, ShiftEgo))
    times = told.plan.viewpoints.t_ns[:2, 0]
    aside = (drive.log.ego.at(times).inverse() @ told.plan.viewpoints.world_from_ego[:2]).translation[:, 1]
    assert shift.span is not None or aside == pytest.approx(shift.left_m, abs=1e-3)
    assert told.regions[CHANGED].mean() < 0.3
    night = StudyDrive(Place(tmp_path, "tiny", 0.8, relit=True), 0)
    dark = night.subject(small_tokenizer(), height=32, chunk=2, frames=4)
    assert night.name.endswith("clear, shown under night") and dark.plan.weather == ("clear", "night")
    np.testing.assert_array_equal(dark.plan.given, told.plan.given)  # as it was recorded
    assert dark.truth.mean() < 0.6 * told.truth.mean()
    assert (dark.regions[CHANGED] != told.regions[CHANGED]).mean() < 0.1
    folder = tmp_path / "weights"
    relighter = Relighter(8)
    torch.nn.init.constant_(relighter.last.bias[3:], -0.2)  # type: ignore[index]
    save_relighter(relighter, folder / RELIGHTER)
    plain, relit = (arm.film(dark, 0)[2:] for arm in (Rendered(), Rendered(folder / "worldgen.safetensors")))
    np.testing.assert_allclose((plain - 0.2).clip(0), relit, atol=0.01)
    again = Rendered(folder / "worldgen.safetensors").film(told, 0)[2:]
    np.testing.assert_array_equal(again, Rendered().film(told, 0)[2:])  # nobody asks for another weather
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    again = StudyDrive(Place(tmp_path, "tiny", 0.8), 0)
    assert (again.log.duration_s, len(again.film)) == (drive.log.duration_s, len(drive.film))
    assert files == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}


def test_drives_are_of_the_presets_rig_and_of_seeds_that_nobody_learns_from(tmp_path: Path) -> None:
    found = drives_in(Place(tmp_path, "tiny"), 8)
    assert [each.seed for each in found] == [901, 902, 903, 904, 905, 906, 908, 909]
    assert len({each.spec.weather for each in found}) == 6
    assert not any(tmp_path.iterdir())
