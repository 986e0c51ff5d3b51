"""A switch of the Preview card: lay the map of the class that the model says over the image."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ichdesk.core.heat_map import Picture, overlay, scale_of, upsampled
from ichdesk.core.run import TrainingRun
from ichdesk.session.session import Session
from ichdesk.session.state import PreviewImage
from ichdesk.ui.heat_maps.heat_text import one_line
from ichdesk.ui.heat_maps.items import Item, preview_items
from ichdesk.ui.heat_maps.pages import Page, Pages
from ichdesk.ui.theme import GRID_PX
from ichdesk.ui.widgets.caption_label import CaptionLabel

_PLACE = "preview-heat"
_STRENGTH = 0.8


class PreviewHeat(QWidget):
    """Off at first; what is shown with it on is asked of the worker.

    Attributes:
        switched: It was switched on or off.
    """

    switched = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pages = Pages(session, _PLACE)
        self._run: TrainingRun | None = None
        self.switch = QToolButton()
        self.switch.setProperty("role", "option")
        self.switch.setText("Show where it looked")
        self.switch.setCheckable(True)
        self.caption = CaptionLabel()
        self.switch.toggled.connect(self.switched)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX // 2)
        column.addWidget(self.switch)
        column.addWidget(self.caption)

    def shown(self, image: PreviewImage | None) -> Picture | None:
        """The pixels to show of an image: its own, or with the map over them."""
        items = preview_items([image] if image else [])
        possible = self._session.has_model and bool(items) and bool(items[0].answer)
        self.setVisible(possible)
        self.caption.say("")
        if image is None or not possible or not self.switch.isChecked():
            return image.pixels if image else None
        return self._overlaid(items[0])

    def _overlaid(self, item: Item) -> Picture | None:
        page = self._page(item)
        heat = page.map_of(0, item.said) if page else None
        if heat is None or item.pixels is None:
            sight = self._pages.sight
            ending = sight.ending if sight else ""
            self.caption.say(self._session.observations.problem() or ending or "Looking…")
            return item.pixels
        name = one_line(self._session.run_classes[item.said][1])
        self.caption.say(f"Orange speaks for {name}, blue against it.")
        fine = upsampled(heat, len(item.pixels))
        return overlay(item.pixels, fine, scale_of([fine]), _STRENGTH)

    def _page(self, item: Item) -> Page | None:
        if self._run is not self._session.run:
            self._run = self._session.run
            self._pages.clear()
        key = id(item.pixels), item.said
        self._pages.ask(key, [item], [item.said], check=False)
        return self._pages.get(key)
