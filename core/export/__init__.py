"""What leaves Driftless for other tools, and what comes back from them.

Owns: OpenSCENARIO XML (entities and their trajectories), OpenDRIVE (lanes), and clips of takes (`core.export.clips`).
Does not own: the scenario document, which calls this with tracks, an ego path and a lane map, and takes tracks back;
the frames of takes; the GUI.

Decisions
- Trajectories, not manoeuvres: what was placed is what drives elsewhere, to the millimetre, on any player. Every pose
  is a vertex with its time, timing absolute, followed by position.
- A vehicle's reference point is on the ground under its rear axle there, a box's is its middle here; the bounding box's
  centre says how far apart they are, so a file that went out comes back as it was.
- Scenarios are written by scenariogeneration, which knows the order of elements of each version; read by our own code,
  because files in the wild break the rules and the user has to be told where. What is not understood is a warning, not
  the end. Maps are written by hand: that library lays out roads, ours lie where they were measured.
- A lane map's lanes that lie side by side become one road, whose reference line is the leftmost one's left border.
"""

from core.export.opendrive import OpenDrive, read_opendrive
from core.export.opendrive_writing import write_opendrive
from core.export.openscenario import write_openscenario
from core.export.openscenario_reading import Entity, OpenScenario, read_openscenario

__all__ = [
    "Entity",
    "OpenDrive",
    "OpenScenario",
    "read_opendrive",
    "read_openscenario",
    "write_opendrive",
    "write_openscenario",
]
