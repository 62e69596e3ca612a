"""An evaluation of generators as a folder: `index.html`, the pictures that it shows, and `results.json`."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import UserError
from core.evaluation.features import LABEL
from core.evaluation.generation import Figures, Pictures, Truth
from core.evaluation.report import PAGE, PICTURES, RESULTS, STYLE
from core.image_bytes import image_bytes

COLUMNS = (
    ("PSNR / SSIM at 1 s", ("psnr_1s", "ssim_1s")),
    ("at 5 s", ("psnr_5s", "ssim_5s")),
    ("all frames", ("psnr", "ssim")),
    ("Feature distance", ("feature_distance",)),
    ("Seam", ("seam",)),
    ("Motion", ("motion",)),
    ("Drift of saturation", ("saturation_drift",)),
    ("of contrast", ("contrast_drift",)),
    ("of sharpness", ("sharpness_drift",)),
    ("Processor s per frame set", ("seconds",)),
)
_SHOWN = 6  # frames of a row of pictures


class GenerationReport:
    """Collects rows of pictures while films are made, and writes all at the end.

    Raises:
        UserError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[str, list[tuple[str, str]]] = {}

    def look(self, name: str, truth: Truth, made: Pictures) -> None:
        """Keep some frames of the middle camera, above those of the truth the first time."""
        rows = self._rows.setdefault(truth.name, [])
        if not rows:
            rows.append(("recorded", self._saved(truth, truth.pictures, 0)))
        rows.append((name, self._saved(truth, made, len(rows))))

    def write(self, results: Mapping[str, Figures], setting: Mapping[str, Any]) -> dict[str, Any]:
        """Write page and figures; answers what `results.json` holds."""
        rounded = {
            name: {key: None if value is None else round(value, 4) for key, value in figures.items()}
            for name, figures in results.items()
        }
        content = {"setting": dict(setting), "feature_distance": LABEL, "mean": rounded}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / RESULTS).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            (self._folder / PAGE).write_text(self._page(rounded), encoding="utf-8")
        except OSError as error:
            raise UserError(f"The report cannot be written ({error.strerror})", path=self._folder) from error
        return content

    def _saved(self, truth: Truth, film: Pictures, row: int) -> str:
        view = film.shape[1] // 2
        shown = film[np.linspace(0, len(film) - 1, _SHOWN).round().astype(int), view]
        pixels = (np.concatenate(list(shown), 1).clip(0, 1) * 255 + 0.5).astype(np.uint8)
        file = f"{PICTURES}/{len(self._rows) - 1:02d}-{row:02d}.png"
        try:
            (self._folder / PICTURES).mkdir(parents=True, exist_ok=True)
            (self._folder / file).write_bytes(image_bytes(pixels, ".png"))
        except OSError as error:
            raise UserError(f"The report cannot be written ({error.strerror})", path=self._folder) from error
        return file

    def _page(self, results: Mapping[str, Figures]) -> str:
        head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Generation</title><style>{STYLE}</style>"
        told = (
            f"<h1>Generation of {len(self._rows)} drives</h1><p class=what>Means over drives and seeds. The first chunk"
            " is given. Seam and motion are multiples of the truth's; drifts are shares of the truth's mean per second."
            f" The feature distance is the {LABEL}.</p>"
        )
        body = [head, told, f"<div class=wide>{table(results)}</div>"]
        for drive, rows in self._rows.items():
            body.append(f"<h2>{html.escape(drive)}</h2>")
            body += [
                f"<figure><img src='{file}' alt=''><figcaption>{html.escape(name)}</figcaption></figure>"
                for name, file in rows
            ]
        return "".join(body) + "</html>\n"


def table(results: Mapping[str, Figures]) -> str:
    """Figures as a table, a row for each way to make films."""
    head = "".join(f"<th>{title}" for title, _ in COLUMNS)
    rows = [
        f"<tr><td>{html.escape(name)}" + "".join(f"<td>{_cell(figures, names)}" for _, names in COLUMNS)
        for name, figures in results.items()
    ]
    return f"<table><thead><tr><th>Made by{head}</thead><tbody>{''.join(rows)}</table>"


def _cell(figures: Figures, names: Sequence[str]) -> str:
    values = [(name, figures.get(name)) for name in names]
    return " / ".join("–" if value is None else _shown(name, value) for name, value in values)


def _shown(name: str, value: float) -> str:
    if name.startswith("psnr"):
        return f"{value:.2f}"
    if name.endswith("drift"):
        return f"{100 * value:+.1f} %"
    return f"{value:.3f}"
