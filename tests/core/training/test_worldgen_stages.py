"""The stages as they are run: to their end, interrupted, one after the other, until a guard ends them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from worldgen_toys import TOY, ToySamples

from core.errors import UserError
from core.networks.files import hash_of
from core.training.worldgen.checking import Checked
from core.training.worldgen.loop import Running
from core.training.worldgen.stages import AnyStage, Bidirectional, Dmd, Ode, Stage, StageName, TeacherForcing
from core.training.worldgen.staging import run_chain, run_stage
from core.worldgen.model.weights import load_worldgen, origin_of

SAMPLES = ToySamples()
SIZES = {"batch": 2, "frames": 6, "warm_up": 1, "save_every": 2, "averaging": 0.5}


def stages(steps: int = 3) -> dict[StageName, AnyStage]:
    return {
        "bidirectional": Bidirectional(steps=steps, **SIZES),
        "teacher-forcing": TeacherForcing(steps=steps, **SIZES),
        "ode": Ode(steps=steps, teacher_steps=4, **SIZES),
        "dmd": Dmd(steps=steps, check_every=steps, **SIZES),
    }


def test_the_rate_rises_stays_and_falls() -> None:
    stage = Stage(steps=100, warm_up=10, cool_down=0.2)
    paces = {0: 0.1, 4: 0.5, 9: 1.0, 50: 1.0, 80: 1.0, 90: 0.5, 99: 0.05}
    assert {done: stage.pace(done) for done in paces} == pytest.approx(paces)
    assert stage.model_copy(update={"cool_down": 0.0}).pace(99) == 1.0


def test_the_chain_runs_through_and_every_stage_names_its_parents(tmp_path: Path) -> None:
    told: list[str] = []
    made = run_chain(stages(), TOY, SAMPLES, tmp_path, Running(device="cpu", tell=told.append))
    one, two, three, four = (hash_of(path) for path in made.values())
    assert [origin_of(path).parents for path in made.values()] == [
        {},
        {"start": one},
        {"start": two, "teacher": two},
        {"start": three, "teacher": one},
    ]
    assert four not in (one, two, three)
    assert [origin_of(path).anew for path in made.values()] == [False, False, True, True]
    assert load_worldgen(made["dmd"]).config == TOY
    card = (tmp_path / "dmd.md").read_text()
    assert all(said in card for said in (four, f"start {three}, teacher {one}", "toys", "3 of 3", "PSNR"))
    assert (tmp_path / "dmd" / "made_000003.png").stat().st_size > 0
    assert (tmp_path / "dmd" / "made_000003.mp4").stat().st_size > 0
    again: list[str] = []
    run_chain(stages(), TOY, SAMPLES, tmp_path, Running(device="cpu", tell=again.append))
    assert again == []


@pytest.mark.parametrize("name", ["bidirectional", "dmd"])
def test_a_run_that_was_interrupted_ends_with_the_same_weights(name: StageName, tmp_path: Path) -> None:
    first = run_stage(stages()["bidirectional"], TOY, SAMPLES, tmp_path / "0", tmp_path / "0.st", running=Running())
    parents = {} if name == "bidirectional" else {"start": first, "teacher": first}
    whole, part = tmp_path / "whole.safetensors", tmp_path / "part.safetensors"
    stage = stages(8)[name]
    run_stage(stage, TOY, SAMPLES, tmp_path / "a", whole, running=Running(), **parents)
    steps = iter([False, False, True])
    stopping = Running(stopped=lambda: next(steps))
    run_stage(stage, TOY, SAMPLES, tmp_path / "b", part, running=stopping, **parents)
    assert origin_of(part).steps == 3
    run_stage(stage, TOY, SAMPLES, tmp_path / "b", part, running=Running(), **parents)
    assert origin_of(part).steps == 8
    expected, found = load_worldgen(whole).state_dict(), load_worldgen(part).state_dict()
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, atol=1e-3, rtol=1e-3)


def test_a_guard_ends_a_run_with_the_weights_of_the_last_good_check(tmp_path: Path) -> None:
    first = run_stage(stages()["bidirectional"], TOY, SAMPLES, tmp_path / "0", tmp_path / "0.st", running=Running())
    told: list[str] = []
    stage = Dmd(steps=9, check_every=2, least_motion=100.0, **SIZES)
    parents = {"start": first, "teacher": first}
    out = tmp_path / "dmd.safetensors"
    running = Running(tell=told.append)
    run_stage(stage, TOY, SAMPLES, tmp_path / "run", out, running=running, **parents)
    assert origin_of(out).steps == 2
    assert "motion fell" in told[-1]
    for one, other in zip(load_worldgen(first).parameters(), load_worldgen(out).parameters(), strict=True):
        assert torch.equal(one, other)
    run_stage(stage, TOY, SAMPLES, tmp_path / "run", out, running=running, **parents)
    assert origin_of(out).steps == 2


def test_guards_look_at_motion_and_saturation() -> None:
    stage = Stage(steps=1, least_motion=0.6, most_saturation=1.4)
    assert Checked(psnr=20.0, motion=0.9, saturation=1.0, loss=0.1).collapse(stage) is None
    assert "motion" in str(Checked(psnr=20.0, motion=0.5, saturation=1.0, loss=0.1).collapse(stage))
    assert "saturation" in str(Checked(psnr=20.0, motion=0.9, saturation=1.5, loss=0.1).collapse(stage))


def test_weights_that_are_missing_or_of_another_size_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="teacher-forcing"):
        run_stage(stages()["ode"], TOY, SAMPLES, tmp_path, tmp_path / "out", running=Running())
    with pytest.raises(UserError, match="cannot be read"):
        load_worldgen(tmp_path / "nothing.safetensors")
    one = run_stage(stages(1)["bidirectional"], TOY, SAMPLES, tmp_path / "1", tmp_path / "1.st", running=Running())
    other = TOY.model_copy(update={"depth": 1})
    two = run_stage(stages(1)["bidirectional"], other, SAMPLES, tmp_path / "2", tmp_path / "2.st", running=Running())
    with pytest.raises(UserError, match="another size"):
        run_stage(stages()["ode"], TOY, SAMPLES, tmp_path, tmp_path / "out", running=Running(), start=one, teacher=two)
