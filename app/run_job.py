"""`driftless run`: the whole job without a screen: reconstruct, edit, generate, export."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import typer

from app.lift_log import BarListener
from app.models import generator_lack
from app.progress_bar import Report, shown_share
from app.request_options import checked, names_in
from app.takes import chunk_of, plan_of
from core.engine import (
    EditScene,
    GeneratedChunk,
    GenerateRequest,
    GenerateResult,
    JobRunner,
    LoadScene,
    Outcome,
    ReconstructRequest,
    SceneResult,
)
from core.errors import UserError
from core.export.clips import ClipOrder, export_clips
from core.logs import DrivingLog, open_log
from core.scenario import EditedDrive, LogReference, Scenario
from core.scenario.project import SUFFIX, Project, replay
from core.takes import TakeFrames, TakeRecorder, TakeStore

SCENE, EDITED = "scene", "edited"


@dataclass
class Stages:
    """Seconds by stage, and where the user sees what is being done."""

    report: Report
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began_s = time.perf_counter()
        self.report(0.0, name)
        yield
        self.seconds[name] = round(time.perf_counter() - began_s, 3)


def run_job(
    log: Path,
    out: Path,
    *,
    edits: Path | None,
    scene: Path | None,
    refine: int,
    generate: bool,
    cameras: Sequence[str],
    coupling: str,
    preset: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Do the job, and tell what came of it in sentences or as one JSON object.

    Raises:
        UserError: no log, a journal of another one, no weights, or a folder that cannot be written or holds something.
    """
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise UserError("There is something else already", path=out, remedy="Name a new or empty folder.")
    lack = generator_lack(preset, coupling, options.get("weights")) if generate else ""
    if lack:
        raise UserError(lack, field="--coupling", remedy="Train one, or use --coupling reconstruction.")
    needs_scene = scene is not None or not generate or coupling != "generation"
    request = checked(
        GenerateRequest,
        {},
        "run",
        log_path=log.absolute(),
        scene_id=EDITED if needs_scene else None,
        unedited_id=SCENE if needs_scene else None,
        coupling=coupling,
        preset=preset,
        cameras=names_in(*cameras) or None,
        **options,
    )
    with shown_share("Running") as report:
        stages = Stages(report)
        with stages.stage("open"):
            drive = open_log(request.log_path)
        with stages.stage("edit"):
            project = _project(edits, drive, request.log_path, out)
        with closing(project):
            job = _Job(JobRunner(), stages, drive, project)
            found: dict[str, Any] = {}
            if needs_scene:
                with stages.stage("reconstruct"):
                    found["gaussians"] = job.hold_scene(scene, refine, request.preset)
            if generate:
                with stages.stage("generate"):
                    frames = job.generate(request)
                with stages.stage("export"):
                    clips = job.export(frames, out)
                found |= {"take": str(frames.folder), "frames": len(frames), "clips": [str(clip) for clip in clips]}
    found |= {"project": str(project.folder), "seconds": stages.seconds, "warnings": job.warnings}
    typer.echo(json.dumps(found) if as_json else _as_text(found))


@dataclass
class _Job:
    runner: JobRunner
    stages: Stages
    log: DrivingLog
    project: Project
    warnings: list[str] = field(default_factory=list)

    def hold_scene(self, scene: Path | None, refine: int, preset: Literal["tiny", "base"]) -> int:
        """Hold the edited scene; how many Gaussians the unedited one has."""
        request: LoadScene | ReconstructRequest
        if scene is not None:
            request = LoadScene(scene_id=SCENE, folder=scene)
        else:
            folder = self.project.folder / "scene"
            request = checked(
                ReconstructRequest,
                {"refine_steps": "--refine"},
                "run",
                log_path=self.log.path,
                folder=folder,
                scene_id=SCENE,
                preset=preset,
                refine_steps=refine,
            )
        result = self.runner.run_here(request, BarListener(self.stages.report)).value
        assert isinstance(result, SceneResult)
        edit = EditScene(
            scene_id=EDITED,
            unedited_id=SCENE,
            log_path=self.log.path,
            scenario=self.project.scenario.to_json(),
            assets=self.project.assets.folder,
        )
        self.runner.run_here(edit)
        return result.splats

    def generate(self, request: GenerateRequest) -> TakeFrames:
        """The frames of a take, which lies in the project."""
        scenario = self.project.scenario
        request = request.model_copy(update={"scenario": scenario.to_json()})
        listener = _Recording(self.stages.report, self.project, self.log, request)
        result = self.runner.run_here(request, listener).value
        assert isinstance(result, GenerateResult)
        self.warnings += result.warnings
        assert listener.recorder.take is not None
        return listener.store.frames(listener.recorder.take.number)

    def export(self, frames: TakeFrames, out: Path) -> list[Path]:
        drive = EditedDrive(self.project.scenario, self.log)
        order = ClipOrder(frames, drive, out, 0, len(frames), frames.cameras, mosaic=len(frames.cameras) > 1)
        return export_clips(order, lambda done, total: self.stages.report(done / total, "writing clips"))


class _Recording(BarListener):
    """Writes each chunk into a take of the project."""

    def __init__(self, report: Report, project: Project, log: DrivingLog, request: GenerateRequest) -> None:
        super().__init__(report)
        self.store = TakeStore(project.takes_folder)
        plan = plan_of(request, log, project.scenario, project.history.titles[: project.history.done])
        self.recorder = TakeRecorder(plan, project.scenario)

    def partial(self, outcome: Outcome) -> None:
        value = outcome.value
        if isinstance(value, GeneratedChunk):
            self.recorder.record(self.store, chunk_of(value), outcome.arrays, value.models)


def _project(edits: Path | None, log: DrivingLog, address: Path, out: Path) -> Project:
    """The project of the run, in its folder: what a journal tells, or the drive as it was recorded."""
    folder = out / f"{log.name}{SUFFIX}".replace("/", "_")
    if edits is not None:
        return replay(edits, log, folder).project
    project = Project.create(folder, Scenario(name=log.name, log=LogReference.of(log, address)))
    project.save()
    return project


def _as_text(found: dict[str, Any]) -> str:
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in found["seconds"].items())
    lines = [f"Gaussians: {found['gaussians']}"] if "gaussians" in found else []
    if "clips" in found:
        lines.append(f"{found['frames']} frames, {len(found['clips'])} clips")
        lines += [f"  {clip}" for clip in found["clips"]]
    lines += [f"Warning: {warning}" for warning in found["warnings"]]
    return "\n".join([*lines, f"Project: {found['project']}", stages])
