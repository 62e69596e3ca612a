"""What a WorldRec network is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]
Preset = Literal["tiny", "base"]


class WorldRecConfig(BaseModel):
    """Sizes of a WorldRec network. One code path, whatever the size."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: Count = 5  # of one network
    times: Count = 28  # at most so many images of each camera are looked at
    turns: Count = 2  # each round looks at one of so many shares of them, the next at another
    times_per_round: Count = 4  # but at no fewer of each camera
    splats_per_query: Count = 16
    image_width: Count = 24  # channels of the encoder at half resolution; twice as many at a quarter
    image_blocks: Count = 2  # residual blocks at a quarter of the resolution
    splat_width: Count = 48
    query_width: Count = 96
    heads: Count = 4
    window: Count = 32  # neighbouring queries that are mixed with each other
    mixing_blocks: Count = 3
    max_splats: Count = 64_000
    use_weights: bool = True  # learned, visibility-aware; the mean of all views that could see a query if not
    use_evidence: bool = True  # colours, and all that pictures say of each splat
    use_lifespans: bool = True


PRESETS: dict[Preset, WorldRecConfig] = {
    "tiny": WorldRecConfig(),
    "base": WorldRecConfig(
        image_width=96,
        image_blocks=8,
        splat_width=256,
        query_width=768,
        heads=12,
        window=64,
        mixing_blocks=4,
        max_splats=1_200_000,
    ),
}
