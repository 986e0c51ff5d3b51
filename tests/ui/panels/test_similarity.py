"""The panel with the similarity map: asks by itself, arranges on demand, shows neighbors."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerDied
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.panels.similarity import SimilarityPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.similarity import map_text
from ichdesk.ui.similarity.coloring import ColorBy
from ichdesk.ui.similarity.map_view import MapView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.maps import asked, map_arrays, see, see_map
from tests.fakes.runs import epoch, start, train

MODEL = np.frombuffer(b"model", np.uint8)


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture
def frame(qtbot: QtBot, session: Session, theme: Theme) -> PanelFrame:
    frame = PanelFrame(SimilarityPanel(theme), session, theme)
    qtbot.addWidget(frame)
    frame.resize(416, 900)

    def refresh(change: Change) -> None:
        if change & (Change.RUN | Change.PROJECT | Change.OBSERVATIONS):
            frame.refresh(RunView.of(session), "")

    session.subscribe(refresh)
    with qtbot.waitExposed(frame):
        frame.show()
    return frame


@pytest.fixture
def view(frame: PanelFrame) -> MapView:
    found = frame.panel.map_view
    assert found is not None
    return found


@pytest.fixture
def trained(qtbot: QtBot, session: Session, view: MapView) -> Session:
    """A run with a model, and the question for its map."""
    finish(session)
    qtbot.waitUntil(lambda: len(asked(session)) == 1)
    return session


def finish(session: Session) -> None:
    train(session)
    session.run.model = b"model"
    session._notify(Change.RUN)


def color_by(view: MapView, by: ColorBy) -> None:
    view.color_choice.setCurrentIndex(list(ColorBy).index(by))
    view.color_choice.activated.emit(list(ColorBy).index(by))


def test_it_asks_once_when_it_is_seen(qtbot: QtBot, trained: Session, view: MapView) -> None:
    assert dict(asked(trained)[0].options) == {"layout": "pca"}
    assert "Preparing the map" in view.chip.text()
    for _ in range(3):
        view.grab()
    trained.handle(msg.FeaturesProgressed(asked(trained)[0].request_id, 20, 60, 0))
    assert view.chip.text() == "Computing features 20 of 60…"
    see_map(trained)
    assert not view.chip.isVisible()
    assert len(asked(trained)) == 1


def test_unseen_it_asks_for_nothing(qtbot: QtBot, session: Session, theme: Theme) -> None:
    panel = SimilarityPanel(theme)
    qtbot.addWidget(panel)
    panel.take_session(session)
    finish(session)
    panel.refresh(RunView.of(session))
    assert not asked(session)


def test_without_a_model_it_says_so(session: Session, view: MapView) -> None:
    train(session)
    assert view.chip.isVisible()
    assert "train one first" in view.chip.text()
    assert not view.arrange_button.isEnabled()


def test_pca_says_how_much_it_shows(trained: Session, view: MapView) -> None:
    see_map(trained)
    assert view.state_label.text() == (
        "60 images, arranged by their two main differences (PCA), which hold 75 % of how the "
        "images vary."
    )
    assert view.legend.texts == ["Hemorrhage (30)", "Normal (30)"]


def test_images_that_cannot_be_read_are_counted(trained: Session, view: MapView) -> None:
    arrays = {k: a[:-2] if k != "shares" else a for k, a in map_arrays(trained.run).items()}
    see(trained, **arrays)
    assert view.state_label.text().endswith("2 images could not be read.")


def test_t_sne_comes_on_demand_and_settles(trained: Session, view: MapView) -> None:
    see_map(trained)
    flat = view.map._layout.where.copy()
    assert view.arrange_button.text() == map_text.ARRANGE
    view.arrange_button.click()
    assert dict(asked(trained)[-1].options) == {"layout": "t-sne"}
    assert view.arrange_button.text() == map_text.STOP
    see(trained)  # the map stays while there is nothing new
    assert view.shown is not None
    see(trained, 1, 4, **map_arrays(trained.run, tsne=True))
    assert view.chip.text() == "Arranging, step 2 of 4…"
    assert not np.allclose(view.map._layout.where, flat)
    see_map(trained, tsne=True)
    assert "distances between groups mean nothing" in view.state_label.text()
    assert view.arrange_button.text() == map_text.FLATTEN
    view.arrange_button.click()
    np.testing.assert_allclose(view.map._layout.where, flat)
    view.arrange_button.click()
    assert view.is_tsne
    assert len(asked(trained)) == 2


def test_stop_keeps_what_there_is_and_it_can_start_again(trained: Session, view: MapView) -> None:
    see_map(trained)
    view.arrange_button.click()
    see(trained, 1, 4, **map_arrays(trained.run, tsne=True))
    view.arrange_button.click()
    assert trained._worker.sent[-1] == msg.Cancel(asked(trained)[-1].request_id)
    assert view.is_tsne
    assert view.chip.text() == "Stopped."
    assert view.arrange_button.text() == map_text.ARRANGE
    view.arrange_button.click()
    assert len(asked(trained)) == 3


def test_a_part_that_is_arranged_says_so(trained: Session, view: MapView) -> None:
    see_map(trained)
    view.arrange_button.click()
    arrays = map_arrays(trained.run, tsne=True)
    arrays["t-sne"][::2] = np.nan
    see(trained, 4, 4, **arrays)
    assert view.state_label.text().startswith("30 of 60 images, arranged by neighbors")


def test_an_error_is_a_sentence_and_one_can_try_again(trained: Session, view: MapView) -> None:
    number = asked(trained)[-1].request_id
    trained.handle(msg.ObservationEnded(number, msg.Outcome.FAILED, "It cannot be read."))
    assert view.chip.text() == "It cannot be read."
    assert view.arrange_button.text() == map_text.SHOW
    view.grab()
    assert len(asked(trained)) == 1
    view.arrange_button.click()
    assert len(asked(trained)) == 2


def test_a_worker_that_dies_leaves_the_map(trained: Session, view: MapView) -> None:
    see_map(trained)
    view.arrange_button.click()
    trained.handle(WorkerDied(True, "It ended."))
    assert view.shown is not None
    assert "try again" in view.chip.text()
    assert view.arrange_button.isEnabled()


@pytest.mark.parametrize(
    ("by", "texts"),
    [
        (ColorBy.CLASS, ["Hemorrhage (30)", "Normal (30)"]),
        (
            ColorBy.ANSWER,
            ["Test image, called right (6)", "Test image, called wrong (4)", "Not tested (50)"],
        ),
        (ColorBy.SPLIT, ["Training image (50)", "Test image (10)"]),
        (ColorBy.PATIENT, ["Patient not known (60)"]),
    ],
)
def test_colors_tell_what_one_wants_to_know(
    trained: Session, view: MapView, by: ColorBy, texts: list[str]
) -> None:
    see_map(trained)
    color_by(view, by)
    assert view.legend.texts == texts


def test_a_click_shows_neighbors(qtbot: QtBot, trained: Session, frame: PanelFrame) -> None:
    view, panel = frame.panel.map_view, frame.panel
    arrays = map_arrays(trained.run)
    arrays["neighbors"][2] = [1, 3, 30, 31, 32, 33, 34, 35]
    see(trained, **arrays)
    assert not panel.neighbors.isVisible()
    qtbot.mouseClick(view.map, Qt.MouseButton.LeftButton, pos=view.map._layout.point(2).toPoint())
    assert [image.row for image in panel.neighbors.images] == [1, 3, 30, 31, 32, 33, 34, 35]
    assert [image.is_strange for image in panel.neighbors.images] == [False] * 2 + [True] * 6
    assert panel.neighbors_label.text() == (
        "Hemorrhage, image 3: 6 of its 8 nearest neighbors are of another class: look at it again."
    )
    assert view.told_label.text() == "Hemorrhage, image 3, training image."
    qtbot.keyClick(view.map, Qt.Key.Key_Escape)
    assert not panel.neighbors.isVisible()


def test_a_test_image_tells_the_answer(trained: Session, view: MapView) -> None:
    see_map(trained)
    wrong = next(
        row
        for row, image in enumerate(view.shown.images)
        if image.prediction and image.prediction.is_error
    )
    view.map.select({wrong})
    view.map.go_to(wrong)
    assert ", test image, wrongly called Normal " in view.told_label.text()
    assert view.map.accessibleDescription() == view.told_label.text()


def test_it_follows_edits_and_new_names(trained: Session, view: MapView) -> None:
    see_map(trained)
    bleed, normal = (bin_.id for bin_ in trained.project.classes)
    trained.rename_class(bleed, "Blood")
    trained.remove_samples(bleed, [0, 1])
    trained.move_samples(normal, [5], bleed)
    assert view.legend.texts == ["Blood (28)", "Normal (30)", "Removed since (2)"]
    assert view.reading.told(0) == "Blood, image 1, training image. Removed since."
    assert view.reading.told(35) == "Normal, image 6, training image. Now in Blood."
    trained.undo()
    trained.undo()
    assert view.legend.texts == ["Blood (30)", "Normal (30)"]


def test_a_new_training_begins_a_new_map(qtbot: QtBot, trained: Session, frame: PanelFrame) -> None:
    see_map(trained)
    start(trained)
    assert frame.empty.text() == map_text.WAITING
    epoch(trained, 0)
    trained.handle(msg.RunEnded(trained.run.request_id, msg.Outcome.DONE, model=MODEL))
    qtbot.waitUntil(lambda: len(asked(trained)) == 2)
    assert frame.panel.map_view.shown is None


def test_the_table_and_the_picture(trained: Session, frame: PanelFrame) -> None:
    assert frame.panel.table_rows() == []
    see_map(trained)
    assert len(frame.panel.table_rows()) == 61
    view = frame.panel.map_view
    bottom = view.mapTo(frame.panel, view.state_label.geometry().bottomLeft()).y()
    assert frame.panel.picture_height_px == bottom + 1


def test_larger_asks_for_the_window(qtbot: QtBot, frame: PanelFrame) -> None:
    with qtbot.waitSignal(frame.panel.companion_requested) as requested:
        frame.panel.larger_button.click()
    assert requested.args == ["similarity"]


def test_it_follows_the_theme(trained: Session, view: MapView, theme: Theme) -> None:
    see_map(trained)
    place = view.map._layout.point(0).toPoint()
    for mode in (Mode.LIGHT, Mode.DARK):
        theme.set_mode(mode)
        color = view.map.grab().toImage().pixelColor(place).name().upper()
        assert color == theme.palette.class_color(0)
