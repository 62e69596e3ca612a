"""An evaluation of generators as a folder: a page with pictures, the tables in Markdown for a card, and the figures."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from core.errors import UserError
from core.evaluation.features import LABEL
from core.evaluation.film_cells import Figures
from core.evaluation.generation_table import Table
from core.evaluation.report import PAGE, RESULTS, STYLE, html_table
from core.evaluation.student import Rule, compared

CARD = "table.md"

COLUMNS = (
    ("PSNR / SSIM at 1 s", ("psnr_1s", "ssim_1s")),
    ("at 5 s", ("psnr_5s", "ssim_5s")),
    ("at the end", ("psnr_end", "ssim_end")),
    ("all frames", ("psnr", "ssim")),
    ("Feature distance", ("feature_distance",)),
    ("Seam", ("seam",)),
    ("Motion", ("motion",)),
    ("Ego motion", ("ego_motion",)),
    ("Turn", ("turn",)),
    ("Weather", ("weather",)),
    ("Drift of saturation", ("saturation_drift",)),
    ("of contrast", ("contrast_drift",)),
    ("of sharpness", ("sharpness_drift",)),
    ("Processor s per frame set", ("seconds",)),
    ("Films", ("films",)),
)
NOTES = (
    "Means over drives and seeds; the first chunk is given. Seam and motion are multiples of the truth's. Ego motion is"
    " the agreement of optical flow with the truth's, turn how much of turns to either side the pictures show, weather"
    " how much of the difference that other weathers make: 1 is all, 0 nothing. Drifts are shares of the truth's mean"
    f" per second. The feature distance is the {LABEL}. Bidirectional makes clips as long as those that it learned"
    " from, each after the last chunk of the one before. Films that ran away grew beyond all numbers."
)


def write_report(table: Table, setting: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write all of it, of the films that there are so far; answers what `results.json` holds.

    Raises:
        UserError: the folder cannot be written.
    """
    means = table.means()
    content = {
        "setting": dict(setting),
        "feature_distance": LABEL,
        "mean": {
            way: {key: round(value, 4) if _is_number(value) else None for key, value in figures.items()}
            for way, figures in means.items()
        },
        "ran_away": [way for way, figures in means.items() if _ran_away(figures)],
    }
    pair = compared(means)
    if pair is not None:
        student, teacher, rules = pair
        content["student"] = {"student": student, "teacher": teacher, "holds": {r.name: r.holds for r in rules}}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RESULTS).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        (folder / PAGE).write_text(_page(table, means), encoding="utf-8")
        (folder / CARD).write_text(_card(means), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The report cannot be written ({error.strerror})", path=folder) from error
    return content


def _page(table: Table, means: Mapping[str, Figures]) -> str:
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Generation</title><style>{STYLE}</style>"
    body = [head, f"<h1>Generation of {len(table.strips)} drives</h1><p class=what>{html.escape(NOTES)}</p>"]
    body += [html_table(title, rows) for title, rows in _tables(means)]
    for drive, strips in table.strips.items():
        body.append(f"<h2>{html.escape(drive)}</h2>")
        body += [
            f"<figure><img src='{file}' alt=''><figcaption>{html.escape(way)}</figcaption></figure>"
            for way, file in sorted(strips, key=lambda strip: _place(strip[0], list(means)))
        ]
    return "".join(body) + "</html>\n"


def _card(means: Mapping[str, Figures]) -> str:
    parts = [NOTES]
    for title, (head, *rows) in _tables(means):
        lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
        parts.append("\n".join([*([f"### {title}", ""] if title else []), *lines]))
    return "\n\n".join(parts) + "\n"


def _tables(means: Mapping[str, Figures]) -> list[tuple[str, list[list[str]]]]:
    """Titles and rows, the first of which is the head."""
    known = [column for column in COLUMNS if any(f.get(name) is not None for f in means.values() for name in column[1])]
    rows = [["Made by", *(title for title, _ in known)]]
    for way, figures in means.items():
        name = f"{way}, ran away" if _ran_away(figures) else way
        rows.append([name, *(_cell(figures, names) for _, names in known)])
    tables = [("", rows)]
    if (pair := compared(means)) is not None:
        student, teacher, rules = pair
        tables.append(("The student against its teacher", [["Rule", student, teacher, ""], *map(_told, rules)]))
    return tables


def _told(rule: Rule) -> list[str]:
    student, teacher = (f"{each:.3f}" if _is_number(each) else "–" for each in (rule.student, rule.teacher))
    return [rule.name, student, teacher, "holds" if rule.holds else "does not hold"]


def _place(way: str, order: Sequence[str]) -> int:
    return order.index(way) if way in order else -1


def _cell(figures: Figures, names: Sequence[str]) -> str:
    values = [(name, figures.get(name)) for name in names]
    return " / ".join(_shown(name, value) if _is_number(value) else "–" for name, value in values)


def _ran_away(figures: Figures) -> bool:
    return any(value is not None and not _is_number(value) for value in figures.values())


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _shown(name: str, value: float) -> str:
    if name.startswith("psnr"):
        return f"{value:.2f}"
    if name.endswith("drift"):
        return f"{100 * value:+.1f} %"
    return f"{value:.0f}" if name == "films" else f"{value:.3f}"
