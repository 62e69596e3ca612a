"""Runs and takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def generate_actions(window: MainWindow) -> list[Action]:
    generation, clips = window.generation, window.generation.clips
    return [
        Action(
            id="generate.start",
            text="Generate",
            menu="Generate",
            handler=generation.start,
            shortcuts=("Ctrl+G",),
            icon="creation",
            tip="Make pictures of the scenario, as the panel Generate says",
            enabled=generation.can_start,
        ),
        Action(
            id="generate.pause",
            text="Pause generating",
            menu="Generate",
            handler=generation.pause,
            icon="pause",
            tip="Wait before the next step, or go on",
            enabled=lambda: generation.model.is_running,
            checked=generation.is_paused,
        ),
        Action(
            id="generate.cancel",
            text="Stop generating",
            menu="Generate",
            handler=generation.cancel,
            icon="stop",
            tip="End the run within a step; its frames stay, and it can be resumed",
            enabled=lambda: generation.model.is_running,
        ),
        Action(
            id="generate.regenerate",
            text="Regenerate from here",
            menu="Generate",
            handler=generation.regenerate,
            shortcuts=("Ctrl+Shift+G",),
            icon="source-branch",
            tip="Make the frames again that were made before an edit, as a branch of the take",
            enabled=generation.can_regenerate,
            section=1,
        ),
        Action(
            id="generate.resume",
            text="Resume the take",
            menu="Generate",
            handler=generation.resume,
            icon="skip-next",
            tip="Go on with a take that ended early",
            enabled=generation.can_resume,
            section=1,
        ),
        Action(
            id="generate.export",
            text="Export clips…",
            menu="Generate",
            handler=clips.open,
            shortcuts=("Ctrl+E",),
            icon="export-variant",
            tip="Write the take, or in to out, as MP4 files that say what they show",
            enabled=clips.can_export,
            section=2,
        ),
        Action(
            id="generate.delete",
            text="Delete the take…",
            menu="Generate",
            handler=generation.takes.ask_to_delete,
            icon="delete-outline",
            tip="Remove the take that is looked at, for good; one that others branch from stays",
            enabled=generation.can_delete,
            section=2,
        ),
    ]
