"""WorldGen's stages as the command line asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from test_tokenizer_training import SMALL, film

from core.errors import UserError
from core.training import commands
from core.training.films import SUFFIX, save_film
from core.training.options import TrainingOptions
from core.training.worldgen.stages import STAGES
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.conditions.weather import WEATHER_SIZE
from core.worldgen.model import PRESETS, WorldGenConfig
from core.worldgen.model.weights import load_worldgen, origin_of
from core.worldgen.tokenizer import FrameTokenizer, save_tokenizer
from core.worldgen.tokenizer.config import PRESETS as TOKENIZERS

CONFIG = WorldGenConfig(
    width=24,
    depth=1,
    heads=2,
    feedforward=32,
    latent_channels=SMALL.channels,
    layout_channels=len(CHANNELS),
    weather_kinds=WEATHER_SIZE,
    image_height=32,
    chunk=2,
    window=6,
)


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The preset tiny is smaller still, and learns from two films."""
    monkeypatch.setitem(PRESETS, "tiny", CONFIG)
    monkeypatch.setitem(TOKENIZERS, "tiny", SMALL)
    sizes = {"batch": 1, "frames": 4, "steps": 2}
    stages = {name: stage.model_copy(update=sizes) for name, stage in STAGES["tiny"].items()}
    stages["ode"] = stages["ode"].model_copy(update={"teacher_steps": 4, "draws": 1})
    monkeypatch.setitem(STAGES, "tiny", stages)
    paths = [tmp_path / f"{number}{SUFFIX}" for number in range(2)]
    for number, path in enumerate(paths):
        save_film(film(number, frames=8), path)

    class Films:
        checks = paths[:1]

        def __init__(self, *_: object) -> None: ...

        def there(self) -> list[Path]:
            return paths[1:]

        grow = there

    monkeypatch.setattr(commands, "RunFilms", Films)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def asked(tmp_path: Path, **options: object) -> TrainingOptions:
    values = {"run": tmp_path / "run", "cache": tmp_path / "cache", "cities": 2, "device": "cpu"}
    return TrainingOptions.model_validate(values | options)


def test_a_stage_is_trained_on_films_and_the_next_begins_with_it(tmp_path: Path) -> None:
    tokenizer = tmp_path / "tokenizer.safetensors"
    save_tokenizer(FrameTokenizer(SMALL), tokenizer)
    shared = {"network": "worldgen", "tokenizer": tokenizer}
    first = commands.run(asked(tmp_path, stage="bidirectional", **shared), lambda _: None)
    assert load_worldgen(first).config == CONFIG
    told: list[str] = []
    options = asked(tmp_path, stage="teacher-forcing", start=first, run=tmp_path / "next", steps=1, batch=3, **shared)
    second = commands.run(options, told.append)
    assert origin_of(second).steps == 1
    assert "| batch | 3 |" in second.with_suffix(".md").read_text()
    assert set(origin_of(second).parents) == {"start"}
    assert str(second) in told[-1]


def test_a_stage_may_learn_from_larger_pictures_and_the_next_goes_on_with_them(tmp_path: Path) -> None:
    tokenizer = tmp_path / "tokenizer.safetensors"
    save_tokenizer(FrameTokenizer(SMALL), tokenizer)
    shared = {"network": "worldgen", "tokenizer": tokenizer, "steps": 1}
    first = commands.run(asked(tmp_path, stage="bidirectional", **shared), lambda _: None)
    larger = {"stage": "teacher-forcing", "start": first, "run": tmp_path / "larger", "height": 64, "alone": 1.0}
    second = commands.run(asked(tmp_path, **larger, **shared), lambda _: None)
    assert load_worldgen(second).config == CONFIG.model_copy(update={"image_height": 64})
    assert "| alone | 1.0 |" in second.with_suffix(".md").read_text()
    third = {"stage": "ode", "start": second, "teacher": first, "run": tmp_path / "next"}  # whose teacher saw less
    assert load_worldgen(commands.run(asked(tmp_path, **third, **shared), lambda _: None)).config.image_height == 64


def test_the_chain_trains_its_tokenizer_and_all_stages(tmp_path: Path) -> None:
    student = commands.run(asked(tmp_path, network="chain", steps=1), lambda _: None)
    assert origin_of(student).stage == "dmd"
    assert {path.name for path in (tmp_path / "run").glob("*.safetensors")} == {
        f"{name}.safetensors" for name in STAGES["tiny"]
    }
    assert (tmp_path / "run" / "tokenizer" / "tokenizer.safetensors").exists()


def test_a_student_may_learn_without_scores(tmp_path: Path) -> None:
    tokenizer = tmp_path / "tokenizer.safetensors"
    save_tokenizer(FrameTokenizer(SMALL), tokenizer)
    shared = {"network": "worldgen", "tokenizer": tokenizer, "steps": 1}
    first = commands.run(asked(tmp_path, stage="bidirectional", **shared), lambda _: None)
    student = {"stage": "dmd", "start": first, "teacher": first, "run": tmp_path / "student", "matching": 0.0}
    made = commands.run(asked(tmp_path, **student, **shared), lambda _: None)
    assert "| matching | 0.0 |" in made.with_suffix(".md").read_text()
    with pytest.raises(ValidationError, match="--matching"):
        asked(tmp_path, stage="ode", matching=0.0, **shared)


def test_a_stage_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="name a stage"):
        asked(tmp_path, network="worldgen")
    tokenizer = tmp_path / "tokenizer.safetensors"
    with pytest.raises(UserError, match="tokenizer"):
        commands.run(asked(tmp_path, network="worldgen", stage="bidirectional", tokenizer=tokenizer), lambda _: None)
    save_tokenizer(FrameTokenizer(SMALL), tokenizer)
    with pytest.raises(UserError, match="the stage bidirectional") as caught:
        commands.run(asked(tmp_path, network="worldgen", stage="teacher-forcing", tokenizer=tokenizer), lambda _: None)
    assert caught.value.field == "--from"
