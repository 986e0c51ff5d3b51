"""The Advanced part of the Training card: every setting of a run, each explained."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ichdesk.core.config import BATCH_SIZES, DEFAULT_BACKBONE, MAX_EPOCHS, TrainConfig
from ichdesk.session.session import Session
from ichdesk.ui.cards.setting_row import SettingRow
from ichdesk.ui.cards.training_status import device_name
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.fields import ChoiceField, LargeWholeField, WholeField
from ichdesk.ui.widgets.file_dialogs import ask_open_path
from ichdesk.ui.widgets.learning_rate_edit import LearningRateEdit

MAX_SEED = 2**32 - 1
IMPORT_PREFIX = "tm-import:"
_CHOOSE = "choose a file"
_BACKBONE_TITLES = {DEFAULT_BACKBONE: "CT phantom (built in)"}

_EPOCHS_HELP = (
    "One epoch is one pass through all training images, like reading the whole teaching file "
    "once. More epochs learn the images better, but too many learn them by heart."
)
_BATCH_SIZE_HELP = (
    "The model looks at this many images before it corrects itself, like cases between two "
    "rounds of feedback. 16 suits most projects; larger batches give fewer, steadier corrections."
)
_LEARNING_RATE_HELP = (
    "How far the model moves with each correction. Too small and it has hardly learned when the "
    "epochs are over; too large and it jumps back and forth without settling."
)
_SEED_HELP = (
    "Chance decides which images are held out for testing and how the model starts; the seed "
    "makes that chance repeatable. Train with a few seeds to see how much of a result was luck."
)
_FEATURES_HELP = (
    "A network that already knows how to see turns each image into a list of features, and your "
    "model learns from those. The built-in one has seen only synthetic head CT; a Teachable "
    "Machine export brings the one that learned from everyday photographs."
)
_DEVICE_HELP = (
    "The part of this computer that does the arithmetic. Automatic takes the fastest; the result "
    "means the same on each."
)


class AdvancedSettings(QWidget):
    """Fields that show the project's settings and change them through the session."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.epochs = WholeField(theme, 1, MAX_EPOCHS)
        self.batch_size = ChoiceField(theme)
        self.learning_rate = LearningRateEdit(theme)
        self.seed = LargeWholeField(theme, 0, MAX_SEED)
        self.features = ChoiceField(theme)
        self.device = ChoiceField(theme)
        self._lay_out(theme)
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the settings of the project without sending them back."""
        config = self._session.project.config
        for spin, value in ((self.epochs, config.epochs), (self.seed, config.seed)):
            if spin.value() != value:
                spin.blockSignals(True)
                spin.setValue(value)
                spin.blockSignals(False)
        self.learning_rate.set_value(config.learning_rate)
        sizes = sorted({*BATCH_SIZES, config.batch_size})
        _fill(self.batch_size, [(f"{size:,}", size) for size in sizes], config.batch_size)
        _fill(self.features, self._feature_choices(), config.backbone)
        _fill(self.device, self._device_choices(), config.device)
        self.features.setToolTip(self.features.currentText())
        self.device.setToolTip(self.device.currentText())

    def _feature_choices(self) -> list[tuple[str, object]]:
        current = self._session.project.config.backbone
        plain = (name for name in self._session.worker.backbones if ":" not in name)
        names = dict.fromkeys([DEFAULT_BACKBONE, *plain, current])
        choices: list[tuple[str, object]] = [
            (_feature_title(name), name) for name in names if f"{name}:" != IMPORT_PREFIX
        ]
        return [*choices, ("From a Teachable Machine export…", _CHOOSE)]

    def _device_choices(self) -> list[tuple[str, object]]:
        devices = dict.fromkeys(
            [*self._session.worker.devices, self._session.project.config.device]
        )
        devices.pop("auto", None)
        automatic = f"Automatic ({device_name(self._session, 'auto')})"
        rest = [(device_name(self._session, device), device) for device in devices]
        return [(automatic, "auto"), *rest]

    def _connect(self) -> None:
        self.epochs.valueChanged.connect(lambda value: self._set(epochs=value))
        self.seed.valueChanged.connect(lambda value: self._set(seed=int(value)))
        self.learning_rate.value_changed.connect(lambda value: self._set(learning_rate=value))
        self.batch_size.activated.connect(
            lambda: self._set(batch_size=self.batch_size.currentData())
        )
        self.device.activated.connect(lambda: self._set(device=self.device.currentData()))
        self.features.activated.connect(self._on_features_chosen)

    def _set(self, **changed: object) -> None:
        config: TrainConfig = replace(self._session.project.config, **changed)  # type: ignore[arg-type]
        self._session.set_config(config)
        self.refresh()

    def _on_features_chosen(self) -> None:
        chosen = self.features.currentData()
        if chosen == _CHOOSE:
            path = ask_open_path(
                self, "Choose a Teachable Machine export", "Teachable Machine export (*.zip)"
            )
            chosen = f"{IMPORT_PREFIX}{path}" if path else self._session.project.config.backbone
        self._set(backbone=chosen)

    def _lay_out(self, theme: Theme) -> None:
        rows = (
            SettingRow("Epochs", self.epochs, _EPOCHS_HELP, theme),
            SettingRow("Batch size", self.batch_size, _BATCH_SIZE_HELP, theme),
            SettingRow("Learning rate", self.learning_rate, _LEARNING_RATE_HELP, theme, below=True),
            SettingRow("Seed", self.seed, _SEED_HELP, theme),
            SettingRow("Image features", self.features, _FEATURES_HELP, theme, below=True),
            SettingRow("Device", self.device, _DEVICE_HELP, theme, below=True),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID_PX, 0, GRID_PX, GRID_PX // 2)
        column.setSpacing(0)
        for row in rows:
            column.addWidget(row)
            column.addWidget(separator())


def _feature_title(backbone: str) -> str:
    if backbone.startswith(IMPORT_PREFIX):
        return Path(backbone.removeprefix(IMPORT_PREFIX)).name
    return _BACKBONE_TITLES.get(backbone, backbone)


def _fill(box: QComboBox, choices: list[tuple[str, object]], current: object) -> None:
    """Offer choices and show the current one; the list stays as it is where nothing changed."""
    shown = [(box.itemText(i), box.itemData(i)) for i in range(box.count())]
    if shown != choices:
        box.clear()
        for text, data in choices:
            box.addItem(text, data)
    box.setCurrentIndex(next(i for i, (_, data) in enumerate(choices) if data == current))
