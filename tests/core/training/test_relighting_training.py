"""A relighter learns from the demo city under several weathers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.errors import UserError
from core.training import city_films
from core.training.jwm.lights import Lit, LitCities, read_lit
from core.training.jwm.relighting import _crop, described, train_relighter
from core.training.jwm.stages import Relight
from core.training.worldgen.loop import Running
from core.worldgen.conditions.weather import WEATHER_SIZE, weather_vector


def test_a_city_is_seen_under_its_own_and_other_weathers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city_films, "_SECONDS", 0.3)
    monkeypatch.setitem(city_films.SIZES, "tiny", (48, 32, "front1"))
    cities = LitCities(tmp_path, "tiny", 1, 1001)
    assert cities.there() == [] and cities.grow() and not cities.grow()
    lit = read_lit(cities.there()[0])
    assert lit.rgb.shape == (8, 3, 3, 32, 48) and lit.rgb.dtype == torch.uint8
    assert lit.depth_m.shape == (8, 1, 32, 48)
    assert torch.equal(lit.weathers[0], weather_vector("clear", "day"))
    assert len({tuple(row) for row in lit.weathers.tolist()}) == 3
    assert not lit.depth_m[:, :, 0].isfinite().all() and lit.depth_m[:, :, -1].isfinite().all()
    for other in (1, 2):
        assert (lit.rgb[:, 0].float() - lit.rgb[:, other].float()).abs().mean() > 3
    cities.there()[0].write_bytes(b"nothing")
    with pytest.raises(UserError, match="cannot be read"):
        read_lit(cities.there()[0])


def test_pictures_whose_weather_is_not_told_look_as_other_cameras_have_them(tmp_path: Path) -> None:
    rgb = torch.from_numpy(np.random.default_rng(0).integers(20, 200, (1, 2, 3, 16, 16), np.uint8))
    lit = Lit(rgb, torch.full((1, 1, 16, 16), 10.0), torch.eye(WEATHER_SIZE)[:2])
    for unsaid in (0.0, 1.0):
        stage = Relight(steps=1, crop=16, unsaid=unsaid, rough=0.0)
        seen, near, solid, recorded, asked, truth = _crop(lit, stage, np.random.default_rng(1))
        one = int(asked[0])  # the first is asked for, so the second was recorded
        light = float(truth.mean() / (rgb[0, 1 - one].float() / 255).mean())
        plain = (light * rgb[0, one].float() / 255).clamp(0, 1)
        same = [torch.allclose(seen, each, atol=1e-5) for each in (plain, plain.flip(-1))]
        assert any(same) == (not unsaid) and bool(recorded.any()) == (not unsaid)
        assert float(near.mean()) == pytest.approx(0.5) and bool(solid.all()) and float(seen.min()) >= 0
        assert float(seen.max()) <= 1


def test_it_learns_what_weathers_change_near_far_and_in_the_sky(tmp_path: Path) -> None:
    """Under the second weather things fade with distance to grey, and the sky is dark."""
    random, files = np.random.default_rng(0), []
    for number in range(3):
        plain = torch.from_numpy(random.random((6, 3, 24, 32)).astype(np.float32))
        depth_m = torch.from_numpy(random.uniform(3, 60, (6, 1, 1, 32)).astype(np.float32)).expand(6, 1, 24, 32).clone()
        depth_m[:, :, :8] = torch.inf
        kept = torch.exp(-depth_m / 30)
        other = torch.where(depth_m.isfinite(), kept * plain + (1 - kept) * 0.5, 0.3 * plain)
        rgb = (torch.stack([plain, other], 1) * 255).to(torch.uint8)
        weathers = torch.eye(WEATHER_SIZE)[:2].contiguous()
        files.append(tmp_path / f"{number}.safetensors")
        save_file({"rgb": rgb, "depth_m": depth_m.half(), "weathers": weathers}, files[-1])
    stage = Relight(steps=150, width=8, batch=4, crop=24, rate=4e-3, warm_up=10, averaging=0.97, unsaid=0.0, rough=0.2)
    running, told = Running(device="cpu", tell=lambda line: told.append(line)), list[str]()
    relighter = train_relighter(files[:2], files[2:], tmp_path / "run", stage, running)
    before, after = map(float, re.findall(r"\d+\.\d+", described(relighter, files[2:])))
    assert after > before + 4
    again = train_relighter(files[:2], files[2:], tmp_path / "run", stage, running)  # nothing is left to do
    assert torch.equal(again.last.weight, relighter.last.weight)
