"""The counterfactual benchmark as a page with films and plots, and as figures."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.evaluation.film_cells import Figures
from core.evaluation.report import PAGE, RESULTS, html_table
from core.evaluation.studies.arms import RECONSTRUCTION
from core.evaluation.studies.films import Films
from core.evaluation.studies.page import lacking, page, shown_films
from core.evaluation.studies.plots import lines, whiskers
from core.evaluation.studies.regions import BUCKET_S
from core.evaluation.studies.subject import ALL, CHANGED, OBSERVED, UNOBSERVED
from core.evaluation.studies.summary import Against, Missing, against, as_json, interval_told, means_of

MEASURES = (("psnr", "PSNR, dB", 2), ("ssim", "SSIM", 3))
SHOWN = "shown"
_TITLES = {
    SHOWN: "As shown",
    ALL: "All pixels",
    OBSERVED: "Observed",
    UNOBSERVED: "Unobserved",
    CHANGED: "Changed by the edit",
}
TOLD = (
    "Each drive is recorded for four seconds, of which WorldRec makes a scene. Then the ego drives beside its path, one"
    " actor elsewhere, and one is gone; the city renders what the cameras would have seen. The first chunk of that is"
    " given to all. Observed pixels are those where the edited scene shows what was seen (known above 0.9), unobserved"
    " those where it has nothing to be trusted (below 0.1); changed are those that would look otherwise had no actor"
    " been edited. As shown compares whole pictures at the size at which takes are shown, all else is told at that at"
    " which generators work. Likeness is the mean over pictures, of drives the mean over seeds; intervals hold the mean"
    " difference with 95 %."
)


def write_counterfactual(
    films: Films, setting: Mapping[str, Any], missing: Sequence[Missing], folder: Path
) -> dict[str, Any]:
    """Write all of it, of the films that there are so far; answers what `results.json` holds.

    Raises:
        UserError: the folder cannot be written.
    """
    means = means_of(films)
    names = [f"{measure}/{region}" for measure, _, _ in MEASURES for region in _TITLES]
    differences = against(films, RECONSTRUCTION, names)
    content = {
        "setting": dict(setting),
        "drives": films.drives,
        "missing": [vars(each) for each in missing],
        "mean": as_json(means),
        "against_reconstruction": as_json(differences),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESULTS).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        (folder / PAGE).write_text(_page(films, means, differences, missing), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The report cannot be written ({error.strerror})", path=folder) from error
    return content


def _page(films: Films, means: Mapping[str, Figures], differences: Against, missing: Sequence[Missing]) -> str:
    parts = [lacking(missing), html_table("Likeness to the edited truth, PSNR / SSIM", _likeness(means))]
    for measure, title, places in MEASURES:
        heading = f"{title}: difference to the scene alone"
        parts.append(html_table(heading, _differences(differences, measure, places)))
        for region in _TITLES:
            found = {arm: each.get(f"{measure}/{region}") for arm, each in differences.items()}
            rows = [(arm, interval) for arm, interval in found.items() if interval is not None]
            if measure == "psnr" and rows:
                parts.append(f"<h3>{html.escape(_TITLES[region])}</h3>{whiskers(rows)}")
    parts += [f"<h2>PSNR over time, dB</h2>{lines(_over_time(means), 'seconds after the given frames')}"]
    parts += [html_table("PSNR by camera, dB", _by_camera(means)), shown_films(films)]
    return page(f"Edited truth of {len(films.drives)} drives", TOLD, parts)


def _likeness(means: Mapping[str, Figures]) -> list[list[str]]:
    rows = [["Made by", *_TITLES.values(), "Processor s per frame set", "Films"]]
    for arm, figures in means.items():
        pairs = (_pair(figures.get(f"psnr/{region}"), figures.get(f"ssim/{region}")) for region in _TITLES)
        rows.append([arm, *pairs, f"{figures['seconds'] or 0.0:.2f}", f"{figures['films'] or 0:.0f}"])
    first = next(iter(means.values()), {})
    shares = (first.get(f"share/{region}") for region in _TITLES)
    return [*rows, ["share of all pixels", *("–" if s is None else f"{100 * s:.0f} %" for s in shares), "", ""]]


def _differences(differences: Against, measure: str, places: int) -> list[list[str]]:
    rows = [["Made by", *_TITLES.values()]]
    for arm, found in differences.items():
        rows.append([arm, *(interval_told(found.get(f"{measure}/{region}"), places) for region in _TITLES)])
    return rows


def _over_time(means: Mapping[str, Figures]) -> dict[str, list[tuple[float, float]]]:
    """Mean PSNR of each second, at its middle."""
    found: dict[str, list[tuple[float, float]]] = {}
    for arm, figures in means.items():
        seconds = {name.split("/")[2]: value for name, value in figures.items() if name.startswith(f"psnr/{ALL}/")}
        points = [(k, v) for k, v in seconds.items() if k.endswith(" s") and v is not None]
        found[arm] = [(float(told.split("-")[0]) + BUCKET_S / 2, value) for told, value in points]
    return found


def _by_camera(means: Mapping[str, Figures]) -> list[list[str]]:
    first = next(iter(means.values()), {})
    names = [name.split("/")[2] for name in first if name.startswith(f"psnr/{ALL}/") and not name.endswith(" s")]
    rows = [["Made by", *names]]
    for arm, figures in means.items():
        values = (figures.get(f"psnr/{ALL}/{name}") for name in names)
        rows.append([arm, *("–" if value is None else f"{value:.2f}" for value in values)])
    return rows


def _pair(psnr: float | None, ssim: float | None) -> str:
    return "–" if psnr is None or ssim is None else f"{psnr:.2f} / {ssim:.3f}"
