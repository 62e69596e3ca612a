"""Reconstructing from the window: the dialog, what it needs to know, and what it was worth."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.jobs import Job
from app.models import preset_offers
from app.scene_reports import SceneReport
from core.engine import DeviceRequest, DeviceResult
from core.errors import UserError
from core.logs import DrivingLog
from core.scene.stretches import stretch_next_to
from widgets.camera_panel import Source
from widgets.formats import counted, size_text
from widgets.inspector.scene_facts import Worth, grouped, pixels_per_splat, refined_text
from widgets.metrics_card import Figure, MetricsCard
from widgets.reconstruct_dialog import Choices, ReconstructDialog, work_of
from widgets.selection import LOG

if TYPE_CHECKING:
    from app.main_window import MainWindow

LATE = "The engine is at work; it tells when it is free"
LEAST_PACE, MOST_PACE = 0.02, 50.0

Pictures = dict[str, NDArray[np.uint8]]


class ReconstructionController(QObject):
    """Opens the dialog with what was chosen the last time, starts, and shows a card of figures at the end."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: ReconstructDialog | None = None
        self.card: MetricsCard | None = None
        self._device = ""
        self._pictures: Job | None = None
        self._last: tuple[DrivingLog, Choices] | None = None
        self._begun: tuple[float, float] | None = None  # clock, and seconds that were estimated at pace 1
        window.scenes.reconstructed.connect(self._show_worth)
        window.scenes.shown.connect(self._describe)
        window.log_shown.connect(self._close_card)

    def open(self) -> None:
        """Ask what to reconstruct, and how."""
        self._ask(extends=False)

    def extend(self) -> None:
        """Ask by which stretch the scene is to go on."""
        self._ask(extends=True)

    def _ask(self, *, extends: bool) -> None:
        window, log = self._window, self._window.log
        if log is None or not log.cameras:
            return
        dialog = ReconstructDialog(
            log,
            window.playback,
            preset_offers(),
            self._extension(log) if extends else self._choices(log),
            made_of_s=window.scenes.can_go_on_from_s,
            pace=window.store.values.reconstruction_pace,
            parent=window,
        )
        dialog.wanted.connect(lambda choices: self._start(log, choices))
        dialog.finished.connect(self._forget_dialog)
        self.dialog = dialog
        self._show_device(dialog)
        self._show_pictures(dialog, log)
        dialog.open()

    def _choices(self, log: DrivingLog) -> Choices:
        """Those of the last time; the stretch between in and out, or what this log was last asked for."""
        values, playback = self._window.store.values, self._window.playback
        names = tuple(stream.name for stream in log.cameras if stream.name not in values.reconstruction_cameras_off)
        window_s = None
        if playback.in_s is not None or playback.out_s is not None:
            last_s = log.duration_s if playback.out_s is None else playback.out_s
            window_s = playback.in_s or 0.0, min(last_s, log.duration_s)
        elif self._last is not None and self._last[0] is log:
            window_s = self._last[1].window_s
        return Choices(
            window_s=window_s,
            cameras=names if 0 < len(names) < len(log.cameras) else None,
            preset=values.reconstruction_preset,
            refine_steps=values.reconstruction_steps,
            hold_out=values.reconstruction_hold_out,
        )

    def _extension(self, log: DrivingLog) -> Choices:
        """As the last time, of the stretch next to that of the scene."""
        choices, made_of_s = self._choices(log), self._window.scenes.can_go_on_from_s
        if made_of_s is None:
            return choices
        return replace(choices, extends=True, window_s=stretch_next_to(made_of_s, log.duration_s))

    def _start(self, log: DrivingLog, choices: Choices) -> None:
        window = self._window
        if window.log is not log:
            return
        off = () if choices.cameras is None else {stream.name for stream in log.cameras} - set(choices.cameras)
        window.store.update(
            reconstruction_preset=choices.preset,
            reconstruction_steps=choices.refine_steps,
            reconstruction_hold_out=choices.hold_out,
            reconstruction_cameras_off=sorted(off),
        )
        if not choices.extends:
            self._last = log, choices
        self._begun = time.monotonic(), work_of(log, choices).seconds
        self._close_card()
        window.scenes.reconstruct(choices)

    def _forget_dialog(self) -> None:
        self.dialog = None
        if self._pictures is not None:
            self._pictures.cancel()
            self._pictures = None

    def _show_device(self, dialog: ReconstructDialog) -> None:
        """The engine knows; it is asked once."""
        if self._device:
            dialog.set_device(self._device)
            return
        dialog.set_device(LATE if self._window.engine.busy else "Asking the engine…")
        job = self._window.engine.submit(DeviceRequest())
        job.done.connect(lambda told, arrays: self._take_device(told))
        job.failed.connect(lambda error: self._tell_device(error.what))

    def _take_device(self, told: DeviceResult) -> None:
        self._device = device_text(told)
        self._tell_device(self._device)

    def _tell_device(self, text: str) -> None:
        if self.dialog is not None:
            self.dialog.set_device(text)

    def _show_pictures(self, dialog: ReconstructDialog, log: DrivingLog) -> None:
        t_ns = log.t_ns(self._window.playback.t_s)
        job = Job(lambda: small_pictures(log, t_ns), name="Small pictures of the cameras", parent=self)
        job.done.connect(lambda pictures: self._take_pictures(job, pictures))
        self._pictures = job
        job.start()

    def _take_pictures(self, job: Job, pictures: Pictures) -> None:
        if self._pictures is job and self.dialog is not None:
            self.dialog.set_pictures(pictures)

    def _show_worth(self, report: SceneReport) -> None:
        window = self._window
        if self._begun is not None and not report.stopped:
            since, estimated_s = self._begun
            pace = (time.monotonic() - since) / estimated_s
            window.store.update(reconstruction_pace=min(max(pace, LEAST_PACE), MOST_PACE))
        self._begun = None
        worth = worth_of(report)
        made_of = f"{counted(worth.images, 'image')} of {counted(worth.cameras, 'camera')}"
        first_s, last_s = worth.window_s
        how = f"WorldRec {worth.preset}{refined_text(worth)}, {first_s:.2f} s to {last_s:.2f} s of the log"
        detail = f"{how}, from {made_of} in {worth.seconds:.0f} s"
        remarks = []
        if worth.psnr_heldout_db is None:
            remarks.append("Hold out every third image to learn what it is worth between the images")
        card = MetricsCard("The scene is reconstructed", detail, figures_of(report, worth), remarks)
        card.closed.connect(self._close_card)
        card.difference_wanted.connect(self._show_difference)
        card.details_wanted.connect(self._show_details)
        self._close_card()
        self.card = card
        window.toasts.add(card)

    def _show_difference(self) -> None:
        self._window.docks["cameras"].show()
        self._window.cameras.set_source(Source.DIFFERENCE)

    def _show_details(self) -> None:
        self._window.docks["inspector"].show()
        self._window.selection.select(LOG)

    def _close_card(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            self._window.toasts.remove(card)

    def _describe(self) -> None:
        scenes = self._window.scenes
        self._window.inspector.set_scene(scenes.scene, None if scenes.report is None else worth_of(scenes.report))


def worth_of(report: SceneReport) -> Worth:
    metrics = report.metrics
    return Worth(
        preset=report.preset,
        window_s=report.window_s,
        cameras=report.cameras,
        images=report.images,
        pixels=report.pixels,
        refine_steps=report.refine_steps,
        stopped=report.stopped,
        queries=metrics.queries,
        seconds=metrics.seconds,
        psnr_heldout_db=metrics.psnr_heldout,
        ssim_heldout=metrics.ssim_heldout,
        psnr_inputs_db=metrics.psnr_inputs,
    )


def figures_of(report: SceneReport, worth: Worth) -> list[Figure]:
    found: list[Figure] = []
    if worth.psnr_heldout_db is not None and worth.ssim_heldout is not None:
        tip = "Against images that the scene never saw"
        found.append((f"{worth.psnr_heldout_db:.2f} dB", "PSNR, held out", tip))
        found.append((f"{worth.ssim_heldout:.3f}", "SSIM, held out", tip))
    if worth.psnr_inputs_db is not None:
        found.append(
            (f"{worth.psnr_inputs_db:.2f} dB", "PSNR, its images", "Against images that the scene was made of")
        )
    gaussians = report.metrics.gaussians
    tip = "With one for every recorded pixel, there would be so many times as many"
    return [
        *found,
        (grouped(gaussians), "Splats", "Gaussians of the static world and of all actors"),
        (grouped(worth.queries), "Queries", "Places that gathered from all images"),
        (f"1 : {pixels_per_splat(worth.pixels, gaussians)}", "Splats to pixels", tip),
    ]


def device_text(told: DeviceResult) -> str:
    if told.kind == "cuda":
        return f"{told.name}, {size_text(told.memory_bytes)}"
    return f"Processor, {counted(told.threads, 'thread')}; torch finds no CUDA device"


def small_pictures(log: DrivingLog, t_ns: int) -> Pictures:
    """The latest picture of every camera at a time or its first one, small; none where it cannot be read."""
    import cv2

    from widgets.reconstruct_dialog.camera_chips import PICTURE_PX

    found: Pictures = {}
    for stream in log.cameras:
        if not len(stream):
            continue
        try:
            whole = stream.image(stream.index_at(t_ns) or 0)
        except UserError:
            continue
        scale = max(2 * PICTURE_PX.width() / whole.shape[1], 2 * PICTURE_PX.height() / whole.shape[0])
        size = round(whole.shape[1] * scale), round(whole.shape[0] * scale)
        small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA) if scale < 1 else whole
        found[stream.name] = np.asarray(small, np.uint8)
    return found
