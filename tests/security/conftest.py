"""A store of samples for tests of what is kept out of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore(tmp_path / "samples") as store:
        yield store
