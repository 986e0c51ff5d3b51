"""A finished training, and what a person does with the images of a cell."""

import numpy as np
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.cell_images import CellImages
from ichdesk.ui.main_window import MainWindow

ERRORS = [0.6, 0.95, 0.7]  # how sure the model is of each bleed that it calls normal


def finish(session: Session, tested: int = 6, outcome: msg.Outcome = msg.Outcome.DONE) -> None:
    """Train to the end: the first three test images of the first class come out as the second."""
    assert session.is_training or session.train()
    run = session.run
    assert run is not None
    classes = len(run.class_ids)
    test = tuple(tuple(range(tested)) for _ in range(classes))
    session.handle(msg.SplitMade(run.request_id, test, test, "cpu", (), SplitFacts()))
    answers = np.zeros((classes * tested, classes), np.float32)
    counts = np.zeros((classes, classes), np.int64)
    for row in range(classes * tested):
        truth, number = divmod(row, tested)
        called, sure = (1, ERRORS[number]) if row < len(ERRORS) else (truth, 0.8)
        answers[row, truth] = 1 - sure
        answers[row, called] = sure
        counts[truth, called] += 1
    session.handle(msg.EpochEnded(run.request_id, 0, 0.9, 0.8, 0.5, 0.6, counts))
    session.handle(msg.RunEnded(run.request_id, outcome, test_probabilities=answers))


def opened(qtbot: QtBot, window: MainWindow) -> CellImages:
    images = window.companions.get("cell-images")
    assert images is not None
    qtbot.waitExposed(images)
    return images


def select(images: CellImages, *rows: int) -> None:
    images.grid.clearSelection()
    for row in rows:
        index = images.grid.model().index(row, 0, QModelIndex())
        images.grid.setCurrentIndex(index) if row == rows[0] else None
        images.grid.selectionModel().select(
            index, images.grid.selectionModel().SelectionFlag.Select
        )


def move_to(images: CellImages, name: str) -> None:
    images.move_menu.aboutToShow.emit()
    next(a for a in images.move_menu.actions() if a.text() == name).trigger()


def told(images: CellImages) -> list[str]:
    """What is read out for each image."""
    role = Qt.ItemDataRole.AccessibleTextRole
    model = images.grid.model()
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def positions(images: CellImages) -> list[int]:
    """Positions in the class when the model was trained."""
    return [row.prediction.position for row in images.grid.rows]
