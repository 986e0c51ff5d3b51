"""Slices that tell themselves apart, and the viewer on them."""

from dataclasses import replace

import pytest

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from tests.ui.viewer.hands import hu_of, settled

STEP_MM = 5.0


@pytest.fixture
def add_slice(store):
    """Keeps a slice; its number says what is in it and where it lies."""

    def add(number, series="s", shape=(40, 50), spacing=(0.5, 0.5), **about):
        place = Place(position_mm=number * STEP_MM)
        data = hu_png(HuImage(hu_of(number, shape), spacing, place, **about))
        return replace(store.add(data), is_hu=True, series=series)

    return add


@pytest.fixture
def show(qtbot, window, live_session):
    """Opens a project of these classes, and the viewer on a sample."""

    def show(index=0, bin_index=0, **classes):
        bins = tuple(ClassBin(name, tuple(samples)) for name, samples in classes.items())
        live_session._replace_project(Project(bins), None)
        window.companions.show_sample(live_session.project.classes[bin_index].id, index)
        qtbot.waitExposed(window.companions.get("viewer"))
        qtbot.waitActive(window.companions.get("viewer"))
        return settled(qtbot, window.companions.get("viewer"))

    return show
