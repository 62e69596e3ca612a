"""Driving logs: one model, one reader module per format.

Owns: `DrivingLog` and its streams, format detection, log health, the bounded cache of decoded images.
Does not own: reconstruction, drawing, and the demo city (it writes a log that a reader here opens).

Decisions
- World is re-based to the first ego pose *with its heading*, z kept up: coordinates stay small and a plan
  view is the same way up for every log. `source_from_world` leads back to the recording's own frame.
- Every stream keeps its own times. A missing sample is listed and shifts nothing.
- `FOLDER#NAME` addresses one log of a folder that holds several, so an address is always one string.
- Numbers that place things (poses, lenses, times) must be finite or the log is refused with file and field; what is
  merely absent or superfluous (files, optional tables, boxes seen twice) is a health note.
- Nothing that a log brings is run: pickles become plain values without calling what they name.
- Images and sweeps are decoded when asked for and kept in one bounded cache per log.
"""

from core.logs.classes import ActorClass
from core.logs.image_cache import ImageCache
from core.logs.lanes import Lane, LaneMap
from core.logs.log import DrivingLog, HealthNote
from core.logs.registry import Reader, open_log, readers
from core.logs.rig import rig_rows
from core.logs.streams import CameraStream, LidarStream, LidarSweep, MissingSample, Stream
from core.logs.tracks import Track

__all__ = [
    "ActorClass",
    "CameraStream",
    "DrivingLog",
    "HealthNote",
    "ImageCache",
    "Lane",
    "LaneMap",
    "LidarStream",
    "LidarSweep",
    "MissingSample",
    "Reader",
    "Stream",
    "Track",
    "open_log",
    "readers",
    "rig_rows",
]
