"""The settings of one image step: a slider and a number, or a choice, for each."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from ichdesk.core.steps import Step, Value
from ichdesk.imaging.steps import STEPS, Choice, Range, StepField
from ichdesk.imaging.window import BRAIN_LEVEL_HU
from ichdesk.ui.lab.value_slider import ValueSlider
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.fields import ChoiceField, StepperMixin
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_NUMBER_PX = 13 * GRID_PX
_CHOICE_PX = 20 * GRID_PX


class StepForm(QFrame):
    """Shows a step and tells what the user changes in it; keeps no state of its own."""

    value_changed = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = ""
        self.setProperty("role", "panel")
        self.fields: dict[str, RangeRow | ChoiceRow] = {}
        self.title_label = QLabel()
        self.title_label.setFont(ui_font(BODY_PX, bold=True))
        self.summary_label = CaptionLabel()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID_PX)
        self._column.addWidget(self.title_label)
        self._column.addWidget(self.summary_label)
        self._column.addStretch(1)

    def show_step(self, step: Step | None) -> None:
        """Show the settings of a step; rows stay while it is a step of the same kind."""
        name = step.name if step else ""
        if name != self._shown:
            self._shown = name
            self._make_rows(name)
        if step is not None:
            for field, value in step.values:
                self.fields[field].show_value(value)

    def _make_rows(self, name: str) -> None:
        for row in self.fields.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.fields.clear()
        kind = STEPS[name] if name else None
        self.title_label.setText(kind.title if kind else "")
        self.summary_label.say(kind.summary if kind else "")
        for field in kind.fields if kind else ():
            row = _row(field, self._theme)
            row.value_changed.connect(lambda value, n=field.name: self.value_changed.emit(n, value))
            self.fields[field.name] = row
            self._column.insertWidget(self._column.count() - 1, row)


class RangeRow(QWidget):
    """A slider and a number that follow each other."""

    value_changed = Signal(object)

    def __init__(self, label: str, form: Range, default: float, theme: Theme) -> None:
        super().__init__()
        self.slider = ValueSlider(theme, form, _middle(form, default))
        self.number = NumberField(form, theme)
        for field, what in ((self.slider, "slider"), (self.number, "value")):
            field.setAccessibleName(f"{label}, {what}")
            guard_wheel(field)
        caption = QLabel(label)
        caption.setBuddy(self.number)
        grid = _grid(self, caption)
        self.number.setFixedWidth(_NUMBER_PX)
        grid.addWidget(self.number, 0, 1)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        self.slider.valueChanged.connect(lambda: self._take(self.slider.number))
        self.number.valueChanged.connect(self._take)

    def show_value(self, value: Value) -> None:
        """Show a value without telling anybody."""
        if isinstance(value, str):
            return
        self.slider.set_number(value)
        self.number.show_number(value)

    def _take(self, value: float) -> None:
        self.show_value(value)
        self.value_changed.emit(float(value))


class ChoiceRow(QWidget):
    """One of several words."""

    value_changed = Signal(object)

    def __init__(self, form: Choice, theme: Theme) -> None:
        super().__init__()
        self._form = form
        self.choice = ChoiceField(theme)
        self.choice.setAccessibleName(form.label)
        guard_wheel(self.choice)
        caption = QLabel(form.label)
        caption.setBuddy(self.choice)
        _grid(self, caption).addWidget(self.choice, 0, 1)
        self.choice.setFixedWidth(_CHOICE_PX)
        self.choice.activated.connect(lambda: self.value_changed.emit(self.choice.currentData()))

    def show_value(self, value: Value) -> None:
        """Show a value without telling anybody."""
        options: list[tuple[str, object]] = [(_sentence(o), o) for o in self._form.options]
        self.choice.offer(options, value)


class NumberField(StepperMixin, QDoubleSpinBox):
    """A number with its unit, in the smallest steps that its range names."""

    def __init__(self, form: Range, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(_decimals(form.by))
        self.setRange(form.low, form.high)
        self.setSingleStep(form.by)
        self.setSuffix(f" {form.unit}" if form.unit else "")
        self.setKeyboardTracking(False)
        self.set_up(self, theme)

    def show_number(self, number: float) -> None:
        """Show a number without telling anybody."""
        if number != self.value():
            self.blockSignals(True)
            self.setValue(number)
            self.blockSignals(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, then the block."""
        super().paintEvent(event)
        self._paint_block(self)


def _row(field: StepField, theme: Theme) -> RangeRow | ChoiceRow:
    if isinstance(field.form, Choice):
        return ChoiceRow(field.form, theme)
    return RangeRow(field.form.label, field.form, float(field.default), theme)


def _middle(form: Range, default: float) -> float:
    """Of a slider: for Hounsfield units below and above water the brain, so that all compare."""
    is_hu = form.unit == "HU" and form.low < BRAIN_LEVEL_HU < form.high and form.low < 0
    return BRAIN_LEVEL_HU if is_hu else default


def _grid(row: QWidget, caption: QLabel) -> QGridLayout:
    grid = QGridLayout(row)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(GRID_PX)
    grid.setVerticalSpacing(GRID_PX // 2)
    grid.setColumnStretch(0, 1)
    grid.addWidget(caption, 0, 0)
    return grid


def _decimals(by: float) -> int:
    """Digits after the point that such steps need."""
    return next((digits for digits in range(6) if abs(round(by, digits) - by) < 1e-9), 6)


def _sentence(word: str) -> str:
    return word[:1].upper() + word[1:]
