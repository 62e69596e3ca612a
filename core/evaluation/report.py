"""A comparison as a folder: `index.html`, the pictures that it shows, and `results.json`."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.evaluation.comparing import Compared, Setting
from core.evaluation.measuring import Figures, mean_figures
from core.image_bytes import image_bytes

RESULTS, PAGE, PICTURES = "results.json", "index.html", "pictures"
_PICTURE_WIDTH = 448

COLUMNS = (
    ("Held-out images", ("psnr_heldout", "ssim_heldout")),
    ("Moving actors", ("psnr_moving",)),
    ("1 m sideways", ("psnr_1m", "ssim_1m")),
    ("2 m sideways", ("psnr_2m", "ssim_2m")),
    ("3 m sideways", ("psnr_3m", "ssim_3m")),
    ("Edited truth", ("psnr_edited", "ssim_edited")),
    ("Images it is made of", ("psnr_inputs", "ssim_inputs")),
    ("Depth error", ("depth_error",)),
    ("Gaussians", ("gaussians",)),
    ("Time", ("seconds",)),
)

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 96rem; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
p, figcaption { max-width: 60rem; } .what { opacity: .75; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
th, td { padding: .35rem .8rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { font-weight: 600; vertical-align: bottom; } tr.mean td { font-weight: 600; background: var(--soft); }
.pictures { display: grid; gap: .5rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.pictures { margin: .5rem 0 1.5rem; }
figure { margin: 0; } figure img { width: 100%; display: block; } figcaption { font-size: .85rem; opacity: .8; }
"""


def write_report(found: Sequence[Compared], setting: Setting, folder: Path) -> dict[str, Any]:
    """Write the report into a folder, made if it is not there.

    Returns:
        What `results.json` holds: the setting, figures of each log by method, and their means.

    Raises:
        UserError: the folder cannot be written.
    """
    results = results_of(found, setting)
    try:
        (folder / PICTURES).mkdir(parents=True, exist_ok=True)
        body = [_head(found, setting), _overview(results), *(_section(n, each, folder) for n, each in enumerate(found))]
        page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Reconstruction</title><style>{STYLE}</style>"
        (folder / PAGE).write_text(page + "".join(body) + "</html>\n", encoding="utf-8")
        (folder / RESULTS).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"The report cannot be written ({error.strerror})", path=folder) from error
    return results


def results_of(found: Sequence[Compared], setting: Setting) -> dict[str, Any]:
    methods = list(dict.fromkeys(name for each in found for name in each.figures))
    return {
        "setting": {
            "methods": list(setting.methods),
            "refine_steps": list(setting.refine_steps),
            "hold_out": setting.hold_out,
            "window_s": setting.window_s,
            "width": setting.width,
            "lidar": setting.lidar,
            "preset": setting.preset,
            "seed": setting.seed,
        },
        "logs": [
            {
                "name": each.name,
                "path": str(each.path),
                "methods": {name: _rounded(figures) for name, figures in each.figures.items()},
            }
            for each in found
        ],
        "mean": {
            name: _rounded(mean_figures([each.figures[name] for each in found if name in each.figures]))
            for name in methods
        },
    }


def html_table(title: str, rows: Sequence[Sequence[str]]) -> str:
    """A table in a page, the first row its head, under a title unless that is empty."""
    head, *others = ["<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in row) for row in rows]
    caption = f"<h2>{html.escape(title)}</h2>" if title else ""
    head = head.replace("<td>", "<th>")
    return f"{caption}<div class=wide><table><thead>{head}</thead><tbody>{''.join(others)}</table></div>"


def _rounded(figures: Figures) -> Figures:
    return {name: value if value is None else round(value, 4) for name, value in figures.items()}


def _head(found: Sequence[Compared], setting: Setting) -> str:
    logs = f"{len(found)} logs" if len(found) > 1 else html.escape(found[0].name)
    lidar = "with lidar" if setting.lidar else "without lidar"
    return (
        f"<h1>Reconstruction of {logs}</h1>"
        f"<p class=what>{lidar}, preset {setting.preset}; of every {setting.hold_out} images of each camera the last"
        " was held out and never looked at. Each cell is PSNR in dB and SSIM. Sideways and edited pictures are held"
        " against what the demo city would have recorded: in the edited drive the ego drives 2 m to the left, one"
        " actor is moved"
        " and one is not there. “Moving actors” counts the pixels that look into the boxes of actors that move."
        " The depth error is the median relative one.</p>"
    )


def _overview(results: dict[str, Any]) -> str:
    parts = ["<h2>Means of all logs</h2>" if len(results["logs"]) > 1 else "<h2>Figures</h2>", _table(results["mean"])]
    if len(results["logs"]) > 1:
        parts += ["<h2>Images that were held out, log by log</h2>", _log_table(results)]
    return "".join(parts)


def _table(methods: dict[str, Figures]) -> str:
    """A row for each method, columns for what at least one of them has."""
    columns = [
        (title, names)
        for title, names in COLUMNS
        if any(figures.get(names[0]) is not None for figures in methods.values())
    ]
    head = "".join(f"<th>{title}" for title, _ in columns)
    rows = [
        f"<tr><td>{html.escape(method)}" + "".join(f"<td>{_cell(figures, names)}" for _, names in columns)
        for method, figures in methods.items()
    ]
    return f"<div class=wide><table><thead><tr><th>Method{head}</thead><tbody>{''.join(rows)}</table></div>"


def _log_table(results: dict[str, Any]) -> str:
    methods = list(results["mean"])
    names = ("psnr_heldout", "ssim_heldout")

    def row(title: str, found: dict[str, Figures], kind: str = "") -> str:
        cells = "".join(f"<td>{_cell(found.get(method, {}), names)}" for method in methods)
        return f"<tr{kind}><td>{html.escape(title)}{cells}"

    rows = [row(each["name"], each["methods"]) for each in results["logs"]]
    rows.append(row("mean", results["mean"], " class=mean"))
    head = "".join(f"<th>{html.escape(method)}" for method in methods)
    return f"<div class=wide><table><thead><tr><th>Log{head}</thead><tbody>{''.join(rows)}</table></div>"


def _cell(figures: Figures, names: Sequence[str]) -> str:
    return " / ".join(_shown(name, figures.get(name)) for name in names)


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name == "depth_error":
        return f"{100 * value:.1f} %"
    if name == "gaussians":
        return f"{value:,.0f}"
    if name == "seconds":
        return f"{value:.1f} s"
    return f"{value:.3f}" if name.startswith("ssim") else f"{value:.2f}"


def _section(number: int, each: Compared, folder: Path) -> str:
    parts = [f"<h2>{html.escape(each.name)}</h2>", _table(each.figures)]
    for row, sample in enumerate(each.samples):
        pictures = {"truth" if sample.group not in ("held out",) else "recorded": sample.frame.rgb}
        pictures |= {name: drawn.rgb for name, drawn in sample.pictures.items()}
        figures = []
        for name, picture in pictures.items():
            file = f"{PICTURES}/{number:02d}-{row}-{_file_name(name)}.png"
            (folder / file).write_bytes(_png(picture))
            figures.append(f"<figure><img src='{file}' alt=''><figcaption>{html.escape(name)}</figcaption></figure>")
        title = html.escape(sample.frame.title)
        parts.append(f"<p><b>{sample.group}</b> · {title}</p><div class=pictures>{''.join(figures)}</div>")
    return "".join(parts)


def _png(picture: NDArray[np.float32]) -> bytes:
    height, width = picture.shape[:2]
    pixels = (picture.clip(0.0, 1.0) * 255 + 0.5).astype(np.uint8)
    if width < _PICTURE_WIDTH:
        size = _PICTURE_WIDTH, round(height * _PICTURE_WIDTH / width)
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    return image_bytes(pixels, ".png")


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
