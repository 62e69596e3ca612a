"""The tree behind the outliner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QStandardItem, QStandardItemModel

from core.logs import ActorClass, CameraStream, DrivingLog, Track
from core.logs.names import actor_names
from core.scene import Coverage
from widgets.class_colours import EGO_RGB, class_colour
from widgets.formats import counted, rate
from widgets.names import CLASS_ICONS, CLASS_TITLES, stream_title
from widgets.outliner.listed import Listed
from widgets.outliner.presence import Presence
from widgets.outliner.thumbnail import thumbnail
from widgets.selection import EGO, LIDAR, LOG, MAP, camera_id
from widgets.theme import icon

ID_ROLE = Qt.ItemDataRole.UserRole + 1
DETAIL_ROLE = Qt.ItemDataRole.UserRole + 2
ABSENT_ROLE = Qt.ItemDataRole.UserRole + 3  # does not exist at the playhead
WARN_ROLE = Qt.ItemDataRole.UserRole + 4  # something is missing
SEARCH_ROLE = Qt.ItemDataRole.UserRole + 5
CLASS_ROLE = Qt.ItemDataRole.UserRole + 6  # of an actor; other rows have none
COVERAGE_ROLE = Qt.ItemDataRole.UserRole + 7  # of an actor, where it is known
PLACE_ROLE = Qt.ItemDataRole.UserRole + 8  # the titles from the root to here
HIDDEN_ROLE = Qt.ItemDataRole.UserRole + 9  # of an actor that is left out of the scene
GROUP_ROLE = Qt.ItemDataRole.UserRole + 10  # name, of the row of a group

FEW = 14  # a class of up to so many actors starts open


class LogTree(QStandardItemModel):
    """Log, rig, lidar, map, ego, and the actors: by group, else by class, the removed ones by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, QStandardItem] = {}
        self.branches: dict[str, QStandardItem] = {}  # what can be unfolded, by its place from the root
        self.open_at_first: list[QStandardItem] = []
        self._pictures: dict[str, NDArray[np.uint8]] = {}
        self._coverages: Mapping[str, Coverage] = {}
        self._tracks: list[Track] = []  # those that are there, then the hidden and the removed ones
        self._listed = Listed()
        self._counted: list[tuple[QStandardItem, NDArray[np.int64]]] = []  # branches of actors, rows of `_tracks`
        self._presence = Presence([])
        self._present: NDArray[np.bool_] = np.zeros(0, dtype=bool)

    def set_log(self, log: DrivingLog | None) -> None:
        self._pictures, self._coverages = {}, {}
        self._fill(log, Listed())

    def show_edit(self, log: DrivingLog, listed: Listed) -> bool:
        """The same drive after an edit; answers whether there are other rows now."""
        before, self._tracks = self._tracks, [*log.tracks, *listed.hidden, *listed.removed]
        same_tracks = [_row_of(track) for track in before] == [_row_of(track) for track in self._tracks]
        if same_tracks and listed.key == self._listed.key:
            if any(one is not another for one, another in zip(before, self._tracks, strict=True)):
                self._presence = Presence(self._tracks)
            return False
        self._fill(log, listed)
        self.set_pictures(self._pictures)
        self.set_coverages(self._coverages)
        return True

    def _fill(self, log: DrivingLog | None, listed: Listed) -> None:
        self.clear()
        self.items.clear()
        self.branches.clear()
        self.open_at_first.clear()
        self._counted.clear()
        self._listed = listed
        self._tracks = [] if log is None else [*log.tracks, *listed.hidden, *listed.removed]
        self._presence = Presence(self._tracks)
        self._present = np.ones(len(self._tracks), dtype=bool)
        if log is None:
            return
        warnings = any(note.severity == "warning" for note in log.health)
        root = self._add(None, LOG, log.name, "database-outline", detail=log.format, warn=warnings)
        root.setToolTip(str(log.path))
        self.open_at_first.append(root)
        self._add_rig(root, log, listed)
        self._add(root, EGO, "Ego", icon("car-connected", QColor(*EGO_RGB)), detail=counted(len(log.ego), "pose"))
        if log.lane_map is not None:
            self._add(root, MAP, "Lane map", "road-variant", detail=counted(len(log.lane_map.lanes), "lane"))
        self._add_actors(root, log)

    def set_time(self, t_ns: int) -> None:
        """Dim the actors that do not exist now, and count those that do."""
        present = self._presence.at(t_ns)
        changed = np.flatnonzero(present != self._present)
        self._present = present
        for index in changed:
            item = self.items.get(self._tracks[index].id)
            if item is not None:
                item.setData(not present[index], ABSENT_ROLE)
        for branch, members in self._counted:
            if np.isin(members, changed).any():
                self._count(branch, members)

    def set_pictures(self, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Give actors, by their track ids, pictures (h, w, 3)."""
        self._pictures |= pictures
        for track_id, rgb in pictures.items():
            item = self.items.get(track_id)
            if item is not None:
                item.setIcon(thumbnail(item.data(CLASS_ROLE), rgb))

    def set_coverages(self, coverages: Mapping[str, Coverage]) -> None:
        """Say which sides of the actors were seen, by their track ids; not known of those left out."""
        self._coverages = coverages
        for track in self._tracks:
            self.items[track.id].setData(coverages.get(track.id), COVERAGE_ROLE)

    def _add_rig(self, root: QStandardItem, log: DrivingLog, listed: Listed) -> None:
        rig = self._add(root, "", "Rig", "camera-outline", detail=counted(len(log.cameras), "camera"))
        self.open_at_first.append(rig)
        for stream in log.cameras:
            self._add_camera(rig, stream, is_off=stream.name in listed.cameras_off)
        if log.lidar is not None:
            missing = len(log.lidar.missing)
            item = self._add(rig, LIDAR, "Lidar", "radar", detail=rate(log.lidar.hz), warn=missing > 0)
            tip = f"{counted(len(log.lidar), 'sweep')}, {rate(log.lidar.hz)}"
            item.setToolTip(tip + (f", {missing} missing" if missing else ""))

    def _add_camera(self, rig: QStandardItem, stream: CameraStream, *, is_off: bool) -> None:
        name, missing = camera_id(stream.name), len(stream.missing)
        sign, detail = ("video-off-outline", "off") if is_off else ("video-outline", rate(stream.hz))
        item = self._add(rig, name, stream_title(stream.name), sign, detail=detail, warn=missing > 0)
        size = f"{stream.camera.width} × {stream.camera.height}"
        tip = f"{stream.name}\n{size}, {counted(len(stream), 'image')}, {rate(stream.hz)}"
        item.setToolTip(tip + (f", {missing} missing" if missing else ""))

    def _add_actors(self, root: QStandardItem, log: DrivingLog) -> None:
        names = actor_names(log) | {track.id: track.name or track.id for track in self._tracks[len(log.tracks) :]}
        removed_from = len(self._tracks) - len(self._listed.removed)
        groups, classes = defaultdict[str, list[int]](list), defaultdict[ActorClass, list[int]](list)
        for index, track in enumerate(self._tracks[:removed_from]):
            group = self._listed.groups.get(track.id)
            (classes[track.actor_class] if group is None else groups[group]).append(index)
        actors = self._add(root, "", "Actors", "car-multiple", detail=str(removed_from))
        self.open_at_first.append(actors)
        for group in sorted(groups):
            branch = self._add(actors, "", group, "select-group")
            branch.setData(group, GROUP_ROLE)
            branch.setEditable(True)
            self._add_members(branch, groups[group], names)
        for actor_class in (kind for kind in ActorClass if kind in classes):
            sign = icon(CLASS_ICONS[actor_class], class_colour(actor_class))
            self._add_members(self._add(actors, "", CLASS_TITLES[actor_class], sign), classes[actor_class], names)
        if self._listed.removed:
            branch = self._add(root, "", "Removed actors", "trash-can-outline", detail=str(len(self._listed.removed)))
            for index in range(removed_from, len(self._tracks)):
                self._add_actor(branch, self._tracks[index], names[self._tracks[index].id], left_out=True)

    def _add_members(self, branch: QStandardItem, members: list[int], names: Mapping[str, str]) -> None:
        if len(members) <= FEW:
            self.open_at_first.append(branch)
        hidden = {track.id for track in self._listed.hidden}
        for index in sorted(members, key=lambda index: _in_order(names[self._tracks[index].id])):
            track = self._tracks[index]
            self._add_actor(branch, track, names[track.id], left_out=track.id in hidden)
        self._counted.append((branch, np.array(members)))
        self._count(*self._counted[-1])

    def _add_actor(self, branch: QStandardItem, track: Track, name: str, *, left_out: bool) -> None:
        item = self._add(branch, track.id, name, thumbnail(track.actor_class, None))
        item.setEditable(True)
        item.setData(track.actor_class, CLASS_ROLE)
        item.setData(left_out, HIDDEN_ROLE)
        words = (name, track.id, track.source_label, track.actor_class, self._listed.groups.get(track.id, ""))
        item.setData(" ".join(words), SEARCH_ROLE)
        item.setToolTip(f"{track.source_label}\n{track.id}")

    def _count(self, branch: QStandardItem, members: NDArray[np.int64]) -> None:
        branch.setData(f"{np.count_nonzero(self._present[members])} of {len(members)}", DETAIL_ROLE)

    def _add(
        self,
        parent: QStandardItem | None,
        item_id: str,
        title: str,
        sign: QIcon | str,
        *,
        detail: str = "",
        warn: bool = False,
    ) -> QStandardItem:
        item = QStandardItem(icon(sign) if isinstance(sign, str) else sign, title)
        item.setEditable(False)
        item.setData(item_id, ID_ROLE)
        item.setData(detail, DETAIL_ROLE)
        item.setData(False, ABSENT_ROLE)
        item.setData(warn, WARN_ROLE)
        item.setData(title, SEARCH_ROLE)
        if not item_id:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsSelectable)
        else:
            self.items[item_id] = item
        if parent is None:
            self.appendRow(item)
        else:
            parent.appendRow(item)
            self.branches[parent.data(PLACE_ROLE)] = parent
        item.setData(f"{'' if parent is None else parent.data(PLACE_ROLE)}/{title}", PLACE_ROLE)
        return item


def _row_of(track: Track) -> tuple[str, ActorClass, str]:
    return track.id, track.actor_class, track.name


def _in_order(name: str) -> tuple[str, int]:
    """Sorts `Car 9` before `Car 10`."""
    words, _, last = name.rpartition(" ")
    return (words, int(last)) if last.isdecimal() else (name, 0)
