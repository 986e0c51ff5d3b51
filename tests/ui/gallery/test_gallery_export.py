"""The gallery as a picture and as a table, copied and saved."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.gallery import gallery_export, gallery_picture
from ichdesk.ui.gallery.gallery_picture import MAX_IMAGES
from ichdesk.ui.gallery.gallery_window import GalleryWindow
from tests.ui.conftest import jpeg
from tests.ui.gallery.conftest import finish

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def save_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | None], None]:
    """Answers for the user which file to save."""

    def answer(path: Path | None) -> None:
        monkeypatch.setattr(gallery_export, "ask_save_path", lambda *_: path)

    return answer


@pytest.fixture
def large(empty: GalleryWindow, session: Session, store: SampleStore) -> GalleryWindow:
    """Two classes with 1,000 test images each, every fourth wrong."""
    sample = store.add(jpeg(3))
    bins = tuple(
        ClassBin(name, tuple(replace(sample, sha256=f"{name}{k}") for k in range(1000)))
        for name in ("Bleed", "Normal")
    )
    session._replace_project(Project(bins), None)
    finish(session, [[int(truth ^ (k % 4 == 0)) for k in range(1000)] for truth in (0, 1)])
    empty.refresh(Change.RUN)
    return empty


def test_the_picture_has_all_columns_and_all_images(gallery: GalleryWindow, qtbot: QtBot) -> None:
    gallery.export.copy_button.click()
    qtbot.waitUntil(lambda: not gallery.picture.is_waiting)
    image = QGuiApplication.clipboard().image()
    palette = gallery.export.copy_button._theme.palette
    seen = {
        image.pixelColor(x, y).name().upper()
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    }
    assert {palette.class_color(position) for position in range(3)} <= seen
    assert palette.error in seen
    grays = {QColor(name).red() for name in seen if len({name[1:3], name[3:5], name[5:]}) == 1}
    assert len(grays & set(range(100))) >= 3  # the images are gray, each a little lighter


def test_the_picture_waits_for_its_images(gallery: GalleryWindow, qtbot: QtBot) -> None:
    seen: list[bool] = []
    pictures = gallery._thumbnails
    samples = [row.prediction.sample for view in gallery.columns.lists for row in view.rows]
    gallery.picture.prepare(lambda: seen.append(all(s in pictures for s in samples)))
    qtbot.waitUntil(lambda: seen == [True])


def test_the_note_says_what_is_listed_and_what_to_bear_in_mind(
    gallery: GalleryWindow, session: Session, ids: tuple[int, ...]
) -> None:
    gallery.controls.errors_button.click()
    row = gallery.controls.said_choice.findText("Said: Epidural")
    gallery.controls.said_choice.setCurrentIndex(row)
    session.remove_samples(ids[0], [0])
    note = gallery.export._note()
    assert note.startswith("Out of date")
    assert "one more or fewer correct image changes the accuracy by 0.10" in note
    assert "Listed: only errors and only what the model called Epidural, most" in note
    assert note.endswith("For teaching, not for diagnosis.")


def test_an_emptied_gallery_makes_no_picture(gallery: GalleryWindow, session: Session) -> None:
    gallery.picture.prepare(lambda: pytest.fail("there is nothing to draw"))
    session.new()
    assert not gallery.picture.is_waiting
    assert not gallery.export.copy_button.isEnabled()


def test_it_is_saved_as_a_picture(
    gallery: GalleryWindow,
    qtbot: QtBot,
    tmp_path: Path,
    save_as: Callable[[Path | None], None],
) -> None:
    save_as(tmp_path / "gallery.png")
    gallery.export.save_button.click()
    qtbot.waitUntil(lambda: QImage(str(tmp_path / "gallery.png")).width() > 1000)


def test_it_is_saved_and_copied_as_a_table(
    gallery: GalleryWindow,
    qtbot: QtBot,
    tmp_path: Path,
    save_as: Callable[[Path | None], None],
) -> None:
    gallery.controls.errors_button.click()  # the table has all images all the same
    target = tmp_path / "gallery.csv"
    save_as(target)
    gallery.export.save_button.click()
    qtbot.waitUntil(target.exists)
    rows = list(csv.reader(target.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 11
    assert rows[0][:3] == ["Class", "Image", "Said"]
    assert rows[5][:3] + rows[5][-1:] == ["Epidural", "1", "Epidural", "yes"]
    gallery.export.table_button.click()
    copied = csv.reader(QGuiApplication.clipboard().text().splitlines(), "excel-tab")
    assert list(copied) == rows


def test_a_folder_that_is_gone_is_told(
    gallery: GalleryWindow,
    session: Session,
    qtbot: QtBot,
    tmp_path: Path,
    save_as: Callable[[Path | None], None],
) -> None:
    for name in ("gallery.png", "gallery.csv"):
        before = len(session.notices)
        save_as(tmp_path / "gone" / name)
        gallery.export.save_button.click()
        qtbot.waitUntil(lambda: len(session.notices) > before)  # noqa: B023 - waited for here
        assert name in session.notices[-1].text


def test_two_thousand_images_decode_only_what_is_seen(
    large: GalleryWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[int] = []
    pictures = large._thumbnails
    real = pictures.want

    def want(owner: int, samples: list[Sample]) -> None:
        wanted.append(len(samples))
        real(owner, samples)

    monkeypatch.setattr(pictures, "want", want)
    view = large.columns.lists[1]
    assert view.model().rowCount() == 1000
    view.scrollToBottom()
    qtbot.waitUntil(lambda: bool(wanted) and large.is_settled)
    assert view.visible_rows().stop == 1000
    assert 0 < max(wanted) < 100


def test_a_picture_of_many_images_says_which_are_missing(
    large: GalleryWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    real = gallery_picture.paint_line
    monkeypatch.setattr(
        gallery_picture,
        "paint_line",
        lambda *args, **kwargs: (drawn.append(args[2]), real(*args, **kwargs)),
    )
    made: list[QImage] = []
    large.picture.prepare(lambda: made.append(large.export._image()))
    qtbot.waitUntil(lambda: len(made) == 1)
    assert drawn.count(f"Here the first {MAX_IMAGES // 2} of 1,000") == 2
    assert made[0].width() * made[0].height() < 4e7
