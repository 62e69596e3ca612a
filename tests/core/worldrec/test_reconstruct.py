"""WorldRec at work on a city, with the weights that are shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.evaluation.reconstruction import evaluate_reconstruction
from core.logs import DrivingLog
from core.scene import Scene
from core.splats import Provenance
from core.worldrec.lift import LiftCancelledError, lifted
from core.worldrec.model import PRESETS, WorldRec
from core.worldrec.model.state import state_of, with_state
from core.worldrec.model.weights import load_network, save_network, weights_of
from core.worldrec.reconstructing import Reconstruction, reconstruct
from core.worldrec.updating import extend, update

SPLATS = 16_000
HALF_S = 0.75


@pytest.fixture(scope="module")
def made(city_log: DrivingLog) -> tuple[Reconstruction, list[Scene]]:
    partial: list[Scene] = []
    found = reconstruct(city_log, hold_out=3, max_splats=SPLATS, device="cpu", partial=partial.append)
    return found, partial


@pytest.fixture(scope="module")
def first_half(city_log: DrivingLog) -> Scene:
    return reconstruct(city_log, window_s=(0.0, HALF_S), hold_out=3, max_splats=SPLATS, device="cpu").scene


def test_held_out_pictures_get_better_round_by_round(
    made: tuple[Reconstruction, list[Scene]], city_log: DrivingLog
) -> None:
    found, partial = made
    scenes = [partial[0], partial[1], found.scene]
    scores = [evaluate_reconstruction(scene, city_log, hold_out=3).overall for scene in scenes]
    assert scores[0].psnr_db < scores[1].psnr_db < scores[2].psnr_db
    assert scores[2].psnr_db > scores[0].psnr_db + 0.7
    assert scores[2].ssim > scores[0].ssim + 0.03


def test_a_scene_is_compact(made: tuple[Reconstruction, list[Scene]]) -> None:
    found, _ = made
    assert SPLATS / 2 < len(found.scene) <= SPLATS
    assert SPLATS / 16 / 2 < found.queries < SPLATS / 16 * 1.5


def test_the_same_log_gives_the_same_scene(made: tuple[Reconstruction, list[Scene]], city_log: DrivingLog) -> None:
    again = reconstruct(city_log, hold_out=3, max_splats=SPLATS, device="cpu").scene
    np.testing.assert_array_equal(again.static.means_m, made[0].scene.static.means_m)
    np.testing.assert_array_equal(again.static.colours, made[0].scene.static.colours)


def test_cancelling_stops_it(city_log: DrivingLog) -> None:
    with pytest.raises(LiftCancelledError):
        reconstruct(city_log, max_splats=SPLATS, progress=lambda share, _: share < 0.6)


def test_a_state_and_its_scene_are_the_same_thing(made: tuple[Reconstruction, list[Scene]]) -> None:
    scene, window_s = made[0].scene, (0.0, 1.5)
    back = with_state(scene, state_of(scene, window_s), window_s)
    for name in ("means_m", "quaternions", "scales_m", "colours"):
        np.testing.assert_allclose(getattr(back.static, name), getattr(scene.static, name), atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(back.static.fading_at(0.2), scene.static.fading_at(0.2), atol=1e-3)


def test_weights_that_are_missing_or_damaged_are_told(city_log: DrivingLog, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read") as told:
        reconstruct(city_log, weights=tmp_path / "none.safetensors")
    assert told.value.remedy
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(weights_of("tiny").read_bytes()[:2000])
    with pytest.raises(UserError, match="cannot be read"):
        load_network(broken)


def test_a_network_comes_back_from_its_file(tmp_path: Path) -> None:
    network = WorldRec(PRESETS["tiny"])
    save_network(network, tmp_path / "some.safetensors")
    back = load_network(tmp_path / "some.safetensors")
    assert back.config == network.config
    for name, value in network.state_dict().items():
        np.testing.assert_allclose(back.state_dict()[name], value, atol=2e-3)


def test_a_scene_goes_on_with_what_it_has_not_seen(city_log: DrivingLog) -> None:
    """The ego of this log hardly moves: other cameras show what is new."""

    def likeness(scene: Scene, camera: str, window_s: tuple[float, float]) -> float:
        options = {"hold_out": 3, "cameras": [camera], "window_s": window_s}
        return evaluate_reconstruction(scene, city_log, **options).overall.psnr_db

    first, second = (0.0, HALF_S), (HALF_S, 1.5)
    options = {"hold_out": 3, "device": "cpu"}
    ahead = reconstruct(city_log, window_s=first, cameras=["CAM_FRONT"], max_splats=SPLATS, **options).scene
    longer = extend(ahead, city_log, second, max_splats=4 * SPLATS, **options)
    assert longer.appended > 0
    assert longer.refined > 0
    assert likeness(longer.scene, "CAM_FRONT_LEFT", second) > likeness(ahead, "CAM_FRONT_LEFT", second) + 3.0
    assert likeness(longer.scene, "CAM_FRONT", first) > likeness(ahead, "CAM_FRONT", first) - 1.5


def test_what_new_views_do_not_see_stays_as_it_is(first_half: Scene, city_log: DrivingLog) -> None:
    start = lifted(city_log, window_s=(HALF_S, 1.5), cameras=["CAM_FRONT_LEFT"], hold_out=3, max_splats=4000)
    network = load_network(weights_of("tiny"))
    after = update(first_half, start, network, (HALF_S, 1.5), max_splats=10 * SPLATS, rounds=1).scene
    old = first_half.static
    assert after.static.last_seen_s is not None
    unseen = np.flatnonzero(after.static.last_seen_s[: len(old)] < HALF_S)
    assert len(unseen) > 100
    np.testing.assert_array_equal(after.static.means_m[unseen], old.means_m[unseen])
    np.testing.assert_array_equal(after.static.opacities[unseen], old.opacities[unseen])


def test_generated_views_never_change_what_was_observed(first_half: Scene, city_log: DrivingLog) -> None:
    start = lifted(city_log, window_s=(HALF_S, 1.5), hold_out=3, max_splats=4000)
    network = load_network(weights_of("tiny"))
    options = {"max_splats": 10 * SPLATS, "rounds": 1}
    dreamt = update(first_half, start, network, (HALF_S, 1.5), provenance=Provenance.GENERATED, **options).scene
    old = len(first_half.static)
    np.testing.assert_array_equal(dreamt.static.means_m[:old], first_half.static.means_m)
    np.testing.assert_array_equal(dreamt.static.colours[:old], first_half.static.colours)
    assert dreamt.static.provenance is not None
    assert (dreamt.static.provenance[old:] == Provenance.GENERATED).all()
    # Seen for real after all, the dream gives way.
    seen = update(dreamt, start, network, (HALF_S, 1.5), **options).scene
    assert seen.static.provenance is not None
    generated = (seen.static.provenance == Provenance.GENERATED).sum()
    assert generated < 0.3 * (len(dreamt.static) - old)


def test_a_scene_stays_within_its_bound(first_half: Scene, city_log: DrivingLog) -> None:
    bound = len(first_half) + 100
    longer = extend(first_half, city_log, (HALF_S, 1.5), hold_out=3, max_splats=bound, device="cpu")
    assert len(longer.scene) <= bound
    assert longer.removed > 0
