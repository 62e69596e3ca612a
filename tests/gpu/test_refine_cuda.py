"""Refinement on CUDA makes a scene better, as it does on the CPU."""

from pathlib import Path

import pytest
import torch

from core.evaluation.reconstruction import evaluate_reconstruction
from core.logs import open_log
from core.worldrec.lift import lift
from core.worldrec.refine import refine


def test_a_drive_looks_more_like_its_images(real_piece: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    pytest.importorskip("gsplat")
    log = open_log(real_piece)
    scene = lift(log, max_splats=16_000)
    refined = refine(scene, log, steps=30, device="cuda")
    before, after = (evaluate_reconstruction(each, log, hold_out=1, width=320).overall for each in (scene, refined))
    assert after.psnr_db > before.psnr_db + 0.5
