"""The command line. Commands import what they need when they run."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from app.cli_run import run
from app.display import require_display
from app.log_files import log_file, start_log_file
from app.train_commands import train
from core.errors import UserError

OPEN = "open"

# In words of their own, because the formats themselves bring numpy, for which a help text should not wait.
WRITABLE_SPLATS = ".ply, .compressed.ply, .spz, .glb, .gltf, .splat"
READABLE_SPLATS = f"{WRITABLE_SPLATS}, .sog or its folder"


class OpenByDefault(TyperGroup):
    """A first argument that is neither a command nor an option is a log or project to open; nothing opens the window.

    A folder that is called like a command is reached as `./inspect`.
    """

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if not args or (args[0] not in self.commands and not args[0].startswith("-")):
            args = [OPEN, *args]
        return super().parse_args(ctx, args)


cli = typer.Typer(
    cls=OpenByDefault,
    add_completion=False,
    pretty_exceptions_enable=False,
    subcommand_metavar="[PATH] | COMMAND [ARGS]…",
    help="A desktop scene editor for driving logs. `driftless PATH` opens a log or project in the editor.",
)


def print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"driftless {version('driftless')}")
        raise typer.Exit


@cli.callback()
def start(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=print_version, help="Print the version and leave.")
    ] = False,
) -> None:
    start_log_file()


@cli.command(OPEN)
def open_(
    path: Annotated[Path | None, typer.Argument(help="Folder or file of a log, or folder of a project.")] = None,
) -> None:
    """Open the editor, on a log or project if one is named."""
    if path is not None and not path.exists():
        raise UserError("There is no such log, project or command", path=path, remedy="See: driftless --help.")
    require_display()
    from app.editor import run

    raise typer.Exit(run(path))


@cli.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Draw pictures instead of opening the window.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the pictures, with --headless.")] = None,
) -> None:
    """Make the demo city, once, and open the editor on it."""
    if out is not None and not headless:
        raise typer.BadParameter("--out goes with --headless")
    if headless:
        from app.headless_demo import draw_demo

        draw_demo(out)
        return
    require_display()
    from app.editor import run

    raise typer.Exit(run(None, demo=True))


@cli.command()
def city(
    out: Annotated[Path, typer.Argument(help="Folder to write; must be new or empty.")],
    seed: Annotated[int, typer.Option(help="Another number is another city.")] = 1,
    seconds: Annotated[float, typer.Option(help="Length of the drive.")] = 5.0,
    hz: Annotated[float, typer.Option(help="Pictures per second and camera.")] = 10.0,
    rig: Annotated[str, typer.Option(help="surround6, front3, front1 or fisheye4.")] = "surround6",
    weather: Annotated[str, typer.Option(help="clear, overcast, rain, fog, dusk or night.")] = "clear",
    size: Annotated[str, typer.Option(metavar="WxH", help="Size of every picture, pixels.")] = "448x256",
    samples: Annotated[int, typer.Option(help="Rays per pixel.")] = 4,
    lidar: Annotated[bool, typer.Option(help="Whether to record lidar.")] = True,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores by default.")] = None,
    progress: Annotated[bool, typer.Option("--progress", help="Print lines `progress DONE TOTAL`.")] = False,
) -> None:
    """Make a drive through a procedural city, with its truth, in nuScenes layout."""
    from app.make_city import city_spec, ended_cleanly, shown_progress
    from core.city import check_target, write_city

    check_target(out)
    spec = city_spec(size, seed=seed, seconds=seconds, hz=hz, rig=rig, weather=weather, samples=samples, lidar=lidar)
    with ended_cleanly(), shown_progress(plain=progress) as report:
        write_city(spec, out, workers=workers, progress=report)
    if not progress:
        typer.echo(f"The drive is in {out}")


@cli.command()
def inspect(
    path: Annotated[Path, typer.Argument(help="Folder or file of a log.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what a log holds and what it lacks."""
    from app.inspect_log import inspect_log

    inspect_log(path, as_json=json)


@cli.command()
def lift(
    log: Annotated[Path, typer.Argument(help="Folder or file of a log.")],
    out: Annotated[Path, typer.Argument(help="Folder of the scene; new, empty, or an earlier scene.")],
    window: Annotated[str | None, typer.Option(metavar="FROM:TO", help="A stretch of the log, seconds.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a scene of Gaussian splats of a log, without any network."""
    from app.lift_log import lift_log

    lift_log(log, out, window=window, as_json=json)


@cli.command()
def reconstruct(
    log: Annotated[Path, typer.Argument(help="Folder or file of a log.")],
    out: Annotated[Path, typer.Argument(help="Folder of the scene; new, empty, or an earlier scene.")],
    window: Annotated[str | None, typer.Option(metavar="FROM:TO", help="A stretch of the log, seconds.")] = None,
    extend: Annotated[
        Path | None,
        typer.Option(
            metavar="SCENE",
            help="A scene of another stretch of the log, which goes on; by default with as long a stretch after it.",
        ),
    ] = None,
    cameras: Annotated[
        list[str] | None, typer.Option(metavar="NAME,…", help="Cameras of the log; all by default. May be repeated.")
    ] = None,
    preset: Annotated[str, typer.Option(help="The network: tiny or base.")] = "tiny",
    refine: Annotated[int, typer.Option(metavar="N", help="Steps of optimisation on the log's images.")] = 0,
    hold_out: Annotated[
        int, typer.Option(metavar="K", help="Look at no K-th image of a camera, and compare the scene with those.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Decides the order of the images that --refine looks at.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a scene of Gaussian splats of a log with WorldRec, a trained network."""
    from app.reconstruct_log import reconstruct_log

    chosen = {"preset": preset, "refine_steps": refine, "hold_out": hold_out, "seed": seed, "device": device}
    chosen |= {"extends": extend}
    reconstruct_log(log, out, window=window, cameras=cameras or [], as_json=json, **chosen)


@cli.command()
def generate(
    source: Annotated[Path, typer.Argument(metavar="LOG|PROJECT", help="A log, or the folder of a project.")],
    out: Annotated[Path, typer.Argument(help="Folder for the pictures, one below it for each camera.")],
    frames: Annotated[int, typer.Option(metavar="N", help="Frames to make, of each camera.")] = 16,
    cameras: Annotated[
        list[str] | None, typer.Option(metavar="NAME,…", help="Cameras of the log; all by default. May be repeated.")
    ] = None,
    steps: Annotated[int, typer.Option(help="Of denoising: 1, 2, 4, 8 or 50.")] = 4,
    log: Annotated[Path | None, typer.Option(help="A project's log, where it is not where it says.")] = None,
    weather: Annotated[
        str | None, typer.Option(help="clear, overcast, rain, fog, dusk or night; as in project or log by default.")
    ] = None,
    preset: Annotated[str, typer.Option(help="The network: tiny or base.")] = "tiny",
    weights: Annotated[Path | None, typer.Option(help="File of another network.")] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="File of another tokenizer.")] = None,
    seed: Annotated[int, typer.Option(help="Another number is another drive.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make pictures of a drive that begins as a log does and goes on along its path, through its traffic, or those of
    a project, beyond the end of the log too."""
    from app.generate_drive import generate_drive

    chosen = {"frames": frames, "steps": steps, "weather": weather, "preset": preset, "weights": weights}
    chosen |= {"tokenizer": tokenizer, "seed": seed, "device": device}
    generate_drive(source, out, log=log, cameras=cameras or [], as_json=json, **chosen)


cli.command()(run)

evaluate = typer.Typer(help="Measure what reconstructions and generators are worth.", no_args_is_help=True)
cli.add_typer(evaluate, name="evaluate")


@evaluate.command("reconstruction")
def evaluate_reconstruction(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG…", help="Folders or files of logs.")],
    out: Annotated[Path, typer.Option(help="Folder for the report.")],
    methods: Annotated[
        str, typer.Option(metavar="NAME,…", help="Of lift, worldrec, refined, lift-refined.")
    ] = "lift,worldrec,refined",
    refine: Annotated[str, typer.Option(metavar="N,…", help="Steps of the methods that refine.")] = "50,150",
    hold_out: Annotated[int, typer.Option(metavar="K", help="Hold out each K-th image of each camera.")] = 3,
    window: Annotated[str | None, typer.Option(metavar="FROM:TO", help="A stretch of the logs, seconds.")] = None,
    width: Annotated[
        int | None, typer.Option(help="Of the compared pictures, pixels; by default that at which scenes are made.")
    ] = None,
    lidar: Annotated[bool, typer.Option(help="Whether the scenes may be made of lidar.")] = True,
    preset: Annotated[str, typer.Option(help="The network: tiny or base.")] = "tiny",
    weights: Annotated[Path | None, typer.Option(help="File of another network.")] = None,
    seed: Annotated[int, typer.Option(help="Decides the order of the images that refinement looks at.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold scenes of logs, made by several methods, against what they have not seen: images that were held out, and
    what the demo city would have recorded beside the drive and after an edit. Writes an HTML page with pictures."""
    from app.evaluate_logs import evaluate_logs

    chosen = {"hold_out": hold_out, "width": width, "lidar": lidar, "preset": preset, "weights": weights}
    chosen |= {"seed": seed, "device": device}
    evaluate_logs(logs, out, methods=methods, refine=refine, window=window, as_json=json, **chosen)


@evaluate.command("generation")
def evaluate_generation(
    logs: Annotated[list[Path], typer.Argument(metavar="LOG…", help="Folders or files of logs.")],
    out: Annotated[Path, typer.Option(help="Folder for the report.")],
    weights: Annotated[
        list[Path] | None,
        typer.Option(help="File of a generator, may be repeated; by default all stages of the preset."),
    ] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="File of another tokenizer than the preset's.")] = None,
    steps: Annotated[str, typer.Option(metavar="N,…", help="Steps of the sampler.")] = "1,2,4,8,50",
    seeds: Annotated[str, typer.Option(metavar="S,…", help="Seeds of the noise.")] = "0",
    frames: Annotated[int, typer.Option(metavar="N", help="Of each log at most.")] = 60,
    steered: Annotated[
        int, typer.Option(metavar="N", help="Logs of which it is judged, too, whether turns and weathers are obeyed.")
    ] = 1,
    height: Annotated[
        int | None,
        typer.Option(metavar="PX", help="Of the pictures that are judged; by default the smallest of the generators'."),
    ] = None,
    preset: Annotated[str, typer.Option(help="Of the tokenizer: tiny or base.")] = "tiny",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Let generators make drives from their first frames on, and hold these against what was recorded: likeness over
    time, jumps between chunks, drift, motion, and what they obey. Writes an HTML page with pictures, and the table for
    a model card. It is written after every film; Ctrl+C stops, the same command goes on, another adds to it."""
    from app.evaluate_generation import evaluate_generation as evaluate

    chosen = {"tokenizer": tokenizer, "preset": preset, "frames": frames, "steered": steered, "height": height}
    evaluate(logs, out, weights=weights or [], steps=steps, seeds=seeds, as_json=json, **chosen)


@evaluate.command("counterfactual")
def evaluate_counterfactual(
    out: Annotated[Path, typer.Option(help="Folder for the report.")],
    drives: Annotated[int, typer.Option(metavar="N", help="Of the demo city, that no network learned from.")] = 6,
    weights: Annotated[
        list[Path] | None,
        typer.Option(help="File of a generator, with scene or alone; may be repeated; by default those of the preset."),
    ] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="File of another tokenizer than the preset's.")] = None,
    steps: Annotated[int, typer.Option(help="Steps of the sampler.")] = 4,
    seeds: Annotated[str, typer.Option(metavar="S,…", help="Seeds of the noise.")] = "0",
    frames: Annotated[int, typer.Option(metavar="N", help="To make of each drive, at most.")] = 36,
    relit: Annotated[bool, typer.Option("--relit", help="Show them under other weathers than recorded.")] = False,
    preset: Annotated[str, typer.Option(help="The networks: tiny or base.")] = "tiny",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show drives of the demo city as they would have been after an edit, by the scene alone and by every coupling, and
    hold that against what the city renders: by regions that were observed, were not, and that the edit changed. Writes
    an HTML page with films and intervals after every film; Ctrl+C stops, the same command goes on."""
    from app.evaluate_counterfactual import evaluate_counterfactual as evaluate

    chosen = {"drives": drives, "tokenizer": tokenizer, "preset": preset, "steps": steps, "frames": frames}
    evaluate(out, weights=weights or [], seeds=seeds, as_json=json, relit=relit, **chosen)


@evaluate.command("premise")
def evaluate_premise(
    out: Annotated[Path, typer.Option(help="Folder for the report.")],
    drives: Annotated[int, typer.Option(metavar="N", help="Of the demo city, that no network learned from.")] = 3,
    weights: Annotated[
        list[Path] | None,
        typer.Option(help="File of a stage of a generator, with scene or alone; may be repeated."),
    ] = None,
    tokenizer: Annotated[Path | None, typer.Option(help="File of another tokenizer than the preset's.")] = None,
    seeds: Annotated[str, typer.Option(metavar="S,…", help="Seeds of the noise.")] = "0",
    horizons: Annotated[
        str,
        typer.Option(metavar="N,…", help="Of couplings: multiples of 24 frames; 10 takes three times as long as 3."),
    ] = "1,3",
    preset: Annotated[str, typer.Option(help="The networks: tiny or base.")] = "tiny",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge whether few steps, the stages of training, and scene and generator as one are worth what is claimed, by
    rules that are fixed, on edited drives of the demo city whose truth is known: steps, stages, couplings and controls,
    over horizons. Writes an HTML page with verdicts, plots and films after every film; Ctrl+C stops, the same command
    goes on."""
    from app.evaluate_premise import evaluate_premise as evaluate

    chosen = {"drives": drives, "tokenizer": tokenizer, "preset": preset}
    evaluate(out, weights=weights or [], seeds=seeds, horizons=horizons, as_json=json, **chosen)


@cli.command()
def render(
    scene: Annotated[Path, typer.Argument(help="Folder of a scene.")],
    out: Annotated[Path, typer.Argument(help="Folder for the pictures, one below it for each camera.")],
    cameras: Annotated[
        list[str] | None, typer.Option(metavar="NAME,…", help="Cameras of the log; all by default. May be repeated.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="The log; by default the one that the scene was made of.")] = None,
    at: Annotated[
        list[float] | None, typer.Option(help="A time in seconds, may be repeated; by default those of all images.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Size of every picture; as recorded by default.")
    ] = None,
) -> None:
    """Draw pictures of a scene through the cameras of its log."""
    from app.render_scene import render_scene

    render_scene(scene, out, cameras=cameras or [], log=log, at=at or [], size=size)


@cli.command("convert-splats")
def convert_splats(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help=f"The splats to read: {READABLE_SPLATS}; or the folder of a scene.")
    ],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help=f"The file to write, in the format of its suffix: {WRITABLE_SPLATS}.")
    ],
    source_axes: Annotated[
        str | None, typer.Option(metavar="AXES", help="Of the file's numbers, as rdf or zup; by default its own.")
    ] = None,
    target_axes: Annotated[
        str | None, typer.Option(metavar="AXES", help="Of the numbers to write; by default those of the format.")
    ] = None,
    at: Annotated[float | None, typer.Option(help="Of a scene: the time in seconds; its start by default.")] = None,
) -> None:
    """Write the splats of one file, or of a scene at a time, as another format. A scene's sky stays behind."""
    from app.convert_splats import convert

    convert(source, target, source_axes=source_axes, target_axes=target_axes, at_s=at)


@cli.command()
def asset(
    scene: Annotated[Path, typer.Argument(help="Folder of a scene.")],
    actor: Annotated[str | None, typer.Argument(help="Id of an actor; without one, all are listed.")] = None,
    out: Annotated[Path | None, typer.Argument(help="Folder to write the actor into; new, empty, or an asset.")] = None,
    at: Annotated[
        float | None, typer.Option(help="Keep what it looks like at a time in seconds; at all times by default.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List a scene's actors with what was seen of them, or take one out as an asset for other scenes."""
    from app.scene_assets import list_actors, take_out

    if actor is None:
        list_actors(scene, as_json=json)
    elif out is None:
        raise typer.BadParameter("name the folder to write the actor into")
    else:
        take_out(scene, actor, out, at_s=at, as_json=json)


@cli.command()
def replay(
    source: Annotated[
        Path, typer.Argument(metavar="PROJECT|JOURNAL", help="Folder of a project, or the journal in it.")
    ],
    log: Annotated[Path, typer.Option(help="The log that it was made on.")],
    out: Annotated[Path, typer.Option(help="Folder of the new project; new or empty.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Do again, without a screen, what the journal of a project tells, and save it as another project."""
    from app.replay_scenario import replay_scenario

    replay_scenario(source, log, out, as_json=json)


@cli.command("export-scenario")
def export_scenario(
    project: Annotated[Path, typer.Argument(help="Folder of a project.")],
    out: Annotated[
        Path, typer.Argument(help="The file to write: .xosc with the lane map beside it, or .xodr, the map alone.")
    ],
    log: Annotated[Path | None, typer.Option(help="The log, where it is not where the project says.")] = None,
) -> None:
    """Write a project as OpenSCENARIO XML 1.2: where everybody drives after all edits."""
    from app.exchange_scenario import export_scenario

    export_scenario(project, out, log=log)


@cli.command("import-scenario")
def import_scenario(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="An OpenSCENARIO XML file.")],
    log: Annotated[Path, typer.Option(help="The log that it is put on.")],
    out: Annotated[Path, typer.Option(help="Folder of the new project; new or empty.")],
) -> None:
    """Make a project of the trajectories and first positions that an OpenSCENARIO file states."""
    from app.exchange_scenario import import_scenario

    import_scenario(source, log, out)


cli.add_typer(train, name="train")


@cli.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="One benchmark; all by default.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure this machine against the budgets."""
    from app.bench.command import run_benchmarks

    run_benchmarks(name, as_json=json)


def main() -> None:
    """Run a command and leave with its exit status."""
    try:
        cli(prog_name="driftless")
    except UserError as error:
        logging.getLogger(__name__).warning("%s", error)
        sys.stderr.write(f"driftless: {error}\n")
        sys.exit(2)
    except Exception as error:
        logging.getLogger(__name__).exception("The command failed")
        sys.stderr.write(f"driftless: {type(error).__name__}: {error} (details in {log_file()})\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
