"""What there is to say about the scene of a log."""

from __future__ import annotations

from dataclasses import dataclass

from core.scene import Scene
from widgets.formats import counted
from widgets.inspector.describe import Property, Section


@dataclass(frozen=True)
class Worth:
    """How a scene was reconstructed, and how well."""

    preset: str
    window_s: tuple[float, float]
    cameras: int
    images: int
    pixels: int  # of these images
    refine_steps: int
    stopped: bool  # before the last of these steps
    queries: int
    seconds: float
    psnr_heldout_db: float | None
    ssim_heldout: float | None
    psnr_inputs_db: float | None


def scene_section(scene: Scene, worth: Worth | None) -> Section:
    rows = [Property("Splats", grouped(len(scene)))]
    if worth is None:
        rows.append(Property("Made by", "Lifting, without a network"))
        return Section("Scene", tuple(rows))
    first_s, last_s = worth.window_s
    rows += [
        Property("Made by", f"WorldRec {worth.preset}{refined_text(worth)}"),
        Property("Stretch", f"{first_s:.2f} s to {last_s:.2f} s"),
        Property("Made of", f"{counted(worth.images, 'image')} of {counted(worth.cameras, 'camera')}"),
        Property("Queries", grouped(worth.queries)),
        Property("Pixels per splat", pixels_per_splat(worth.pixels, len(scene))),
        Property("Time", f"{worth.seconds:.1f} s"),
    ]
    if worth.psnr_heldout_db is not None and worth.ssim_heldout is not None:
        rows.append(Property("Held-out images", f"{worth.psnr_heldout_db:.2f} dB, SSIM {worth.ssim_heldout:.3f}"))
    else:
        rows.append(Property("Held-out images", "Not measured"))
    if worth.psnr_inputs_db is not None:
        rows.append(Property("Its own images", f"{worth.psnr_inputs_db:.2f} dB"))
    return Section("Scene", tuple(rows))


def refined_text(worth: Worth) -> str:
    """`, refined in 50 steps`; nothing where it was not."""
    if not worth.refine_steps:
        return ""
    return ", refined until stopped" if worth.stopped else f", refined in {counted(worth.refine_steps, 'step')}"


def pixels_per_splat(pixels: int, splats: int) -> str:
    return grouped(round(pixels / splats)) if splats else "none"


def grouped(number: int) -> str:
    """`61 204`, digits in threes by a thin space that breaks no line."""
    return f"{number:,}".replace(",", "\u202f")
