"""The tree behind the outliner."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QStandardItem, QStandardItemModel

from core.logs import ActorClass, CameraStream, DrivingLog, Track
from core.scene import Coverage
from widgets.class_colours import EGO_RGB, class_colour
from widgets.formats import counted, rate
from widgets.names import CLASS_ICONS, CLASS_TITLES, stream_title
from widgets.outliner.actor_rows import ActorBranch, ActorRow, Removed, actor_branches
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
HIDDEN_ROLE = Qt.ItemDataRole.UserRole + 8  # of an actor that is left out of the scene
GROUP_ROLE = Qt.ItemDataRole.UserRole + 9  # name, of the row of a group

FEW = 14  # a class of up to so many actors starts open


class LogTree(QStandardItemModel):
    """Log, rig, lidar, map, ego, and the actors: by group, else by class, the removed ones by themselves.

    An edit changes the rows that it concerns and leaves all others, as a tree that is filled anew loses what was
    unfolded, and takes longer than a frame.
    """

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, QStandardItem] = {}
        self.open_at_first: list[QStandardItem] = []
        self._pictures: dict[str, NDArray[np.uint8]] = {}
        self._coverages: Mapping[str, Coverage] = {}
        self._tracks: list[Track] = []  # those that are there, then the hidden and the removed ones
        self._listed = Listed()
        self._rows: dict[str, ActorRow] = {}  # as they are shown, by id
        self._branches: dict[ActorClass | Removed | str, QStandardItem] = {}
        self._counted: list[tuple[QStandardItem, NDArray[np.int64]]] = []  # branches of actors, rows of `_tracks`
        self._presence = Presence([])
        self._present: NDArray[np.bool_] = np.zeros(0, dtype=bool)

    def set_log(self, log: DrivingLog | None) -> None:
        self.clear()
        for kept in (self.items, self.open_at_first, self._rows, self._branches, self._counted):
            kept.clear()
        self._pictures, self._coverages, self._tracks, self._listed = {}, {}, [], Listed()
        self._presence = Presence([])
        self._present = np.zeros(0, dtype=bool)
        if log is None:
            return
        warnings = any(note.severity == "warning" for note in log.health)
        self._root = self._add(None, LOG, log.name, "database-outline", detail=log.format, warn=warnings)
        self._root.setToolTip(str(log.path))
        self.appendRow(self._root)
        self._add_rig(log)
        ego_icon = icon("car-connected", QColor(*EGO_RGB))
        self._add(self._root, EGO, "Ego", ego_icon, detail=counted(len(log.ego), "pose"))
        if log.lane_map is not None:
            self._add(self._root, MAP, "Lane map", "road-variant", detail=counted(len(log.lane_map.lanes), "lane"))
        self._actors = self._add(self._root, "", "Actors", "car-multiple")
        self._take_actors(log, Listed())
        few = [branch for branch in self._branches.values() if branch.rowCount() <= FEW]
        self.open_at_first += [self._root, self._actors, *few]

    def show_edit(self, log: DrivingLog, listed: Listed) -> bool:
        """The same drive after an edit; answers whether there are other rows now."""
        before, tracks = self._tracks, [*log.tracks, *listed.hidden, *listed.removed]
        if [_row_of(one) for one in before] == [_row_of(one) for one in tracks] and listed.key == self._listed.key:
            if any(one is not another for one, another in zip(before, tracks, strict=True)):
                self._tracks, self._presence = tracks, Presence(tracks)
            return False
        for name in listed.cameras_off ^ self._listed.cameras_off:
            self._tell_camera(log.camera(name), is_off=name in listed.cameras_off)
        self._take_actors(log, listed)
        return True

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
                item.setIcon(thumbnail(ActorClass(item.data(CLASS_ROLE)), rgb))

    def set_coverages(self, coverages: Mapping[str, Coverage]) -> None:
        """Say which sides of the actors were seen, by their track ids; not known of those left out."""
        self._coverages = coverages
        for track in self._tracks:
            self.items[track.id].setData(coverages.get(track.id), COVERAGE_ROLE)

    def _add_rig(self, log: DrivingLog) -> None:
        rig = self._add(self._root, "", "Rig", "camera-outline", detail=counted(len(log.cameras), "camera"))
        self.open_at_first.append(rig)
        for stream in log.cameras:
            self._add(rig, camera_id(stream.name), stream_title(stream.name), "", warn=bool(stream.missing))
            self._tell_camera(stream, is_off=False)
        if log.lidar is not None:
            missing = len(log.lidar.missing)
            item = self._add(rig, LIDAR, "Lidar", "radar", detail=rate(log.lidar.hz), warn=missing > 0)
            tip = f"{counted(len(log.lidar), 'sweep')}, {rate(log.lidar.hz)}"
            item.setToolTip(tip + (f", {missing} missing" if missing else ""))

    def _tell_camera(self, stream: CameraStream, *, is_off: bool) -> None:
        item, missing = self.items[camera_id(stream.name)], len(stream.missing)
        item.setIcon(icon("video-off-outline" if is_off else "video-outline"))
        item.setData("off" if is_off else rate(stream.hz), DETAIL_ROLE)
        size = f"{stream.camera.width} × {stream.camera.height}"
        tip = f"{stream.name}\n{size}, {counted(len(stream), 'image')}, {rate(stream.hz)}"
        item.setToolTip(tip + (f", {missing} missing" if missing else ""))

    def _take_actors(self, log: DrivingLog, listed: Listed) -> None:
        """Have the rows of these actors, in their order, and no others."""
        self._listed = listed
        self._tracks = [*log.tracks, *listed.hidden, *listed.removed]
        self._presence = Presence(self._tracks)
        branches = actor_branches(log, listed)
        rows = {row.id: row for branch in branches for row in branch.rows}
        for gone in self._rows.keys() - rows.keys():
            _remove(self.items.pop(gone))
        for row in rows.values():
            self._tell_actor(row)
        before, self._branches = self._branches, {}
        for branch in branches:
            item = self._branches[branch.of] = before.get(branch.of) or self._new_branch(branch)
            _arrange(item, [self.items[row.id] for row in branch.rows])
        for empty in before.keys() - self._branches.keys():
            _remove(before[empty])
        removed = self._branches.get(Removed.REMOVED)
        present = [item for item in self._branches.values() if item is not removed]
        _arrange(self._actors, present)
        fixed = [self._root.child(row) for row in range(self._actors.row() + 1)]
        _arrange(self._root, fixed if removed is None else [*fixed, removed])
        self._rows = rows
        self._actors.setData(str(len(self._tracks) - len(listed.removed)), DETAIL_ROLE)
        self._count_members(branches)

    def _new_branch(self, branch: ActorBranch) -> QStandardItem:
        match branch.of:
            case Removed():
                return self._add(None, "", "Removed actors", "trash-can-outline")
            case ActorClass() as kind:
                return self._add(None, "", CLASS_TITLES[kind], icon(CLASS_ICONS[kind], class_colour(kind)))
            case group:
                item = self._add(None, "", group, "select-group")
                item.setData(group, GROUP_ROLE)
                item.setEditable(True)
                return item

    def _tell_actor(self, row: ActorRow) -> None:
        """In the actor's item, which is a new one for a new actor."""
        before = self._rows.get(row.id)
        if row == before:
            return
        if before is None:
            item = self._add(None, row.id, row.name, "")
            item.setEditable(True)
            item.setData(self._coverages.get(row.id), COVERAGE_ROLE)
            item.setToolTip(f"{row.source_label}\n{row.id}")
        else:
            item = self.items[row.id]
            item.setText(row.name)
        if before is None or before.actor_class is not row.actor_class:
            item.setData(row.actor_class, CLASS_ROLE)
            item.setIcon(thumbnail(row.actor_class, self._pictures.get(row.id)))
        item.setData(row.left_out, HIDDEN_ROLE)
        item.setData(row.words, SEARCH_ROLE)

    def _count_members(self, branches: list[ActorBranch]) -> None:
        numbers = {track.id: number for number, track in enumerate(self._tracks)}
        absent = [bool(self.items[track.id].data(ABSENT_ROLE)) for track in self._tracks]
        self._present = ~np.array(absent, dtype=bool)
        self._counted = []
        for branch in branches:
            item, members = self._branches[branch.of], np.array([numbers[row.id] for row in branch.rows])
            if branch.of is Removed.REMOVED:
                item.setData(str(len(members)), DETAIL_ROLE)
            else:
                self._counted.append((item, members))
                self._count(item, members)

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
        item = QStandardItem(title)
        if sign:
            item.setIcon(icon(sign) if isinstance(sign, str) else sign)
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
        if parent is not None:
            parent.appendRow(item)
        return item


def _remove(item: QStandardItem) -> None:
    item.parent().removeRow(item.row())


def _arrange(parent: QStandardItem, wanted: list[QStandardItem]) -> None:
    """Make these the children of an item, in this order; those that are right already stay where they are. Others are
    taken out, to be put elsewhere."""
    kept = {id(item) for item in wanted}
    for row in reversed(range(parent.rowCount())):
        if id(parent.child(row)) not in kept:
            parent.takeRow(row)
    for row, item in enumerate(wanted):
        if parent.child(row) is not item and parent.child(row + 1) is item:
            parent.takeRow(row)  # it comes later
        if parent.child(row) is not item:
            other = item.parent()
            if other is not None:
                other.takeRow(item.row())
            parent.insertRow(row, [item])  # without a list, Python would let go of it, too


def _row_of(track: Track) -> tuple[str, ActorClass, str]:
    return track.id, track.actor_class, track.name
