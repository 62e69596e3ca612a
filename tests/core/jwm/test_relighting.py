"""Pictures of a scene under another weather than it was recorded in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from jwm_street import CHUNK, log_and_scene, plan_of, small_generator

from core.city import CityDrive, CitySpec, write_city
from core.city.edits import SetWeather
from core.errors import UserError
from core.jwm.drawing import Drawn, drawn_of
from core.jwm.loop import coupled_chunks
from core.jwm.made import CoupledChunk
from core.jwm.reconstruction import reconstructed
from core.jwm.relighting import FILE, Relighter, Relighting, load_relighter, relighting_beside, save_relighter
from core.logs import open_log
from core.networks.files import hash_of
from core.worldgen.conditions.film import film_of
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import street_depth
from core.worldgen.conditions.weather import WEATHER_SIZE
from core.worldgen.depths import Depths, shipped_depths
from core.worldgen.generating import Generator
from core.worldgen.plan import Plan

SHIPPED = Path(__file__).parents[3] / "resources" / "models" / "jwm-tiny" / FILE
DAY, NIGHT = ("clear", "day"), ("clear", "night")
DARKER = 51


def small_relighter(darker: int = 0) -> Relighter:
    relighter = Relighter(8).eval().requires_grad_(False)
    torch.nn.init.constant_(relighter.last.bias[3:], -darker / 255)  # type: ignore[index]
    return relighter


def to_night(darker: int = DARKER) -> Relighting:
    return Relighting(small_relighter(darker), cast(Any, DAY), cast(Any, NIGHT), "night")


class Watching:
    """In place of feedback: notes what it is shown, and takes nothing in."""

    def __init__(self) -> None:
        self.seen: list[np.ndarray] = []

    def begin(self, scene: object, given: np.ndarray, seen: object) -> None:
        self.seen.append(given)

    def after(self, scene: object, plan: Plan, made: CoupledChunk, seen: object) -> object:
        self.seen.append(made.images)
        return scene


def made_with(relighting: Relighting | None, plan: Plan) -> tuple[Sequence[CoupledChunk], Watching]:
    scene, watching = log_and_scene()[1], Watching()
    options: dict[str, Any] = {"relighting": relighting, "level": None, "threads": 1}
    chunks = coupled_chunks(small_generator(), scene, plan, seed=1, steps=1, feedback=cast(Any, watching), **options)
    return list(chunks), watching


def test_one_that_learned_nothing_changes_nothing_whatever_the_size() -> None:
    pictures, near = torch.rand(2, 3, 22, 35), torch.rand(2, 1, 22, 35)
    found = Relighter(8)(pictures, near, near, torch.zeros(2, WEATHER_SIZE), torch.ones(2, WEATHER_SIZE))
    torch.testing.assert_close(found, pictures)


def test_what_is_shown_is_relit_and_what_flows_back_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    make = Generator.make

    def noted(self: Generator, plan: Plan, **options: Any) -> Any:
        told.append(plan.weather)
        return make(self, plan, **options)

    monkeypatch.setattr(Generator, "make", noted)
    plan = replace(plan_of(log_and_scene()[0], 2 * CHUNK), weather=cast(Any, NIGHT))
    day, seen = made_with(None, replace(plan, weather=cast(Any, DAY)))
    night, still = made_with(to_night(), plan)
    assert told == [DAY, DAY]
    for one, other in zip(day, night, strict=True):
        for plain, dark in ((one.fine, other.fine), (one.images, other.images)):
            expected = (plain.astype(int) - DARKER).clip(0)
            assert np.abs(expected - dark).max() <= 2 if plain is one.fine else np.abs(expected - dark).mean() < 2
        assert one.sightings == other.sightings
    for one_seen, other_seen in zip(seen.seen, still.seen, strict=True):
        np.testing.assert_array_equal(one_seen, other_seen)


def test_a_take_is_gone_on_from_what_the_scene_shows() -> None:
    log, scene = log_and_scene()
    plan = replace(plan_of(log, CHUNK), made=2 * CHUNK, given=np.zeros_like(plan_of(log, CHUNK).given))
    _, watching = made_with(to_night(), plan)
    views = plan.viewpoints.frames(0, CHUNK)
    np.testing.assert_array_equal(watching.seen[0], drawn_of(scene, plan.names, views, threads=1).rgb)


def test_a_scene_alone_is_relit_too() -> None:
    log, scene = log_and_scene()
    plan = plan_of(log, CHUNK)
    day, night = (next(iter(reconstructed(scene, plan, chunk=CHUNK, relighting=each))) for each in (None, to_night()))
    np.testing.assert_allclose((day.fine.astype(int) - DARKER).clip(0), night.fine, atol=1)
    assert day.sightings == night.sightings


def test_it_is_there_only_if_another_weather_is_asked_for(tmp_path: Path) -> None:
    device, weights = torch.device("cpu"), tmp_path / "worldgen.safetensors"
    path = weights.with_name(FILE)
    day, night = cast(Any, DAY), cast(Any, NIGHT)
    assert relighting_beside(weights, day, night, device) is None  # nobody to do it
    relighter = small_relighter(DARKER)
    save_relighter(relighter, path)
    found = relighting_beside(weights, None, night, device)
    assert found is not None and found.hash == hash_of(path) and found.recorded is None
    torch.testing.assert_close(found.relighter.last.bias, relighter.last.bias, atol=1e-3, rtol=0)
    assert relighting_beside(weights, day, None, device) is None
    assert relighting_beside(weights, day, day, device) is None
    path.write_bytes(b"no weights")
    with pytest.raises(UserError, match="relighter"):
        load_relighter(path)


def unseen_day() -> tuple[CityDrive, Drawn]:
    """A drive that no network learned from, and what a scene would show of its first picture."""
    day = CityDrive(CitySpec.model_validate({"seed": 905, "seconds": 0.2, "rig": "front1", "width": 112, "height": 64}))
    seen = day.render(day.spec.cameras.cameras[0].name, 0.0)
    solid = np.isfinite(seen.depth_m).astype(np.float32)
    depth_m = np.where(solid > 0, seen.depth_m, 0.0).astype(np.float32)
    return day, Drawn(*(each[None, None] for each in (seen.rgb, depth_m, solid, solid, solid)))


def test_the_shipped_one_makes_night_of_a_day_that_it_never_saw() -> None:
    day, drawn = unseen_day()
    night = day.edited([SetWeather(weather="night")])
    truth = night.render(day.spec.cameras.cameras[0].name, 0.0).rgb
    for recorded in (DAY, None):
        relighting = Relighting(load_relighter(SHIPPED), cast(Any, recorded), cast(Any, NIGHT), "")
        found = relighting.of(drawn.rgb, drawn)
        before, after = (np.square(each[0, 0].astype(float) - truth).mean() for each in (drawn.rgb, found))
        assert after < 0.4 * before


def test_half_a_fog_lies_between_an_overcast_sky_and_a_whole_one() -> None:
    _, drawn = unseen_day()
    shares = [
        Relighting(load_relighter(SHIPPED), cast(Any, DAY), ("fog", "day"), "", share).of(drawn.rgb, drawn)
        for share in (0.0, 0.5, 1.0)
    ]
    none, half, whole = (each.astype(float) for each in shares)
    way = np.abs(whole - none).mean()
    assert way > 10
    for end in (none, whole):
        assert 0.3 * way < np.abs(half - end).mean() < 0.7 * way


def test_first_pictures_are_relit_by_depths_that_are_estimated_of_them(tmp_path: Path) -> None:
    """No scene is known; the truth of the same pictures at night tells how well."""
    spec = {"seed": 905, "seconds": 0.4, "rig": "front1", "width": 224, "height": 128}
    day = CityDrive(CitySpec.model_validate(spec))
    night = day.edited([SetWeather(weather="night")])
    recorded, dark = (
        film_of(open_log(write_city(each, tmp_path / name, workers=1)), (128, 224))
        for each, name in ((day, "day"), (night, "night"))
    )
    depths = shipped_depths()
    assert depths is not None
    relighting = Relighting(load_relighter(SHIPPED), cast(Any, DAY), cast(Any, NIGHT), "")
    found = relighting.of_recorded(recorded.images, recorded.viewpoints, depths)
    assert found.shape == recorded.images.shape
    before, after = (np.square(each.astype(float) - dark.images).mean() for each in (recorded.images, found))
    assert after < 0.4 * before


def test_lenses_whose_depths_nobody_knows_look_at_a_plain_street() -> None:
    class Unknowing(Depths):
        def __init__(self) -> None: ...

        def of_last(self, images: np.ndarray, viewpoints: Viewpoints) -> np.ndarray:
            return np.full((len(viewpoints.cameras), *(side // 2 for side in viewpoints.size)), np.nan, np.float32)

    told: list[torch.Tensor] = []

    class Telling(Relighter):
        def forward(self, pictures: torch.Tensor, near: torch.Tensor, solid: torch.Tensor, *weathers: Any) -> Any:
            told.extend((near, solid))
            return pictures

    plan = plan_of(log_and_scene()[0], CHUNK)
    views = plan.viewpoints.frames(0, 1)
    Relighting(Telling(8), cast(Any, DAY), cast(Any, NIGHT), "").of_recorded(plan.given[:1], views, Unknowing())
    near, solid = (each[0, 0].numpy() for each in told)
    depth_m = street_depth(views.cameras[0], views.world_from_camera[0, 0], views.world_from_ego[0])
    middle = depth_m.shape[1] // 2
    assert near[-1, middle] == pytest.approx(10 / (10 + depth_m[-1, middle]), abs=0.03)
    assert solid[-1].all() and not solid[0, middle] and not near[0, middle]
