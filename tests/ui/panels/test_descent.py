"""The panel on gradient descent: from the click to the map, along the epochs, into a table."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QProxyStyle, QStyle

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.descent.descent_figure import DescentFigure
from ichdesk.ui.descent.ways import OWN, Figure
from ichdesk.ui.panel_frame import PanelFrame
from ichdesk.ui.panels.descent import DescentPanel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.descents import asked, descent, ended, figures, seen
from tests.fakes.runs import TEST, end, epoch, start, train


@pytest.fixture
def trained(session: Session) -> Session:
    start(session, 4)
    for number in range(4):
        epoch(session, number)
    session.handle(
        msg.RunEnded(session.run.request_id, msg.Outcome.DONE, model=np.ones(4, np.uint8))
    )
    return session


@pytest.fixture
def frame(qtbot, trained: Session) -> PanelFrame:
    theme = Theme(Mode.LIGHT)
    frame = PanelFrame(DescentPanel(theme), trained, theme)
    qtbot.addWidget(frame)
    frame.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    frame.resize(384, 1100)
    frame.show()
    trained.subscribe(lambda _: frame.refresh(RunView.of(trained), ""))
    frame.refresh(RunView.of(trained), "")
    return frame


@pytest.fixture
def panel(frame: PanelFrame) -> DescentPanel:
    return frame.panel


@pytest.fixture
def figure(panel: DescentPanel, trained: Session) -> DescentFigure:
    panel.bar.ask_button.click()
    seen(trained, descent())
    ended(trained)
    return panel.figure


def choose(field, value: str) -> None:
    field.setCurrentIndex(field.findData(value))
    field.activated.emit(field.currentIndex())


def test_the_button_asks_for_what_is_chosen(panel: DescentPanel, trained: Session) -> None:
    assert panel.promise.isVisible()
    assert panel.figure is None
    choose(panel.plane_choice, "rates")
    choose(panel.factor_choice, "30")
    panel.bar.ask_button.click()
    assert asked(trained).observer == "descent"
    assert asked(trained).options == {"plane": "rates", "factor": "30"}


def test_another_choice_asks_again_once_there_was_an_answer(
    panel: DescentPanel, trained: Session
) -> None:
    choose(panel.plane_choice, "random")
    assert not any(isinstance(request, msg.Observe) for request in trained._worker.sent)
    panel.bar.ask_button.click()
    seen(trained, descent())
    first = asked(trained).request_id
    choose(panel.plane_choice, "random")
    assert asked(trained).request_id == first
    choose(panel.plane_choice, "rates")
    assert msg.Cancel(first) in trained._worker.sent
    assert asked(trained).options["plane"] == "rates"
    assert panel.figure.isVisible()


def test_it_shows_how_far_it_is_and_can_be_canceled(panel: DescentPanel, trained: Session) -> None:
    panel.bar.ask_button.setFocus()
    panel.bar.ask_button.click()
    assert panel.bar.progress_label.text().startswith("Waiting")
    trained.handle(msg.FeaturesProgressed(asked(trained).request_id, 20, 60, 0))
    assert panel.bar.progress_label.text() == "Computing features 20 of 60"
    first = {name: values for name, values in descent().items() if name in {"rates", "diverged"}}
    seen(trained, {**first, "figures_1": figures(0.9, 0.8)}, 1, 12)
    assert panel.bar.progress_label.text() == "Trained 1 of 12 epochs"
    assert panel.figure is None
    panel.bar.cancel_button.click()
    assert trained._worker.sent[-1] == msg.Cancel(asked(trained).request_id)
    assert panel.bar.chip.text() == "Stopped."
    assert panel.bar.ask_button.isVisible()


def test_a_sketch_is_shown_before_the_other_rates(panel: DescentPanel, trained: Session) -> None:
    panel.bar.ask_button.click()
    arrays = descent()
    for name in ("figures_0", "figures_2", "path_0", "path_2"):
        del arrays[name]
    seen(trained, arrays, 4, 12)
    assert panel.figure.isVisible()
    assert panel.figure.ways.buttons[OWN].isVisible()
    assert not panel.figure.ways.buttons[0].isVisible()
    assert panel.figure.verdict.text() == ""
    seen(trained, descent(), 12, 12)
    assert panel.figure.ways.buttons[0].isVisible()
    assert "overshoots" in panel.figure.verdict.text()


def test_the_slider_goes_along_the_epochs(figure: DescentFigure, qtbot) -> None:
    assert figure.player.label.text() == "Epoch 4 of 4"
    assert figure.ways.heading.text() == (
        f"Loss after epoch 4: training (n = 50) / test (n = {2 * TEST})"
    )
    assert figure.ways.figures[OWN].text() == "0.25 / 0.35"
    qtbot.keyClick(figure.player.slider, Qt.Key.Key_Home)
    assert figure.player.slider.accessibleDescription() == "Start"
    assert figure.ways.heading.text().startswith("Loss at the start")
    qtbot.keyClick(figure.player.slider, Qt.Key.Key_Right)
    assert figure.ways.figures[2].text() == "1.90 / 2.00"


def test_playing_goes_to_the_end_and_stops(figure: DescentFigure, qtbot) -> None:
    player = figure.player
    told = []
    player.epoch_changed.connect(told.append)
    player.play_button.click()
    assert player.play_button.accessibleName() == "Pause the descent"
    assert player.timer.interval() >= 1000 / 30
    for _ in range(4):
        player.timer.timeout.emit()
    assert told == [0, 1, 2, 3, 4]
    assert not player.timer.isActive()
    assert player.play_button.accessibleName() == "Play the descent"


def test_pausing_and_hiding_stop_it(figure: DescentFigure) -> None:
    player = figure.player
    player.play_button.click()
    player.play_button.click()
    assert not player.timer.isActive()
    player.play_button.click()
    figure.hide()
    assert not player.timer.isActive()


class StillStyle(QProxyStyle):
    """A system that asks for no animations."""

    def styleHint(self, hint, option=None, widget=None, returned=None) -> int:  # noqa: N802 - Qt's
        if hint is QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, option, widget, returned)


@pytest.fixture
def still() -> Iterator[StillStyle]:
    style = StillStyle()
    yield style
    style.deleteLater()


def test_where_nothing_may_move_nothing_plays(figure: DescentFigure, still: StillStyle) -> None:
    assert figure.player.play_button.isVisible()
    figure.player.setStyle(still)
    figure.player.refresh()
    assert not figure.player.play_button.isVisible()
    assert figure.player.slider.isVisible()


def test_ways_can_be_hidden(figure: DescentFigure) -> None:
    before = figure.map.grab().toImage()
    figure.ways.buttons[OWN].click()
    assert figure.ways.shown == {0, 2}
    assert figure.map.grab().toImage() != before
    assert len(figure.curves._curves[OWN].getData()[0] or ()) == 0
    figure.ways.buttons[OWN].click()
    assert figure.map.grab().toImage() == before


def test_the_map_tells_the_loss_below_the_pointer(figure: DescentFigure, qtbot) -> None:
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(figure.map, left, pos=figure.map.map_rect().center().toPoint())
    assert figure.hint.text().startswith("At the pointer: training loss 0.0")
    assert figure.hint.text().endswith("(n = 50)")
    qtbot.mouseClick(figure.map, left, pos=QPoint(3, figure.map.height() - 2))
    assert figure.hint.text().startswith("Dark is low")


def test_each_figure_has_its_curves(figure: DescentFigure) -> None:
    for value in Figure:
        choose(figure.choice, value)
        title = figure.curves.getPlotItem().getAxis("left").labelText
        assert title.split()[-1].lower() in value.name.lower()
        figure.grab()


def test_the_caption_says_what_the_map_leaves_out(panel: DescentPanel, trained: Session) -> None:
    panel.bar.ask_button.click()
    seen(trained, descent(samples=[2000, 3400], off=[0.2], share=[0.001, 0.9, np.nan]))
    caption = panel.figure.caption.text()
    assert "2,000 of 3,400 training images, drawn by chance" in caption
    assert "90 % of the path of this run (less than 1 % and nothing of the others)" in caption
    assert "slightly different model" in caption
    assert "without weight decay" in caption


def test_a_rate_that_ran_away_is_shown_as_lost(panel: DescentPanel, trained: Session) -> None:
    panel.bar.ask_button.click()
    lost = figures(0.9, 5.0, np.nan)
    seen(trained, descent(figures_2=lost, diverged=[0, 0, 2], path_2=[[0, -2, 1], [1, 1e30, 1]]))
    assert panel.figure.ways.figures[2].text() == "lost in epoch 2"
    assert "beyond all numbers" in panel.figure.verdict.text()
    for value in Figure:
        choose(panel.figure.choice, value)
        panel.grab()


def test_enormous_losses_can_be_drawn(panel: DescentPanel, trained: Session) -> None:
    panel.bar.ask_button.click()
    loss = descent()["loss"].copy()
    loss[0], loss[1] = np.inf, np.nan
    seen(trained, descent(loss=loss, figures_2=figures(0.9, 1e30, 1e12, 5.0, 0.0)))
    panel.grab()


def test_one_epoch_is_enough(panel: DescentPanel, trained: Session) -> None:
    panel.bar.ask_button.click()
    short = {f"figures_{n}": descent()[f"figures_{n}"][:2] for n in range(3)}
    paths = {f"path_{n}": descent()[f"path_{n}"][:2] for n in range(3)}
    seen(trained, descent(**short, **paths))
    assert panel.figure.player.label.text() == "Epoch 1 of 1"
    panel.grab()


def test_the_table_has_each_epoch_of_each_rate(figure: DescentFigure, panel: DescentPanel) -> None:
    rows = panel.table_rows()
    assert rows[0][:5] == ["Learning rate", "Epoch", "x", "y", "Training loss"]
    assert len(rows) == 1 + 3 * 5
    own = [row for row in rows if row[0] == "0.001"]
    assert own[1] == ["0.001", "1", "-1.5", "0.75", "0.6", "0.7", "0.75", "0.75"]


def test_the_picture_leaves_the_controls_out(
    figure: DescentFigure, panel: DescentPanel, frame: PanelFrame
) -> None:
    panel.grab()
    assert panel.picture_height_px < panel.plane_choice.geometry().top()
    assert frame.image().format() is QImage.Format.Format_RGB32


def test_it_fits_the_narrowest_column(figure: DescentFigure, panel: DescentPanel) -> None:
    assert panel.minimumSizeHint().width() <= 352 - 32
    assert figure.map.map_rect().width() <= panel.width()


def test_it_follows_the_theme(figure: DescentFigure, panel: DescentPanel) -> None:
    light = figure.map.grab().toImage()
    panel.theme.set_mode(Mode.DARK)
    assert figure.map.grab().toImage() != light


def test_a_new_training_takes_it_away(
    figure: DescentFigure, panel: DescentPanel, frame: PanelFrame, trained: Session
) -> None:
    train(trained)  # its model is not in the window
    frame.refresh(RunView.of(trained), "")
    assert not figure.isVisible()
    assert panel.promise.isVisible()
    assert not panel.bar.ask_button.isEnabled()
    assert "no trained model" in panel.bar.chip.text()
    assert panel.table_rows() == [list(panel.table_rows()[0])]


def test_while_training_it_waits(frame: PanelFrame, trained: Session) -> None:
    start(trained)
    frame.refresh(RunView.of(trained), "")
    assert frame.empty.text() == "This can be shown when training has ended."
    end(trained, msg.Outcome.CANCELLED)


def test_an_error_is_said(panel: DescentPanel, trained: Session) -> None:
    panel.bar.ask_button.click()
    ended(trained, "No image was left to train on; add images and train again.")
    assert panel.bar.chip.text().startswith("No image was left")
    assert panel.bar.ask_button.isEnabled()
