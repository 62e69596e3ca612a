"""The premise study as a page with verdicts, plots and films, and as figures."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.evaluation.features import LABEL
from core.evaluation.film_cells import Figures
from core.evaluation.report import PAGE, RESULTS, html_table
from core.evaluation.studies.arms import RECONSTRUCTION
from core.evaluation.studies.films import Films
from core.evaluation.studies.intervals import LEAST_DRIVES
from core.evaluation.studies.page import lacking, page, shown_films
from core.evaluation.studies.plots import lines, whiskers
from core.evaluation.studies.premise import TRAINED_FRAMES
from core.evaluation.studies.premise_rules import Decided, Rule, Verdict, claims_of, decided
from core.evaluation.studies.regions import BUCKET_S
from core.evaluation.studies.summary import Against, Missing, against, as_json, interval_told, means_of

COLUMNS = (
    ("As shown: PSNR", "psnr/shown", 2),
    ("SSIM", "ssim/shown", 3),
    ("PSNR", "psnr/all", 2),
    ("observed", "psnr/observed", 2),
    ("unobserved", "psnr/unobserved", 2),
    ("SSIM", "ssim/all", 3),
    ("Feature distance", "feature_distance", 3),
    ("Seam", "seam", 2),
    ("Motion", "motion", 2),
    ("Drift", "drift", 3),
    ("Cameras disagree", "cross_view", 4),
    ("Frames disagree, 1", "cross_frame_1", 4),
    ("10 apart", "cross_frame_10", 4),
    ("Sharpness kept", "sharpness_kept", 2),
    ("Motion kept", "motion_kept", 2),
    ("Collapsed", "collapsed", 2),
)
JUDGED = "psnr/shown", "ssim/shown", "psnr/all", "psnr/unobserved", "ssim/all"
"""Figures whose difference to the scene alone is told."""
TOLD = (
    "Drives of the demo city that no network learned from are recorded for four seconds, edited, and made by all arms"
    " after the same first chunk; horizons are multiples of 24 frames. A rule is a margin that has to be below zero; it"
    " is supported if the whole interval (95 %, drives and seeds drawn anew) is below, not supported if none of it is,"
    f" else undecided, as it is with fewer than {LEAST_DRIVES} drives. As shown compares whole pictures"
    " at the size at which takes are shown, all else is told at that at which they are generated. Seam and motion are"
    " multiples of the truth's; drift is the steepest of saturation, contrast and sharpness, as share of the truth's"
    " mean per second; disagreements are mean absolute differences of what stands still and is seen twice, less those"
    " of the truth; kept is the last second over the first, as multiple of the truth's. The feature distance is the"
    f" {LABEL}."
)
_CLASSES: Mapping[Verdict, str] = {"supported": "supported", "not supported": "not", "undecided": ""}


def write_premise(
    films: Films,
    rules: Sequence[Rule],
    horizons: Sequence[int],
    setting: Mapping[str, Any],
    missing: Sequence[Missing],
    folder: Path,
) -> dict[str, Any]:
    """Write all of it, of the films that there are so far; answers what `results.json` holds.

    Raises:
        UserError: the folder cannot be written.
    """
    means, found = means_of(films), decided(rules, films)
    names = [f"{figure}@{frames}" for frames in horizons for figure in JUDGED]
    differences = against(films, RECONSTRUCTION, names)
    content = {
        "setting": dict(setting),
        "drives": films.drives,
        "missing": [vars(each) for each in missing],
        "claims": claims_of(found),
        "rules": [
            {
                "claim": each.rule.claim,
                "says": each.rule.says,
                "margin": as_json(each.margin),
                "verdict": each.verdict,
            }
            for each in found
        ],
        "feature_distance": LABEL,
        "mean": as_json(means),
        "against_reconstruction": as_json(differences),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESULTS).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        (folder / PAGE).write_text(_page(films, means, found, differences, horizons, missing), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The report cannot be written ({error.strerror})", path=folder) from error
    return content


def _page(
    films: Films,
    means: Mapping[str, Figures],
    found: Sequence[Decided],
    differences: Against,
    horizons: Sequence[int],
    missing: Sequence[Missing],
) -> str:
    parts = [*_verdicts(found), lacking(missing)]
    for frames in horizons:
        title = f"{frames / TRAINED_FRAMES:g}× ({frames} frames)"
        parts.append(html_table(title, _figures(means, frames)))
        rows = [(arm, each[f"psnr/all@{frames}"]) for arm, each in differences.items() if f"psnr/all@{frames}" in each]
        parts.append(f"<h3>PSNR, dB: difference to the scene alone</h3>{whiskers(rows)}" if rows else "")
    told = "seconds after the given frames"
    parts.append(f"<h2>PSNR over time, dB</h2>{lines(_over_time(means, horizons), told)}")
    return page(f"The premise on {len(films.drives)} drives", TOLD, [*parts, shown_films(films)])


def _verdicts(found: Sequence[Decided]) -> list[str]:
    parts = []
    for claim, verdict in claims_of(found).items():
        shown = f"<span class='{_CLASSES[verdict]}'>{verdict}</span>"
        rows = [["Rule", "Margin, to be below zero", "Drives", "Verdict"]]
        for each in found:
            if each.rule.claim == claim:
                drives = "0" if each.margin is None else str(each.margin.drives)
                rows.append([each.rule.says, interval_told(each.margin, 3), drives, each.verdict])
        parts.append(f"<h2>{html.escape(claim)}: {shown}</h2>{html_table('', rows)}")
    return parts


def _figures(means: Mapping[str, Figures], frames: int) -> list[list[str]]:
    rows = [["Made by", *(title for title, _, _ in COLUMNS)]]
    for arm, figures in means.items():
        values = [(figures.get(f"{name}@{frames}"), places) for _, name, places in COLUMNS]
        if any(value is not None for value, _ in values):
            rows.append([arm, *("–" if value is None else f"{value:.{places}f}" for value, places in values)])
    return rows


def _over_time(means: Mapping[str, Figures], horizons: Sequence[int]) -> dict[str, list[tuple[float, float]]]:
    """Mean PSNR of each second of arms that reach the longest horizon, at its middle."""
    found: dict[str, list[tuple[float, float]]] = {}
    ends = f" s@{horizons[-1]}"
    for arm, figures in means.items():
        points = [
            (float(name.split("/")[2].split("-")[0]) + BUCKET_S / 2, value)
            for name, value in figures.items()
            if name.startswith("psnr/all/") and name.endswith(ends) and value is not None
        ]
        if points:
            found[arm] = points
    return found
