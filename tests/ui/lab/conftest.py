"""A project of small slices in Hounsfield units, and the lab on it."""

from dataclasses import replace

import numpy as np
import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.samples import Sample
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place


def add_slice(store: SampleStore, number: int, side_px: int = 24) -> Sample:
    """A slice of one value, which differs from those of other numbers, with a brighter middle."""
    hu = np.full((side_px, side_px), 10.0 + number, np.float32)
    hu[side_px // 3 : side_px // 2, side_px // 3 : side_px // 2] = 70.0
    return replace(store.add(hu_png(HuImage(hu, (1.0, 1.0), Place()))), is_hu=True)


@pytest.fixture
def slices(store: SampleStore) -> list[Sample]:
    return [add_slice(store, number) for number in range(6)]
