"""Training runs from what a user asks for to a file of weights."""

from __future__ import annotations

import hashlib
import json
import logging
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TypeVar, cast

import torch
from pydantic import BaseModel

from core.errors import UserError
from core.heap import keep_freed_memory
from core.jwm.coupling import level_of
from core.jwm.detail import FILE as FINISHER
from core.jwm.detail import save_finisher
from core.jwm.relighting import FILE as RELIGHTER
from core.jwm.relighting import save_relighter
from core.networks.devices import chosen_device
from core.scene.scene_files import swap_in
from core.splats.threads import usable_cores
from core.training.city_logs import FIRST_SEED, CityLogs
from core.training.depth import DepthTraining, train_depth
from core.training.film_samples import RELIT, FilmSamples
from core.training.jwm.city_priors import CityPriors
from core.training.jwm.finishing import FinishingSamples, Shown, described, train_finisher
from core.training.jwm.joint import JointSamples
from core.training.jwm.lights import LitCities
from core.training.jwm.relighting import described as described_relighting
from core.training.jwm.relighting import train_relighter
from core.training.jwm.samples import REPAIR, Levels, PriorSamples
from core.training.jwm.stages import JOINT_STAGES, Finish, Joint, Relight
from core.training.jwm.staging import run_joint_learning, run_joint_stage
from core.training.log_folders import logs_in
from core.training.options import PIXELWISE, JointStageName, StageName, TrainingOptions
from core.training.processes import is_first, started
from core.training.run_films import RunFilms
from core.training.tokenizer import TokenizerTraining, train_tokenizer
from core.training.worldgen.loop import Running
from core.training.worldgen.stages import STAGES
from core.training.worldgen.staging import run_chain, run_stage
from core.training.worldrec import Pool, Schedule, train_worldrec
from core.training.worldrec_samples import prepare
from core.worldgen import shipped
from core.worldgen.depths import shipped_depths
from core.worldgen.model.config import PRESETS as WORLDGENS
from core.worldgen.model.weights import load_worldgen, origin_of
from core.worldgen.shipped import TOKENIZER, tokenizer_weights_of
from core.worldgen.tokenizer import load_tokenizer, save_tokenizer
from core.worldgen.tokenizer.config import PRESETS as TOKENIZERS
from core.worldrec.model.config import PRESETS, WorldRecConfig
from core.worldrec.model.weights import FILE, load_network, save_network, weights_of

logger = logging.getLogger(__name__)

HOLD_OUT = 3
CHECK_EVERY, MOST_CHECKS = 8, 4  # every eighth log is never learned from, at most so many
CHECK_CITIES, CHECK_SEED = 2, 901
STEPS = {
    "worldrec": {"tiny": 2000, "base": 30_000},
    "depth": {"tiny": 6000, "base": 60_000},
    "tokenizer": {"tiny": 8000, "base": 100_000},
}
TUNING_RATE = 5e-4  # of a network that knows something already

_SAMPLES = "samples.json"
_WAIT_S = 1.0

AStage = TypeVar("AStage", bound=BaseModel)
Tell = Callable[[str], None]
Samples = tuple[list[Path], list[Path]]
"""Files of samples to check by and to learn from."""


def run(options: TrainingOptions, tell: Tell) -> Path:
    """Train a network until its steps are done or the user interrupts; then the same call goes on.

    Returns:
        The file of the weights as they are now.

    Raises:
        UserError: a package is missing, no log can be used, the run's folder holds another network, a file cannot be
            written, or torchrun started several processes for what one does alone.
    """
    if options.device == "cuda" and not torch.cuda.is_available():
        raise UserError("There is no CUDA device", field="--device", remedy="Choose auto or cpu.")
    if started() != (1, 1) and (options.network in ("depth", "priors") or options.stage in PIXELWISE):
        small = options.stage if options.stage in PIXELWISE else options.network
        raise UserError(f"{small} is small work for one process", remedy="Start it without torchrun.")
    # With as many threads as cores, the busy waiting of OpenMP makes training ten times slower as soon as another
    # program wants one of them.
    torch.set_num_threads(max(usable_cores() - 1, 1))
    keep_freed_memory()
    if not is_first():
        tell = _tell_nobody
    tell(f"The run is in {options.run}")
    with _interruptible(tell) as stopped:
        weights = _TRAININGS[options.network](options, tell, stopped)
    what = "priors" if options.network == "priors" else "weights"
    if stopped():
        tell("Stopped; the same command goes on" + (f". The {what} so far are {weights}" if weights.exists() else ""))
    else:
        tell(f"The {what} are {weights}")
    return weights


def _worldrec(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    _require("lightning_fabric", "tensorboard")
    start = None if options.start is None else load_network(options.start)
    config = PRESETS[options.preset] if start is None else start.config
    makes = is_first()
    listed = options.run / _SAMPLES
    source = _made(options, config, listed, tell, stopped) if makes else _listed(listed, stopped)
    checks, samples = next(source)
    if not samples and not stopped():
        raise UserError("No log can be learned from", remedy="The log file says what is wrong with each.")
    out = options.out or options.run / FILE
    if stopped():
        return out
    schedule = Schedule(
        steps=options.steps or STEPS["worldrec"][options.preset],
        rate=TUNING_RATE if start is not None else Schedule.rate,
        seed=options.seed,
    )
    network = train_worldrec(
        config,
        lambda: next(source)[1],
        checks,
        options.run,
        schedule,
        device=options.device,
        start=start,
        stopped=stopped,
        tell=tell,
    )
    if makes:
        save_network(network, out)
    return out


def _tell_nobody(text: str) -> None:
    pass


def _made(
    options: TrainingOptions, config: WorldRecConfig, listed: Path, tell: Tell, stopped: Callable[[], bool]
) -> Iterator[Samples]:
    """Samples of all logs that are there, each time of one city more; they are listed for other processes."""
    logs = _Logs(options, tell)
    tell(f"Preparing samples of {len(logs.there())} logs")

    def prepared(chosen: Sequence[Path]) -> list[Path]:
        found = []
        for log in chosen:
            if stopped():
                break
            # Of the cities every fifth is looked at without lidar; whose own logs have lidar will go on having it.
            share = 0.0 if logs.is_city(log) and int(log.name) % 5 == 0 else 1.0
            cache = _samples_folder(options, log)
            found += prepare(
                [log], cache, hold_out=HOLD_OUT, max_splats=config.max_splats, times=config.times, lidar_share=share
            )
        return found

    checks = prepared(logs.checks)
    while True:
        found = prepared(logs.there())
        listed.parent.mkdir(parents=True, exist_ok=True)
        swap_in(listed, json.dumps([[str(path) for path in each] for each in (checks, found)]).encode())
        yield checks, found
        logs.grow()


def _listed(listed: Path, stopped: Callable[[], bool]) -> Iterator[Samples]:
    """Samples that another process makes; waits for the first."""
    while not listed.exists() and not stopped():
        time.sleep(_WAIT_S)
    while True:
        checks, found = json.loads(listed.read_bytes()) if listed.exists() else ([], [])
        yield [Path(path) for path in checks], [Path(path) for path in found]


def _depth(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    logs = _Logs(options, tell)

    def told(step: int, figures: dict[str, float]) -> None:
        tell(f"step {step}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
        logs.grow()

    training = DepthTraining(steps=options.steps or STEPS["depth"][options.preset], seed=options.seed)
    weights = train_depth(logs.there, options.run, options.preset, training, told, stopped=stopped)
    if options.out is None or not weights.exists():
        return weights
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(weights.read_bytes())
    return options.out


def _tokenizer(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    _require("lightning_fabric", "tensorboard")
    start = None if options.start is None else load_tokenizer(options.start)
    films = RunFilms(options, tell)
    makes = is_first()
    tokenizer = train_tokenizer(
        TOKENIZERS[options.preset] if start is None else start.config,
        films.grow if makes else films.there,
        films.checks,
        options.run,
        TokenizerTraining(steps=options.steps or STEPS["tokenizer"][options.preset], seed=options.seed),
        device=options.device,
        start=start,
        stopped=stopped,
        tell=tell,
    )
    out = options.out or options.run / TOKENIZER
    if makes:
        save_tokenizer(tokenizer, out)
    return out


def _worldgen(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    _require("lightning_fabric", "tensorboard")
    config, stage = WORLDGENS[options.preset], _asked(options, STAGES[options.preset][cast(StageName, options.stage)])
    start = options.start
    begun = config if start is None or start.is_dir() else load_worldgen(start).config
    height = options.height or begun.image_height
    return run_stage(
        stage,
        config.model_copy(update={"image_height": height}),
        _film_samples(options, options.tokenizer or tokenizer_weights_of(options.preset), height, tell),
        options.run,
        options.out or options.run / shipped.FILE,
        running=_running(options, tell, stopped),
        start=start,
        teacher=options.teacher,
    )


def _chain(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    """Tokenizer and all stages; each folder of a run lies in the chain's."""
    folder = options.run / "tokenizer"
    tokenizer = options.tokenizer or _tokenizer(options.model_copy(update={"run": folder, "out": None}), tell, stopped)
    stages = {name: _asked(options, stage) for name, stage in STAGES[options.preset].items()}
    if stopped():
        return tokenizer
    samples = _film_samples(options, tokenizer, WORLDGENS[options.preset].image_height, tell)
    running = _running(options, tell, stopped)
    return [*run_chain(stages, WORLDGENS[options.preset], samples, options.run, running).values()][-1]


def _film_samples(options: TrainingOptions, tokenizer: Path, height: int, tell: Tell) -> FilmSamples:
    config = WORLDGENS[options.preset]
    films = RunFilms(options, tell)
    makes = is_first()
    return FilmSamples(
        films.grow if makes else films.there,
        films.checks,
        options.cache / "latents" / options.preset,
        load_tokenizer(tokenizer),
        height=height,
        chunk=config.chunk,
        depths=shipped_depths() if config.reference else None,
        relit=RELIT,
    )


def _asked(options: TrainingOptions, stage: AStage) -> AStage:
    """A stage with what was asked for in place of what suits it."""
    names = ("steps", "batch", "alone", "matching")
    return stage.model_copy(update={name: value for name in names if (value := getattr(options, name)) is not None})


def _running(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Running:
    return Running(options.seed, options.device, options.strategy, stopped, tell)


def _priors(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    """Priors of cities to learn from and of those for checks."""
    checks, films = _city_priors(options)
    for priors in (checks, films):
        while not stopped() and priors.grow(tell):
            pass
    return films.folder


def _joint(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    _require("lightning_fabric", "tensorboard")
    if options.stage == "relight":
        return _relighting(options, tell, stopped)
    checks, films = _city_priors(options)
    if not films.there():
        raise UserError("No priors are there", path=films.folder, remedy="Make some: driftless train priors --cities N")
    name = cast(JointStageName, options.stage)
    config, stage = WORLDGENS[options.preset], _asked(options, JOINT_STAGES[options.preset][name])
    samples = PriorSamples(
        films.there,
        checks.there(),
        options.cache / "latents" / options.preset,
        films.tokenizer,
        REPAIR if _repairs(options, name) else Levels(),
        height=config.image_height,
        chunk=config.chunk,
    )
    running = _running(options, tell, stopped)
    out = options.out or options.run / shipped.FILE
    if isinstance(stage, Joint):
        return _jointly(options, stage, samples, out, running)
    if isinstance(stage, Finish):
        return _finishing(options, stage, samples, checks, films, running)
    assert not isinstance(stage, Relight)
    teachers = {"start": options.start, "teacher": options.teacher}
    return run_joint_stage(stage, config, samples, options.run, out, running=running, **teachers)


def _repairs(options: TrainingOptions, name: JointStageName) -> bool:
    """Whether renders are told without any noise: to a stage that repairs them, or for one that did."""
    if name in ("joint", "finish") and options.start is not None:
        return level_of(origin_of(options.start)) is None
    return name == "repair"


def _finishing(
    options: TrainingOptions,
    stage: Finish,
    drives: PriorSamples,
    checks: CityPriors,
    films: CityPriors,
    running: Running,
) -> Path:
    if options.start is None:
        raise UserError("Whose pictures are to be finished?", field="--from", remedy="Name the generator's weights.")
    made = FinishingSamples(options.start, drives, options.cache / "finishing" / options.preset, films.tokenizer)
    shown: list[list[Shown]] = []
    for priors in (checks, films):
        shown.append([])
        for number, pair in enumerate(priors.there()):
            if running.stopped():
                break
            running.tell(f"Generating {pair[0].name}, {number + 1} of {len(priors.there())}")
            shown[-1] += made.of(*pair)
    out = options.out or options.run / FINISHER
    finisher = train_finisher(shown[1], shown[0], options.run, stage, running)
    running.tell(described(finisher, shown[0]))
    save_finisher(finisher, out)
    return out


def _relighting(options: TrainingOptions, tell: Tell, stopped: Callable[[], bool]) -> Path:
    stage = _asked(options, cast(Relight, JOINT_STAGES[options.preset]["relight"]))
    checks, cities = (
        LitCities(options.cache, options.preset, count, first)
        for count, first in ((CHECK_CITIES, CHECK_SEED), (options.cities, FIRST_SEED))
    )
    for made in (checks, cities):
        while not stopped() and made.grow():
            tell(f"Pictures of {len(made.there())} cities are there")
    if not cities.there():
        raise UserError("No city can be learned from", remedy="Name a number of them: --cities N")
    running = _running(options, tell, stopped)
    relighter = train_relighter(cities.there(), checks.there(), options.run, stage, running)
    tell(described_relighting(relighter, checks.there()))
    out = options.out or options.run / RELIGHTER
    save_relighter(relighter, out)
    return out


def _jointly(options: TrainingOptions, stage: Joint, drives: PriorSamples, out: Path, running: Running) -> Path:
    if options.start is None:
        what = "Both models learn together from weights of the stages before"
        raise UserError(what, field="--from", remedy="Name the file of few-steps, or of bridge.")
    reconstruction = weights_of(options.preset)
    network = load_network(reconstruction).config
    listed = options.run / _SAMPLES
    _, found = next(_made(options, network, listed, running.tell, running.stopped))
    if not found:
        raise UserError("No log can be learned from", remedy="The log file says what is wrong with each.")
    height = WORLDGENS[options.preset].image_height
    pool = Pool(network, chosen_device(options.device))
    samples = JointSamples(lambda: found, drives, pool, height, of_drives=stage.drives)
    return run_joint_learning(
        stage,
        samples,
        options.run,
        out,
        running=running,
        start=options.start,
        reconstruction=reconstruction,
        teacher=options.teacher,
    )


def _city_priors(options: TrainingOptions) -> tuple[CityPriors, CityPriors]:
    """Of drives for checks, and of those to learn from."""
    tokenizer = load_tokenizer(options.tokenizer or tokenizer_weights_of(options.preset))
    height = WORLDGENS[options.preset].image_height
    checks, films = (
        CityPriors(options.cache, options.preset, count, tokenizer, height, first)
        for count, first in ((CHECK_CITIES, CHECK_SEED), (options.cities, FIRST_SEED))
    )
    return checks, films


_TRAININGS = {
    "worldrec": _worldrec,
    "depth": _depth,
    "tokenizer": _tokenizer,
    "worldgen": _worldgen,
    "chain": _chain,
    "priors": _priors,
    "joint": _joint,
}


def _samples_folder(options: TrainingOptions, log: Path) -> Path:
    """Logs of one name may lie in many folders. Samples of before, in another, had targets a sixth of a pixel aside."""
    where = hashlib.sha256(str(log.absolute().parent).encode()).hexdigest()[:8]
    return options.cache / "aligned-scenes" / options.preset / where


class _Logs:
    """The logs of a run: those that were named, and cities, of which there are more and more.

    Of many logs some are for checks, and never learned from.
    """

    def __init__(self, options: TrainingOptions, tell: Tell) -> None:
        named = [log for path in options.logs for log in logs_in(path)]
        checks = CityLogs(
            options.cache, options.preset, CHECK_CITIES if options.cities >= CHECK_EVERY else 0, CHECK_SEED
        )
        self._cities = CityLogs(options.cache, options.preset, options.cities, FIRST_SEED)
        self._folder = self._cities.folder
        if options.cities and not self._cities.there():
            tell("Making the first cities")
            self._cities.grow()
        while checks.grow():
            pass
        self.checks = [*named[CHECK_EVERY - 1 :: CHECK_EVERY][:MOST_CHECKS], *checks.there()]
        self._named = [log for log in named if log not in self.checks]

    def there(self) -> list[Path]:
        """Those to learn from."""
        return [*self._named, *self._cities.there()]

    def is_city(self, log: Path) -> bool:
        return log.parent == self._folder

    def grow(self) -> None:
        self._cities.grow()


def _require(*packages: str) -> None:
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        what = f"Training needs {' and '.join(missing)}, which is not installed"
        raise UserError(what, remedy="Install it: pip install 'driftless[train]'.")


@contextmanager
def _interruptible(tell: Tell) -> Iterator[Callable[[], bool]]:
    """The first Ctrl+C asks to stop after the step under way; the next ends the program at once."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)
        tell("Stopping after this step; press Ctrl+C again to stop at once")

    if current_thread() is not main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
