"""The command `run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    log: Annotated[Path, typer.Argument(help="Folder or file of a log.")],
    export: Annotated[Path, typer.Option(metavar="OUT", help="Folder for clips and project; new or empty.")],
    edits: Annotated[
        Path | None, typer.Option(metavar="JOURNAL", help="Journal of a project, or its folder, to be done again.")
    ] = None,
    generate: Annotated[
        bool, typer.Option("--generate/--no-generate", help="Whether to make pictures, or the scene only.")
    ] = True,
    frames: Annotated[int, typer.Option(metavar="N", help="Frames to make, of each camera.")] = 16,
    coupling: Annotated[
        str, typer.Option(help="joint, serial, generation or reconstruction: who makes the pictures.")
    ] = "joint",
    scene: Annotated[Path | None, typer.Option(help="Folder of a scene of the log; by default one is made.")] = None,
    refine: Annotated[int, typer.Option(metavar="N", help="Steps of optimisation of the scene that is made.")] = 0,
    cameras: Annotated[
        list[str] | None, typer.Option(metavar="NAME,…", help="Cameras of the log; all by default. May be repeated.")
    ] = None,
    height: Annotated[
        int | None,
        typer.Option(metavar="PIXELS", help="Of the pictures of a reconstruction; generators have their own."),
    ] = None,
    steps: Annotated[int, typer.Option(help="Of denoising: 1, 2, 4, 8 or 50.")] = 4,
    seed: Annotated[int, typer.Option(help="Another number is another drive.")] = 0,
    preset: Annotated[str, typer.Option(help="The networks: tiny or base.")] = "tiny",
    weights: Annotated[Path | None, typer.Option(help="File of another generator.")] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="File of another tokenizer.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Do the whole job without a screen: reconstruct a log, edit it as a journal tells, generate, export clips."""
    from app.run_job import run_job

    chosen = {"steps": steps, "seed": seed, "weights": weights, "tokenizer": tokenizer, "device": device}
    run_job(
        log,
        export,
        edits=edits,
        scene=scene,
        refine=refine,
        generate=generate,
        cameras=cameras or [],
        coupling=coupling,
        preset=preset,
        as_json=json,
        frames=frames,
        height=height,
        **chosen,
    )
