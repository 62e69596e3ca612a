"""What a viewport shows, and the panel in which one chooses it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QRadioButton, QSlider, QVBoxLayout, QWidget

from widgets.elements import label
from widgets.viewport.splat_world import ColourMode

LAYERS: dict[str, tuple[str, bool]] = {
    "static": ("Splats of the static world", True),
    "actors": ("Splats of actors", True),
    "boxes": ("Boxes", True),
    "tracks": ("Tracks", False),
    "path": ("Ego path", True),
    "lanes": ("Lanes", True),
    "frusta": ("Cameras", True),
    "lidar": ("Lidar points", False),
    "grid": ("Ground grid", True),
    "labels": ("Labels", False),
}
"""Title and first state of each layer, by name."""

MODES: dict[ColourMode, str] = {
    ColourMode.RGB: "RGB",
    ColourMode.DEPTH: "Depth",
    ColourMode.OWNER: "Owner",
    ColourMode.PROVENANCE: "Observed or generated",
    ColourMode.TRUST: "Trust",
}
LEAST_SCALE, MOST_SCALE = 0.1, 1.5


class Layers(QObject):
    """Which layers are on, how splats are coloured, and how large they are."""

    changed = Signal(str)  # the layer's name, "mode" or "scale"

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on = {name: on for name, (_, on) in LAYERS.items()}
        self._mode = ColourMode.RGB
        self._scale = 1.0

    @property
    def mode(self) -> ColourMode:
        return self._mode

    @property
    def scale(self) -> float:
        """Of every splat, 1 as it is."""
        return self._scale

    def is_on(self, name: str) -> bool:
        return self._on[name]

    def shown(self) -> dict[str, bool]:
        return dict(self._on)

    def set(self, name: str, on: bool) -> None:
        if self._on[name] != on:
            self._on[name] = on
            self.changed.emit(name)

    def set_mode(self, mode: ColourMode) -> None:
        if mode is not self._mode:
            self._mode = mode
            self.changed.emit("mode")

    def set_scale(self, scale: float) -> None:
        scale = min(max(scale, LEAST_SCALE), MOST_SCALE)
        if scale != self._scale:
            self._scale = scale
            self.changed.emit("scale")


class LayersPanel(QFrame):
    """A small sheet that opens under a button and closes with a click elsewhere."""

    def __init__(self, layers: Layers, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._layers = layers
        self.setObjectName("layers")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.boxes = {name: QCheckBox(title) for name, (title, _) in LAYERS.items()}
        self.modes = {mode: QRadioButton(title) for mode, title in MODES.items()}
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(LEAST_SCALE * 100), round(MOST_SCALE * 100))
        self._build()
        self._show_state()
        layers.changed.connect(self._show_state)
        for name, box in self.boxes.items():
            box.toggled.connect(partial(layers.set, name))
        for mode, button in self.modes.items():
            button.clicked.connect(partial(self._choose, mode))
        self.slider.valueChanged.connect(lambda percent: layers.set_scale(percent / 100))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(4)
        column.addWidget(label("Layers", heading=True))
        for box in self.boxes.values():
            column.addWidget(box)
        column.addSpacing(8)
        column.addWidget(label("Colours of splats", heading=True))
        group = QButtonGroup(self)
        for button in self.modes.values():
            group.addButton(button)
            column.addWidget(button)
        self.modes[ColourMode.TRUST].setToolTip("Green near the ego path, red far from it")
        column.addSpacing(8)
        self._size_label = label("", heading=True)
        column.addWidget(self._size_label)
        column.addWidget(self.slider)

    def _choose(self, mode: ColourMode) -> None:
        self._layers.set_mode(mode)

    def _show_state(self) -> None:
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(self._layers.is_on(name))
        self.modes[self._layers.mode].setChecked(True)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self._layers.scale * 100))
        self._size_label.setText(f"Size of splats  {self._layers.scale:.0%}")
