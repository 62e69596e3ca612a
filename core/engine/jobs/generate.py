"""Make pictures of a drive, chunk after chunk, by whoever the coupling names."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import psutil
import torch
from numpy.typing import NDArray

from core.engine.context import JobContext, Outcome
from core.engine.requests import GeneratedChunk, GenerateRequest, GenerateResult
from core.errors import UserError
from core.jwm.coupling import inventor_of, is_coupled, level_of
from core.jwm.detail import FILE as FINISHER
from core.jwm.detail import Finisher, finisher_beside
from core.jwm.drawing import finer_for
from core.jwm.feedback import Feedback
from core.jwm.loop import coupled_chunks
from core.jwm.made import CoupledChunk
from core.jwm.reconstruction import reconstructed
from core.jwm.recordings import Recordings
from core.jwm.relighting import Relighting, relighting_beside
from core.jwm.shipped import coupled_weights_of
from core.logs import open_log
from core.networks.devices import chosen_device
from core.networks.files import hash_of
from core.scenario import Scenario
from core.takes import TakeStore
from core.worldgen.conditions.weather import recorded_weather
from core.worldgen.depths import shipped_depths
from core.worldgen.generating import Generator, Inventor, MadeChunk
from core.worldgen.model.config import PRESETS as WORLDGENS
from core.worldgen.model.weights import origin_of
from core.worldgen.plan import Plan
from core.worldgen.planning import planned
from core.worldgen.shipped import tokenizer_weights_of, worldgen_weights_of
from core.worldgen.tokenizer.frames import STRIDE
from core.worldrec.model.weights import FILE as RECONSTRUCTION
from core.worldrec.model.weights import load_network, weights_of

REQUEST = GenerateRequest
FACTS = "take.json"


def run(request: GenerateRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the log cannot be opened, has not the cameras or too few pictures to begin with, the scene is not
            held, no weights are there or they take no scene, memory does not suffice, or the folder cannot be written.
        JobCancelledError: from the context, within a denoising step; the pictures so far stay.
    """
    return _Generation(request, context).outcome()


class _Generation:
    """One job under way."""

    def __init__(self, request: GenerateRequest, context: JobContext) -> None:
        self._request, self._context = request, context
        self._began_s = time.perf_counter()
        context.progress(0.0, "opening the log")
        if request.device == "cuda" and not torch.cuda.is_available():
            raise UserError("There is no CUDA device", field="device", remedy="Choose auto or cpu.")
        held = (None if name is None else context.scenes.get(name) for name in (request.scene_id, request.unedited_id))
        self._scene, self._unedited = held
        self._weights: dict[str, Path] = {}
        self._generator = None if request.coupling == "reconstruction" else self._loaded()
        config = WORLDGENS[request.preset] if self._generator is None else self._generator.network.config
        self._chunk = config.chunk
        multiple = config.patch * STRIDE if self._generator is None else self._generator.multiple
        # All couplings that have a scene show pictures of one size; those of a scene alone are drawn so at once.
        finer = finer_for(config.image_height)
        drawn = finer if request.coupling == "reconstruction" and request.height is None else 1
        self._finer = finer if request.coupling in ("joint", "serial") else 1
        self._log = log = open_log(request.log_path)
        self._start_ns = log.start_ns
        self._plan = planned(
            log,
            None if request.scenario is None else Scenario.from_json(request.scenario),
            given=config.chunk,
            frames=request.frames,
            height=request.height or drawn * config.image_height,
            multiple=drawn * multiple,
            cameras=request.cameras,
            weather=request.weather,
        )
        self._warnings = list(self._plan.warnings)
        self._relighting = self._relit()
        if self._scene is not None and self._plan.beyond:
            self._scene = self._scene.driven_by(self._plan.beyond)
        if request.head is not None:
            self._plan = self._rest(request.head, config.window - config.chunk)
        if request.coupling == "generation":
            self._plan = self._begun_relit()
        self._feedback = self._growing() if request.coupling == "joint" else None
        self._models = {name: hash_of(path) for name, path in self._weights.items()}
        if self._relighting is not None:
            self._models["relighter"] = self._relighting.hash
        if self._generator is not None:
            self._note_depths(self._generator)
        self._digest = hashlib.sha256()
        self._peak_mb = 0.0

    def _loaded(self) -> Generator:
        request = self._request
        alone = request.coupling == "generation"
        path = request.weights or (worldgen_weights_of if alone else coupled_weights_of)(request.preset)
        remedy = "Train one by `driftless train joint`, or let the scene or the generator work alone."
        if not alone and not path.exists():
            raise UserError("There is no generator yet that heeds a scene", path=path, remedy=remedy)
        self._weights["weights"] = path
        self._weights["tokenizer"] = request.tokenizer or tokenizer_weights_of(request.preset)
        self._context.progress(0.0, "reading the networks")
        depths = shipped_depths() if alone else None  # who heeds a scene knows its depths
        made = Generator.load(path, self._weights["tokenizer"], chosen_device(request.device), depths=depths)
        if not alone and not is_coupled(made.network):
            raise UserError("This generator did not learn to heed a scene", path=path, remedy=remedy)
        return made

    def _relit(self) -> Relighting | None:
        """Whoever shows a scene under another weather than it was recorded in, if that is asked for."""
        recorded, asked = recorded_weather(self._log), self._plan.weather
        weights, device = coupled_weights_of(self._request.preset), chosen_device(self._request.device)
        found = relighting_beside(weights, recorded, asked, device, self._plan.share)
        if found is None and asked not in (None, recorded):
            told = (
                "The first pictures keep the weather that the log was recorded in, and the drive changes from there"
                if self._request.coupling == "generation"
                else "The pictures keep the weather that the log was recorded in"
            )
            self._warnings.append(f"{told}: no relighter of this preset is there")
        return found

    def _begun_relit(self) -> Plan:
        """The plan of a generator that knows no scene: it goes on from first pictures under the weather asked for."""
        depths = None if self._generator is None else self._generator.depths
        if self._relighting is None or depths is None:
            return self._plan
        if self._plan.made:  # these pictures are in that weather already
            return replace(self._plan, changes=False)
        views = self._plan.viewpoints.frames(0, len(self._plan.given))
        given = self._relighting.of_recorded(self._plan.given, views, depths)
        return replace(self._plan, given=given, changes=False)

    def _rest(self, head: Path, seen: int) -> Plan:
        """What is to be made after the frames of a take."""
        plan, first = self._plan, self._request.first_frame
        frames = TakeStore(head.parent).frames(int(head.name))
        if first % self._chunk or first > len(frames) or frames.cameras != plan.names:
            what = f"A take of other cameras, or without {first} frames that end at a chunk's border, cannot be gone on"
            raise UserError(what, path=head, field="first_frame")
        height, width = plan.viewpoints.size
        shown = self._finer * height, self._finer * width
        there = frames.picture(plan.names[0], first - 1).shape[:2]
        if there != shown:
            what = f"The take's pictures are {there[1]} × {there[0]} pixels large, this run's {shown[1]} × {shown[0]}"
            raise UserError(what, path=head, remedy="Choose the coupling of the take, or generate all frames anew.")
        latest = np.empty((min(first, seen), len(plan.names), height, width, 3), np.uint8)
        for number, view in np.ndindex(latest.shape[:2]):
            picture = frames.picture(plan.names[view], first - len(latest) + number)
            latest[number, view] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        return plan.after(first, latest, seen=seen)

    def _chunks(self) -> Iterator[MadeChunk]:
        request, context = self._request, self._context
        plan, threads, between = self._plan, context.threads, context.check
        if request.coupling == "generation":
            assert self._generator is not None
            return self._generator.make(plan, seed=request.seed, steps=request.steps, between=between)
        assert self._scene is not None
        if self._generator is None:
            return reconstructed(
                self._scene,
                plan,
                chunk=self._chunk,
                relighting=self._relighting,
                threads=threads,
                between=between,
            )
        level = level_of(origin_of(self._weights["weights"]))
        whole = self._scene if self._unedited is None else self._unedited
        return coupled_chunks(
            self._generator,
            self._scene,
            plan,
            seed=request.seed,
            steps=1 if level is None else request.steps,
            feedback=self._feedback,
            level=level,
            inventor=self._inventor() if level is None else None,
            finisher=self._finisher(),
            recordings=Recordings(self._log, whole, threads=threads),
            relighting=self._relighting,
            threads=threads,
            between=between,
        )

    def _inventor(self) -> Inventor | None:
        """The preset's generator that knows no scene, if it is there and goes with this one."""
        assert self._generator is not None
        found = inventor_of(self._generator, self._request.preset, self._request.steps)
        if found is not None:
            self._models["inventor"] = hash_of(worldgen_weights_of(self._request.preset))
            self._note_depths(found.generator)
        return found

    def _note_depths(self, generator: Generator) -> None:
        if generator.depths is not None:
            self._models["depth"] = generator.depths.hash

    def _finisher(self) -> Finisher | None:
        weights = self._weights["weights"]
        finisher = finisher_beside(weights)
        if finisher is None:
            return None
        self._models["finisher"] = hash_of(weights.with_name(FINISHER))
        return finisher.to(chosen_device(self._request.device))

    def _growing(self) -> Feedback:
        beside = self._weights["weights"].with_name(RECONSTRUCTION)
        # What learned together with the generator knows its pictures.
        self._weights["reconstruction"] = beside if beside.is_file() else weights_of(self._request.preset)
        device = chosen_device(self._request.device)
        return Feedback(load_network(self._weights["reconstruction"]).to(device))

    def outcome(self) -> Outcome:
        request, plan = self._request, self._plan
        first_s = handed_s = 0.0
        done = 0
        self._begin_folder()
        for made in self._chunks():
            now_s = time.perf_counter()
            first_s = first_s or now_s - self._began_s
            done += len(made.images)
            self._warnings += made.warnings
            self._keep(made)
            self._show(made, now_s - handed_s if handed_s else now_s - self._began_s)
            wanted = request.frames - request.first_frame
            self._context.progress(done / wanted, f"{done} of {wanted} frames")
            handed_s = time.perf_counter()
        later = done - min(self._chunk, done)
        spent_s = time.perf_counter() - self._began_s
        result = GenerateResult(
            folder=request.folder,
            frames=done,
            cameras=plan.names,
            first_chunk_s=round(first_s, 3),
            seconds_per_frame_set=round((spent_s - first_s) / later if later else first_s / done, 4),
            peak_memory_mb=round(self._peak_mb, 1),
            frames_hash=self._digest.hexdigest()[:16],
            warnings=tuple(self._warnings),
        )
        if request.folder is not None:
            self._write_facts(request.folder, frames_hash=result.frames_hash)
        return Outcome(result)

    def _begin_folder(self) -> None:
        """Pictures of an earlier drive would stay behind a shorter one."""
        target = self._request.folder
        if target is not None:
            for name in self._plan.names:
                for old in (target / name).glob("[0-9]*.png"):
                    old.unlink()
            target.mkdir(parents=True, exist_ok=True)
            self._write_facts(target, frames_hash=None)

    def _keep(self, made: MadeChunk) -> None:
        """Write the pictures of a chunk, PNG that loses nothing."""
        self._digest.update(np.ascontiguousarray(made.shown).tobytes())
        self._peak_mb = max(self._peak_mb, _held_mb(chosen_device(self._request.device)))
        if self._request.folder is None:
            return
        for view, name in enumerate(self._plan.names):
            folder = self._request.folder / name
            folder.mkdir(parents=True, exist_ok=True)
            for number, image in enumerate(made.shown[:, view], start=self._number_of(made)):
                _write_picture(folder / f"{number:06d}.png", image)

    def _number_of(self, made: MadeChunk) -> int:
        """Of its first frame, as the asker counts."""
        return made.begin - len(self._plan.given) + self._request.first_frame

    def _show(self, made: MadeChunk, waited_s: float) -> None:
        fired_s = (self._plan.viewpoints.frames(made.begin, made.begin + len(made.images)).t_ns - self._start_ns) * 1e-9
        feedback_s, sightings = (made.feedback_s, made.sightings) if isinstance(made, CoupledChunk) else (0.0, ())
        value = GeneratedChunk(
            begin=self._number_of(made),
            frames=len(made.images),
            t_s=tuple(fired_s[:, 0].tolist()),
            fired_s={name: tuple(fired_s[:, view].tolist()) for view, name in enumerate(self._plan.names)},
            models=self._models,
            wait_s=waited_s - made.conditions_s - made.model_s - made.decode_s - feedback_s,
            conditions_s=made.conditions_s,
            model_s=made.model_s,
            decode_s=made.decode_s,
            feedback_s=feedback_s,
            sightings=sightings,
            warnings=made.warnings if made.begin > len(self._plan.given) else tuple(self._warnings),
        )
        self._context.partial(value, {name: made.shown[:, view] for view, name in enumerate(self._plan.names)})

    def _write_facts(self, folder: Path, frames_hash: str | None) -> None:
        """What the drive is made with, so that it can be made again; no hash while it is under way."""
        request = self._request.model_dump(mode="json")
        times = (self._plan.viewpoints.t_ns[len(self._plan.given) :, 0] / 1e9).round(6)
        facts = {
            "request": request,
            **self._models,
            "cameras": list(self._plan.names),
            "recorded_s": times.tolist(),
            "frames_hash": frames_hash,
        }
        (folder / FACTS).write_text(json.dumps(facts, indent=2))


def _write_picture(path: Path, image: NDArray[np.uint8]) -> None:
    path.write_bytes(cv2.imencode(".png", image[..., ::-1])[1].tobytes())


def _held_mb(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    return psutil.Process().memory_info().rss / 2**20
