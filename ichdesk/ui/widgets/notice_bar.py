"""Messages inside the window: what happened and what to do next, until they are dismissed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level, Notice
from ichdesk.ui.icons import glyph
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.icon_button import IconButton

_ICON_PX = 20
_MAX_DETAILS = 12
_ICONS = {
    Level.INFO: "information-outline",
    Level.WARNING: "alert-outline",
    Level.ERROR: "alert-circle-outline",
}
_WORDS = {Level.INFO: "Note", Level.WARNING: "Warning", Level.ERROR: "Error"}


class NoticeBar(QWidget):
    """The session's notices, one below the other; takes no room when there are none."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._views: dict[int, NoticeView] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, GRID_PX, 0, 0)
        self._column.setSpacing(GRID_PX)
        self.refresh(Change.NOTICES)

    @property
    def views(self) -> list["NoticeView"]:
        """The messages on display, oldest first."""
        return list(self._views.values())

    def refresh(self, change: Change) -> None:
        """Add new messages and take away those that are gone."""
        if Change.NOTICES not in change:
            return
        wanted = {notice.id: notice for notice in self._session.notices}
        for notice_id in set(self._views) - set(wanted):
            self._take_away(self._views.pop(notice_id))
        for notice_id, notice in wanted.items():
            if notice_id not in self._views:
                view = NoticeView(notice, self._theme)
                view.close_button.clicked.connect(lambda _=0, i=notice_id: self._dismiss(i))
                self._column.addWidget(view)
                self._views[notice_id] = view
                view.announce()
        self.setVisible(bool(self._views))

    def _dismiss(self, notice_id: int) -> None:
        self._session.dismiss(notice_id)

    def _take_away(self, view: "NoticeView") -> None:
        if view.isAncestorOf(view.focusWidget() or view):
            self.focusNextChild()
        self._column.removeWidget(view)
        view.hide()
        view.deleteLater()


class NoticeView(QFrame):
    """One message with its level as icon and word, details on demand, and an x."""

    def __init__(self, notice: Notice, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice = notice
        self._theme = theme
        self.setProperty("role", "notice")
        self.setProperty("level", notice.level.value)
        self.setAccessibleName(f"{_WORDS[notice.level]}: {notice.text}")
        self.icon_label = QLabel()
        self.icon_label.setAccessibleName(_WORDS[notice.level])
        self.text_label = QLabel(notice.text)
        self.text_label.setTextFormat(Qt.TextFormat.PlainText)
        self.text_label.setWordWrap(True)
        self.details_button = QPushButton("Details")
        self.details_button.setProperty("role", "link")
        self.details_button.setCheckable(True)
        self.details_button.setAccessibleName(f"Details of: {notice.text}")
        self.details_button.setVisible(bool(notice.details))
        self.details_label = QLabel(_shown_details(notice.details))
        self.details_label.setTextFormat(Qt.TextFormat.PlainText)
        self.details_label.setWordWrap(True)
        self.details_label.setProperty("role", "caption")
        self.details_label.hide()
        self.details_button.toggled.connect(self.details_label.setVisible)
        self.close_button = IconButton(theme, "close", "Dismiss message")
        self._arrange()
        theme.changed.connect(self._show_icon)
        self._show_icon()

    def announce(self) -> None:
        """Tell screen readers."""
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape dismisses."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_button.click()
        else:
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        row.addWidget(self.icon_label, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text_label, 1)
        row.addWidget(self.details_button)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 4, 4)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.details_label)
        self.details_label.setContentsMargins(_ICON_PX + GRID_PX, 0, GRID_PX, GRID_PX)

    def _show_icon(self) -> None:
        palette = self._theme.palette
        color = {
            Level.INFO: palette.info,
            Level.WARNING: palette.warning,
            Level.ERROR: palette.error,
        }[self._notice.level]
        ratio = self.devicePixelRatioF()
        self.icon_label.setPixmap(glyph(_ICONS[self._notice.level], color, _ICON_PX, ratio))


def _shown_details(details: tuple[str, ...]) -> str:
    shown = list(details[:_MAX_DETAILS])
    if more := len(details) - len(shown):
        shown.append(f"… and {more:,} more")
    return "\n".join(shown)
