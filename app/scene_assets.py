"""`driftless asset`: the actors of a scene, and one of them as an asset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from core.errors import UserError
from core.scene import Actor, load_scene, save_asset
from core.scene.assets import WHAT


def list_actors(folder: Path, *, as_json: bool) -> None:
    """Tell of each actor what it is and what of it was seen, as lines or as one JSON object.

    Raises:
        UserError: no scene.
    """
    rows = [_row(actor) for actor in sorted(load_scene(folder).actors, key=_most_seen_first)]
    if as_json:
        typer.echo(json.dumps({"actors": rows}))
        return
    for row in rows:
        share = "not known" if row["seen"] is None else f"{row['seen']:4.0%} seen"
        unseen = f", never {', '.join(row['unseen_sides'])}" if row["unseen_sides"] else ""
        typer.echo(f"{row['id']}  {row['class']}, {row['splats']} splats, {share}{unseen}")
    typer.echo(f"{len(rows)} actors")


def take_out(folder: Path, actor_id: str, out: Path, *, at_s: float | None, as_json: bool) -> None:
    """Write an actor of a scene into a folder.

    Raises:
        UserError: no scene, no such actor, a time outside the scene, or a folder that cannot be written or holds
            something else.
    """
    scene = load_scene(folder)
    found = [actor for actor in scene.actors if actor.track.id == actor_id]
    if not found:
        remedy = f"`driftless asset {folder}` lists them."
        raise UserError(f"The scene has no actor {actor_id!r}", path=folder, field="actor", remedy=remedy)
    if at_s is not None and not 0.0 <= at_s <= scene.duration_s:
        remedy = f"It is {scene.duration_s:.1f} s long."
        raise UserError(f"{at_s:g} s lies outside the scene", field="--at", remedy=remedy)
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / WHAT).is_file()):
        raise UserError("There is something else already", path=out, remedy="Name a new or empty folder, or an asset.")
    save_asset(found[0], out, licence=scene.licence, source=scene.source, t_s=at_s)
    row = _row(found[0])
    if as_json:
        typer.echo(json.dumps(row | {"folder": str(out), "licence": scene.licence}))
    else:
        typer.echo(f"{row['class'].capitalize()} with {row['splats']} splats in {out}; licence {scene.licence}")


def _row(actor: Actor) -> dict[str, Any]:
    track, coverage = actor.track, actor.coverage
    shares = {} if coverage is None else coverage.side_shares
    return {
        "id": track.id,
        "class": track.actor_class.value,
        "size_m": list(track.size_m),
        "splats": len(actor.cloud),
        "seen": None if coverage is None else round(coverage.share, 3),
        "sides": {name: round(share, 3) for name, share in shares.items()},
        "unseen_sides": [name for name, share in shares.items() if share == 0.0],
    }


def _most_seen_first(actor: Actor) -> tuple[float, str]:
    return (0.0 if actor.coverage is None else -actor.coverage.share), actor.track.id
