"""Where everybody is after all edits, the ego too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial

from core.errors import UserError
from core.geometry import PoseTrack
from core.logs import ActorClass, DrivingLog, Track
from core.logs.names import actor_names
from core.scenario.actors import UNTOUCHED, CopyOf, Inserted
from core.scenario.behaviours import Reacting, Replay
from core.scenario.document import Scenario
from core.scenario.memo import Memo
from core.scenario.motion import EGO_SIZE_M, Reactive, ego_from_box, reacting
from core.scenario.tracks import Stage, edited_ego, edited_track, unplaced_track

EGO = "ego"


class Movement:
    """Tracks and the ego's path. First everybody moves by themselves, then those who react do so to all others."""

    def __init__(self, scenario: Scenario, log: DrivingLog, recorded: Sequence[Track], memo: Memo) -> None:
        """
        Args:
            scenario: the edits.
            log: for its clock, ego and lanes.
            recorded: tracks of the log, and of actors that only a scene knows.
            memo: what earlier states of the scenario led to.
        """
        self.scenario, self.log = scenario, log
        self._recorded = memo.get("recorded", tuple(recorded), lambda: _named(recorded, actor_names(log)))
        self._memo = memo

    @cached_property
    def inserted(self) -> list[tuple[str, Inserted]]:
        """Ids and origins in order of their serial numbers."""
        found = [(name, edit.inserted) for name, edit in self.scenario.actors.items() if edit.inserted is not None]
        return sorted(found, key=lambda row: row[1].serial)

    @cached_property
    def unmoved(self) -> Mapping[str, Track]:
        """The tracks that edits start from, by id: recorded ones, then inserted ones."""
        found = dict(self._recorded)
        for name, inserted in self.inserted:
            origin = inserted.origin
            recorded = self._recorded.get(origin.actor) if isinstance(origin, CopyOf) else None
            make = partial(unplaced_track, name, origin, recorded, self._stage)
            made = self._memo.get(("unmoved", name), (self.log, origin, recorded), make)
            if made is not None:
                found[name] = made
        return found

    @cached_property
    def present(self) -> list[str]:
        """Ids of the actors that are neither removed nor hidden."""
        return [name for name in self.unmoved if self.scenario.actor(name).is_present]

    def track(self, actor_id: str) -> Track:
        """One actor's track, also while it is removed or hidden; then it reacts to nobody.

        Raises:
            KeyError: no such actor.
        """
        return self._reacted.get(actor_id) or self._moved(actor_id)[0]

    @cached_property
    def ego(self) -> PoseTrack:
        """`world_from_ego`."""
        return self._driven[0]

    @cached_property
    def ego_track(self) -> Track:
        """The ego as others meet it: a box of ordinary size."""

        def track() -> Track:
            poses = PoseTrack(self.ego.t_ns, self.ego.poses @ ego_from_box())
            return Track(id=EGO, actor_class=ActorClass.CAR, source_label=EGO, poses=poses, size_m=EGO_SIZE_M)

        return self._memo.get("ego track", (self.ego,), track)

    @cached_property
    def warnings(self) -> list[str]:
        """Edits that have no meaning here."""
        known = [name for name in self.scenario.actors if name in self.unmoved]
        strange = [name for name in self.scenario.actors if name not in self.unmoved]
        told = [f"The log has no actor {name!r}, so its edit changes nothing" for name in strange]
        return [*told, *filter(None, [self._driven[1], *(self._moved(name)[1] for name in known)])]

    def name(self, actor_id: str) -> str:
        """What people call an actor; its id if nothing else is known.

        Raises:
            KeyError: no such actor.
        """
        return self.scenario.actor(actor_id).name or self.unmoved[actor_id].name or actor_id

    @cached_property
    def _stage(self) -> Stage:
        return self._memo.get("stage", (self.log,), lambda: Stage(self.log))

    def _moved(self, actor_id: str) -> tuple[Track, str]:
        """An actor's track before it reacts, and why its behaviour cannot be had: then it is only placed."""
        base, edit = self.unmoved[actor_id], self.scenario.actor(actor_id)
        if edit is UNTOUCHED:
            return base, ""

        def moved() -> tuple[Track, str]:
            try:
                return edited_track(base, edit, self._stage), ""
            except UserError as error:
                unbent = edit.model_copy(update={"behaviour": Replay()})
                return edited_track(base, unbent, self._stage), f"{self.name(actor_id)}: {error}"

        return self._memo.get(("moved", actor_id), (base, edit), moved)

    @cached_property
    def _driven(self) -> tuple[PoseTrack, str]:
        """The ego's path, and why the edited one cannot be had: then it is the recorded one."""
        path = self.scenario.ego.path

        def driven() -> tuple[PoseTrack, str]:
            try:
                return edited_ego(self.log.ego, path, self._stage), ""
            except UserError as error:
                return self.log.ego, f"Ego path: {error}"

        return self._memo.get("driven", (self.log, path), driven)

    @cached_property
    def _reacted(self) -> Mapping[str, Track]:
        """Of those who react and are present, by id."""
        if not any(isinstance(self.scenario.actor(name).behaviour, Reacting) for name in self.present):
            return {}
        drivers: list[tuple[Track, Reactive]] = []
        others: list[Track] = []
        for name in self.present:
            track, behaviour = self._moved(name)[0], self.scenario.actor(name).behaviour
            if isinstance(behaviour, Reacting):
                drivers.append((track, behaviour.driver))
            else:
                others.append(track)

        def reacted() -> dict[str, Track]:
            tracks = reacting(
                drivers, [*others, self.ego_track], start_ns=self._stage.start_ns, until_s=self._stage.until_s
            )
            return {track.id: track for track in tracks}

        made_of = [self.ego, *others, *(part for driver in drivers for part in driver)]
        return self._memo.get("reacted", tuple(made_of), reacted)


def _named(tracks: Sequence[Track], names: Mapping[str, str]) -> dict[str, Track]:
    """Tracks by id, each with the name by which people know it, whatever is inserted beside it."""
    found = {}
    for track in tracks:
        name = names.get(track.id, track.id)
        # A log that was opened has named its tracks, and worked out much of them.
        found[track.id] = track if track.name == name else replace(track, name=name)
    return found
