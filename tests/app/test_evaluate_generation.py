"""What the command tells of generators, those whose films ran away among them."""

from __future__ import annotations

from app.evaluate_generation import _lines

FIGURES = {"psnr": 14.284, "ssim": 0.2391, "feature_distance": 0.3841, "motion": 0.816, "seam": 1.053}


def test_a_line_tells_each_generator_and_dashes_stand_for_films_that_ran_away() -> None:
    means = {
        "dmd, 4 steps": FIGURES,
        "dmd, 50 steps, ran away": dict.fromkeys(FIGURES),
        "last given frame": {**FIGURES, "seam": None},
    }
    one, away, still = _lines({"mean": means})
    assert one.split(maxsplit=3)[3] == "14.28 dB / 0.239, feature distance 0.384, motion 0.82, seam 1.05"
    assert away.endswith("– dB / –, feature distance –, motion –, seam –")
    assert still.endswith("seam –")
