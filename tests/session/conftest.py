"""Windows that are gone when the test ends."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.session.crashes import Window


@pytest.fixture
def open_window(tmp_path: Path) -> Iterator[Callable[..., Window]]:
    opened: list[Window] = []

    def make(**options: float) -> Window:
        opened.append(Window(tmp_path / "samples", **options))
        return opened[-1]

    yield make
    for window in opened:
        window.close()
