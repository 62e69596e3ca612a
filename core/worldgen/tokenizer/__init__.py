"""Between pictures and latents.

Owns: the tokenizer that is trained here, the adapter to Wan 2.1's, their files. Does not own: training
(`core/training/tokenizer`), what is made of latents (`core/worldgen/model`).

Decisions
- A tokenizer of its own for every frame (`tiny`): the frames of a chunk are then latents one by one, and a film can
  begin and end anywhere. Films go in and out through `Tokenizer`, so that one which looks at several frames fits too.
- Latents are normalised by mean and deviation of each channel, which lie with the weights.
- Pictures are encoded and decoded in half precision where that is fast (`core/networks/devices`): 0.005 dB worse, and
  six times as fast on a processor with a matrix unit. Training stays in single precision.
- A linear path beside the layers carries most of a picture from the first step on; the layers learn what it lacks.
"""

from core.worldgen.tokenizer.films import FilmDecoder, Tokenizer
from core.worldgen.tokenizer.frames import FrameTokenizer
from core.worldgen.tokenizer.weights import load_tokenizer, save_tokenizer

__all__ = ["FilmDecoder", "FrameTokenizer", "Tokenizer", "load_tokenizer", "save_tokenizer"]
