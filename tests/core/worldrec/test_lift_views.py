"""Real recordings and wide lenses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from lift_street import street

from core.evaluation.reconstruction import evaluate_reconstruction
from core.geometry import FisheyeCamera, Pose
from core.logs import open_log
from core.worldrec.lift import lift
from core.worldrec.lift.views import views_of

FISHEYE = FisheyeCamera(160, 120, 50.0, 50.0, 79.5, 59.5, (0.01, 0.0, 0.0, 0.0))


def test_a_real_drive_with_missing_sweeps_looks_like_its_images(real_piece: Path) -> None:
    log = open_log(real_piece)
    scene = lift(log, max_splats=16_000)
    score = evaluate_reconstruction(scene, log, hold_out=1, width=160)
    assert score.overall.psnr_db > 20.0
    assert scene.licence == log.licence


def test_views_of_a_fisheye_show_each_direction_as_the_lens_does() -> None:
    (front,) = street().cameras
    rays, valid = FISHEYE.pixel_rays()
    shade = (np.where(valid[..., None], rays, 0.0) * 100 + 128).round().astype(np.uint8)
    stream = replace(
        front,
        camera=FISHEYE,
        world_from_camera=Pose.stack([Pose.identity()] * len(front)),
        read_image=lambda index: shade,
        cache=type(front.cache)(),
    )
    views = views_of(stream, 0)
    assert len(views) > 1
    for view in views:
        directions = view.directions / np.linalg.norm(view.directions, axis=-1, keepdims=True)
        seen = (view.rgb * 255 - 128) / 100
        assert np.quantile(np.abs(seen - directions)[view.valid], 0.99) < 0.03
    covered = sum(int(view.valid.sum()) for view in views)
    assert covered > 0.8 * valid.sum()
