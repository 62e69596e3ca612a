"""Parts of the pages of studies."""

from __future__ import annotations

import html
from collections.abc import Sequence

from core.evaluation.report import STYLE, html_table
from core.evaluation.studies.films import Films
from core.evaluation.studies.summary import Missing

_FILM_STYLE = """
.films { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); }
.films { margin: .5rem 0 1.5rem; }
.films video, .films img { width: 100%; display: block; } svg { margin: .5rem 0 1rem; }
.supported { color: #2b8a3e; } .not { color: #c92a2a; }
"""
_TOGETHER = (
    "<script>for(const b of document.querySelectorAll('button'))b.onclick=()=>{const v=b.nextElementSibling"
    ".querySelectorAll('video');v.forEach(x=>{x.currentTime=0;x.play()})}</script>"
)


def page(title: str, told: str, parts: Sequence[str]) -> str:
    """A whole page."""
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}{_FILM_STYLE}</style>"
    return f"{head}<h1>{title}</h1><p class=what>{html.escape(told)}</p>{''.join(parts)}{_TOGETHER}</html>\n"


def lacking(missing: Sequence[Missing]) -> str:
    """What could not be compared, and the commands that would make it possible; nothing where nothing is missing."""
    if not missing:
        return ""
    rows = [[each.what, each.file, each.command] for each in missing]
    return html_table("Not compared, because weights are missing", [["What", "File", "Made by"], *rows])


def shown_films(films: Films) -> str:
    """The films of each drive side by side."""
    parts = []
    for drive in films.drives:
        parts.append(f"<h2>{html.escape(drive)}</h2><button>Play all from the start</button><div class=films>")
        for arm, judged in films.shown(drive):
            picture = f"<img src='{judged.strip}' alt=''>" if judged.strip else ""
            if judged.clip:
                picture = f"<video src='{judged.clip}' poster='{judged.strip}' controls loop muted playsinline></video>"
            parts.append(f"<figure>{picture}<figcaption>{html.escape(arm)}</figcaption></figure>")
        parts.append("</div>")
    return "".join(parts)
