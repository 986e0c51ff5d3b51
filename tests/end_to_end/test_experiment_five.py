"""Experiment 5, live: color-code a range, train, change the range, train again, compare."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ichdesk.app import Desk, build
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.steps import Step
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.pipeline import checked, model_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom import phantom_jpegs, phantom_slice
from ichdesk.protocol import messages as msg
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.lab.lab_window import LabWindow
from ichdesk.ui.lab.step_form import RangeRow
from ichdesk.ui.settings import Settings

PATIENCE_MS = 120_000
SLICES, READY_MADE = 7, 2  # per class


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    desk = build(Settings(tmp_path / "settings.ini"), store_folder=tmp_path)
    desk.window.resize(1280, 720)
    desk.window.show()
    qtbot.waitUntil(lambda: desk.session.worker.status is WorkerStatus.READY, timeout=PATIENCE_MS)
    yield desk
    desk.close()


def fill(desk: Desk) -> None:
    """Two classes of slices in Hounsfield units, and a few ready-made images."""
    rng = np.random.default_rng(5)
    bins = []
    for name, types in (("Hemorrhage", ("subdural",)), ("Normal", ())):
        samples: list[Sample] = []
        for _ in range(SLICES):
            hu = np.rint(phantom_slice(rng, types=types, size_px=128).hu).astype(np.float32)
            image = HuImage(hu, (1.9, 1.9), Place())
            samples.append(replace(desk.store.add(hu_png(image)), is_hu=True))
        samples += map(desk.store.add, phantom_jpegs(name, READY_MADE, 1))
        bins.append(ClassBin(name, tuple(samples)))
    desk.session._replace_project(Project(tuple(bins)), None)
    desk.session.set_config(replace(desk.session.project.config, epochs=8))


def open_lab(desk: Desk, qtbot: QtBot) -> LabWindow:
    desk.window.canvas.surface.training_card.steps_row.button.click()
    lab = desk.window.companions.get("image-steps")
    assert lab is not None
    qtbot.waitExposed(lab)
    return lab


def set_number(lab: LabWindow, field: str, text: str) -> None:
    row = lab.form.fields[field]
    assert isinstance(row, RangeRow)
    row.number.setFocus()
    row.number.selectAll()
    QTest.keyClicks(row.number, text)
    QTest.keyClick(row.number, Qt.Key.Key_Return)


def train(desk: Desk, lab: LabWindow, qtbot: QtBot) -> int:
    """Click Train in the lab; how many samples had their features already."""
    cached: list[int] = []
    handle = desk.session.handle

    def watch(event: msg.Event) -> None:
        if isinstance(event, msg.FeaturesProgressed):
            cached.append(event.cached)
        handle(event)

    desk.session.handle = watch  # type: ignore[method-assign]
    lab.train_button.click()
    assert desk.session.is_training
    qtbot.waitUntil(lambda: not desk.session.is_training, timeout=PATIENCE_MS)
    desk.session.handle = handle  # type: ignore[method-assign]
    assert desk.session.has_model
    return cached[-1]


def test_change_the_range_train_and_compare(desk: Desk, qtbot: QtBot) -> None:
    fill(desk)
    session = desk.session
    lab = open_lab(desk, qtbot)
    add = {action.data(): action for action in lab.steps.add_menu.actions()}
    add["color_code"].trigger()
    assert train(desk, lab, qtbot) == 0
    first = session.run
    assert first is not None

    set_number(lab, "low_hu", "60")
    set_number(lab, "high_hu", "80")
    assert train(desk, lab, qtbot) == 2 * READY_MADE  # slices anew, ready-made images not
    second = session.run
    assert second is not None
    assert session.previous_run is first
    assert second.test == first.test

    changed = "Changed: Color code 60 to 80 HU instead of Color code 50 to 90 HU."
    card = desk.window.canvas.surface.training_card
    qtbot.waitUntil(lambda: changed in card.comparison_label.text())
    correct, n = first.test_correct or (0, 0)
    assert n == 4
    assert card.comparison_label.text().startswith(f"Before: {correct} of {n} = ")
    assert "(95 % interval " in card.comparison_label.text()
    assert lab.result_label.text().count(f" of {n} = ") == 2
    assert changed in lab.changed_label.text()
    assert "same 4 test images" in lab.changed_label.text()

    session.undo()  # back to the first range, whose features are still there
    assert session.project.config.steps == first.config.steps
    assert train(desk, lab, qtbot) == 2 * (SLICES + READY_MADE)
    assert session.run is not None
    assert session.run.confusion is not None
    np.testing.assert_array_equal(session.run.confusion, first.confusion)


def test_what_the_lab_shows_is_what_the_worker_gets(desk: Desk, qtbot: QtBot) -> None:
    fill(desk)
    lab = open_lab(desk, qtbot)
    add = {action.data(): action for action in lab.steps.add_menu.actions()}
    for name in ("color_code", "crop_to_head", "equalize"):
        add[name].trigger()
    qtbot.waitUntil(lambda: lab.preview.previews.is_idle, timeout=PATIENCE_MS)
    names = ("crop_to_head", "color_code", "equalize")
    steps = checked([Step(name) for name in names])
    assert desk.session.project.config.steps == steps
    sample = desk.session.project.classes[0].samples[0]
    image = lab.preview.previews[sample].after
    assert image is not None
    shown = np.asarray(image.constBits(), np.uint8).reshape(224, 224, 4)[..., 2::-1]
    np.testing.assert_array_equal(shown, model_pixels(sample.read(), steps))
