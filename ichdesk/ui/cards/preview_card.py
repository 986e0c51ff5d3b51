"""The Preview card: try the model on images and read one bar per class."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level, PreviewImage
from ichdesk.ui.cards.drop_area import DropArea
from ichdesk.ui.cards.output_bars import Output, OutputBars, percent_text, winner
from ichdesk.ui.cards.preview_picture import PreviewPicture
from ichdesk.ui.heat_maps.preview_heat import PreviewHeat
from ichdesk.ui.icons import icon
from ichdesk.ui.run_text import STALE_TEXT
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import Card
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.elided_label import ElidedLabel
from ichdesk.ui.widgets.file_dialogs import ask_open_paths
from ichdesk.ui.widgets.icon_button import IconButton

WIDTH_PX = 320
DISCLAIMER = "For teaching, not for diagnosis."
_IMAGES = "Images (*.jpg *.jpeg *.png *.webp *.tif *.tiff *.bmp);;All files (*)"
_CHOOSE = "Choose an image above to see what the model makes of it."
_TRAIN_FIRST = "Train a model first; then its output appears here."
_TRAINING = "The model is being trained; its output appears when that is done."


class PreviewCard(Card):
    """Shows the session's preview images one at a time.

    Attributes:
        export_requested: Asks for the dialog that exports the model.
    """

    export_requested = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Preview", parent)
        self._session = session
        self._index = 0
        self._shown: tuple[str, ...] = ()
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName("Preview")
        self.setAcceptDrops(True)
        self.export_button = QPushButton("Export Model")
        self.drop_area = DropArea(theme)
        self.picture = PreviewPicture()
        self.heat = PreviewHeat(session)
        self.previous_button = IconButton(theme, "chevron-left", "Previous image")
        self.next_button = IconButton(theme, "chevron-right", "Next image")
        self.turning = QWidget()
        self.count_label = QLabel()
        self.name_label = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.error_chip = Chip(theme)
        self.stale_chip = Chip(theme)
        self.hint_label = CaptionLabel()
        self.output_heading = QWidget()
        self.winner_label = ElidedLabel()
        self.bars = OutputBars(theme)
        self._lay_out()
        self._connect()
        self._apply_theme()
        self.refresh(~Change(0))

    @property
    def current(self) -> PreviewImage | None:
        """The image on display."""
        images = self._session.preview
        return images[self._index] if images else None

    def refresh(self, change: Change) -> None:
        """Show the session as it is now."""
        if not change & (Change.PREVIEW | Change.RUN | Change.PROJECT | Change.OBSERVATIONS):
            return
        names = tuple(image.name for image in self._session.preview)
        if names != self._shown:
            self._shown, self._index = names, 0
        self.export_button.setEnabled(self._session.has_model)
        self._show_image()
        self._show_output()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files anywhere on the card."""
        self.drop_area.take_drag(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """The files went elsewhere."""
        self.drop_area.leave_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        """Try the model on the files."""
        self.drop_area.take_drop(event)

    def show_index(self, index: int) -> None:
        """Turn to the image at this position; the ends stay where they are."""
        self._index = min(max(index, 0), max(0, len(self._session.preview) - 1))
        self._show_image()
        self._show_output()

    def _show_image(self) -> None:
        image, count = self.current, len(self._session.preview)
        self.picture.setVisible(image is not None and image.error is None)
        self.picture.show_pixels(self.heat.shown(image), image.name if image else "")
        self.turning.setVisible(image is not None)
        self.name_label.setText(image.name if image else "")
        self.error_chip.say((image.error or "") if image else "", Level.ERROR)
        self.count_label.setText(f"{self._index + 1} of {count}")
        self.previous_button.setEnabled(self._index > 0)
        self.next_button.setEnabled(self._index < count - 1)
        for widget in (self.count_label, self.previous_button, self.next_button):
            widget.setVisible(count > 1)

    def _show_output(self) -> None:
        image, ready = self.current, self._session.has_model
        shown = ready and image is not None and image.error is None
        outputs = self._outputs(image) if shown and image else ()
        self.bars.show_outputs(outputs)
        self.bars.setVisible(bool(outputs))
        best = winner(outputs)
        text = f"{best.name} {percent_text(best.probability or 0.0)}" if best else ""
        self.winner_label.setText(text)
        self.winner_label.setAccessibleName(f"Highest output: {text}" if text else "")
        self.output_heading.setVisible(bool(outputs))
        self.stale_chip.say(STALE_TEXT if ready and self._session.is_stale else "")
        self.hint_label.say(self._hint())

    def _hint(self) -> str:
        if self._session.has_model:
            return "" if self.current else _CHOOSE
        return _TRAINING if self._session.is_training else _TRAIN_FIRST

    def _outputs(self, image: PreviewImage) -> tuple[Output, ...]:
        classes = self._session.run_classes
        known = image.probabilities or (None,) * len(classes)
        return tuple(
            Output(position, name, probability)
            for (position, name), probability in zip(classes, known, strict=True)
        )

    def _on_choose(self) -> None:
        self._on_dropped(ask_open_paths(self, "Choose images", _IMAGES))

    def _on_dropped(self, paths: Sequence[Path]) -> None:
        if paths:
            self._session.preview_files(paths)

    def _connect(self) -> None:
        self.export_button.clicked.connect(self.export_requested)
        self.drop_area.clicked.connect(self._on_choose)
        self.drop_area.dropped.connect(self._on_dropped)
        self.previous_button.clicked.connect(lambda: self.show_index(self._index - 1))
        self.next_button.clicked.connect(lambda: self.show_index(self._index + 1))
        self.heat.switched.connect(self._show_image)
        self.theme.changed.connect(self._apply_theme)

    def _apply_theme(self) -> None:
        palette = self.theme.palette
        self.export_button.setIcon(icon("export-variant", palette.accent, palette.disabled_text))

    def _lay_out(self) -> None:
        self.header.addStretch(1)
        self.header.addWidget(self.export_button)
        self.header.setContentsMargins(2 * GRID_PX, 12, 2 * GRID_PX, 12)
        turning = QHBoxLayout(self.turning)
        turning.setContentsMargins(0, 0, 0, 0)
        turning.setSpacing(GRID_PX // 2)
        turning.addWidget(self.name_label, 1)
        for widget in (self.previous_button, self.count_label, self.next_button):
            turning.addWidget(widget)
        heading = QHBoxLayout(self.output_heading)
        heading.setContentsMargins(0, 0, 0, 0)
        heading.setSpacing(GRID_PX)
        self.winner_label.setFont(ui_font(BODY_PX, bold=True))
        self.winner_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        heading.addWidget(QLabel("Output"))
        heading.addWidget(self.winner_label, 1)
        self.body.setContentsMargins(0, 0, 0, 0)
        picture = self.add_section()
        picture.addWidget(self.drop_area)
        picture.addWidget(self.picture)
        picture.addWidget(self.turning)
        picture.addWidget(self.heat)
        picture.addWidget(self.error_chip)
        output = self.add_section()
        output.addWidget(self.hint_label)
        output.addWidget(self.stale_chip)
        output.addWidget(self.output_heading)
        output.addWidget(self.bars)
        output.addWidget(CaptionLabel(DISCLAIMER))
