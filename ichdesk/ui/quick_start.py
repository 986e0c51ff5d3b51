"""Spares the start what it can do without; to be called before the app is imported."""

import builtins
import gc
import sys

import PySide6.QtCore  # noqa: F401 - replaces the `import` that is put back here


def quicken_imports() -> None:
    """Import without looking for garbage, without reading sources, and without CUDA.

    There is next to no garbage yet, but there are a hundred thousand new objects to look at; from
    its first moment on, the window collects it itself (`ui/garbage.py`).

    PySide6 reads and searches the source of each module that is imported after it, in case one
    says `from __feature__ import snake_case`; none of ours does.

    The plots import the bindings of CUDA where they find them; the window has no use for those.
    """
    gc.disable()
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
    sys.modules["cuda.bindings"] = None  # type: ignore[assignment]  # reads as "not installed"
