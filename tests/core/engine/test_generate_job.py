"""A drive is made of a log's first frames, its path and its traffic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from scenario_street import scenario_of, street_scene
from torch import Tensor

from core.engine import (
    GeneratedChunk,
    GenerateRequest,
    GenerateResult,
    JobCancelledError,
    JobRunner,
    Outcome,
    RenderRequest,
    View,
)
from core.engine.jobs import generate as generate_job
from core.errors import UserError
from core.jwm.coupling import coupled
from core.jwm.made import CoupledChunk
from core.jwm.reconstruction import reconstructed
from core.jwm.relighting import FILE as RELIGHTER
from core.jwm.relighting import Relighter, save_relighter
from core.jwm.shipped import coupled_weights_of
from core.logs import open_log
from core.networks.files import hash_of
from core.scenario import Bent, EditedDrive, editing
from core.scenario.motion import Shift
from core.scene import Scene
from core.takes import Chunk, TakeCamera, TakePlan, TakeStore
from core.worldgen.generating import Generator, MadeChunk
from core.worldgen.model import WorldGen
from core.worldgen.model.weights import Origin, load_worldgen, save_worldgen
from core.worldgen.plan import Plan
from core.worldgen.shipped import tokenizer_weights_of, worldgen_weights_of
from core.worldgen.tokenizer import FrameTokenizer, save_tokenizer
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldrec.model.weights import load_network, save_network, weights_of
from core.worldrec.shipped import depth_weights_of

SHIPPED_DEPTH = Path(__file__).parents[3] / "resources" / "models" / "worldrec-tiny" / "depth.safetensors"


class Following:
    """Notes what is told, and cancels after some chunks."""

    def __init__(self, most_chunks: int = 100) -> None:
        self.shown: list[Outcome] = []
        self._most = most_chunks

    @property
    def cancelled(self) -> bool:
        return len(self.shown) >= self._most

    def progress(self, fraction: float, text: str) -> None: ...

    def partial(self, outcome: Outcome) -> None:
        self.shown.append(outcome)


def made(log: Path, folder: Path | None, listener: Following | None = None, **options: object) -> GenerateResult:
    values = {"log_path": log, "folder": folder, "frames": 3, "device": "cpu", "steps": 2}
    outcome = JobRunner().run_here(GenerateRequest.model_validate(values | options), listener or Following())
    assert isinstance(outcome.value, GenerateResult)
    return outcome.value


def test_chunks_stream_out_and_lie_in_the_folder(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    listener = Following()
    result = made(real_piece, tmp_path / "take", listener)
    assert result.frames == 3
    assert len(result.cameras) == 3
    assert result.peak_memory_mb > 10
    shown = [(outcome.value, outcome.arrays) for outcome in listener.shown]
    chunks = [value for value, _ in shown if isinstance(value, GeneratedChunk)]
    assert [(chunk.begin, chunk.frames) for chunk in chunks] == [(0, 2), (2, 1)]
    log = open_log(real_piece)
    for chunk in chunks:
        assert chunk.fired_s[result.cameras[0]] == chunk.t_s
        for name, times_s in chunk.fired_s.items():
            recorded_s = (log.camera(name).t_ns - log.start_ns) * 1e-9
            assert all(np.abs(recorded_s - t_s).min() < 1e-6 for t_s in times_s)
    assert all(min(chunk.wait_s, chunk.conditions_s, chunk.model_s, chunk.decode_s) >= -1e-3 for chunk in chunks)
    for name in result.cameras:
        files = sorted((tmp_path / "take" / name).glob("*.png"))
        assert [file.name for file in files] == ["000000.png", "000001.png", "000002.png"]
        streamed = np.concatenate([arrays[name] for _, arrays in shown])
        assert streamed.shape[1] == 32
        kept = np.stack([cv2.imread(str(file))[..., ::-1] for file in files])
        np.testing.assert_array_equal(kept, streamed)
    facts = json.loads((tmp_path / "take" / "take.json").read_text())
    assert facts["frames_hash"] == result.frames_hash
    assert facts["request"]["seed"] == 0
    assert len(facts["recorded_s"]) == 3


def test_the_same_seed_makes_the_same_frames_and_weather_is_heard(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    first, again, other = (
        made(real_piece, tmp_path / f"{number}", seed=seed, cameras=("front_camera",)).frames_hash
        for number, seed in enumerate((5, 5, 6))
    )
    assert first == again != other


def test_a_shorter_drive_takes_the_place_of_a_longer_one(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    for frames in (3, 1):
        made(real_piece, tmp_path, frames=frames, cameras=("front_camera",))
    assert len(list((tmp_path / "front_camera").glob("*.png"))) == 1


def test_being_cancelled_ends_it_within_a_step_and_keeps_what_is_there(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    with pytest.raises(JobCancelledError):
        made(real_piece, tmp_path, Following(most_chunks=1), cameras=("front_camera",))
    assert len(list((tmp_path / "front_camera").glob("*.png"))) == 2
    assert json.loads((tmp_path / "take.json").read_text())["frames_hash"] is None


def test_a_scene_alone_needs_no_weights_and_shows_what_renders_show_along_the_edited_path(
    real_piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "none"))
    log = open_log(real_piece)
    runner = JobRunner()
    runner.scenes.hold("edited", replace(street_scene(log), start_ns=log.start_ns))
    shifted = editing.set_ego_path(scenario_of(log), Bent(bends=(Shift(left_m=1.0),))).apply(scenario_of(log))
    request = GenerateRequest(
        log_path=real_piece,
        folder=tmp_path / "take",
        frames=1,
        coupling="reconstruction",
        scene_id="edited",
        scenario=shifted.to_json(),
    )
    result = runner.run_here(request).value
    assert isinstance(result, GenerateResult)
    stream = EditedDrive(shifted, log).as_driven.camera(result.cameras[0])
    made = cv2.imread(str(tmp_path / "take" / stream.name / "000000.png"))[..., ::-1]
    view = View.of(
        "a", stream.camera, stream.world_from_camera[4], log.t_s(int(stream.t_ns[4])), (made.shape[1], made.shape[0])
    )
    rendered = runner.run_here(RenderRequest(scene_id="edited", views=(view,))).arrays["a/rgb"]
    np.testing.assert_array_equal(made, rendered)
    assert made.std() > 5


def test_a_generator_that_takes_no_scene_is_told(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="needs a scene"):
        made(real_piece, tmp_path, coupling="serial")
    with pytest.raises(UserError, match="does not hold that scene"):
        made(real_piece, tmp_path, coupling="serial", scene_id="gone")
    runner = JobRunner()
    runner.scenes.hold("edited", street_scene(open_log(real_piece)))
    request = GenerateRequest(log_path=real_piece, folder=tmp_path, frames=1, coupling="serial", scene_id="edited")
    with pytest.raises(UserError, match="no generator yet that heeds a scene"):
        runner.run_here(request)
    with pytest.raises(UserError, match="did not learn to heed a scene"):
        runner.run_here(request.model_copy(update={"weights": worldgen_weights_of("tiny")}))


def test_a_scene_is_shown_under_the_weather_that_is_asked_for(
    real_piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the relighter beside the weights, which the take names; the user is told where there is none."""
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "models"))
    log, runner = open_log(real_piece), JobRunner()
    runner.scenes.hold("edited", replace(street_scene(log), start_ns=log.start_ns))
    asked = {"log_path": real_piece, "frames": 1, "coupling": "reconstruction", "scene_id": "edited"}

    def shown(weather: str | None) -> tuple[GenerateResult, GeneratedChunk, NDArray[np.uint8]]:
        listener = Following()
        request = GenerateRequest.model_validate(asked | {"weather": weather, "cameras": ("front_camera",)})
        result = runner.run_here(request, listener).value
        chunk = listener.shown[0].value
        assert isinstance(result, GenerateResult) and isinstance(chunk, GeneratedChunk)
        return result, chunk, listener.shown[0].arrays["front_camera"]

    plain, without = shown(None), shown("night")
    np.testing.assert_array_equal(plain[2], without[2])
    assert not plain[0].warnings and "no relighter" in without[0].warnings[0]
    relighter, path = Relighter(8), coupled_weights_of("tiny").with_name(RELIGHTER)
    torch.nn.init.constant_(relighter.last.bias[3:], -0.2)  # type: ignore[index]
    save_relighter(relighter, path)
    night = shown("night")
    np.testing.assert_allclose((plain[2].astype(int) - 51).clip(0), night[2], atol=1)
    assert night[1].models["relighter"] == hash_of(path) and not night[0].warnings
    assert "relighter" not in shown(None)[1].models


def test_a_generator_alone_goes_on_from_first_pictures_under_the_weather_that_is_asked_for(
    small_generator: Path, real_piece: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[Plan] = []

    class Noting(Generator):
        def make(self, plan: Plan, **options: Any) -> Iterator[MadeChunk]:
            plans.append(plan)
            return super().make(plan, **options)

    monkeypatch.setattr(generate_job, "Generator", Noting)
    asked = {"cameras": ("front_camera",), "frames": 1}
    plain, without = (made(real_piece, None, **asked, weather=weather) for weather in (None, "night"))
    assert not plain.warnings and "no relighter" in without.warnings[0]
    np.testing.assert_array_equal(plans[0].given, plans[1].given)
    assert plans[1].changes, "it has to come to that weather by itself"
    relighter, path = Relighter(8), coupled_weights_of("tiny").with_name(RELIGHTER)
    torch.nn.init.constant_(relighter.last.bias[3:], -0.2)  # type: ignore[index]
    save_relighter(relighter, path)
    depth_weights_of("tiny").parent.mkdir(parents=True)
    depth_weights_of("tiny").write_bytes(SHIPPED_DEPTH.read_bytes())
    following = Following()
    night = made(real_piece, None, following, **asked, weather="night")
    np.testing.assert_allclose((plans[0].given.astype(int) - 51).clip(0), plans[2].given, atol=1)
    assert plans[2].weather == ("clear", "night") and not plans[2].changes and not night.warnings
    chunk = following.shown[0].value
    assert isinstance(chunk, GeneratedChunk) and chunk.models["relighter"] == hash_of(path)


@pytest.mark.parametrize("coupling", ["serial", "joint"])
def test_scene_and_generator_make_a_drive_together(
    coupling: str, small_generator: Path, small_models: Path, real_piece: Path, tmp_path: Path
) -> None:
    path = coupled_weights_of("tiny")
    save_worldgen(coupled(load_worldgen(worldgen_weights_of("tiny"))), path, Origin(stage="ode", steps=0, seed=0))
    reconstruction = weights_of("tiny")
    reconstruction.parent.mkdir()
    reconstruction.write_bytes((small_models / "worldrec-tiny" / reconstruction.name).read_bytes())
    log, listener, runner = open_log(real_piece), Following(), JobRunner()
    runner.scenes.hold("edited", replace(street_scene(log), start_ns=log.start_ns))
    request = GenerateRequest.model_validate(
        {"log_path": real_piece, "folder": tmp_path / "take", "frames": 3, "coupling": coupling, "scene_id": "edited"}
    )
    result = runner.run_here(request, listener).value
    assert isinstance(result, GenerateResult)
    assert result.frames == 3
    assert [outcome.value.frames for outcome in listener.shown if isinstance(outcome.value, GeneratedChunk)] == [2, 1]
    facts = json.loads((tmp_path / "take" / "take.json").read_text())
    height = 2 * load_worldgen(path).config.image_height
    assert {picture.shape[0] for outcome in listener.shown for picture in outcome.arrays["front_camera"]} == {height}
    assert facts["weights"] == hash_of(path)
    assert "inventor" not in facts, "who denoises from noise makes up what is unknown"
    assert ("reconstruction" in facts) == (coupling == "joint")
    if coupling == "serial":
        save_worldgen(load_worldgen(path), path, Origin(stage="repair", steps=0, seed=0, repairs=True))
        depth = depth_weights_of("tiny")
        depth.parent.mkdir(parents=True, exist_ok=True)
        depth.write_bytes(SHIPPED_DEPTH.read_bytes())
        runner.run_here(request)
        facts = json.loads((tmp_path / "take" / "take.json").read_text())
        assert facts["inventor"] == hash_of(worldgen_weights_of("tiny"))
        assert facts["depth"] == hash_of(SHIPPED_DEPTH)
    if coupling == "joint":
        assert facts["reconstruction"] == hash_of(reconstruction)
        together = path.with_name(reconstruction.name)
        network = load_network(reconstruction)
        with torch.no_grad():
            next(network.parameters()).add_(0.01)
        save_network(network, together)
        runner.run_here(request)
        facts = json.loads((tmp_path / "take" / "take.json").read_text())
        assert facts["reconstruction"] == hash_of(together) != hash_of(reconstruction), "it learned with the generator"


def test_a_drive_goes_on_from_the_last_frames_of_a_take(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    asked = {"cameras": ("front_camera",), "frames": 3}
    whole = Following()
    made(real_piece, None, whole, **asked)
    first, second = (outcome.value for outcome in whole.shown)
    assert isinstance(first, GeneratedChunk)
    assert isinstance(second, GeneratedChunk)
    pictures = whole.shown[0].arrays["front_camera"]
    store, scenario = TakeStore(tmp_path), scenario_of(open_log(real_piece))
    known = {"coupling": "generation", "steps": 2, "seed": 0, "log_name": "", "licence": ""}
    plan = TakePlan(frames=3, scenario_hash=scenario.document_hash, **known)
    ends = []
    for shown in (pictures, pictures, 255 - pictures):
        camera = TakeCamera(name="front_camera", width=pictures.shape[2], height=pictures.shape[1])
        take = store.create(plan, scenario, [camera], first.models)
        store.append(take, Chunk(begin=0, t_s=first.t_s), {"front_camera": shown})
        rest = Following()
        made(real_piece, None, rest, **asked, first_frame=2, head=tmp_path / str(take.number))
        (last,) = rest.shown
        assert isinstance(last.value, GeneratedChunk)
        assert (last.value.begin, last.value.t_s, last.value.models) == (2, second.t_s, second.models)
        ends.append(last.arrays["front_camera"])
    np.testing.assert_array_equal(ends[0], ends[1])
    assert not np.array_equal(ends[0], ends[2])
    with pytest.raises(UserError, match="cannot be gone on"):
        made(real_piece, None, **asked, first_frame=1, head=tmp_path / "1")


def test_a_take_of_a_scene_goes_on_from_its_fine_pictures_and_not_without_the_scene(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    path = coupled_weights_of("tiny")
    save_worldgen(coupled(load_worldgen(worldgen_weights_of("tiny"))), path, Origin(stage="repair", steps=0, seed=0))
    log, runner = open_log(real_piece), JobRunner()
    runner.scenes.hold("edited", replace(street_scene(log), start_ns=log.start_ns))
    asked = {"log_path": real_piece, "frames": 3, "cameras": ("front_camera",), "scene_id": "edited"}
    whole, rest = Following(), Following()
    runner.run_here(GenerateRequest.model_validate(asked | {"coupling": "serial"}), whole)
    first = whole.shown[0].value
    assert isinstance(first, GeneratedChunk)
    pictures = whole.shown[0].arrays["front_camera"]
    store, scenario = TakeStore(tmp_path), scenario_of(log)
    known = {"coupling": "serial", "steps": 2, "seed": 0, "log_name": "", "licence": ""}
    camera = TakeCamera(name="front_camera", width=pictures.shape[2], height=pictures.shape[1])
    take = store.create(TakePlan(frames=3, scenario_hash=scenario.document_hash, **known), scenario, [camera], {})
    store.append(take, Chunk(begin=0, t_s=first.t_s), {"front_camera": pictures})
    further = {"coupling": "serial", "first_frame": 2, "head": tmp_path / str(take.number)}
    runner.run_here(GenerateRequest.model_validate(asked | further), rest)
    (last,) = rest.shown
    assert last.arrays["front_camera"].shape == (1, *pictures.shape[1:])
    with pytest.raises(UserError, match="pixels large"):
        runner.run_here(GenerateRequest.model_validate(asked | further | {"coupling": "generation"}))


def test_drives_go_on_beyond_the_log(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    result = made(real_piece, tmp_path / "long", steps=1, frames=9, cameras=("front_camera",))
    assert result.frames == 9
    assert "The log ends" in result.warnings[0]
    times = json.loads((tmp_path / "long" / "take.json").read_text())["recorded_s"]
    np.testing.assert_allclose(np.diff(times), 0.1, atol=0.02)


def test_the_actors_of_a_scene_drive_on_beyond_the_log(
    real_piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, runner, drawn = open_log(real_piece), JobRunner(), []
    runner.scenes.hold("edited", replace(street_scene(log), start_ns=log.start_ns))

    def noting(scene: Scene, *others: Any, **named: Any) -> Iterator[CoupledChunk]:
        drawn.append(scene)
        return reconstructed(scene, *others, **named)

    monkeypatch.setattr(generate_job, "reconstructed", noting)
    for frames in (1, 9):
        asked = {"frames": frames, "coupling": "reconstruction", "scene_id": "edited", "cameras": ("front_camera",)}
        runner.run_here(GenerateRequest.model_validate({"log_path": real_piece, **asked}))
    as_it_was, longer = drawn
    later_s = log.duration_s + 0.3
    assert not as_it_was.boxes_at(later_s)
    assert {actor.track.id for actor, _ in longer.boxes_at(later_s)} == {
        track.id for track in log.tracks if track.t_ns[-1] + track.max_gap_s * 1e9 >= log.end_ns
    }


def test_a_scene_alone_is_drawn_at_any_height_and_takes_of_other_sizes_are_not_gone_on_with(
    real_piece: Path, tmp_path: Path
) -> None:
    log, runner, listener = open_log(real_piece), JobRunner(), Following()
    runner.scenes.hold("edited", replace(street_scene(log), start_ns=log.start_ns))
    asked = {"log_path": real_piece, "coupling": "reconstruction", "scene_id": "edited", "cameras": ("front_camera",)}
    runner.run_here(GenerateRequest.model_validate(asked | {"frames": 4, "height": 48}), listener)
    (shown,) = listener.shown
    assert isinstance(shown.value, GeneratedChunk)
    pictures = shown.arrays["front_camera"]
    assert pictures.shape[1] == 48
    store, scenario = TakeStore(tmp_path), scenario_of(log)
    known = {"coupling": "reconstruction", "steps": 4, "seed": 0, "log_name": "", "licence": ""}
    camera = TakeCamera(name="front_camera", width=pictures.shape[2], height=48)
    take = store.create(TakePlan(frames=5, scenario_hash=scenario.document_hash, **known), scenario, [camera], {})
    store.append(take, Chunk(begin=0, t_s=shown.value.t_s), {"front_camera": list(pictures)})
    rest = asked | {"frames": 5, "first_frame": 4, "head": tmp_path / "1"}
    with pytest.raises(UserError, match="× 48 pixels large, this run's"):
        runner.run_here(GenerateRequest.model_validate(rest | {"height": 64}))
    runner.run_here(GenerateRequest.model_validate(rest | {"height": 48}))
    with pytest.raises(ValidationError, match="of its own height"):
        GenerateRequest.model_validate(rest | {"height": 48, "coupling": "serial"})


def test_where_memory_does_not_suffice_chunks_shrink_and_the_drive_goes_on(
    small_generator: Path, real_piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward, refused = WorldGen.forward, []

    def scarce(self: WorldGen, latents: Tensor, *others: Any, **named: Any) -> Tensor:
        # The last pass of the second chunk, which writes the cache, is one too many.
        if latents.shape[1] == 2 and named.get("write") and scarce_from <= len(listener.shown):
            refused.append(latents.shape)
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, latents, *others, **named)

    monkeypatch.setattr(WorldGen, "forward", scarce)
    scarce_from, listener = 1, Following()
    result = made(real_piece, tmp_path / "shrunk", listener, frames=5, cameras=("front_camera",))
    chunks = [outcome.value for outcome in listener.shown]
    assert all(isinstance(chunk, GeneratedChunk) for chunk in chunks)
    assert [(chunk.begin, chunk.frames) for chunk in chunks] == [(0, 2), (2, 1), (3, 1), (4, 1)]  # type: ignore[attr-defined]
    assert len(refused) == 1
    assert "from here on 1 are made at a time" in chunks[1].warnings[0]  # type: ignore[attr-defined]
    assert result.warnings[-1] == chunks[1].warnings[0]  # type: ignore[attr-defined]

    def none_left(self: WorldGen, *args: Any, **named: Any) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(WorldGen, "forward", none_left)
    with pytest.raises(UserError, match="smallest piece of work") as caught:
        made(real_piece, tmp_path / "none", cameras=("front_camera",))
    assert "fewer cameras" in str(caught.value)


def test_what_cannot_be_made_is_told(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such camera"):
        made(real_piece, tmp_path, cameras=("roof",))
    other = TokenizerConfig(channels=4, widths=(8, 8, 16), encoder_blocks=(0, 0, 1), decoder_blocks=(0, 0, 1))
    save_tokenizer(FrameTokenizer(other), tokenizer_weights_of("tiny"))
    with pytest.raises(UserError, match="do not belong together"):
        made(real_piece, tmp_path)
    worldgen_weights_of("tiny").unlink()
    with pytest.raises(UserError, match="weights of WorldGen"):
        made(real_piece, tmp_path)
