"""What a frame tokenizer is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]


class TokenizerConfig(BaseModel):
    """Sizes of a tokenizer of single frames, 8 pixels to a latent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: Count = 16
    widths: tuple[Count, Count, Count] = (64, 96, 128)  # of the layers at a half, a quarter, an eighth of the size
    encoder_blocks: tuple[int, int, int] = (0, 1, 1)
    decoder_blocks: tuple[int, int, int] = (1, 1, 2)


PRESETS: dict[Literal["tiny", "base"], TokenizerConfig] = {
    "tiny": TokenizerConfig(),
    "base": TokenizerConfig(widths=(128, 256, 512), encoder_blocks=(2, 2, 2), decoder_blocks=(2, 3, 4)),
}
