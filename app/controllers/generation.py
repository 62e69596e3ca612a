"""Runs: the engine makes chunks, which are written into a take and shown as they come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from app.actions import ActionRegistry
from app.controllers.clips import ClipController
from app.controllers.engine import EngineJob
from app.controllers.generated import GeneratedFeed
from app.controllers.takes import TakesController
from app.models import generator_lack
from app.takes import chunk_of, first_frame_s, frames_possible, plan_of, rate_hz_of
from core.engine import EditScene, GeneratedChunk, GenerateRequest, GenerateResult
from core.engine.messages import Arrays
from core.errors import UserError
from core.logs import DrivingLog
from core.scenario import Conditions, Scenario
from core.takes import TakeFrames, TakePlan, TakeRecorder, TakeStore
from widgets.camera_panel import Source
from widgets.formats import counted
from widgets.generation import GeneratePanel, RunChoices
from widgets.reconstruct_dialog.work import about
from widgets.takes import Run
from widgets.toasts import Severity

if TYPE_CHECKING:
    from app.main_window import MainWindow

HELD = "generated"
"""The name under which the engine holds the scene that a run shows; edits meanwhile make another one."""
FIRST_FRAMES = 36
EDGE_S = 1e-6
SECONDS_A_PICTURE = {"joint": 0.35, "serial": 0.3, "generation": 0.3, "reconstruction": 0.1}
"""On two cores of a processor with preset tiny, until a run here has told better."""


@dataclass(eq=False)
class _Going:
    """A run under way."""

    request: GenerateRequest
    recorder: TakeRecorder
    begun_s: float = field(default_factory=time.perf_counter)
    job: EngineJob | None = None
    done: int = 0  # frames


class GenerationController(QObject):
    """One run at a time. Whatever ends it, the chunks that are written stay, and the take can go on."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.takes = TakesController(window)
        self.model = self.takes.model
        self.panel = GeneratePanel(self.model)
        self.clips = ClipController(window, self.takes)
        self.feed = GeneratedFeed(self.model, window.playback, window.cameras)
        self._log: DrivingLog | None = None
        self._going: _Going | None = None
        self._next: Callable[[], None] | None = None  # once the run under way has ended
        self.panel.changed.connect(self._tell_form)
        window.scenario.changed.connect(self._tell_form)
        window.scenes.changed.connect(self._tell_form)
        self.model.changed.connect(self._show_stripe)
        self.model.memory_changed.connect(self._show_stripe)

    def set_actions(self, actions: ActionRegistry) -> None:
        """Give the panel its buttons."""
        of_run = [actions[f"generate.{name}"] for name in ("start", "pause", "cancel")]
        of_takes = [actions[f"generate.{name}"] for name in ("regenerate", "resume", "export", "delete")]
        self.panel.set_actions(of_run, of_takes)
        self.model.changed.connect(actions.refresh)

    def set_log(self, log: DrivingLog | None) -> None:
        self._drop()
        self._log = log
        self.takes.set_log(log)
        self.feed.set_log(log)
        if log is None or not log.cameras:
            self.panel.set_log(None)
            return
        lacking = generator_lack("tiny", "joint")
        most = frames_possible(log)
        self.panel.set_log(log, rate_hz_of(log), min(FIRST_FRAMES, most), most)
        self.panel.coupling.setCurrentIndex(self.panel.coupling.findData("reconstruction" if lacking else "joint"))
        self._tell_form()

    def close(self) -> None:
        self._drop()
        self._log = None
        self.clips.close()
        self.takes.close()
        self.feed.close()

    # What can be done

    def can_start(self) -> bool:
        return self._log is not None and not self.model.is_running and not self._lack()

    def can_resume(self) -> bool:
        chosen = self.model.chosen
        return chosen is not None and not chosen.is_whole and not self.model.is_running

    def can_regenerate(self) -> bool:
        return self.model.chosen is not None and self.model.stale_from is not None and not self._lack()

    def can_delete(self) -> bool:
        chosen = self.model.chosen
        if chosen is None or self.model.is_running:
            return False
        return all(other.take.parent != chosen.take.number for other in self.model.takes.values())

    def start(self) -> None:
        """A new take of the scenario as it is now."""
        self._window.docks["generate"].show()
        scenario = self._window.scenario.scenario
        if self.can_start() and scenario is not None and self._log is not None:
            choices = self.panel.choices
            plan = plan_of(choices, self._log, scenario, self._steps())
            self._begin(choices, scenario, TakeRecorder(plan, scenario), plan)

    def regenerate(self) -> None:
        """From the first chunk on that an edit has made wrong, as a branch of the chosen take."""
        if self._going is not None:
            self._next = self.regenerate
            self.cancel()
            return
        frames, first = self.model.chosen, self.model.stale_from
        scenario, log = self._window.scenario.scenario, self._log
        if frames is None or first is None or scenario is None or log is None:
            return
        choices = replace(self.panel.choices, frames=frames.take.frames, cameras=frames.cameras)
        if choices.coupling == "reconstruction":
            choices = replace(choices, height=frames.take.cameras[0].height)
        if choices.coupling != frames.take.coupling and self._lack():
            return
        plan = plan_of(choices, log, scenario, self._steps(), parent=frames if first else None, first_frame=first)
        self._begin(choices, scenario, TakeRecorder(plan, scenario), plan, head=frames if first else None)

    def resume(self) -> None:
        """Go on with the chosen take where it ended, as it was asked for."""
        frames = self.model.chosen
        if frames is None or not self.can_resume():
            return
        take, scenario = frames.take, self.takes.scenario_of(frames.take.number)
        if scenario is None:
            self._window.tell(UserError(f"{take.title} does not say what it shows any more", path=frames.folder))
            return
        height = take.cameras[0].height if take.coupling == "reconstruction" else None
        choices = RunChoices(take.coupling, take.frames, take.steps, take.seed, frames.cameras, height)
        self._begin(choices, scenario, TakeRecorder.going_on(take, scenario), take, head=frames)

    def pause(self) -> None:
        """Wait before the next step, or go on."""
        run = self.model.run
        if run is not None and self._going is not None and self._going.job is not None:
            self._going.job.pause(not run.paused)
            self.model.pause(not run.paused)
            self._tell_progress()

    def is_paused(self) -> bool:
        return self.model.run is not None and self.model.run.paused

    def cancel(self) -> None:
        """End the run within a step; its chunks stay."""
        if self._going is not None and self._going.job is not None:
            self._going.job.cancel()

    # A run

    def _begin(
        self,
        choices: RunChoices,
        scenario: Scenario,
        recorder: TakeRecorder,
        plan: TakePlan,
        *,
        head: TakeFrames | None = None,
    ) -> None:
        window, log = self._window, self._log
        assert log is not None
        unedited_id = None
        if choices.coupling != "generation":
            unedited_id = self._hold(log, scenario)
            if unedited_id is None:
                remedy = "Reconstruct the log, or let the generator work alone."
                window.tell(UserError("There is no scene yet", remedy=remedy))
                return
        begin = 0 if head is None else min(plan.frames, len(head) if recorder.take is not None else plan.first_frame)
        request = GenerateRequest(
            log_path=log.path,
            frames=plan.frames,
            first_frame=begin,
            head=None if begin == 0 or head is None else head.folder,
            coupling=choices.coupling,
            scene_id=None if unedited_id is None else HELD,
            unedited_id=unedited_id,
            scenario=scenario.to_json(),
            cameras=choices.cameras,
            height=choices.height,
            steps=choices.steps,
            seed=choices.seed,
        )
        going = self._going = _Going(request, recorder)
        from_s = float(head.t_s[begin]) if head is not None and begin < len(head) else first_frame_s(log)
        number = None if recorder.take is None else recorder.take.number
        self.model.set_run(Run(plan, from_s, rate_hz_of(log), number))
        job = going.job = window.engine.submit(request)
        job.partial.connect(lambda value, arrays: self._take_chunk(going, value, arrays))
        job.done.connect(lambda value, arrays: self._end(going, value))
        job.failed.connect(lambda error: self._end(going, error))
        job.cancelled.connect(lambda superseded: self._end(going, None))
        window.cameras.set_source(Source.GENERATED)
        self._tell_progress()

    def _hold(self, log: DrivingLog, scenario: Scenario) -> str | None:
        """Let the engine hold the scene that the run shows; answers which it is made of, None if there is none."""
        unedited_id = self._window.scenes.hold()
        if unedited_id is None:
            return None
        assets = self._window.projects.assets_folder
        self._window.engine.submit(
            EditScene(
                scene_id=HELD, unedited_id=unedited_id, log_path=log.path, scenario=scenario.to_json(), assets=assets
            )
        )
        return unedited_id

    def _take_chunk(self, going: _Going, value: GeneratedChunk, arrays: Arrays) -> None:
        if going is not self._going:
            return
        arrived_s = time.perf_counter()
        pictures = {name: np.asarray(images, np.uint8) for name, images in arrays.items()}

        def write(store: TakeStore) -> TakeFrames:
            take = going.recorder.record(store, chunk_of(value), pictures, value.models)
            return store.frames(take.number)

        self.takes.work(write, lambda frames: self._show_chunk(going, value, frames, arrived_s))

    def _show_chunk(self, going: _Going, value: GeneratedChunk, frames: TakeFrames, arrived_s: float) -> None:
        number, scenario = frames.take.number, going.recorder.scenario
        before = self.model.takes.get(number)
        if self.takes.scenario_of(number) is not scenario:
            self.takes.remember(number, scenario)
        self.model.set_frames(frames)
        if going is self._going:
            going.done += value.frames
            run = self.model.run
            if run is not None and run.number != number:
                self.model.set_run(replace(run, number=number))
                self.model.choose(number)
            self._follow_edge(before, frames)
            parts = {"wait": value.wait_s, "feedback": value.feedback_s, "conditions": value.conditions_s}
            parts |= {"model": value.model_s, "decode": value.decode_s, "display": time.perf_counter() - arrived_s}
            self.panel.show_latency({name: max(seconds, 0.0) for name, seconds in parts.items()})
            self._tell_progress()

    def _follow_edge(self, before: TakeFrames | None, frames: TakeFrames) -> None:
        """A playhead at the last frame goes on with it; another stays where the user wants to look, unless nothing is
        to be seen there."""
        playback, edge_s = self._window.playback, float(frames.t_s[-1])
        shown = frames.frame_at(playback.t_s)
        at_edge = before is not None and len(before) and playback.t_s >= float(before.t_s[-1]) - EDGE_S
        if before is None or shown is None or at_edge:
            playback.seek(edge_s)

    def _end(self, going: _Going, answer: GenerateResult | UserError | None) -> None:
        """The engine has ended; what it made last may still be on its way to the disk."""
        if going is self._going:
            self._window.projects.line.do(
                lambda: None, done=lambda _: self._ended(going, answer), failed=self._window.tell
            )

    def _ended(self, going: _Going, answer: GenerateResult | UserError | None) -> None:
        if going is not self._going:
            return
        self._going = None
        self.model.set_run(None)
        then, self._next = self._next, None
        if isinstance(answer, GenerateResult):
            for warning in answer.warnings:
                self._window.toasts.say(Severity.WARNING, warning)
            self._note_pace(going.request, answer)
            self.panel.show_progress(1, 1, f"{counted(going.done, 'frame')} in {_since(going):.1f} s")
        else:
            kept = f"{counted(going.done, 'frame')} were made" if going.done else "Nothing was made"
            self.panel.show_progress(0, 1, f"Ended early: {kept}")
        if isinstance(answer, UserError):
            self._tell_failed(going, answer)
        if then is not None:
            then()

    def _tell_failed(self, going: _Going, error: UserError) -> None:
        take = going.recorder.take
        if take is None:
            self._window.tell(error)
            return
        frames = self.model.takes.get(take.number)
        kept = 0 if frames is None else len(frames)
        what = f"{take.title} stopped early and keeps its {counted(kept, 'frame')}"
        self._window.toasts.say(Severity.WARNING, what, str(error), offer=("Resume", self.resume))

    def _drop(self) -> None:
        """Leave a run: its take stays as it is."""
        self.cancel()
        self._going = self._next = None
        if self.model.is_running:
            self.model.set_run(None)

    # What is told

    def _steps(self) -> list[str]:
        stack = self._window.scenario.stack
        return [stack.text(index) for index in range(stack.index())]

    def _lack(self) -> str:
        return generator_lack("tiny", self.panel.choices.coupling)

    def _tell_form(self) -> None:
        scenario, log = self._window.scenario.scenario, self._log
        if scenario is None or log is None:
            return
        self.panel.set_weather(weather_told(scenario.conditions))
        choices = self.panel.choices
        lack = self._lack()
        if not lack and choices.coupling != "generation" and self._window.scenes.scene is None:
            lack = "There is no scene yet" if not self._window.scenes.busy else "The scene is not ready yet"
        self.panel.set_lack(lack)
        pictures = choices.frames * self.panel.cameras.count
        pace = self._window.store.values.generation_pace.get(_pace_key(choices))
        seconds = pictures * (SECONDS_A_PICTURE[choices.coupling] if pace is None else pace)
        self.panel.set_estimate(f"{pictures} pictures, about {about(seconds)}" if not lack else "")
        self._window.actions_.refresh()

    def _tell_progress(self) -> None:
        going = self._going
        if going is None:
            return
        wanted = going.request.frames - going.request.first_frame
        if self.is_paused():
            text = f"Paused, {going.done} of {wanted} frames"
        elif going.done:
            text = f"{going.done} of {wanted} frames, {_since(going):.0f} s"
        else:
            text = f"Making the first of {wanted} frames"
        self.panel.show_progress(going.done, wanted, text)

    def _note_pace(self, request: GenerateRequest, result: GenerateResult) -> None:
        key = _pace_key(request)
        pace = result.seconds_per_frame_set / len(result.cameras)
        known = self._window.store.values.generation_pace
        self._window.store.update(generation_pace={**known, key: round(pace, 4)})

    def _show_stripe(self) -> None:
        self._window.timeline.set_take(self.model.stripe())


def weather_told(conditions: Conditions) -> str:
    if conditions.weather is None:
        return "As recorded"
    much = f", {conditions.intensity:.0%}" if conditions.weather in ("rain", "fog") else ""
    return f"{conditions.weather.capitalize()}{much}"


def _pace_key(asked: RunChoices | GenerateRequest) -> str:
    return f"{asked.coupling} {asked.height if asked.coupling == 'reconstruction' else asked.steps}"


def _since(going: _Going) -> float:
    return time.perf_counter() - going.begun_s
