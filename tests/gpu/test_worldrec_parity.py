"""WorldRec on CUDA asks and answers as it does on the CPU."""

from pathlib import Path

import pytest
import torch

from core.evaluation.reconstruction import evaluate_reconstruction
from core.logs import open_log
from core.worldrec.lift import lifted
from core.worldrec.model.evidence import gather_evidence
from core.worldrec.model.state import state_of
from core.worldrec.reconstructing import reconstruct, sights_of


@pytest.fixture(autouse=True)
def _cuda() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    pytest.importorskip("gsplat")


def test_evidence_is_the_same(real_piece: Path) -> None:
    log = open_log(real_piece)
    start = lifted(log, max_splats=16_000)
    window_s = (0.0, log.duration_s)
    state, sights = state_of(start.scene, window_s), sights_of(start, window_s)
    here = gather_evidence(state, sights)
    there = gather_evidence(state.to("cuda"), [sight.to("cuda") for sight in sights]).to("cpu")
    seen = here.covered > 1
    for name in ("covered", "maps", "pull"):
        one, other = getattr(here, name)[seen], getattr(there, name)[seen]
        assert float((one - other).abs().mean()) < 0.02 * float(one.abs().mean()) + 1e-6


def test_scenes_are_as_good(real_piece: Path) -> None:
    log = open_log(real_piece)
    scores = []
    for device in ("cpu", "cuda"):
        scene = reconstruct(log, max_splats=16_000, hold_out=3, device=device).scene
        scores.append(evaluate_reconstruction(scene, log, hold_out=3, width=320).overall.psnr_db)
    assert abs(scores[0] - scores[1]) < 0.2
