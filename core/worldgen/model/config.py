"""What a WorldGen network is made of."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(gt=0)]
Preset = Literal["tiny", "base"]


class WorldGenConfig(BaseModel):
    """Sizes of a WorldGen network and of its window. One code path, whatever the size."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: Count = 144
    depth: Count = 6  # blocks
    heads: Count = 6
    feedforward: Count = 576
    patch: Count = 2  # latents per token, in rows and columns
    cross_view_every: Count = 1  # so many blocks; cameras meet in the last of them

    latent_channels: Count = 16
    layout_channels: Count = 18
    layout_scale: Count = 4  # layout pixels per latent, in rows and columns
    weather_kinds: Count = 7
    reference: bool = False  # the network takes the last picture before a chunk, warped
    prior_channels: int = Field(default=0, ge=0)  # none: the network takes no prior
    text_width: int = Field(default=0, ge=0)
    scene_width: int = Field(default=0, ge=0)
    local_channels: int = Field(default=0, ge=0)  # of the convolutions beside the tokens; none: there are none
    innovation: bool = False  # the network takes what noisy latents say beyond the reference, in unit size

    image_height: Count = 64  # pixels, of the pictures that it makes
    chunk: Count = 4  # latent frames that are made at a time
    window: Count = 12  # frames that a chunk sees, itself among them
    sink: int = Field(default=0, ge=0)  # first frames that are never forgotten
    shift: float = Field(default=5.0, gt=0)  # of the levels of noise
    predicts: Literal["clean", "velocity"] = "clean"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.width % self.heads or (self.width // self.heads) % 2 or self.width // self.heads < 6:
            raise ValueError("width must be a multiple of heads, by an even number of at least 6")
        if self.window < self.chunk + self.sink:
            raise ValueError("the window must hold a chunk beside the sink")
        if 0 < self.prior_channels < self.latent_channels:
            raise ValueError("the prior begins with the latents of the render: it has at least as many channels")
        return self


PRESETS: dict[Preset, WorldGenConfig] = {
    "tiny": WorldGenConfig(reference=True, local_channels=64, innovation=True),
    "base": WorldGenConfig(
        width=768,
        depth=16,
        heads=12,
        feedforward=3072,
        cross_view_every=2,
        text_width=4096,
        image_height=256,
        chunk=3,
        window=21,
    ),
}
