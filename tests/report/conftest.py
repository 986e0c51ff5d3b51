"""What a report is made from."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.report.source import ReportSource
from tests.fakes.reports import report_source


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore(tmp_path / "samples") as store:
        yield store


@pytest.fixture
def make_source(store: SampleStore) -> Callable[..., ReportSource]:
    return partial(report_source, store)
