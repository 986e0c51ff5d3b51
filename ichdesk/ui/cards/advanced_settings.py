"""The Advanced part of the Training card: every setting of a run, each explained."""

from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.core.config import (
    BATCH_SIZES,
    DEFAULT_HEAD,
    DEFAULT_SPLIT,
    HEADS,
    MAX_EPOCHS,
    TrainConfig,
)
from ichdesk.core.split_facts import BY_PATIENT, BY_SLICE, BY_TEST_SET, split_rule
from ichdesk.session.session import Session
from ichdesk.ui.cards.feature_choice import FeatureChoice
from ichdesk.ui.cards.setting_row import SettingRow
from ichdesk.ui.cards.training_status import device_name
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.fields import ChoiceField, LargeWholeField, WholeField
from ichdesk.ui.widgets.learning_rate_edit import LearningRateEdit
from ichdesk.ui.widgets.row_button import RowButton

MAX_SEED = 2**32 - 1
_SPLIT_TITLES = {BY_PATIENT: "By patient", BY_SLICE: "By slice"}
_AUTOMATIC = {**_SPLIT_TITLES, BY_TEST_SET: "Not used"}
_NO_PATIENTS = "No image of this project says of which patient it is, so the split is by slice."
_LOCK, _RELEASE = "Lock split", "Release test set"
_FIXED = "There is a fixed test set, so nothing is split. Release it to choose a split."
_HEAD_TITLES = {DEFAULT_HEAD: "ICHDesk", "teachable-machine": "Teachable Machine head"}

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
_SPLIT_HELP = (
    "Some images are held out to test the model. By slice, these may be any; then slices of one "
    "patient can lie on both sides, and the model is tested on heads that it knows. By patient, "
    "all images of a patient stay on one side, so the test tells how it does on new patients. "
    "Automatic splits by patient where patients are known. “Lock split” keeps the images that were "
    "held out last as a fixed test set, whatever is added later."
)
_FEATURES_HELP = (
    "A network that already knows how to see turns each image into a list of features, and your "
    "model learns from those. The built-in one has seen only synthetic head CT; others learned "
    "from everyday photographs, or, without pre-training, have seen nothing at all."
)
_HEAD_HELP = (
    "The part that is trained. ICHDesk’s puts all features on one scale, hides half of them at "
    "random in each step and keeps every weight small, so that a few images teach more. The "
    "Teachable Machine head is the recipe of the original website, which does none of this."
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
        self.split = ChoiceField(theme)
        self.split_note = CaptionLabel()
        self.split_note.setContentsMargins(0, 0, 0, GRID_PX)
        self.lock_button = RowButton(theme, _LOCK, "lock-outline")
        self.features = FeatureChoice(session, theme)
        self.head = ChoiceField(theme)
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
        self.batch_size.offer([(f"{size:,}", size) for size in sizes], config.batch_size)
        self._offer_splits(config.split)
        self.features.refresh()
        self.head.offer([(_HEAD_TITLES.get(name, name), name) for name in HEADS], config.head)
        self.device.offer(self._device_choices(), config.device)

    def _offer_splits(self, split: str) -> None:
        """The choices, which make no difference while no patient is known."""
        samples = (s for bin_ in self._session.project.enabled_classes for s in bin_.samples)
        rule = split_rule(DEFAULT_SPLIT, samples)
        automatic = f"Automatic ({_AUTOMATIC[rule].lower()})"
        rest = [(title, name) for name, title in _SPLIT_TITLES.items()]
        self.split.offer([(automatic, DEFAULT_SPLIT), *rest], split)
        is_fixed = rule == BY_TEST_SET
        self.split.setEnabled(not is_fixed and (rule == BY_PATIENT or split != DEFAULT_SPLIT))
        self.split_note.say({BY_SLICE: _NO_PATIENTS, BY_TEST_SET: _FIXED}.get(rule, ""))

    def refresh_lock(self) -> None:
        """Offer to lock the last split, or to release what is locked."""
        is_fixed = self._session.project.test_count > 0
        problem = "" if is_fixed else self._session.lock_problem
        self.lock_button.setText(_RELEASE if is_fixed else _LOCK)
        self.lock_button.setAccessibleName(self.lock_button.text())
        self.lock_button.set_symbol("lock-open-variant-outline" if is_fixed else "lock-outline")
        self.lock_button.setEnabled(not problem)
        self.lock_button.setToolTip(problem)

    def _on_lock(self) -> None:
        if self._session.project.test_count:
            self._session.release_test_set()
        else:
            self._session.lock_split()

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
        self.lock_button.clicked.connect(self._on_lock)
        self.split.activated.connect(lambda: self._set(split=self.split.currentData()))
        self.head.activated.connect(lambda: self._set(head=self.head.currentData()))
        self.device.activated.connect(lambda: self._set(device=self.device.currentData()))

    def _set(self, **changed: object) -> None:
        config: TrainConfig = replace(self._session.project.config, **changed)  # type: ignore[arg-type]
        self._session.set_config(config)
        self.refresh()

    def _lay_out(self, theme: Theme) -> None:
        rows = (
            SettingRow("Epochs", self.epochs, _EPOCHS_HELP, theme),
            SettingRow("Batch size", self.batch_size, _BATCH_SIZE_HELP, theme),
            SettingRow("Learning rate", self.learning_rate, _LEARNING_RATE_HELP, theme, below=True),
            SettingRow("Seed", self.seed, _SEED_HELP, theme),
            SettingRow("Split", self.split, _SPLIT_HELP, theme, below=True),
            SettingRow("Image features", self.features, _FEATURES_HELP, theme, below=True),
            SettingRow("Classifier", self.head, _HEAD_HELP, theme, below=True),
            SettingRow("Device", self.device, _DEVICE_HELP, theme, below=True),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID_PX, 0, GRID_PX, GRID_PX // 2)
        column.setSpacing(0)
        for row in rows:
            column.addWidget(row)
            if row.field is self.split:
                column.addWidget(self.split_note)
                column.addWidget(self.lock_button)
            if row.field is self.features:
                column.addWidget(self.features.facts_label)
            column.addWidget(separator())
