"""`driftless train`: its commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

train = typer.Typer(help="Train networks. Ctrl+C stops; the same command goes on.", no_args_is_help=True)

_BATCH = "That each device learns from at once; by default what suits the stage."
_STRATEGY = "ddp, or fsdp: processes that torchrun started share out weights, gradients and the optimiser's state."


@train.command("worldrec")
def train_worldrec(
    preset: Annotated[str, typer.Option(help="Size of the network: tiny or base.")] = "tiny",
    logs: Annotated[list[Path] | None, typer.Option(help="A log, or a folder of logs. May be repeated.")] = None,
    cities: Annotated[int, typer.Option(metavar="N", help="Drives of the demo city, made and kept on the way.")] = 0,
    run: Annotated[Path | None, typer.Option(help="Folder of the run, which goes on if it stopped there.")] = None,
    steps: Annotated[int | None, typer.Option(help="By default what suits the preset.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the weights; in the run's folder by default.")] = None,
    start: Annotated[Path | None, typer.Option("--from", help="Weights to begin with, to tune them.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option(help="Another number is another run.")] = 0,
) -> None:
    """Train WorldRec, the network of `driftless reconstruct`. For your own logs: --from WEIGHTS --logs LOG."""
    from app.train_network import train_network

    chosen = {"preset": preset, "cities": cities, "steps": steps, "out": out, "start": start}
    train_network("worldrec", logs=logs or [], run=run, device=device, seed=seed, **chosen)


@train.command("depth")
def train_depth(
    preset: Annotated[str, typer.Option(help="Size of the network: tiny or base.")] = "tiny",
    logs: Annotated[
        list[Path] | None, typer.Option(help="A log of the demo city, or a folder of such. May be repeated.")
    ] = None,
    cities: Annotated[int, typer.Option(metavar="N", help="Drives of the demo city, made and kept on the way.")] = 0,
    run: Annotated[Path | None, typer.Option(help="Folder of the run, which goes on if it stopped there.")] = None,
    steps: Annotated[int | None, typer.Option(help="By default what suits the preset.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the weights; in the run's folder by default.")] = None,
    seed: Annotated[int, typer.Option(help="Another number is another run.")] = 0,
) -> None:
    """Train the network that estimates depth of logs without lidar, on exact depth of the demo city."""
    from app.train_network import train_network

    chosen = {"preset": preset, "cities": cities, "steps": steps, "out": out}
    train_network("depth", logs=logs or [], run=run, seed=seed, **chosen)


@train.command("tokenizer")
def train_tokenizer(
    preset: Annotated[str, typer.Option(help="Size of the network: tiny or base.")] = "tiny",
    logs: Annotated[list[Path] | None, typer.Option(help="A log, or a folder of logs. May be repeated.")] = None,
    cities: Annotated[int, typer.Option(metavar="N", help="Drives of the demo city, made and kept on the way.")] = 0,
    run: Annotated[Path | None, typer.Option(help="Folder of the run, which goes on if it stopped there.")] = None,
    steps: Annotated[int | None, typer.Option(help="By default what suits the preset.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the weights; in the run's folder by default.")] = None,
    start: Annotated[Path | None, typer.Option("--from", help="Weights to begin with, to tune them.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option(help="Another number is another run.")] = 0,
) -> None:
    """Train the tokenizer, which turns pictures into the few numbers that WorldGen makes, and back."""
    from app.train_network import train_network

    chosen = {"preset": preset, "cities": cities, "steps": steps, "out": out, "start": start}
    train_network("tokenizer", logs=logs or [], run=run, device=device, seed=seed, **chosen)


@train.command("worldgen")
def train_worldgen(
    stage: Annotated[str, typer.Option(help="One of bidirectional, teacher-forcing, ode, dmd.")],
    preset: Annotated[str, typer.Option(help="Size of the network: tiny or base.")] = "tiny",
    logs: Annotated[list[Path] | None, typer.Option(help="A log, or a folder of logs. May be repeated.")] = None,
    cities: Annotated[int, typer.Option(metavar="N", help="Drives of the demo city, made and kept on the way.")] = 0,
    run: Annotated[Path | None, typer.Option(help="Folder of the run, which goes on if it stopped there.")] = None,
    steps: Annotated[int | None, typer.Option(help="By default what suits the stage.")] = None,
    batch: Annotated[int | None, typer.Option(help=_BATCH)] = None,
    height: Annotated[
        int | None, typer.Option(metavar="PX", help="Of the pictures; by default that of the weights it begins with.")
    ] = None,
    alone: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Of the batches that are of one camera; by default what suits the stage."),
    ] = None,
    matching: Annotated[
        float | None,
        typer.Option(metavar="WEIGHT", help="Of the teacher's scores in dmd; 0 leaves all to the discriminator."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File for the weights; in the run's folder by default.")] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Weights of the stage before, or a folder of those of Wan 2.1.")
    ] = None,
    teacher: Annotated[
        Path | None, typer.Option(help="Weights that teach: of teacher-forcing for ode, of bidirectional for dmd.")
    ] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="Weights of the tokenizer; by default those shipped.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    strategy: Annotated[str, typer.Option(help=_STRATEGY)] = "ddp",
    seed: Annotated[int, typer.Option(help="Another number is another run.")] = 0,
) -> None:
    """Train one stage of WorldGen, the generator."""
    from app.train_network import train_network

    chosen = {"preset": preset, "cities": cities, "steps": steps, "batch": batch, "out": out}
    chosen |= {"height": height, "alone": alone, "matching": matching}
    chosen |= {"stage": stage, "start": start, "teacher": teacher, "tokenizer": tokenizer}
    train_network("worldgen", logs=logs or [], run=run, device=device, strategy=strategy, seed=seed, **chosen)


@train.command("chain")
def train_chain(
    preset: Annotated[str, typer.Option(help="Size of the networks: tiny or base.")] = "tiny",
    logs: Annotated[list[Path] | None, typer.Option(help="A log, or a folder of logs. May be repeated.")] = None,
    cities: Annotated[int, typer.Option(metavar="N", help="Drives of the demo city, made and kept on the way.")] = 0,
    run: Annotated[Path | None, typer.Option(help="Folder of the run, which goes on if it stopped there.")] = None,
    steps: Annotated[int | None, typer.Option(help="Of every stage; by default what suits each.")] = None,
    batch: Annotated[int | None, typer.Option(help=_BATCH)] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="Weights of a tokenizer; by default one is trained.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    strategy: Annotated[str, typer.Option(help=_STRATEGY)] = "ddp",
    seed: Annotated[int, typer.Option(help="Another number is another run.")] = 0,
) -> None:
    """Train the tokenizer and all stages of WorldGen one after the other."""
    from app.train_network import train_network

    chosen = {"preset": preset, "cities": cities, "steps": steps, "batch": batch, "tokenizer": tokenizer}
    train_network("chain", logs=logs or [], run=run, device=device, strategy=strategy, seed=seed, **chosen)


@train.command("priors")
def train_priors(
    cities: Annotated[int, typer.Option(metavar="N", help="Drives of the demo city, made and kept on the way.")],
    preset: Annotated[str, typer.Option(help="Size of the networks: tiny or base.")] = "tiny",
    tokenizer: Annotated[Path | None, typer.Option(help="Weights of the tokenizer; by default those shipped.")] = None,
) -> None:
    """Draw what scenes of many qualities show along films of the demo city, for `train joint` to learn from."""
    from app.train_network import train_network

    train_network("priors", logs=[], run=None, preset=preset, cities=cities, tokenizer=tokenizer)


@train.command("joint")
def train_joint(
    stage: Annotated[str, typer.Option(help="One of repair, bridge, few-steps, joint, finish, relight.")],
    preset: Annotated[str, typer.Option(help="Size of the networks: tiny or base.")] = "tiny",
    cities: Annotated[int, typer.Option(metavar="N", help="Drives of the demo city whose priors are there.")] = 100,
    run: Annotated[Path | None, typer.Option(help="Folder of the run, which goes on if it stopped there.")] = None,
    steps: Annotated[int | None, typer.Option(help="By default what suits the stage.")] = None,
    batch: Annotated[int | None, typer.Option(help=_BATCH)] = None,
    out: Annotated[Path | None, typer.Option(help="File for the weights; in the run's folder by default.")] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Weights of the stage before; repair may begin with any generator's.")
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(help="Weights of bridge: they teach few-steps, and score what joint makes, beside the truth."),
    ] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="Weights of the tokenizer; by default those shipped.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    strategy: Annotated[str, typer.Option(help=_STRATEGY)] = "ddp",
    seed: Annotated[int, typer.Option(help="Another number is another run.")] = 0,
) -> None:
    """Train one stage of JWM: the generator learns to heed a scene, and both models to work as one."""
    from app.train_network import train_network

    chosen = {"preset": preset, "cities": cities, "steps": steps, "batch": batch, "out": out}
    chosen |= {"stage": stage, "start": start, "teacher": teacher, "tokenizer": tokenizer}
    train_network("joint", logs=[], run=run, device=device, strategy=strategy, seed=seed, **chosen)
