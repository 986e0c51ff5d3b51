"""The right side of the lab: which slices, compared with what, and the pictures."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ichdesk.core.steps import Steps
from ichdesk.imaging.step_text import steps_words
from ichdesk.session.session import Session
from ichdesk.ui.lab.chosen_slices import PAGE, ChosenSlice, page_start, page_text, slices_of
from ichdesk.ui.lab.lab_text import (
    READY_MADE,
    VISIBLE,
    comparisons,
    cost_text,
    effect_text,
    reach_text,
)
from ichdesk.ui.lab.pair_grid import Column, PairGrid
from ichdesk.ui.lab.previews import Previews, Wish
from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.icon_button import IconButton

_ALL = "All classes"
_CLASS_PX = 19 * GRID_PX


class PreviewPane(QWidget):
    """Shows slices of the project through two lists of steps.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    def __init__(
        self,
        session: Session,
        theme: Theme,
        post: Callable[[Callable[[], None]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._steps = session.project.config.steps
        self._start = 0
        self._slices: tuple[ChosenSlice, ...] = ()
        self._before = self._steps
        self._picked = ""
        self.previews = Previews(post, self)
        self.grid = PairGrid(theme)
        self.before_choice = ChoiceField(theme)
        self.class_choice = ChoiceField(theme)
        self.page_label = QLabel()
        self.page_label.setFont(ui_font(SMALL_PX))
        self.page_label.setProperty("role", "soft")
        self.effect_label = QLabel()
        self.effect_label.setWordWrap(True)
        self.effect_label.setToolTip(VISIBLE)
        self.reach_label = CaptionLabel()
        self.reach_label.setToolTip(READY_MADE)
        self.previous_button = IconButton(theme, "chevron-left", "Slices before these")
        self.next_button = IconButton(theme, "chevron-right", "Slices after these")
        self._lay_out()
        self.previews.changed.connect(self._show_pairs)
        self.before_choice.activated.connect(self._on_comparison_picked)
        self.class_choice.activated.connect(lambda: self._turn_to(0))
        self.previous_button.clicked.connect(lambda: self._turn_to(self._start - PAGE))
        self.next_button.clicked.connect(lambda: self._turn_to(self._start + PAGE))
        self.refresh()

    @property
    def has_slices(self) -> bool:
        """Whether there is something to show."""
        return bool(self._slices)

    def refresh(self) -> None:
        """Follow the project: its slices, its classes, and what was trained."""
        classes: list[tuple[str, object]] = [(_ALL, None)]
        for bin_ in self._session.project.classes:
            if any(sample.is_hu for sample in bin_.samples):
                classes.append((bin_.name, bin_.id))
        known = {class_id for _, class_id in classes}
        chosen = self.class_choice.currentData()
        self.class_choice.offer(classes, chosen if chosen in known else None)
        sentences = (reach_text(self._session.project), cost_text(self._session))
        self.reach_label.say(" ".join(text for text in sentences if text))
        self._turn_to(self._start)

    def show_steps(self, steps: Steps) -> None:
        """Show the slices through these steps, too."""
        self._steps = steps
        self._show_wish()

    def close_threads(self) -> None:
        """End what runs in the background."""
        self.previews.close()

    def _turn_to(self, start: int) -> None:
        self._slices = slices_of(self._session.project, self.class_choice.currentData())
        self._start = page_start(start, len(self._slices))
        self.page_label.setText(page_text(self._start, len(self._slices)))
        self.previous_button.setEnabled(self._start > 0)
        self.next_button.setEnabled(self._start + PAGE < len(self._slices))
        self._show_wish()

    @property
    def _page(self) -> tuple[ChosenSlice, ...]:
        return self._slices[self._start : self._start + PAGE]

    def _offer_comparisons(self) -> None:
        """Unless the user picked one, take the first that differs from the steps as they are."""
        offered = comparisons(self._session)
        if self._picked not in offered:
            others = (title for title, steps in offered.items() if steps != self._steps)
            title = next(others, next(iter(offered)))
        else:
            title = self._picked
        self._before = offered[title]
        texts: list[tuple[str, object]] = [
            (f"{name}: {steps_words(steps)}", name) for name, steps in offered.items()
        ]
        self.before_choice.offer(texts, title)

    def _on_comparison_picked(self) -> None:
        self._picked = self.before_choice.currentData()
        self._show_wish()

    def _show_wish(self) -> None:
        self._offer_comparisons()
        samples = tuple(chosen.sample for chosen in self._page)
        self.previews.show(Wish(samples, self._before, self._steps))
        self._show_pairs()

    def _show_pairs(self) -> None:
        columns = [Column(c.title, self.previews[c.sample]) for c in self._page]
        now = f"Now: {steps_words(self._steps)}"
        self.grid.show_columns(columns, steps_words(self._before), now)
        self.effect_label.setText(effect_text([c.pair.effect for c in columns if c.pair.effect]))

    def _lay_out(self) -> None:
        compared = QLabel("Before")
        compared.setBuddy(self.before_choice)
        of = QLabel("Slices of")
        of.setBuddy(self.class_choice)
        self.class_choice.setFixedWidth(_CLASS_PX)
        self.before_choice.setAccessibleName("Before, compare with")
        self.class_choice.setAccessibleName("Slices of")
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        row.addWidget(compared)
        row.addWidget(self.before_choice, 1)
        row.addSpacing(CARD_PADDING_PX)
        row.addWidget(of)
        row.addWidget(self.class_choice)
        row.addSpacing(CARD_PADDING_PX)
        row.addWidget(self.previous_button)
        row.addWidget(self.page_label)
        row.addWidget(self.next_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(row)
        column.addWidget(self.grid, 1)
        column.addWidget(self.effect_label)
        column.addWidget(self.reach_label)
        column.addStretch()
