"""What the engine can be asked, and what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PositiveInt, model_validator

from core.geometry import Camera, Pose
from core.jwm.misfit import Sighting

Row = tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
Channel = Literal["rgb", "depth_m", "alpha"]
Coupling = Literal["joint", "serial", "generation", "reconstruction"]
"""Who makes the pictures of a drive: scene and generator, what is made flowing back into the scene (`joint`) or not
(`serial`); the generator alone; the scene alone."""


class Message(BaseModel):
    """A value that crosses the border of a process."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Message):
    """The answer of jobs that only do something."""


class Request(Message):
    """What a job is asked. A subclass names its job and the types of what comes back."""

    kind: ClassVar[str]
    result: ClassVar[type[Message]] = Nothing
    partial: ClassVar[type[Message]] = Nothing
    outdates: ClassVar[bool] = False
    """Whether a new generation makes the answer worthless."""

    @property
    def title(self) -> str:
        """What the engine does meanwhile, for the status bar."""
        return self.kind

    @property
    def place(self) -> str | None:
        """Of the requests that wait for the same place only the latest is worked on; None: each one is."""
        return None


class SceneResult(Message):
    """A scene that the engine holds from now on."""

    scene_id: str
    folder: Path
    splats: int
    left_out: int = 0  # samples that could not be read when the scene was made; the log file names them


class LoadScene(Request):
    """Hold the scene of a folder under a name, in place of an earlier one."""

    kind = "load_scene"
    result = SceneResult

    scene_id: str
    folder: Path

    @property
    def title(self) -> str:
        return f"reading {self.folder.name}"


class DropScene(Request):
    """Hold a scene no longer; one that is not held is no error."""

    kind = "drop_scene"

    scene_id: str


class EditScene(Request):
    """Hold what a scenario makes of a scene that is held, under a name of its own, in place of an earlier one.

    Of the edits of one scene only the latest that waits is made.
    """

    kind = "edit_scene"

    scene_id: str
    unedited_id: str
    log_path: Path
    scenario: str  # as `Scenario.to_json` writes it
    assets: Path | None = None  # folder of the assets that it inserts, each in a folder called by its hash

    @property
    def title(self) -> str:
        return "taking over an edit"

    @property
    def place(self) -> str | None:
        return f"edit {self.scene_id}"


class PartialScene(Message):
    """A scene on the way, as far as it has come. `core.scene.scene_from_arrays(names, arrays)` makes it one; what was
    observed is not yet noted. The engine does not hold it."""

    scene_id: str
    names: str
    splats: int
    stage: str  # what it has just been through: `placed`, `painted`, `lifted`, `improved` or `refined`


class LiftRequest(Request):
    """Make a scene of a log, save it into a folder, and hold it."""

    kind = "lift"
    result = SceneResult
    partial = PartialScene

    log_path: Path
    folder: Path
    scene_id: str
    window_s: tuple[FiniteFloat, FiniteFloat] | None = None  # from and to, since the log's start; None: all of it

    @property
    def title(self) -> str:
        return f"lifting {self.log_path.name}"


class RefineProgress(Message):
    """A scene that became better on the way. The arrays are those of `core.worldrec.refine.values.values_of`, which
    `with_values` puts into the scene that was refined; the engine holds that one until the end."""

    scene_id: str
    splats: int


class RefineRequest(Request):
    """Optimise the splats of a scene that is held until it looks like its log, save it into a folder, and hold it
    instead. Cancelled on the way, the job ends with the best scene so far."""

    kind = "refine"
    result = SceneResult
    partial = RefineProgress

    scene_id: str
    log_path: Path
    folder: Path
    steps: PositiveInt
    window_s: tuple[FiniteFloat, FiniteFloat] | None = None  # from and to, since the log's start; None: all of it
    cameras: tuple[str, ...] | None = None  # None: all
    hold_out: int = Field(default=0, ge=0)  # of every so many images of each camera the last is not looked at
    seed: int = Field(default=0, ge=0)

    @property
    def title(self) -> str:
        return f"refining {self.log_path.name}"


class Metrics(Message):
    """What a reconstruction is worth. Pictures are compared at the size at which the scene was made."""

    gaussians: int
    queries: int
    actors: int
    seconds: float  # to make the scene, without noting what was observed, comparing and saving
    psnr_heldout: float | None  # dB, of images that were held out; None if none was
    ssim_heldout: float | None
    psnr_inputs: float | None  # of images that the scene was made of; None if none of them can be read any more


class ReconstructResult(SceneResult):
    """A scene that the engine holds from now on, and what it is worth."""

    metrics: Metrics
    window_s: tuple[float, float]  # of the log, that the whole scene is made of


class ReconstructRequest(Request):
    """Make a scene of a log with WorldRec, or let an earlier scene of the log go on with a further window. Optimise it
    on the log's images for `refine_steps`, save it into a folder, and hold it. Cancelled once it is being optimised,
    the job ends with the best scene so far. What it is worth is measured on all that the scene was made of."""

    kind = "reconstruct"
    result = ReconstructResult
    partial = PartialScene

    log_path: Path
    folder: Path
    scene_id: str
    extends: Path | None = None  # folder of the scene that goes on; None: a new one
    window_s: tuple[FiniteFloat, FiniteFloat] | None = None
    """From and to, since the log's start. None: all of it, or as long a stretch as the earlier scene's, next to it."""
    cameras: tuple[str, ...] | None = None  # None: all
    preset: Literal["tiny", "base"] = "tiny"
    refine_steps: int = Field(default=0, ge=0)
    hold_out: int = Field(default=0, ge=0)  # of every so many images of each camera the last is not looked at
    seed: int = Field(default=0, ge=0)
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @property
    def title(self) -> str:
        return f"{'reconstructing' if self.extends is None else 'extending the scene of'} {self.log_path.name}"


class GeneratedChunk(Message):
    """Frames that were made at once. The arrays are `CAMERA` uint8 (frames, height, width, 3)."""

    begin: int  # number of the first frame, from 0
    frames: int
    t_s: tuple[float, ...]  # of each frame, since the log's start: when its first camera fires
    fired_s: dict[str, tuple[float, ...]] = {}  # the same, when each camera does
    models: dict[str, str]  # hash of each network that made them, by role
    wait_s: float  # since the chunk before was handed over
    conditions_s: float
    model_s: float
    decode_s: float
    feedback_s: float = 0.0  # of taking the chunk before into the scene
    sightings: tuple[Sighting, ...] = ()  # of the scene's actors in the pictures; none without a scene
    warnings: tuple[str, ...] = ()  # what was noticed since the chunk before


class GenerateResult(Message):
    """A drive that was made. Its folder, if any, has a picture of each frame of each camera, and what made them."""

    folder: Path | None
    frames: int  # made now
    cameras: tuple[str, ...]
    first_chunk_s: float  # from the request on
    seconds_per_frame_set: float  # of all cameras, after the first chunk if there are more
    peak_memory_mb: float
    frames_hash: str
    warnings: tuple[str, ...] = ()  # of the drive and of all chunks


class GenerateRequest(Request):
    """Make pictures of a drive that begins as a log does and drives on along its path, through its traffic, or those of
    a scenario, and write them into a folder or only hand them over. It may go on beyond the log's end. Cancelled, it
    ends within a denoising step; the pictures so far stay.

    It goes on with a take where `first_frame` is not 0: the generator sees that take's last frames before it, and the
    noise of a seed is that of a drive that was never interrupted."""

    kind = "generate"
    result = GenerateResult
    partial = GeneratedChunk

    log_path: Path
    folder: Path | None = None  # None: the pictures are in the chunks only
    frames: PositiveInt  # those before `first_frame` among them
    first_frame: int = Field(default=0, ge=0)  # to make; at a border between chunks
    head: Path | None = None  # folder of the take that has the frames before
    coupling: Coupling = "generation"
    scene_id: str | None = None  # of the scene after all edits, which is held; only generation alone needs none
    unedited_id: str | None = None  # of the same before any edit, with which recorded pictures agree; None: the same
    scenario: str | None = None  # as `Scenario.to_json` writes it; None: as it was recorded
    cameras: tuple[str, ...] | None = None  # None: all
    height: int | None = Field(
        default=None, ge=16, le=2160
    )  # of pictures of the scene alone; generators have their own
    steps: Literal[1, 2, 4, 8, 50] = 4
    seed: int = Field(default=0, ge=0)
    weather: Literal["clear", "overcast", "rain", "fog", "dusk", "night"] | None = None
    """None: as the scenario says, or else as the log was recorded, where that is known."""
    preset: Literal["tiny", "base"] = "tiny"
    weights: Path | None = None  # of another network, instead of the preset's
    tokenizer: Path | None = None  # weights of it
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @model_validator(mode="after")
    def _has_a_scene(self) -> Self:
        if self.coupling != "generation" and self.scene_id is None:
            raise ValueError(f"the coupling {self.coupling} needs a scene")
        if self.height is not None and self.coupling != "reconstruction":
            raise ValueError("a generator makes pictures of its own height; only a scene alone can be drawn at others")
        if (self.head is None) != (self.first_frame == 0) or self.first_frame >= self.frames:
            raise ValueError("a drive goes on with a take, from a frame that is asked for")
        return self

    @property
    def title(self) -> str:
        return f"generating from {self.log_path.name}"


class DeviceResult(Message):
    """What networks run on: `cuda` with its name and memory, or `cpu` with the threads that a job may use."""

    kind: Literal["cpu", "cuda"]
    name: str
    memory_bytes: int
    threads: int


class DeviceRequest(Request):
    """Tell what networks run on here."""

    kind = "device"
    result = DeviceResult

    @property
    def title(self) -> str:
        return "looking for a device"


class EvaluateResult(Message):
    """Where the report is, and the figures: `logs` has those of each log by method, `mean` their means; see
    `core.evaluation.measuring`."""

    folder: Path
    results: dict[str, Any]


class EvaluateRequest(Request):
    """Make scenes of logs by several methods, hold each against what it has not seen, and write a report."""

    kind = "evaluate"
    result = EvaluateResult

    log_paths: tuple[Path, ...] = Field(min_length=1)
    folder: Path
    methods: tuple[Literal["lift", "worldrec", "refined", "lift-refined"], ...] = Field(min_length=1)
    refine_steps: tuple[PositiveInt, ...] = (50, 150)
    hold_out: int = Field(default=3, ge=2)  # of every so many images of each camera the last is not looked at
    window_s: tuple[FiniteFloat, FiniteFloat] | None = None  # from and to, since each log's start; None: all of it
    width: PositiveInt | None = None  # of the compared pictures, pixels; None: that at which scenes are made
    lidar: bool = True
    preset: Literal["tiny", "base"] = "tiny"
    weights: Path | None = None  # of another network, instead of the preset's
    seed: int = Field(default=0, ge=0)
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @property
    def title(self) -> str:
        return f"evaluating {len(self.log_paths)} logs" if len(self.log_paths) > 1 else "evaluating a log"


class EvaluateGenerationRequest(Request):
    """Let generators make drives from their first chunk on, hold these against the logs, and write a report. Films that
    the folder holds already are not made again, so that an evaluation that was cut short goes on."""

    kind = "evaluate_generation"
    result = EvaluateResult

    log_paths: tuple[Path, ...] = Field(min_length=1)
    folder: Path
    weights: tuple[Path, ...] = ()  # of the generators; none: of all stages of the preset that are there
    tokenizer: Path | None = None  # its weights; None: the preset's
    preset: Literal["tiny", "base"] = "tiny"
    steps: tuple[PositiveInt, ...] = (1, 2, 4, 8, 50)
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(0,), min_length=1)
    frames: PositiveInt = 60  # of each log at most
    height: PositiveInt | None = None
    """Pixels of the pictures that are judged; each generator makes its own size. None: the smallest of theirs."""
    steered: int = Field(default=1, ge=0)
    """Of so many logs, it is judged whether turns and weathers are obeyed, too."""

    @property
    def title(self) -> str:
        return "evaluating generators"


class EvaluateCounterfactualRequest(Request):
    """Hold what scene and generators show of edited drives of the demo city against their truth, and write a report.
    Films that the folder holds already are not made again."""

    kind = "evaluate_counterfactual"
    result = EvaluateResult

    folder: Path
    cache: Path  # where the drives are kept
    drives: PositiveInt = 6
    weights: tuple[Path, ...] = ()  # of generators, in place of the preset's
    tokenizer: Path | None = None  # its weights; None: the preset's
    preset: Literal["tiny", "base"] = "tiny"
    steps: PositiveInt = 4
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(0,), min_length=1)
    frames: PositiveInt = 36  # of each drive at most
    relit: bool = False  # whether drives are shown under another weather than they were recorded in

    @property
    def title(self) -> str:
        return "evaluating edited drives"


class EvaluatePremiseRequest(Request):
    """Judge few steps, stages of training and couplings on edited drives of the demo city by rules that are fixed, and
    write a report. Films that the folder holds already are not made again."""

    kind = "evaluate_premise"
    result = EvaluateResult

    folder: Path
    cache: Path  # where the drives are kept
    drives: PositiveInt = 3
    weights: tuple[Path, ...] = ()  # of generators, beside those of the preset
    tokenizer: Path | None = None  # its weights; None: the preset's
    preset: Literal["tiny", "base"] = "tiny"
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(0,), min_length=1)
    horizons: tuple[PositiveInt, ...] = Field(default=(1, 3), min_length=1)  # multiples of what is trained on

    @property
    def title(self) -> str:
        return "judging the premise"


class View(Message):
    """A camera somewhere at some time."""

    name: str
    camera: dict[str, Any]  # as `Camera.to_dict` has it
    world_from_camera: tuple[Row, Row, Row, Row]
    t_s: FiniteFloat
    rig_camera: str = ""  # for whose image the picture stands: it is exposed as that one

    @classmethod
    def of(
        cls,
        name: str,
        camera: Camera,
        world_from_camera: Pose,
        t_s: float,
        size_px: tuple[int, int] | None = None,
        *,
        rig_camera: str = "",
    ) -> View:
        """The view through a camera, its picture resampled to `size_px` (width, height) if given."""
        seen = camera if size_px is None else camera.resized(*size_px)
        rows = world_from_camera.matrix.tolist()
        return cls(name=name, camera=seen.to_dict(), world_from_camera=rows, t_s=t_s, rig_camera=rig_camera)


class ViewSize(Message):
    name: str
    width: PositiveInt
    height: PositiveInt


class RenderResult(Message):
    """The pictures' sizes. The arrays are `NAME/rgb` uint8 (height, width, 3), `NAME/depth_m` float32 (height, width),
    0 where nothing is, and `NAME/alpha` float32 (height, width)."""

    scene_id: str
    views: tuple[ViewSize, ...]


class RenderRequest(Request):
    """Draw views of a scene that is held, over its sky."""

    kind = "render"
    result = RenderResult
    outdates = True

    scene_id: str
    views: tuple[View, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = ("rgb",)
    asker: str | None = None  # who shows the pictures: a newer request of the same asker replaces one that waits

    @property
    def title(self) -> str:
        return "drawing a view" if len(self.views) == 1 else f"drawing {len(self.views)} views"

    @property
    def place(self) -> str | None:
        return self.asker
