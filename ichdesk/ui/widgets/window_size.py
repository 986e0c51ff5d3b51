"""The first size of a window."""

from PySide6.QtWidgets import QWidget

_SCREEN_SHARE = 0.9


def fit_screen(window: QWidget, wish_px: tuple[int, int]) -> None:
    """Give a window the width and height that it wishes for, as far as the screen has room."""
    room = window.screen().availableSize() * _SCREEN_SHARE
    window.resize(min(wish_px[0], room.width()), min(wish_px[1], room.height()))
