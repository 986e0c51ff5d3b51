"""The style sheet of the window, made from the palette in force."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ichdesk.ui.theme import (
    BODY_PX,
    CARD_PADDING_PX,
    GRID_PX,
    RADIUS_PX,
    SMALL_PX,
    Palette,
    Theme,
    qt_palette,
    ui_font,
)

_HALF = GRID_PX // 2
_WITH_INDICATORS = ("QRadioButton", "QCheckBox")
_FUSION_DARKENS = 140  # percent


def apply_style(app: QApplication, theme: Theme) -> None:
    """Give the application the theme's look, now and whenever the theme changes.

    At first without the style sheet: while there is one, Qt works it out again for each widget
    that is put into another one, and for all that are in it; see `apply_sheet`.
    """

    def apply() -> None:
        _apply_colors(app, theme.palette)
        apply_sheet(app, theme)

    app.setStyle("Fusion")
    app.setFont(ui_font(BODY_PX))
    theme.changed.connect(apply)
    _apply_colors(app, theme.palette)


def apply_sheet(app: QApplication, theme: Theme) -> None:
    """Give the application its style sheet, once the window has been put together."""
    app.setStyleSheet(style_sheet(theme.palette))


def _apply_colors(app: QApplication, palette: Palette) -> None:
    app.setPalette(qt_palette(palette))
    for name in _WITH_INDICATORS:
        app.setPalette(indicator_palette(palette), name)  # type: ignore[arg-type]  # takes no bytes


def indicator_palette(palette: Palette) -> QPalette:
    """For radio buttons and check boxes, whose outline is a darker tone of the window's color.

    On a window that is nearly black, nobody would see it.
    """
    qt, window = qt_palette(palette), QPalette.ColorRole.Window
    qt.setColor(window, QColor(palette.text_soft).lighter(_FUSION_DARKENS))
    faint = QColor(palette.line_strong).lighter(_FUSION_DARKENS)
    qt.setColor(QPalette.ColorGroup.Disabled, window, faint)
    return qt


def style_sheet(palette: Palette) -> str:
    """The sheet for all of Qt's own widgets and for the roles that ours declare."""
    parts = (_frames, _buttons, _fields, _lists, _menus, _scrolling, _messages)
    return "\n".join(part(palette) for part in parts)


def _frames(p: Palette) -> str:
    return f"""
    QMainWindow {{ background: {p.canvas}; }}
    QDialog {{ background: {p.card}; }}
    QFrame[role="card"] {{ background: {p.card}; border: none; border-radius: {RADIUS_PX}px; }}
    QFrame[role="panel"] {{ background: {p.card}; border: none; }}
    QFrame[role="separator"] {{ background: {p.line}; border: none; }}
    QFrame[role="appbar"] {{
        background: {p.card}; border: 1px solid {p.line}; border-top: none; border-left: none;
        border-bottom-right-radius: {RADIUS_PX}px; }}
    QFrame[role="popover"] {{
        background: {p.card}; border: 1px solid {p.line_strong}; border-radius: {_HALF}px; }}
    QLabel {{ background: transparent; color: {p.text}; }}
    QLabel:disabled {{ color: {p.disabled_text}; }}
    QLabel[role="caption"] {{ color: {p.text_soft}; font-size: {SMALL_PX}px; }}
    QLabel[role="soft"] {{ color: {p.text_soft}; }}
    QLabel[role="tag"] {{
        color: {p.text_soft}; background: {p.disabled}; border: 1px solid {p.line_strong};
        border-radius: {_HALF}px; padding: 1px 6px; font-size: {SMALL_PX}px; }}
    QLabel[role="drop"] {{
        color: {p.accent}; background: {p.drop}; border: 2px dashed {p.accent};
        border-radius: {RADIUS_PX}px; }}
    QSplitter::handle {{ background: {p.line}; }}
    QSplitter::handle:hover {{ background: {p.accent}; }}
    QToolTip {{
        color: {p.text}; background: {p.card}; border: 1px solid {p.line_strong}; padding: 4px; }}
    """


def _buttons(p: Palette) -> str:
    return f"""
    QPushButton {{
        color: {p.accent}; background: {p.accent_soft}; border: 2px solid transparent;
        border-radius: {_HALF}px; padding: 6px {CARD_PADDING_PX - 2}px; }}
    QPushButton:hover, QPushButton:pressed {{ background: {p.accent_hover}; }}
    QPushButton:default {{ color: {p.on_accent}; background: {p.accent}; }}
    QPushButton:disabled {{ color: {p.disabled_text}; background: {p.disabled}; }}
    QPushButton:focus, QToolButton:focus {{ border-color: {p.accent}; }}
    QPushButton:default:focus {{ border-color: {p.text}; }}
    QPushButton[role="link"], QPushButton[role="text"] {{
        background: transparent; padding: 6px {GRID_PX}px; text-align: left; }}
    QPushButton[role="link"]:hover, QPushButton[role="text"]:hover {{
        background: {p.accent_soft}; }}
    QPushButton[role="text"] {{ color: {p.text}; }}
    QToolButton {{
        color: {p.text}; background: transparent; border: 2px solid transparent;
        border-radius: {_HALF}px; padding: 4px; }}
    QToolButton:hover, QToolButton:pressed {{ background: {p.accent_hover}; }}
    QPushButton::menu-indicator {{ image: none; width: 0; }}
    QToolButton::menu-indicator {{ image: none; width: 0; }}
    QToolButton[role="tile"] {{
        color: {p.accent}; background: {p.accent_soft}; font-size: {SMALL_PX}px; padding: 0; }}
    QToolButton[role="tile"]:hover {{ background: {p.accent_hover}; }}
    QToolButton[role="option"] {{ padding: 4px; }}
    QToolButton[role="option"]:checked {{
        color: {p.accent}; background: {p.accent_soft}; border-color: {p.accent_edge}; }}
    QToolButton[role="option"]:focus {{ border-color: {p.accent}; }}
    QToolButton[role="option"]:disabled {{ color: {p.disabled_text}; }}
    QPushButton[role="add"] {{
        color: {p.text_soft}; background: transparent; border: none; font-size: 16px; }}
    QPushButton[role="add"]:hover {{ color: {p.accent}; background: {p.accent_soft}; }}
    """


def _fields(p: Palette) -> str:
    return f"""
    QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit {{
        color: {p.text}; background: {p.card}; border: 1px solid {p.line_strong};
        border-radius: {_HALF}px; padding: 4px 6px;
        selection-background-color: {p.accent}; selection-color: {p.on_accent}; }}
    QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {{
        border: 2px solid {p.accent}; padding: 3px 5px; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{
        color: {p.disabled_text}; background: {p.disabled}; border-color: {p.line}; }}
    QComboBox QAbstractItemView {{
        color: {p.text}; background: {p.card}; border: 1px solid {p.line_strong};
        selection-background-color: {p.accent_soft}; selection-color: {p.accent}; }}
    QProgressBar {{ background: {p.accent_soft}; border: none; border-radius: 2px; }}
    QProgressBar::chunk {{ background: {p.accent}; border-radius: 2px; }}
    """


def _lists(p: Palette) -> str:
    return f"""
    QTreeView {{
        color: {p.text}; background: {p.card}; border: 1px solid {p.line_strong};
        border-radius: {_HALF}px; outline: none; }}
    QTreeView:focus {{ border: 2px solid {p.accent}; }}
    QTreeView::item {{ padding: 5px 4px; }}
    QTreeView::item:selected {{ color: {p.accent}; background: {p.accent_soft}; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section {{
        color: {p.text_soft}; background: transparent; border: none;
        border-bottom: 1px solid {p.line}; padding: 6px 4px; font-size: {SMALL_PX}px; }}
    """


def _menus(p: Palette) -> str:
    return f"""
    QMenuBar {{ color: {p.text}; background: {p.card}; border-bottom: 1px solid {p.line}; }}
    QMenuBar::item {{ background: transparent; padding: 5px 10px; border-radius: {_HALF}px; }}
    QMenuBar::item:selected {{ color: {p.accent}; background: {p.accent_soft}; }}
    QMenu {{
        color: {p.text}; background: {p.card}; border: 1px solid {p.line};
        padding: {GRID_PX}px 0; }}
    QMenu::item {{ padding: 7px 28px 7px 12px; margin: 0; }}
    QMenu::icon {{ padding-left: 14px; }}
    QMenu::item:selected {{ color: {p.accent}; background: {p.accent_soft}; }}
    QMenu::item:disabled {{ color: {p.disabled_text}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {p.line}; margin: {GRID_PX}px 0; }}
    """


def _scrolling(p: Palette) -> str:
    return f"""
    QScrollArea, QAbstractScrollArea#canvas {{ background: transparent; border: none; }}
    QScrollArea[role="page"] {{
        border: 2px solid transparent; border-radius: {_HALF}px; }}
    QScrollArea[role="page"]:focus {{ border-color: {p.accent}; }}
    QListView[role="strip"] {{ background: transparent; border: none; outline: none; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
    QScrollBar::handle {{
        background: {p.connector}; border-radius: 4px; min-height: 32px; min-width: 32px; }}
    QScrollBar::handle:hover {{ background: {p.line_strong}; }}
    QListView[role="strip"] QScrollBar:horizontal {{ height: 6px; margin: 0; }}
    QListView[role="strip"] QScrollBar::handle {{
        background: {p.accent_edge}; border-radius: 3px; }}
    QListView[role="strip"] QScrollBar::handle:hover {{ background: {p.accent}; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _messages(p: Palette) -> str:
    levels = {
        "info": (p.info, p.info_soft),
        "warning": (p.warning, p.warning_soft),
        "error": (p.error, p.error_soft),
    }
    rules = [
        f"""QFrame[role="notice"][level="{name}"] {{
            background: {soft}; border: 1px solid {strong}; border-radius: {RADIUS_PX}px; }}"""
        for name, (strong, soft) in levels.items()
    ]
    rules.append(
        f"""QFrame[role="job"] {{
            background: {p.card}; border-radius: {RADIUS_PX}px; margin-top: {GRID_PX}px; }}"""
    )
    return "\n".join(rules)
