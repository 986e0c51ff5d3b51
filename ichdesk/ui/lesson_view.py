"""The page for the teacher beside the project; it can be pulled out to another screen."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QDockWidget, QFrame, QHBoxLayout, QLabel, QTextBrowser, QWidget

from ichdesk.ui.lessons import Lesson
from ichdesk.ui.theme import BODY_PX, CARD_PADDING_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.widgets.icon_button import IconButton

WIDTH_PX = 336
MIN_WIDTH_PX = 304
_LINE_PERCENT = 125.0


class LessonView(QDockWidget):
    """A lesson to read and to scroll; Escape closes it."""

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Lesson", parent)
        self._theme = theme
        self._lesson: Lesson | None = None
        self.setObjectName("lesson")
        self.setAccessibleName("Lesson")
        self.setAllowedAreas(
            Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.text = _Page()
        self.setWidget(self.text)
        self.setFocusProxy(self.text)
        self.bar = _TitleBar(theme)
        self.bar.close_button.clicked.connect(self.close_view)
        self.bar.float_button.clicked.connect(lambda: self.setFloating(not self.isFloating()))
        self.setTitleBarWidget(self.bar)
        theme.changed.connect(self._show_text)

    def show_lesson(self, lesson: Lesson) -> None:
        """Show a page from its beginning, unless it is on display already."""
        if lesson != self._lesson:
            self._lesson = lesson
            self.setWindowTitle(lesson.title)
            self.bar.title.setText(lesson.title)
            self._show_text()

    def close_view(self) -> None:
        """Close, back beside the project for the next time."""
        self.setFloating(False)
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_view()
        else:
            super().keyPressEvent(event)

    def _show_text(self) -> None:
        if self._lesson is not None:
            self.text.setMarkdown(self._lesson.text)
            _style(self.text.document(), self._theme)
            self.text.moveCursor(QTextCursor.MoveOperation.Start)


class _Page(QTextBrowser):
    """Markdown that leads nowhere: links are text."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Lesson")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTabChangesFocus(True)
        self.setFont(ui_font(BODY_PX))
        self.setMinimumWidth(MIN_WIDTH_PX)
        self.document().setDocumentMargin(CARD_PADDING_PX)
        self.document().setIndentWidth(3 * GRID_PX)

    def sizeHint(self) -> QSize:
        """The width that the window gives it at first."""
        return QSize(WIDTH_PX, super().sizeHint().height())


class _TitleBar(QFrame):
    """Title, and buttons to pull the page out and to close it; dragging moves it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.title = QLabel()
        self.title.setFont(ui_font(TITLE_PX))
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.float_button = IconButton(theme, "dock-window", "Lesson in a window of its own")
        self.close_button = IconButton(theme, "close", "Close lesson")
        row = QHBoxLayout(self)
        row.setContentsMargins(CARD_PADDING_PX, GRID_PX, GRID_PX, GRID_PX)
        row.addWidget(self.title, 1)
        for button in (self.float_button, self.close_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)


def _style(document: QTextDocument, theme: Theme) -> None:
    """Headings in the accent color and the size of the text, and air between lines."""
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        spacing = QTextBlockFormat()
        spacing.setLineHeight(
            _LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        spacing.setBottomMargin(GRID_PX)
        if block.blockFormat().headingLevel():
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            heading = cursor.charFormat()
            heading.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
            heading.setFont(ui_font(BODY_PX, bold=True))
            heading.setForeground(QColor(theme.palette.accent))
            cursor.setCharFormat(heading)
            spacing.setTopMargin(GRID_PX)
        cursor.mergeBlockFormat(spacing)
        block = block.next()
